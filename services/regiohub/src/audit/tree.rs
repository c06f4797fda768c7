//! A figure as a tree, for people.

use ::audit::trace::explain::Explanation;
use ::audit::trace::node::{Finding, Node};
use clap::ValueEnum;
use serde_json::Value;
use std::fmt::Write;

/// The language of the answer for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Nederlands.
    Nl,
}

impl Language {
    pub(super) fn pick<'a>(self, english: &'a str, dutch: &'a str) -> &'a str {
        match self {
            Self::En => english,
            Self::Nl => dutch,
        }
    }
}

/// The figure itself, and where it stands.
pub(super) fn heading(page: &Explanation, language: Language) -> String {
    let mut text = String::new();
    let lines = language.pick("lines", "regels");
    let recomputed = language.pick("recomputed", "herberekend");
    // Writing to a String does not fail.
    let _ = writeln!(text, "{} ({})", page.figure, page.region);
    let _ = writeln!(text, "  {}, {recomputed} {}, {} {lines}", page.amount, page.recomputed, page.lines);
    let read: Vec<String> = page.read_up_to.iter().map(|(service, position)| format!("{service}@{position}")).collect();
    let _ = writeln!(text, "  {} {}", language.pick("read up to", "gelezen tot en met"), read.join(" "));
    found(&mut text, &page.findings, "  ", language);
    for node in &page.stands {
        branch(&mut text, node, "  ", "  ", language);
    }
    text
}

/// One line, and all that it rests on.
pub(super) fn tree(node: &Node, language: Language) -> String {
    let mut text = String::from("\n");
    branch(&mut text, node, "", "", language);
    text
}

fn branch(text: &mut String, node: &Node, first: &str, rest: &str, language: Language) {
    let _ = write!(text, "{first}{}", language.pick(&node.english, &node.dutch));
    if let Some(reference) = &node.reference {
        let _ = write!(text, " {reference}");
    }
    if let Some(amount) = node.amount {
        let _ = write!(text, "  {amount}");
    }
    if let Some(recomputed) = node.recomputed {
        let _ = write!(text, " = {recomputed}");
    }
    for (name, value) in &node.says {
        let shown = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let _ = write!(text, "  {name} {shown}");
    }
    text.push('\n');
    let below = if node.rests_on.is_empty() { format!("{rest}   ") } else { format!("{rest}│  ") };
    if let Some(at) = &node.event {
        let when = if at.occurred == at.recorded {
            at.recorded.clone()
        } else {
            format!("{} ({} {})", at.occurred, language.pick("recorded", "vastgelegd"), at.recorded)
        };
        let organisation = at.organisation.as_deref().map(|of| format!(" {of}")).unwrap_or_default();
        let signed = match at.checkpoint {
            Some(size) => format!("{} {size}", language.pick("checkpoint", "ijkpunt")),
            None => language.pick("no checkpoint yet", "nog geen ijkpunt").to_owned(),
        };
        let (service, position) = (&at.service, at.position);
        let _ = writeln!(text, "{below}{service}@{position}  {when}  {} {}{organisation}  {signed}", at.role, at.by);
    }
    found(text, &node.findings, &below, language);
    for (index, child) in node.rests_on.iter().enumerate() {
        let last = index + 1 == node.rests_on.len();
        let (knot, line) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        branch(text, child, &format!("{rest}{knot}"), &format!("{rest}{line}"), language);
    }
}

fn found(text: &mut String, findings: &[Finding], indent: &str, language: Language) {
    for finding in findings {
        let _ = writeln!(text, "{indent}! {}", language.pick(&finding.english, &finding.dutch));
    }
}

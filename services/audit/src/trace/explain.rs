//! How a figure came about: its lines, each recomputed, down to the scan at the door and the signature under it.

mod attendance;
mod claim;
mod contract;
mod line;
mod place;
mod planned;
mod policy;
mod signed;
mod signing;
mod sum;

pub use signed::Covering;

use crate::trace::book::Book;
use crate::trace::figure::{Figure, Range};
use crate::trace::node::{Finding, Node};
use crate::trace::proof::proofs;
use crate::trace::reading::{Reader, Unread};
use evidence::inclusion::Inclusion;
use proto_schemas::co_financing::figures::Line;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use vocabulary::{Euros, RegionId};

/// The service whose log holds lines and claims.
pub(crate) const SERVICE: &str = "co-financing";

/// The explanation of a figure, with one page of its lines (herleiding).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The region of the figure.
    pub region: RegionId,
    /// The figure, as it was asked for.
    pub figure: String,
    /// The amount as recorded, or as the sum of recorded lines; in euro cents.
    pub amount: Euros,
    /// The amount recomputed from minutes, shares and rates; in euro cents.
    pub recomputed: Euros,
    /// The number of lines of the figure.
    pub lines: usize,
    /// The last position that was read of each log, by service.
    pub read_up_to: BTreeMap<String, i64>,
    /// The findings about the figure as a whole and about the amounts of its lines.
    pub findings: Vec<Finding>,
    /// The events that record the figure itself: those of a claim, the target of a statement.
    pub stands: Vec<Node>,
    /// A page of its lines, each down to what it rests on, by reference.
    pub items: Vec<Node>,
    /// Give it as `after` for the lines that follow; absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The signed checkpoints that cover the events shown, by service and size; an event names the one it stands under.
    pub checkpoints: Vec<Covering>,
    /// For each event shown, the proof that its log holds it. Empty when no proofs were asked for.
    pub proofs: Vec<Inclusion>,
}

/// Which lines to show.
#[derive(Clone, Debug)]
pub struct Part {
    /// Those behind this reference.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
    /// Whether each event shown is proven: the logs are read through for it.
    pub proofs: bool,
}

/// A figure before its lines are shown.
#[derive(Clone, Debug)]
pub struct Whole {
    name: String,
    heads: BTreeMap<String, i64>,
    amount: Euros,
    recomputed: Euros,
    findings: Vec<Finding>,
    stands: Vec<Node>,
    /// Sorted by reference.
    lines: Vec<Line>,
}

impl Explanation {
    /// Every finding: of the figure, and of the lines on this page.
    #[must_use]
    pub fn all_findings(&self) -> Vec<&Finding> {
        let nodes = self.stands.iter().chain(&self.items).flat_map(Node::all_findings);
        self.findings.iter().chain(nodes).collect()
    }
}

/// Explains a figure, with a page of its lines; nothing when there is no such thing.
///
/// # Errors
/// When a log does not answer, or an event does not read as its type says.
pub async fn explain(
    reader: &mut Reader,
    figure: Figure,
    range: &Range,
    part: &Part,
) -> Result<Option<Explanation>, Unread> {
    match whole(reader, figure, range).await? {
        Some(whole) => whole.page(reader, part).await.map(Some),
        None => Ok(None),
    }
}

/// Adds a figure up from the logs; nothing when there is no such thing.
///
/// # Errors
/// As [`explain`].
pub async fn whole(reader: &mut Reader, figure: Figure, range: &Range) -> Result<Option<Whole>, Unread> {
    let Some(figure) = figure.known(reader).await? else { return Ok(None) };
    let heads = reader.heads().await?;
    let name = called(&figure);
    let whole = match figure {
        Figure::Claim(id) => claim::whole(reader, id, head(&heads)).await?,
        Figure::Sum(which) => sum::whole(reader, which, range, &heads).await?,
        Figure::Entry(stream) => entry(reader, &stream).await?,
        Figure::Line(reference) => single(reader, &reference).await?,
        Figure::Id(_) => None,
    };
    let stands = |stands: Vec<Node>| stands.into_iter().map(ranged).collect();
    Ok(whole.map(|whole| Whole { name, heads, stands: stands(whole.stands.clone()), ..whole }))
}

impl Whole {
    /// The lines of the figure, sorted by reference.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Where each log ended when it was read, by service.
    #[must_use]
    pub fn heads(&self) -> &BTreeMap<String, i64> {
        &self.heads
    }

    /// What does not hold for the figure as a whole.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The figure with a page of its lines.
    ///
    /// # Errors
    /// As [`explain`].
    pub async fn page(&self, reader: &mut Reader, part: &Part) -> Result<Explanation, Unread> {
        let behind = |line: &&Line| part.after.as_ref().is_none_or(|after| line.reference > *after);
        let mut wanted = self.lines.iter().filter(behind);
        let shown: Vec<&Line> = wanted.by_ref().take(part.limit).collect();
        let next = wanted.next().and(shown.last()).map(|line| line.reference.clone());
        let mut items = Vec::new();
        for line in shown {
            items.push(one(reader, line).await?);
        }
        for at in self.stands.iter().filter_map(|node| node.event.as_ref()) {
            if let Some(event) = reader.at(&at.service, at.position).await? {
                reader.shown(&at.service, &event);
            }
        }
        Ok(Explanation {
            region: reader.region().clone(),
            figure: self.name.clone(),
            amount: self.amount,
            recomputed: self.recomputed,
            lines: self.lines.len(),
            read_up_to: self.heads.clone(),
            findings: self.findings.clone(),
            stands: self.stands.clone(),
            items,
            next,
            checkpoints: vec![],
            proofs: if part.proofs { proofs(reader, &self.heads).await? } else { vec![] },
        })
    }
}

/// One line of a figure, down to what it rests on.
pub(crate) async fn one(reader: &mut Reader, line: &Line) -> Result<Node, Unread> {
    let mut node = match line.reference.starts_with("session/") {
        true => planned::explain(reader, line).await?,
        false => line::explain(reader, &line.reference).await?,
    };
    node.check(
        node.amount == Some(line.amount),
        "line-differs",
        format!("the figure counts {} for this line", line.amount),
        format!("het bedrag telt {} voor deze regel", line.amount),
    );
    Ok(ranged(node))
}

fn called(figure: &Figure) -> String {
    match figure {
        Figure::Claim(id) => format!("claim/{id}"),
        Figure::Entry(name) | Figure::Line(name) => name.clone(),
        Figure::Sum(sum) => sum.as_str().to_owned(),
        Figure::Id(id) => id.to_string(),
    }
}

fn head(heads: &BTreeMap<String, i64>) -> i64 {
    heads.get(SERVICE).copied().unwrap_or(0)
}

/// Everything in the log of co-financing up to a position.
pub(crate) async fn book(reader: &Reader, until: i64) -> Result<Book, Unread> {
    let mut book = Book::default();
    reader.whole(SERVICE, until, |event| keep(&mut book, event)).await?;
    Ok(book)
}

fn keep(book: &mut Book, event: &event_log::Recorded) -> Result<(), Unread> {
    book.keep(event).map_err(|_| Unread::Event { service: SERVICE.to_owned(), position: event.position })
}

/// The lines that live of one day.
async fn entry(reader: &mut Reader, stream: &str) -> Result<Option<Whole>, Unread> {
    let mut book = Book::default();
    for event in reader.history(SERVICE, stream).await?.iter() {
        keep(&mut book, event)?;
    }
    let Some(entry) = book.entries.get(stream) else { return Ok(None) };
    let living =
        entry.lines.values().filter(|line| line.lives()).map(|line| (line.line(entry, false), line.recomputed));
    Ok(Some(added(living.collect())))
}

/// One line, also when it was taken back.
async fn single(reader: &mut Reader, reference: &str) -> Result<Option<Whole>, Unread> {
    let named = reference.strip_suffix("/reversed").unwrap_or(reference);
    let stream = named.split_once('#').map_or(named, |(stream, _)| stream);
    let mut book = Book::default();
    for event in reader.history(SERVICE, stream).await?.iter() {
        keep(&mut book, event)?;
    }
    let Some((_, entry, kept)) = book.line(reference) else { return Ok(None) };
    let back = reference != named;
    if back && kept.lives() {
        return Ok(None);
    }
    let recomputed = if back { -kept.recomputed } else { kept.recomputed };
    Ok(Some(added(vec![(kept.line(entry, back), recomputed)])))
}

/// Lines with what their inputs make, added up; a line that differs is found.
fn added(mut lines: Vec<(Line, Euros)>) -> Whole {
    lines.sort_by(|a, b| a.0.reference.cmp(&b.0.reference));
    let amount = lines.iter().map(|(line, _)| line.amount).sum();
    let recomputed = lines.iter().map(|(_, recomputed)| *recomputed).sum();
    let differing = lines.iter().filter(|(line, recomputed)| line.amount != *recomputed);
    let findings = differing.map(|(line, recomputed)| differs(line, *recomputed)).collect();
    let mut findings: Vec<Finding> = findings;
    findings.extend(uncountable(None, [amount, recomputed]));
    let lines = lines.into_iter().map(|(line, _)| line).collect();
    Whole { name: String::new(), heads: BTreeMap::new(), amount, recomputed, findings, stands: vec![], lines }
}

/// That one of these amounts is more than can be counted: then two that are equal say nothing.
fn uncountable(of: Option<&str>, amounts: [Euros; 2]) -> Option<Finding> {
    let of = of.map(|of| format!("{of}: ")).unwrap_or_default();
    amounts.iter().any(|amount| !amount.is_countable()).then(|| {
        Finding::new(
            "amount-out-of-range",
            format!("{of}the amount is more than can be counted"),
            format!("{of}het bedrag is groter dan te tellen is"),
        )
    })
}

/// Finds every amount in a tree that is more than can be counted.
fn ranged(mut node: Node) -> Node {
    let amount = node.amount.unwrap_or_default();
    node.findings.extend(uncountable(None, [amount, node.recomputed.unwrap_or(amount)]));
    node.rests_on = node.rests_on.into_iter().map(ranged).collect();
    node
}

fn differs(line: &Line, recomputed: Euros) -> Finding {
    Finding::new(
        "amount-differs",
        format!("{}: {} was recorded, its inputs make {recomputed}", line.reference, line.amount),
        format!("{}: {} is vastgelegd, de invoer geeft {recomputed}", line.reference, line.amount),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use event_log::Recorded;

    /// The frozen example of a contribution, of another amount in cents.
    fn recorded(position: i64, amount: i64) -> Recorded {
        let file = "/../../proto-schemas/examples/nl.sterktechniekonderwijs.co-financing.contribution-recorded.v1.example.json";
        let text = std::fs::read_to_string(format!("{}{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let mut event: serde_json::Value = serde_json::from_str(&text).unwrap();
        event["position"] = position.into();
        event["subject"] = format!("contribution/{}", uuid::Uuid::from_u128(position.unsigned_abs().into())).into();
        event["data"]["amount"] = amount.into();
        Recorded::parse(event.to_string()).unwrap()
    }

    #[test]
    fn two_amounts_near_the_end_of_the_range_are_a_finding_and_never_wrap() {
        let mut book = Book::default();
        for (position, amount) in [(1, i64::MAX - 5), (2, i64::MAX - 5), (3, i64::MIN)] {
            book.keep(&recorded(position, amount)).unwrap();
        }
        let all = |kinds: &[i64]| {
            let lines = book.entries.values().flat_map(|entry| entry.lines.values().map(move |kept| (entry, kept)));
            let wanted = lines.filter(|(_, kept)| kinds.contains(&kept.position));
            added(wanted.map(|(entry, kept)| (kept.line(entry, false), kept.amount)).collect())
        };
        let out_of_range = |whole: &Whole| whole.findings.iter().any(|finding| finding.code == "amount-out-of-range");
        let both = all(&[1, 2]);
        assert!(out_of_range(&both) && both.amount == Euros(i64::MAX), "{both:?}");
        assert!(!out_of_range(&all(&[1])) && out_of_range(&all(&[3])));
        let back = book.entries.values().flat_map(|entry| entry.lines.values().map(|kept| kept.line(entry, true)));
        assert!(back.map(|line| line.amount).max() == Some(Euros(i64::MAX)));
    }
}

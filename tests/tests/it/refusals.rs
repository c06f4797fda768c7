//! The codes of refusals, which callers tell apart: they follow from the names of variants, so a list says when one changes.
//!
//! `UPDATE=1` writes the list anew, for a code that is new; one that was there is part of the API.

use crate::files::{entries, root, rust, text};
use std::collections::BTreeSet;

/// Each service and code of a refusal, as `hotspots full`.
fn codes() -> BTreeSet<String> {
    let services = entries(&root().join("services"));
    let of = |service: &std::path::PathBuf| {
        let name = service.file_name().unwrap().to_str().unwrap().to_owned();
        let sources: Vec<String> = rust(&service.join("src")).iter().map(|path| text(path)).collect();
        let variants: Vec<String> = sources.iter().flat_map(|source| variants(source)).collect();
        variants.into_iter().map(move |variant| format!("{name} {}", kebab(&variant)))
    };
    services.iter().flat_map(of).collect()
}

/// The variants of the enum of refusals in a source, as the formatter writes them.
fn variants(source: &str) -> Vec<String> {
    let Some((_, rest)) = source.split_once("pub enum Refusal {\n") else { return vec![] };
    let (body, _) = rest.split_once("\n}").unwrap_or_default();
    let names = body.lines().filter_map(|line| line.strip_prefix("    "));
    let begins = names.filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()));
    begins
        .map(|line| line.split(|sign: char| !sign.is_ascii_alphanumeric()).next().unwrap_or_default().to_owned())
        .collect()
}

fn kebab(name: &str) -> String {
    let mut code = String::new();
    for sign in name.chars() {
        if sign.is_ascii_uppercase() && !code.is_empty() {
            code.push('-');
        }
        code.push(sign.to_ascii_lowercase());
    }
    code
}

#[test]
fn the_codes_of_refusals_are_those_that_callers_know() {
    let (now, file) = (codes(), root().join("tests/tests/data/refusals.txt"));
    if std::env::var_os("UPDATE").is_some() {
        let lines: String = now.iter().map(|code| format!("{code}\n")).collect();
        std::fs::write(&file, lines).unwrap();
    }
    let known: BTreeSet<String> = text(&file).lines().map(str::to_owned).collect();
    let gone: Vec<&String> = known.difference(&now).collect();
    let new: Vec<&String> = now.difference(&known).collect();
    assert!(gone.is_empty() && new.is_empty(), "gone: {gone:?}; not listed (UPDATE=1): {new:?}");
}

#[test]
fn a_code_is_the_kebab_case_of_its_variant() {
    let source = "pub enum Refusal {\n    /// Words.\n    #[error(\"No.\")]\n    AlreadyPlanned,\n    Full {\n        max: u8,\n    },\n    Other(String),\n}\nenum X {\n    Y,\n}";
    let codes: Vec<String> = variants(source).iter().map(|name| kebab(name)).collect();
    assert_eq!(codes, ["already-planned", "full", "other"]);
}

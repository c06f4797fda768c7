//! Whose tables a query names: those of its own read model; another one's through a function that owns the join.

use crate::files::{all_rust, root, rust, shown, text};
use std::collections::{BTreeMap, BTreeSet};

/// Questions that are answered from the tables of another file of their context.
const SHARED: [(&str, &str); 6] = [
    ("agreements/contracts", "agreements"),
    ("agreements/stage_agreements", "agreements"),
    ("co_financing/explain", "co_financing"),
    ("co_financing/figure", "co_financing"),
    ("co_financing/statement", "co_financing"),
    ("co_financing/target", "co_financing"),
];

/// Schemas that a library keeps for itself, and whose sources may name their tables.
const PRIVATE: [(&str, &[&str]); 2] = [
    ("bus", &["libs/bus/"]),
    // The evidence reads rows as they are, for it checks what the library made of them; the bench measures them.
    ("event_log", &["libs/event-log/", "libs/evidence/", "services/regiohub-bench/"]),
];

/// Schemas whose tables a source names, as `people` in `from people.person`.
fn schemas(source: &str) -> BTreeSet<String> {
    let comment = |line: &&str| ["//", "--"].iter().any(|sign| line.trim_start().starts_with(sign));
    let words: Vec<&str> = source.lines().filter(|line| !comment(line)).flat_map(str::split_whitespace).collect();
    let names = words.windows(2).filter_map(|pair| {
        let verb = pair[0].rsplit(['"', '(']).next().unwrap_or_default();
        ["from", "join", "into", "update", "table", "(full)"].contains(&verb).then(|| pair[1].split_once('.')).flatten()
    });
    let plain = |name: &str| !name.is_empty() && name.chars().all(|sign| sign.is_ascii_lowercase() || sign == '_');
    names.map(|(schema, _)| schema.to_owned()).filter(|schema| plain(schema)).collect()
}

#[test]
fn a_read_model_names_its_own_tables_only() {
    let folder = root().join("services/gateway/src/read_models");
    let mut questions: BTreeMap<String, String> = BTreeMap::new();
    for path in rust(&folder) {
        let parts: Vec<_> = path.strip_prefix(&folder).unwrap().components().take(2).collect();
        let name: std::path::PathBuf = parts.into_iter().collect();
        questions.entry(name.with_extension("").display().to_string()).or_default().push_str(&text(&path));
    }
    let mut wrong = Vec::new();
    let mut named = 0;
    for (question, source) in &questions {
        let name = source.split("const NAME: &'static str = \"").nth(1).and_then(|rest| rest.split('"').next());
        let shared = SHARED.iter().filter(|(shared, _)| shared == question).map(|(_, schema)| (*schema).to_owned());
        let own: BTreeSet<String> = name.map(|name| name.replace('-', "_")).into_iter().chain(shared).collect();
        let found = schemas(source);
        named += found.len();
        wrong.extend(found.difference(&own).map(|schema| format!("{question} names tables of {schema}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(named >= 10, "only {named} schemas were found");
}

#[test]
fn the_tables_of_a_library_are_named_by_that_library_only() {
    let mut wrong = Vec::new();
    for path in all_rust().into_iter().filter(|path| shown(path).contains("/src/")) {
        let (name, found) = (shown(&path), schemas(&text(&path)));
        let others = PRIVATE
            .iter()
            .filter(|(schema, may)| found.contains(*schema) && !may.iter().any(|folder| name.starts_with(folder)));
        wrong.extend(others.map(|(schema, _)| format!("{name} names tables of {schema}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_schema_is_found_behind_each_word_that_names_a_table() {
    let source = "\"select 1 from people.person left join companies.company\n//! from nobody.here\nuse crate::x; (select from co_financing.line";
    let found: Vec<String> = schemas(source).into_iter().collect();
    assert_eq!(found, ["co_financing", "companies", "people"]);
}

//! Who may do what and what may be refused, in the document as in the tables.

use super::{documents, everything, of, public, wrong};
use crate::files::{root, text};
use access::table;
use serde_json::Value;
use std::collections::BTreeSet;

/// What anyone may ask a service: what its logs are checked with, and no word of what is in them.
const OPEN: [&str; 3] = ["list-checkpoints", "get-latest-checkpoint", "list-checkpoint-keys"];

#[test]
fn operations_and_rows_of_the_access_table_match() {
    for (service, document) in documents() {
        assert_eq!(web::unguarded(&document), [""; 0], "{service}: nobody may do these");
    }
    let there: BTreeSet<String> = everything().into_iter().map(|it| it.id).collect();
    let stale: Vec<_> = table::all().map(|row| row.operation).filter(|it| !there.contains(*it)).collect();
    assert!(stale.is_empty(), "rows for what nobody can do: {stale:?}");
    let empty: Vec<_> = table::all().filter(|row| row.roles.is_empty()).map(|row| row.operation).collect();
    assert!(empty.is_empty(), "rows that let nobody in: {empty:?}");
    let mut seen = BTreeSet::new();
    let twice: Vec<_> = table::all().map(|row| row.operation).filter(|it| !seen.insert(*it)).collect();
    assert!(twice.is_empty(), "only the first row counts: {twice:?}");
    assert_eq!(public().iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), OPEN, "operations that need no token");
}

#[test]
fn every_operation_lists_the_roles_that_the_access_table_lets_in() {
    let wrong = wrong(&everything(), |it| {
        let roles = table::roles(&it.id);
        let text = it.spec["description"].as_str().unwrap_or_default();
        let named = roles.iter().all(|role| text.contains(&role.in_english()) && text.contains(role.in_dutch()));
        let anyone = roles.is_empty() == text.contains("(iedereen, zonder token)");
        (it.spec["x-roles"] != serde_json::json!(roles) || !named || !anyone).then(|| format!("{roles:?}, {text}"))
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_refusal_that_an_operation_lists_is_one_that_callers_know() {
    let known = text(&root().join("tests/tests/data/refusals.txt"));
    let codes: BTreeSet<(&str, &str)> = known.lines().filter_map(|line| line.split_once(' ')).collect();
    let categories: BTreeSet<(&str, &str)> =
        proto_schemas::contracts().iter().map(|it| (it.service.as_str(), it.category)).collect();
    let listed = std::cell::Cell::new(0);
    for (service, document) in documents() {
        let wrong = wrong(&of(&serde_json::to_value(&document).unwrap()), |it| {
            let types: Vec<&str> =
                it.spec["responses"]["409"]["x-types"].as_array()?.iter().flat_map(Value::as_str).collect();
            listed.set(listed.get() + types.len());
            let text = it.spec["responses"]["409"]["description"].as_str().unwrap_or_default();
            let fine = |kind: &str| {
                let mut own = categories.iter().filter(|(of, _)| *of == service);
                text.contains(&format!("`{kind}`"))
                    && own.any(|(_, category)| {
                        let code = kind.strip_prefix(&format!("/problems/{category}-"));
                        code.is_some_and(|code| codes.contains(&(service, code)))
                    })
            };
            let odd: Vec<_> = types.into_iter().filter(|kind| !fine(kind)).collect();
            (!odd.is_empty()).then(|| format!("{odd:?}"))
        });
        assert!(wrong.is_empty(), "{service}: {wrong:#?}");
    }
    let listed = listed.get();
    assert!(listed > 1_000, "only {listed} refusals are listed");
}

//! Every event version has a contract and a frozen example, and what was frozen still reads.

use crate::files::{entries, root, text};
use proto_schemas::contracts;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

fn folder(name: &str) -> PathBuf {
    root().join("proto-schemas").join(name)
}

/// Each committed file of a folder by the event type in its name.
fn named(folder_name: &str, ending: &str) -> BTreeMap<String, PathBuf> {
    let files = entries(&folder(folder_name)).into_iter();
    files
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            let event_type = name.strip_suffix(ending);
            (event_type.unwrap_or_else(|| panic!("{folder_name}/{name} is no *{ending}")).to_owned(), path.clone())
        })
        .collect()
}

fn examples() -> BTreeMap<String, PathBuf> {
    named("examples", ".example.json")
}

#[test]
fn every_event_version_has_one_schema_and_one_example() {
    let types: BTreeSet<String> = contracts().into_iter().map(|it| it.event_type).collect();
    let with_example: BTreeSet<String> = examples().into_keys().collect();
    let with_schema: BTreeSet<String> = named("schemas", ".schema.json").into_keys().collect();
    let lacks = |have: &BTreeSet<String>| types.difference(have).cloned().collect::<Vec<_>>();
    assert_eq!(lacks(&with_example), [""; 0], "these have no example");
    assert_eq!(lacks(&with_schema), [""; 0], "these have no schema: run `make schemas`");
    // An older version whose type is gone still has to be read, so its example stays, and something must read it.
    assert_eq!(with_example.difference(&types).cloned().collect::<Vec<_>>(), [""; 0], "nobody reads these any more");
    assert_eq!(with_schema.difference(&types).cloned().collect::<Vec<_>>(), [""; 0], "nobody writes these any more");
}

/// A change of an event that was published is refused; see `services/regiohub/src/contracts/published.rs`.
#[test]
fn no_published_event_version_was_broken() {
    let broken = regiohub::contracts::broken(&folder("")).unwrap();
    assert!(broken.is_empty(), "{broken}");
}

#[test]
fn every_frozen_example_fits_its_committed_schema() {
    let examples = examples();
    let mut wrong = Vec::new();
    for (event_type, path) in named("schemas", ".schema.json") {
        let schema: Value = serde_json::from_str(&text(&path)).unwrap();
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        let Some(example) = examples.get(&event_type) else { continue };
        let example: Value = serde_json::from_str(&text(example)).unwrap();
        assert_eq!(example["type"], event_type.as_str());
        wrong.extend(
            validator.iter_errors(&example).map(|error| format!("{event_type}{}: {error}", error.instance_path())),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What was written once is read for ever: by the enum of its aggregate, whose variants keep every version.
#[test]
fn every_frozen_example_still_decodes_and_nothing_in_it_is_lost() {
    let mut lost = Vec::new();
    for (event_type, path) in examples() {
        let text = text(&path);
        let example: Value = serde_json::from_str(&text).unwrap();
        let again = crate::reading::read_again(&event_type, &example)
            .unwrap_or_else(|| panic!("{event_type} belongs to no aggregate in `reading`"))
            .unwrap_or_else(|error| panic!("{event_type} does not decode any more: {error}"));
        if again != example["data"] {
            lost.push(format!("{event_type}\n  frozen {}\n  read   {again}", example["data"]));
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn a_type_is_named_after_its_service_and_in_the_past() {
    for contract in contracts() {
        let rest = contract.event_type.strip_prefix("nl.sterktechniekonderwijs.").unwrap();
        let mut parts = rest.split('.');
        assert_eq!(parts.next(), Some(contract.service.as_str()), "{rest}");
        let name = parts.next().unwrap();
        assert!(name.bytes().all(|it| it.is_ascii_lowercase() || it == b'-'), "{rest}");
        let version = parts.next().unwrap().strip_prefix('v').unwrap();
        assert!(version.parse::<u32>().is_ok() && parts.next().is_none(), "{rest}");
    }
}

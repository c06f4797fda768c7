//! The rules of `PROMISES.md`: each names the tests that hold it.

use crate::files::{all_rust, root, text};
use std::collections::BTreeSet;

#[test]
fn each_rule_is_held_by_tests_that_exist() {
    let rules = text(&root().join("tests/PROMISES.md"));
    let sources: Vec<String> = all_rust().iter().map(|path| text(path)).collect();
    let tests: BTreeSet<&str> = sources
        .iter()
        .flat_map(|source| source.split("fn ").skip(1))
        .filter_map(|rest| rest.split_once("()").map(|(name, _)| name))
        .collect();
    let (mut held, mut missing) = (0, Vec::new());
    for row in rules.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| rule ")) {
        let named: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test holds this rule: {row}");
        held += named.len();
        missing.extend(named.into_iter().filter(|name| !tests.contains(name)));
    }
    assert!(missing.is_empty(), "named in PROMISES.md and not there: {missing:#?}");
    assert!(held > 0);
}

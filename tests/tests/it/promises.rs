//! The rules of `PROMISES.md`: each names the tests that hold it.

use crate::files::{in_backticks, root, tests, text};

#[test]
fn each_rule_is_held_by_tests_that_exist() {
    let (rules, tests) = (text(&root().join("tests/PROMISES.md")), tests());
    let (mut held, mut missing) = (0, Vec::new());
    for row in rules.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| rule ")) {
        let named: Vec<&str> = in_backticks(row).collect();
        assert!(!named.is_empty(), "no test holds this rule: {row}");
        held += named.len();
        missing.extend(named.into_iter().filter(|name| !tests.contains(*name)));
    }
    assert!(missing.is_empty(), "named in PROMISES.md and not there: {missing:#?}");
    assert!(held > 0);
}

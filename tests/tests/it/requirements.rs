//! The rules of `REQUIREMENTS.md`: each number that the project names has a row, and each row its tests.

use crate::files::{all_rust, below, in_backticks, root, shown, tests, text};
use std::collections::{BTreeMap, BTreeSet};

/// A row of the table: its numbers, and what stands where the tests do.
struct Row {
    numbers: BTreeSet<String>,
    tests: Option<String>,
}

/// The rows in their order; those below the heading of what is open have no tests.
fn rows(table: &str) -> Vec<Row> {
    let mut open = false;
    let mut rows = Vec::new();
    for line in table.lines() {
        open |= line == "## Open";
        let Some(cells) = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |")) else { continue };
        let cells: Vec<&str> = cells.split(" | ").collect();
        let [number, rule, last] = cells[..] else { panic!("a row has three cells: {line}") };
        if number == "number" {
            continue;
        }
        assert!(!rule.is_empty() && !last.is_empty(), "this row says too little: {line}");
        rows.push(Row { numbers: numbers(number), tests: (!open).then(|| last.to_owned()) });
    }
    rows
}

/// Every number in a text: `R121`, `L4`, `S21`, and each of `S1–S4`.
///
/// What stands alone in quotes or backticks is a code of something else, such as a learning task.
fn numbers(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut from: Option<(char, u16)> = None;
    let mut before = ' ';
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(rest.len());
        if end == 0 {
            // Only what follows a dash at once ends a range.
            from = from.filter(|_| first == '–');
            (before, rest) = (first, &rest[first.len_utf8()..]);
            continue;
        }
        let (word, after) = rest.split_at(end);
        let quoted = matches!(before, '"' | '`') && after.starts_with(before);
        let number = number(word).filter(|_| !quoted);
        if let Some((letter, last)) = number {
            let first = from.filter(|(same, _)| *same == letter).map_or(last, |(_, first)| first);
            found.extend((first..=last).map(|number| shown_as(letter, number)));
        }
        from = number;
        (before, rest) = (' ', after);
    }
    found
}

/// The letter and the number of a word that is one: R has three digits, L and S one or two.
fn number(word: &str) -> Option<(char, u16)> {
    let letter = word.chars().next()?;
    let digits = word.get(1..)?;
    let fits = match letter {
        'R' => digits.len() == 3,
        'L' | 'S' => (1..=2).contains(&digits.len()) && !digits.starts_with('0'),
        _ => false,
    };
    (fits && digits.bytes().all(|it| it.is_ascii_digit())).then(|| digits.parse().ok().map(|it| (letter, it)))?
}

fn shown_as(letter: char, number: u16) -> String {
    if letter == 'R' { format!("R{number:03}") } else { format!("{letter}{number}") }
}

fn table() -> String {
    text(&root().join("tests/REQUIREMENTS.md"))
}

#[test]
fn each_requirement_number_that_is_named_has_a_row_and_none_has_two() {
    let mut known = BTreeSet::new();
    for number in rows(&table()).into_iter().flat_map(|row| row.numbers) {
        assert!(known.insert(number.clone()), "{number} has two rows");
    }
    let folders = ["services", "libs", "proto-schemas", "tests"].map(|folder| root().join(folder));
    let mut files = all_rust();
    files.extend(folders.iter().flat_map(|folder| ["sql", "md"].map(|ending| below(folder, ending))).flatten());
    files.push(root().join("README.md"));
    let mut unknown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // This file names numbers to try itself on.
    for path in files.iter().filter(|path| !path.ends_with("it/requirements.rs")) {
        for number in numbers(&text(path)).difference(&known) {
            unknown.entry(number.clone()).or_default().push(shown(path));
        }
    }
    assert!(unknown.is_empty(), "numbers without a row in REQUIREMENTS.md: {unknown:#?}");
}

#[test]
fn each_requirement_that_is_not_open_is_held_by_tests_that_exist() {
    let (table, tests) = (table(), tests());
    let (mut held, mut missing) = (0, Vec::new());
    for Row { numbers, tests: named } in rows(&table) {
        assert!(!numbers.is_empty(), "a row begins with its number");
        let Some(named) = named else { continue };
        let named: Vec<&str> = in_backticks(&named).collect();
        assert!(!named.is_empty(), "no test holds {numbers:?}, and it is not open");
        held += named.len();
        missing.extend(named.into_iter().filter(|name| !tests.contains(*name)).map(str::to_owned));
    }
    assert!(missing.is_empty(), "named in REQUIREMENTS.md and not there: {missing:#?}");
    assert!(held > 0);
}

#[test]
fn a_requirement_number_is_distinguished_from_lookalikes() {
    let found = |text: &str| numbers(text).into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(found("the rule (R121, L4) and S21."), "L4 R121 S21");
    assert_eq!(found("R059–R061 and S9–S11"), "R059 R060 R061 S10 S11 S9");
    assert_eq!(found("R061, R064"), "R061 R064");
    assert_eq!(found("R12 R1234 S100 L04 XR121 R121x S_1 P8 A4 H1 K/PIE/05"), "");
    assert_eq!(found("a task \"L1\" or `L2`"), "");
    assert_eq!(found("S21"), "S21");
}

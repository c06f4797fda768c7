//! Whose refusals an operation lists: those of the aggregates that its handler asks, no more and no less.

use crate::files::{entries, root, rust, shown, text};
use std::collections::{BTreeMap, BTreeSet};

/// Handlers that ask in another file: what they list is not checked here.
const ELSEWHERE: [&str; 2] = ["forget_person", "import_pupils"];

/// A function, as the formatter writes it.
struct Function<'a> {
    name: &'a str,
    /// The attributes before it.
    attributes: String,
    body: String,
}

/// The functions of a source that stand on their own.
fn functions(source: &str) -> Vec<Function<'_>> {
    let (mut found, mut attributes) = (Vec::new(), String::new());
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        // At the margin: a method stands within its `impl`.
        let begins = line.split("fn ").nth(1).filter(|_| !line.starts_with([' ', '/', '}', '#']));
        let Some(rest) = begins else {
            attributes = if line.is_empty() || line == "}" { String::new() } else { attributes + line + "\n" };
            continue;
        };
        let name = rest.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').next().unwrap_or_default();
        let mut body = format!("{line}\n");
        if !line.ends_with('}') {
            lines.by_ref().take_while(|line| *line != "}").for_each(|line| body += &format!("{line}\n"));
        }
        found.push(Function { name, attributes: std::mem::take(&mut attributes), body });
    }
    found
}

/// The words between `<` and `>` after each of these.
fn after<'a>(body: &'a str, begins: &[&str]) -> impl Iterator<Item = &'a str> {
    let all = begins.iter().flat_map(|begin| body.split(*begin).skip(1)).collect::<Vec<_>>();
    all.into_iter().filter_map(|rest| rest.split('>').next())
}

/// The aggregates that a function asks, itself or by another one of its file.
fn asked<'a>(
    of: &'a str,
    all: &BTreeMap<&'a str, &'a Function<'a>>,
    seen: &mut BTreeSet<&'a str>,
) -> BTreeSet<&'a str> {
    let Some(function) = all.get(of).filter(|_| seen.insert(of)) else { return BTreeSet::new() };
    let mut asks: BTreeSet<&str> = after(&function.body, &["execute::<", ".add::<"]).collect();
    for &name in all.keys() {
        // Called, and not as a method or as something of another module.
        let calls = function.body.match_indices(&format!("{name}(")).any(|(at, _)| {
            !function.body[..at].ends_with(|before: char| before.is_ascii_alphanumeric() || "_.:".contains(before))
        });
        if calls {
            asks.extend(asked(name, all, seen));
        }
    }
    asks
}

#[test]
fn an_operation_lists_the_refusals_of_what_its_handler_asks() {
    let (mut wrong, mut listing) = (Vec::new(), 0);
    for path in entries(&root().join("services")).iter().flat_map(|service| rust(&service.join("src"))) {
        let source = text(&path);
        let functions = functions(&source);
        let all: BTreeMap<&str, &Function<'_>> = functions.iter().map(|it| (it.name, it)).collect();
        for handler in functions.iter().filter(|it| it.attributes.contains("#[utoipa::path(")) {
            let lists: BTreeSet<&str> = after(&handler.attributes, &["Refuses<("])
                .flat_map(|of| of.trim_end_matches(')').split(','))
                .map(str::trim)
                .filter(|of| !of.is_empty())
                .collect();
            listing += usize::from(!lists.is_empty());
            let asks = asked(handler.name, &all, &mut BTreeSet::new());
            if lists != asks && !ELSEWHERE.contains(&handler.name) {
                wrong.push(format!("{} {} lists {lists:?} and asks {asks:?}", shown(&path), handler.name));
            }
        }
    }
    assert!(
        listing > 100 && wrong.is_empty(),
        "{listing} list some; Refuses<(…)> in responses(…) of:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn what_a_helper_of_the_same_file_asks_is_found() {
    let source = "#[utoipa::path(put, responses(Refuses<(A, B)>))]\nasync fn one(\n    x: X,\n) {\n    helped(x).await\n}\n\nasync fn helped(x: X) {\n    log.execute::<A>(x);\n    batch.add::<B>(x);\n    x.other();\n}\n\nfn other() {\n    log.execute::<C>();\n}";
    let functions = functions(source);
    let all: BTreeMap<&str, &Function<'_>> = functions.iter().map(|it| (it.name, it)).collect();
    assert_eq!(asked("one", &all, &mut BTreeSet::new()), BTreeSet::from(["A", "B"]));
    assert!(functions[0].attributes.contains("Refuses<(A, B)>") && functions[1].attributes.is_empty());
}

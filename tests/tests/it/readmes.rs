//! What the READMEs, the CHANGELOG and the tables of promises name exists: links, files, targets of make, commands.

use crate::files::{below, in_backticks, root, shown, text};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Every page that people read, by its path.
fn pages() -> Vec<(PathBuf, String)> {
    let mut pages: Vec<PathBuf> = ["deploy", "libs", "proto-schemas", "services", "tests"]
        .iter()
        .flat_map(|folder| below(&root().join(folder), "md"))
        .collect();
    pages.push(root().join("README.md"));
    pages.into_iter().map(|path| (path.clone(), text(&path))).collect()
}

/// What every page names wrongly, as `page: what`.
fn wrong(named: impl Fn(&Path, &str) -> Vec<String>) -> Vec<String> {
    let pages = pages();
    assert!(pages.len() > 25, "only {} pages were found", pages.len());
    let wrong = pages.iter().flat_map(|(path, page)| {
        let missing = named(path, page).into_iter();
        missing.map(move |it| format!("{}: {it}", shown(path)))
    });
    wrong.collect()
}

#[test]
fn every_relative_link_leads_to_a_file() {
    let wrong = wrong(|path, page| {
        let targets = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let files = targets.filter(|it| !it.contains("://")).map(|it| it.split('#').next().unwrap());
        let missing = files.filter(|it| !it.is_empty() && !path.parent().unwrap().join(it).exists());
        missing.map(str::to_owned).collect()
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Endings of files of this project.
const ENDINGS: [&str; 10] = ["rs", "sql", "md", "toml", "html", "js", "css", "py", "txt", "lock"];
const FOLDERS: [&str; 6] = ["libs/", "services/", "proto-schemas/", "deploy/", ".ci/", "tests/"];

/// Whether a text in backticks names a file or a folder of the project: a source file, a path with one of our endings,
/// or a path below `src` or a folder of the top level.
fn is_path(named: &str) -> bool {
    let plain = named.chars().all(|it| it.is_ascii_alphanumeric() || "._-/".contains(it));
    let ours = named.rsplit_once('.').is_some_and(|(name, ending)| {
        let source = ["rs", "sql"].contains(&ending);
        !name.is_empty() && ENDINGS.contains(&ending) && (source || name.contains('/'))
    });
    let below = named.starts_with("src/") || FOLDERS.iter().any(|it| named.starts_with(it));
    plain && !named.starts_with('/') && (ours || below)
}

/// Whether a page means something by this name: from the top level, from its own folder, or the end of the path of a
/// file of its crate.
fn is_there(named: &str, page: &Path, files: &BTreeSet<PathBuf>) -> bool {
    let own = page.ancestors().find(|it| it.join("Cargo.toml").exists()).unwrap();
    root().join(named).exists()
        || page.with_file_name(named).exists()
        || own.join(named).exists()
        || files.iter().any(|file| file.starts_with(own) && file.ends_with(named))
}

#[test]
fn every_path_in_backticks_is_there() {
    let folders = ["deploy", "libs", "proto-schemas", "services", "tests", ".ci"];
    let endings = ENDINGS.iter().flat_map(|ending| folders.map(|folder| below(&root().join(folder), ending)));
    let files: BTreeSet<PathBuf> = endings.flatten().collect();
    let wrong = wrong(|path, page| {
        let named = in_backticks(page).filter(|it| is_path(it));
        named.filter(|it| !is_there(it, path, &files)).map(str::to_owned).collect()
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_path_is_distinguished_from_lookalikes() {
    for path in ["src/session.rs", "libs/web", "tests/PROMISES.md", "me.rs", "src/export/page", ".ci/run"] {
        assert!(is_path(path), "{path}");
    }
    for other in [
        "session/<id>",
        "application/json",
        "nl/en",
        "1.0",
        "verify.html",
        "/health/ready",
        "a.b.c",
        "examples/<type>.v2.json",
    ] {
        assert!(!is_path(other), "{other}");
    }
}

/// The words after each time that a program is called in backticks or in a block of commands.
fn calls<'a>(page: &'a str, program: &str) -> Vec<Vec<&'a str>> {
    let ends = |line: &'a str| line.split(['#', '|', ';', '&']).next().unwrap_or_default();
    let blocks = page.split("```").skip(1).step_by(2).filter(|block| block.starts_with("sh\n"));
    let lines = blocks.flat_map(|block| block.lines().skip(1));
    let prose = page.split("```").step_by(2).flat_map(in_backticks);
    let all = lines.map(ends).chain(prose).map(|line| line.split_whitespace().collect::<Vec<_>>());
    all.filter_map(|words| {
        let at = words.iter().position(|word| *word == program || word.ends_with(&format!("/{program}")))?;
        Some(words[at + 1..].to_vec())
    })
    .collect()
}

#[test]
fn a_call_is_found_in_prose_and_in_a_block_of_commands() {
    let page = "`make lint`, and `A=1 make run`\n```sh\nmake test # all\ntarget/debug/regiohub up\n```\nmake nothing";
    assert_eq!(calls(page, "make"), [vec!["test"], vec!["lint"], vec!["run"]]);
    assert_eq!(calls(page, "regiohub"), [vec!["up"]]);
}

fn is_name(word: &str) -> bool {
    word.starts_with(|it: char| it.is_ascii_lowercase()) && word.bytes().all(|it| it.is_ascii_lowercase() || it == b'-')
}

#[test]
fn every_target_of_make_exists() {
    let makefile = text(&root().join("Makefile"));
    let targets: BTreeSet<&str> = makefile
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name)
        .filter(|it| is_name(it))
        .collect();
    assert!(targets.contains("test"));
    let wrong = wrong(|_, page| {
        let named = calls(page, "make").into_iter().filter_map(|words| words.first().copied());
        named.filter(|it| is_name(it) && !targets.contains(it)).map(|it| format!("make {it}")).collect()
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The first word of a call that the manual does not know: a command, one of its own commands, or an option of it.
fn unknown(manual: &clap::Command, words: &[&str]) -> Option<String> {
    let mut command = manual;
    for (at, word) in words.iter().enumerate() {
        let known = command.find_subcommand(word);
        if let Some(known) = known {
            command = known;
            continue;
        }
        let option = word.strip_prefix("--").map(|it| it.split('=').next().unwrap());
        let has = |it: &str| command.get_arguments().any(|argument| argument.get_long() == Some(it));
        let standard = |it: &str| ["help", "version"].contains(&it);
        let is_command = is_name(word) && words[..at].iter().all(|it| is_name(it)) && command.has_subcommands();
        if is_command || option.is_some_and(|it| is_name(it) && !has(it) && !standard(it)) {
            return Some(words[..=at].join(" "));
        }
    }
    None
}

#[test]
fn every_command_of_the_program_and_its_options_exist() {
    let mut manual = regiohub::program::Program::manual();
    manual.build();
    let wrong = wrong(|_, page| {
        let calls = calls(page, "regiohub").into_iter();
        calls.filter_map(|words| unknown(&manual, &words)).map(|it| format!("regiohub {it}")).collect()
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_command_that_is_not_there_is_found() {
    let mut manual = regiohub::program::Program::manual();
    manual.build();
    let unknown = |line: &str| unknown(&manual, &line.split(' ').collect::<Vec<_>>());
    assert_eq!(unknown("up --issuer https://login.example.nl"), None);
    assert_eq!(unknown("audit verify FILE --key KEY"), None);
    assert_eq!(unknown("stop"), Some("stop".to_owned()));
    assert_eq!(unknown("audit undo"), Some("audit undo".to_owned()));
    assert_eq!(unknown("audit verify --nothing FILE"), Some("audit verify --nothing".to_owned()));
}

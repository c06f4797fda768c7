//! What no compiler checks: arrows, purity, length, what stands where.

use crate::files::{all_rust, crates, entries, root, rust, shown, text};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Each crate of ours and those it may depend on directly or through others: the arrows, one way.
const ARROWS: &[(&str, &[&str])] = &[
    ("vocabulary", &[]),
    ("embedded", &[]),
    ("documents", &["vocabulary"]),
    ("decider", &["vocabulary"]),
    ("proofs", &[]),
    ("proto-schemas", &["vocabulary"]),
    ("access", &["decider", "vocabulary"]),
    ("sessions", &[]),
    ("event-log", &["sessions", "proofs", "decider", "vocabulary"]),
    ("vault", &["sessions", "vocabulary"]),
    ("processing", &["decider", "vocabulary"]),
    ("bus", &["event-log", "sessions", "proofs", "decider", "vocabulary"]),
    ("projections", &["bus", "event-log", "sessions", "proofs", "decider", "vocabulary"]),
    ("replay", &["projections", "bus", "event-log", "sessions", "proofs", "decider", "vocabulary"]),
    ("evidence", &["bus", "event-log", "sessions", "proofs", "decider", "vocabulary"]),
    ("web", &["access", "event-log", "sessions", "vault", "decider", "vocabulary"]),
    ("known", &["projections", "bus", "access", "event-log", "sessions", "decider", "proto-schemas", "vocabulary"]),
    ("chassis", BELOW_CHASSIS),
];

const BELOW_CHASSIS: &[&str] = &[
    "known",
    "web",
    "projections",
    "bus",
    "access",
    "vault",
    "processing",
    "event-log",
    "sessions",
    "proofs",
    "decider",
    "proto-schemas",
    "vocabulary",
];

/// What a service may use: the chassis and all below it, and what makes papers.
const BELOW_SERVICE: &[&str] = &[
    "chassis",
    "documents",
    "evidence",
    "replay",
    "known",
    "web",
    "projections",
    "bus",
    "access",
    "vault",
    "processing",
    "event-log",
    "sessions",
    "proofs",
    "decider",
    "proto-schemas",
    "vocabulary",
];

/// What the program's own crates may use: the demo talks HTTP, the bench measures libraries and the program.
const PROGRAM: &[(&str, &[&str])] = &[
    ("regiohub-demo", &["access", "chassis", "embedded", "proto-schemas", "vocabulary"]),
    (
        "regiohub-bench",
        &["access", "audit", "bus", "decider", "embedded", "event-log", "evidence", "proto-schemas", "vocabulary"],
    ),
];

/// What only touches the world may know: crates, and the two neighbours of a decision that use them.
const IMPURE: [&str; 12] = [
    "sqlx",
    "axum",
    "utoipa_axum",
    "tokio",
    "async_nats",
    "chassis",
    "web",
    "bus",
    "event_log",
    "known",
    "api",
    "reactions",
];

/// Aggregates of which a region has one history, each with what keeps it short. A thing of which a region has many gets an
/// id of its own.
const ONE_A_REGION: [(&str, &str); 3] = [
    ("services/consortium/src/region/consortium.rs", "a plan, a target, a period, a lead partner now and then"),
    ("services/consortium/src/region/policy.rs", "versions that the controller adopts"),
    ("services/consortium/src/retention/schedule.rs", "versions that the controller adopts"),
];

/// As many lines as one still reads in one go.
const MAX_LINES: usize = 400;

/// Files that are longer, each with its reason.
const LONGER: &[(&str, &str)] = &[];

/// What stands at the top level, besides dot-files, `target` and what `make bench` leaves.
const TOP: [&str; 10] = [
    "Cargo.toml",
    "Cargo.lock",
    "services",
    "libs",
    "proto-schemas",
    "deploy",
    "tests",
    "Makefile",
    "README.md",
    "LICENSE",
];

struct Dependencies {
    normal: BTreeSet<String>,
    in_tests: BTreeSet<String>,
}

/// The crates of ours that each of our crates names.
fn dependencies() -> BTreeMap<String, Dependencies> {
    let told = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let metadata: Value = serde_json::from_slice(&told.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let named = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let ours: BTreeSet<String> = packages.iter().map(named).collect();
    packages
        .iter()
        .map(|package| {
            let of = |tests: bool| {
                let all = package["dependencies"].as_array().unwrap().iter();
                all.filter(|it| (it["kind"] == "dev") == tests).map(named).filter(|it| ours.contains(it)).collect()
            };
            (named(package), Dependencies { normal: of(false), in_tests: of(true) })
        })
        .collect()
}

/// The services; the program and its own crates stand beside them.
fn services() -> BTreeSet<String> {
    let folders = entries(&root().join("services"));
    let names = folders.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
    names.filter(|name| !name.starts_with("regiohub")).collect()
}

#[test]
fn the_arrows_between_crates_go_one_way() {
    let (all, services) = (dependencies(), services());
    let mut wrong = Vec::new();
    for (name, Dependencies { normal, .. }) in &all {
        let may: BTreeSet<&str> = match name.as_str() {
            // The only ones that know every service.
            "regiohub" => {
                all.keys().map(String::as_str).filter(|it| !["regiohub", "tests", "testkit"].contains(it)).collect()
            }
            "tests" => BTreeSet::new(),
            "testkit" => BELOW_SERVICE.iter().copied().collect(),
            own if own.starts_with("regiohub-") => {
                let row = PROGRAM.iter().find(|(name, _)| *name == own);
                row.unwrap_or_else(|| panic!("{own} stands in no row of PROGRAM")).1.iter().copied().collect()
            }
            service if services.contains(service) => BELOW_SERVICE.iter().copied().collect(),
            library => {
                let row = ARROWS.iter().find(|(name, _)| *name == library);
                row.unwrap_or_else(|| panic!("{library} stands in no row of ARROWS")).1.iter().copied().collect()
            }
        };
        wrong.extend(normal.iter().filter(|it| !may.contains(it.as_str())).map(|it| format!("{name} → {it}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_service_depends_on_another_one_not_even_in_its_tests() {
    let (all, services) = (dependencies(), services());
    for name in &services {
        let Dependencies { normal, in_tests } = &all[name];
        let named: Vec<_> = normal.union(in_tests).filter(|it| services.contains(*it)).collect();
        assert!(named.is_empty(), "{name} → {named:?}");
    }
}

/// Folders of one crate that do not know each other: what uses both stands above them.
const APART: [(&str, &str, &str); 1] = [("services/audit/src", "trace", "oversight")];

#[test]
fn trace_and_oversight_of_the_audit_do_not_know_each_other() {
    let mut wrong = Vec::new();
    for (source, one, other) in APART {
        for (folder, never) in [(one, other), (other, one)] {
            let files = rust(&root().join(source).join(folder));
            assert!(files.len() > 5, "{source}/{folder} holds {} files", files.len());
            let knowing = files.into_iter().filter(|path| code(&text(path)).contains(&format!("{never}::")));
            wrong.extend(knowing.map(|path| format!("{} names {never}", shown(&path))));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_testkit_is_for_tests_only() {
    for (name, Dependencies { normal, .. }) in dependencies() {
        assert!(!normal.contains("testkit"), "{name} depends on testkit outside its tests");
    }
}

#[test]
fn whatever_decides_knows_nothing_that_touches_the_world() {
    let mut wrong = Vec::new();
    let mut deciding = 0;
    for own in crates() {
        for state in rust(&own.join("src")).into_iter().filter(|path| code(&text(path)).contains("impl Aggregate for"))
        {
            deciding += 1;
            // What stands in the folder of its name, such as its commands, its parts and its tests, decides as well.
            let beside = rust(&state.with_extension(""));
            for path in beside.into_iter().chain([state]).filter(|path| !touches_the_world(path)) {
                let text = code(&text(&path));
                let impure = named(&text).into_iter().filter(|it| IMPURE.contains(it) || it.starts_with("known_"));
                wrong.extend(impure.map(|name| format!("{} mentions {name}", shown(&path))));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(deciding >= 30, "only {deciding} aggregates were found");
}

/// The routes and the reactions of an aggregate stand beside its decisions, each under this name.
fn touches_the_world(path: &Path) -> bool {
    let is = |name: &str| path.file_name().is_some_and(|it| it == name);
    is("api.rs") || is("reactions.rs") || shown(path).contains("/api/")
}

/// The crates and modules that a text goes through in a path, or takes in by `use`.
fn named(text: &str) -> BTreeSet<&str> {
    let no_name = |it: char| !it.is_alphanumeric() && it != '_';
    let through = text.match_indices("::").filter_map(|(at, _)| text[..at].rsplit(no_name).next());
    let uses = text.split("use ").skip(1).filter_map(|rest| rest.split_once(';'));
    through.chain(uses.flat_map(|(taken, _)| taken.split(no_name))).collect()
}

#[test]
fn a_region_has_one_history_only_of_what_is_adopted_now_and_then() {
    let sources = crates().into_iter().flat_map(|own| rust(&own.join("src")));
    let of_regions: BTreeSet<String> =
        sources.filter(|path| code(&text(path)).contains("type Id = RegionId;")).map(|path| shown(&path)).collect();
    assert_eq!(of_regions, ONE_A_REGION.iter().map(|(path, _)| (*path).to_owned()).collect());
}

/// Without comments.
pub fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_file_has_four_hundred_lines_at_most() {
    let mut long = Vec::new();
    for path in all_rust() {
        let (name, lines) = (shown(&path), text(&path).lines().count());
        if lines > MAX_LINES && !LONGER.iter().any(|(longer, _)| *longer == name) {
            long.push(format!("{name}: {lines}"));
        }
    }
    assert!(long.is_empty(), "{long:#?}");
    for (name, reason) in LONGER {
        assert!(!reason.is_empty() && text(&root().join(name)).lines().count() > MAX_LINES, "{name} is no exception");
    }
}

#[test]
fn nothing_is_allowed_and_nothing_is_left_to_do() {
    // Written apart, so that this file does not find itself.
    let never = [["[", "allow("], ["to", "do!"], ["un", "implemented!"]].map(|parts| parts.concat());
    let mut found = Vec::new();
    for path in all_rust() {
        for (line, text) in code(&text(&path)).lines().enumerate() {
            found.extend(
                never
                    .iter()
                    .filter(|word| text.contains(*word))
                    .map(|word| format!("{}:{}: {word}", shown(&path), line + 1)),
            );
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_file_begins_with_a_sentence_about_itself() {
    let silent: Vec<_> = crates()
        .iter()
        .flat_map(|own| rust(&own.join("src")))
        .filter(|path| !path.ends_with("tests.rs") && !text(path).starts_with("//! "))
        .map(|path| shown(&path))
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn every_crate_says_in_one_sentence_what_it_is() {
    let mut wrong = Vec::new();
    for own in crates() {
        let readme = own.join("README.md");
        let name = shown(&readme);
        let Ok(text) = std::fs::read_to_string(&readme) else {
            wrong.push(format!("{name} is missing"));
            continue;
        };
        let mut paragraphs = text.split("\n\n").map(str::trim).filter(|it| !it.is_empty());
        if !paragraphs.next().is_some_and(|title| title.starts_with("# ") && !title.contains('\n')) {
            wrong.push(format!("{name} does not begin with a title"));
        }
        // A colon or a semicolon keeps it one sentence; a full stop before another word does not.
        let first = paragraphs.next().unwrap_or_default();
        if !first.ends_with('.') || first.contains(". ") || first.contains(".\n") {
            wrong.push(format!("{name} does not go on with one sentence: {first}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_top_level_holds_what_it_should_and_nothing_else() {
    let told = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    // Without git, as in an archive of the project, what lies there is taken.
    let committed = told.ok().filter(|told| told.status.success() && !told.stdout.is_empty());
    let there: BTreeSet<String> = match committed {
        Some(told) => String::from_utf8(told.stdout)
            .unwrap()
            .split('\0')
            .filter_map(|path| path.split('/').next())
            .map(ToOwned::to_owned)
            .collect(),
        None => entries(&root()).iter().map(|path| shown(path)).filter(|name| name != "target").collect(),
    };
    let others: Vec<_> = there
        .iter()
        .filter(|name| !name.is_empty() && !name.starts_with('.') && !TOP.contains(&name.as_str()))
        .collect();
    assert!(others.is_empty(), "{others:?} should not be at the top level");
    for name in TOP {
        assert!(root().join(name).exists(), "{name} is missing");
    }
}

#[test]
fn the_licence_is_the_eupl_everywhere() {
    assert!(text(&root().join("LICENSE")).contains("EUROPEAN UNION PUBLIC LICENCE v. 1.2"));
    for own in crates() {
        let manifest = text(&own.join("Cargo.toml"));
        assert!(manifest.contains("license.workspace = true"), "{} names another licence", shown(&own));
    }
    assert!(text(&root().join("Cargo.toml")).contains("license = \"EUPL-1.2\""));
}

#[test]
fn the_committed_contracts_are_fresh() {
    let stale = regiohub::contracts::stale(&root().join("proto-schemas")).unwrap();
    assert!(stale.is_empty(), "run `make schemas`: {stale:#?}");
}

#[test]
fn no_program_reads_a_setting_of_tests() {
    // The one hands them out, the other is for tests only.
    let may = ["libs/embedded", "libs/testkit"].map(|own| root().join(own));
    let sources = crates().into_iter().filter(|own| !may.contains(own)).flat_map(|own| rust(&own.join("src")));
    let reading: Vec<String> = sources.filter(|it| text(it).contains("REGIOHUB_TEST_")).map(|it| shown(&it)).collect();
    assert_eq!(reading, Vec::<String>::new());
}

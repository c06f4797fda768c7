//! The files of the project, as committed or about to be.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The top level.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The folder of each crate, from the top level.
pub fn crates() -> Vec<PathBuf> {
    let mut crates = vec![root().join("proto-schemas"), root().join("tests")];
    for folder in ["libs", "services"] {
        crates.extend(entries(&root().join(folder)).into_iter().filter(|path| path.join("Cargo.toml").exists()));
    }
    crates.sort();
    crates
}

/// What stands directly in a folder, sorted.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

/// Every Rust file below a folder.
pub fn rust(folder: &Path) -> Vec<PathBuf> {
    below(folder, "rs")
}

/// Every file below a folder whose name ends so.
pub fn below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    if !folder.is_dir() {
        return vec![];
    }
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries(folder).into_iter().partition(|path| path.is_dir());
    let mut found: Vec<PathBuf> =
        files.into_iter().filter(|path| path.extension().is_some_and(|it| it == ending)).collect();
    found.extend(folders.iter().flat_map(|folder| below(folder, ending)));
    found
}

/// Every Rust file of every crate, its tests too.
pub fn all_rust() -> Vec<PathBuf> {
    let parts = ["src", "tests", "build.rs"];
    crates().iter().flat_map(|own| parts.iter().flat_map(|part| rust(&own.join(part))).collect::<Vec<_>>()).collect()
}

/// The names of all tests: of each function that an attribute makes one.
pub fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for source in all_rust().iter().map(|path| text(path)) {
        let mut is_test = false;
        for line in source.lines().map(str::trim) {
            is_test |= line == "#[test]" || line.starts_with("#[tokio::test");
            let Some((_, rest)) = line.split_once("fn ").filter(|_| is_test) else { continue };
            names.extend(rest.split_once("()").map(|(name, _)| name.to_owned()));
            is_test = false;
        }
    }
    names
}

/// What stands in backticks.
pub fn in_backticks(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

pub fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", shown(path)))
}

/// A path as the reader of a failed test knows it.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

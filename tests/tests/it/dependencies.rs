//! What `.deny.toml` says of licences, bans and sources holds for all that the workspace is built from. Advisories need a
//! network: `make advisories`.

use crate::files::{root, text};
use serde_json::Value;
use spdx::{Expression, LicenseReq};
use std::collections::BTreeSet;
use std::process::Command;

/// Every package that is built on this machine, ours among them. Those of other platforms need not have been fetched.
fn packages() -> Vec<Value> {
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let told = String::from_utf8(rustc.stdout).unwrap();
    let host = told.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let told = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--format-version", "1", "--filter-platform", host])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let metadata: Value = serde_json::from_slice(&told.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// The texts of a list in `.deny.toml`.
fn listed(name: &str) -> BTreeSet<String> {
    let deny = text(&root().join(".deny.toml"));
    let (_, rest) = deny.split_once(&format!("\n{name} = [")).unwrap();
    let (list, _) = rest.split_once("\n]").or_else(|| rest.split_once("]\n")).unwrap();
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn named(package: &Value) -> String {
    format!("{} {}", package["name"].as_str().unwrap(), package["version"].as_str().unwrap())
}

fn is_allowed(licence: &str, allowed: &BTreeSet<String>) -> bool {
    // Old crates separate a choice by a slash.
    let Ok(expression) = Expression::parse(&licence.replace('/', " OR ")) else { return false };
    expression.evaluate(|needed: &LicenseReq| allowed.contains(&needed.to_string()))
}

#[test]
fn every_dependency_has_a_licence_that_is_allowed() {
    let allowed = listed("allow");
    let refused: Vec<String> = packages()
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(|licence| is_allowed(licence, &allowed)))
        .map(|package| format!("{}: {}", named(package), package["license"]))
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn a_licence_is_allowed_when_one_choice_of_it_is_allowed_as_a_whole() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "ISC".to_owned()]);
    for licence in ["MIT", "MIT OR GPL-3.0-only", "MIT/Apache-2.0", "MIT AND ISC", "(GPL-3.0-only OR ISC) AND MIT"] {
        assert!(is_allowed(licence, &allowed), "{licence}");
    }
    for licence in ["GPL-3.0-only", "MIT AND GPL-3.0-only", "", "none", "Apache-2.0 WITH LLVM-exception"] {
        assert!(!is_allowed(licence, &allowed), "{licence}");
    }
}

#[test]
fn no_dependency_is_banned() {
    let banned = listed("deny");
    assert!(banned.contains("openssl-sys"));
    let found: Vec<String> =
        packages().iter().filter(|package| banned.contains(package["name"].as_str().unwrap())).map(named).collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn every_dependency_comes_from_the_registry_or_is_ours() {
    let registry = "registry+https://github.com/rust-lang/crates.io-index";
    let strange: Vec<String> = packages()
        .iter()
        .filter(|package| package["source"].as_str().is_some_and(|source| source != registry))
        .map(|package| format!("{}: {}", named(package), package["source"]))
        .collect();
    assert!(strange.is_empty(), "{strange:#?}");
}

#[test]
fn every_dependency_that_the_workspace_lists_is_used_by_a_crate() {
    let root = root();
    let workspace = text(&root.join("Cargo.toml"));
    let (_, list) = workspace.split_once("[workspace.dependencies]").unwrap();
    let (list, _) = list.split_once("\n[").unwrap();
    let names = list.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.trim());
    let crates: Vec<String> = ["libs", "services"]
        .iter()
        .flat_map(|folder| crate::files::entries(&root.join(folder)))
        .chain([root.join("proto-schemas"), root.join("tests")])
        .map(|folder| text(&folder.join("Cargo.toml")))
        .collect();
    let is_used = |name: &str| {
        let used = format!("\n{name}.workspace = true");
        let with_more = format!("\n{name} = {{ workspace = true");
        crates.iter().any(|manifest| manifest.contains(&used) || manifest.contains(&with_more))
    };
    let unused: Vec<&str> = names.filter(|name| !is_used(name)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

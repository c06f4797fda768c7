//! Who may do what: every operation of the hub and the roles that may do it.
//!
//! **Invariant:** what has no row is denied to everyone.

pub mod agreements;
pub mod assessments;
pub mod audit;
pub mod co_financing;
pub mod consortium;
pub mod gateway;
pub mod hotspots;

use vocabulary::Role;

/// One operation and who may do it, each within the reach of their own grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The operation's id in the OpenAPI document, such as `enrol-pupil`.
    pub operation: &'static str,
    /// The roles that may do it.
    pub roles: &'static [Role],
}

/// Writes a row: `row("enrol-pupil", &[ProgrammeLeader, Teacher])`.
#[must_use]
pub const fn row(operation: &'static str, roles: &'static [Role]) -> Row {
    Row { operation, roles }
}

/// Operations that need no token: they say nothing about a region, or only what anyone may check its logs with.
pub const PUBLIC: &[&str] =
    &["openapi", "docs", "live", "ready", "list-checkpoints", "get-latest-checkpoint", "list-checkpoint-keys"];

/// Every row of every service.
pub fn all() -> impl Iterator<Item = &'static Row> {
    [
        consortium::ROWS,
        hotspots::ROWS,
        agreements::ROWS,
        assessments::ROWS,
        co_financing::ROWS,
        gateway::ROWS,
        audit::ROWS,
    ]
    .into_iter()
    .flatten()
}

/// The roles that may do `operation`; none when nobody wrote a row for it.
#[must_use]
pub fn roles(operation: &str) -> &'static [Role] {
    all().find(|row| row.operation == operation).map_or(&[], |row| row.roles)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn an_operation_without_a_row_is_denied_to_everyone() {
        assert_eq!(roles("no-such-operation"), &[] as &[Role]);
    }

    #[test]
    fn every_operation_has_one_row_in_kebab_case_and_at_least_one_role() {
        let mut seen = HashSet::new();
        for row in all() {
            assert!(seen.insert(row.operation), "two rows for {}", row.operation);
            assert!(!PUBLIC.contains(&row.operation), "{} is public", row.operation);
            assert!(!row.roles.is_empty(), "{} is for nobody", row.operation);
            let roles: HashSet<_> = row.roles.iter().collect();
            assert_eq!(roles.len(), row.roles.len(), "{} names a role twice", row.operation);
            let kebab = row.operation.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            assert!(kebab, "{} is not in kebab-case", row.operation);
        }
    }

    // R205
    #[test]
    fn the_region_looks_at_a_workplace_and_no_company_at_its_own() {
        for operation in ["draw-up-safety-check", "renew-safety-check"] {
            let roles = roles(operation);
            assert!(roles.contains(&Role::WorkingGroupMember), "{operation}");
            assert!(!roles.iter().any(|role| role.reach() == vocabulary::Reach::Company), "{operation}: {roles:?}");
        }
    }

    #[test]
    fn the_hub_itself_is_never_let_in_by_a_token() {
        assert!(all().all(|row| !row.roles.contains(&Role::Hub)));
    }
}

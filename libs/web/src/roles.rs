//! Who may do what, as the document says it: from the access table, for each operation.

use serde_json::json;
use utoipa::openapi::{extensions::ExtensionsBuilder, path::Operation};
use vocabulary::Role;

/// The member of an operation that lists its roles, for programs to read.
const ROLES: &str = "x-roles";

/// Adds to an operation who may do it.
pub(crate) fn describe(operation: &mut Operation) {
    let Some(id) = operation.operation_id.as_deref() else { return };
    let roles = access::table::roles(id);
    let text = operation.description.get_or_insert_default();
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(&sentence(id, roles));
    let listed = ExtensionsBuilder::new().add(ROLES, json!(roles)).build();
    operation.extensions.get_or_insert_default().merge(listed);
}

fn sentence(id: &str, roles: &[Role]) -> String {
    if access::PUBLIC.contains(&id) {
        return "Who may do this (wie mag dit): anyone, without a token (iedereen, zonder token).".to_owned();
    }
    let named = |role: &Role| format!("{} ({})", role.in_english(), role.in_dutch());
    let roles: Vec<String> = roles.iter().map(named).collect();
    format!("Who may do this (wie mag dit): {}.", roles.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_named_in_both_languages() {
        let said = sentence("enrol-pupil", &[Role::ProgrammeLeader, Role::Teacher]);
        assert_eq!(said, "Who may do this (wie mag dit): programme leader (programmaleider), teacher (docent).");
    }

    #[test]
    fn an_operation_without_a_token_is_for_anyone() {
        assert!(sentence("list-checkpoints", &[]).contains("iedereen"));
    }
}

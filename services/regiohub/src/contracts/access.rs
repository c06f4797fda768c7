//! Who may do what, on one page: the access table with the address and the words of each operation.

use access::table::{self, Row};
use std::fmt::Write;
use utoipa::openapi::{OpenApi, path::Operation};
use vocabulary::{Reach, Role};

const HEAD: &str = "# Who may do what

`regiohub contracts` makes this page from the access table (`libs/access/src/table`), one row for each operation. An
operation without a row is denied to everyone. A role does what its row allows within the reach of the grant only: a
teacher for the own school, a supervisor for the own company, a pupil or parent for the one pupil. The rules of the thing
itself may still refuse.

`regiohub contracts` maakt deze pagina uit de toegangstabel, een regel per handeling. Wat er niet in staat, mag niemand.

## Roles

| role | in Dutch | reach of a grant | operations |
|---|---|---|---|
";

/// The page; `documents` are those of the services by name, in the order of the page.
pub(super) fn page(documents: &[(&str, &OpenApi)]) -> String {
    let mut page = HEAD.to_owned();
    for role in Role::ALL {
        let operations = table::all().filter(|row| row.roles.contains(&role)).count();
        let _ = writeln!(page, "| `{role}` | {} | {} | {operations} |", role.in_dutch(), reach(role));
    }
    for (service, document) in documents {
        let mut rows: Vec<(&Row, String)> = Vec::new();
        let mut open = Vec::new();
        for (address, operation) in operations(document) {
            let id = operation.operation_id.as_deref().unwrap_or_default();
            let what = operation.summary.as_deref().unwrap_or_default().trim_end_matches('.');
            match table::all().find(|row| row.operation == id) {
                Some(row) => rows.push((row, format!("| {what} | `{id}` | `{address}` | {} |", named(row.roles)))),
                None => open.push(format!("| {what} | `{id}` | `{address}` | anyone, without a token |")),
            }
        }
        // In the order of the table, which puts together what belongs together.
        rows.sort_by_key(|(row, _)| table::all().position(|other| other == *row));
        let _ = write!(page, "\n## {service}\n\n| what | operation | request | who may |\n|---|---|---|---|\n");
        for line in rows.into_iter().map(|(_, line)| line).chain(open) {
            let _ = writeln!(page, "{line}");
        }
    }
    page
}

/// Every operation of a document with its method and path.
fn operations(document: &OpenApi) -> Vec<(String, &Operation)> {
    let mut all = Vec::new();
    for (path, item) in &document.paths.paths {
        let of_path = [
            ("GET", &item.get),
            ("PUT", &item.put),
            ("POST", &item.post),
            ("DELETE", &item.delete),
            ("PATCH", &item.patch),
        ];
        let there = of_path.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)));
        all.extend(there.map(|(method, operation)| (format!("{method} {path}"), operation)));
    }
    all
}

fn named(roles: &[Role]) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ")
}

const fn reach(role: Role) -> &'static str {
    match role.reach() {
        Reach::Region => "the region",
        Reach::School => "one school",
        Reach::Company => "one company",
        Reach::Person => "one pupil",
    }
}

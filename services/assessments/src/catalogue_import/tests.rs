//! Claims about an import of the catalogue.

use super::*;
use decider::given;

fn summary(added: u32) -> Summary {
    Summary { electives_hash: hash("a"), deeltaken_hash: hash("b"), electives: 2, deeltaken: 5, added, changed: vec![] }
}

#[test]
fn the_same_files_again_leave_no_trace() {
    let first = given::<CatalogueImport>([]).when(summary(2)).events();
    assert_eq!(first.len(), 1);
    given::<CatalogueImport>(first).when(summary(0)).then_nothing();
}

#[test]
fn two_files_swapped_are_another_import() {
    assert_ne!(id(&hash("a"), &hash("b")), id(&hash("b"), &hash("a")));
}

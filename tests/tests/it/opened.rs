//! That whatever is opened in the vault is written in the log of processing.

use crate::architecture::code;
use crate::files::{all_rust, root, shown, text};

/// Files that open sealed fields in the vault by themselves, and the file that writes it down; all others go by
/// `Hub::open_for`.
const OPENS: &[(&str, &str)] = &[
    ("libs/chassis/src/opening.rs", "libs/chassis/src/opening.rs"),
    ("services/audit/src/api/reveals.rs", "services/audit/src/api/reveals.rs"),
    ("services/audit/src/oversight/names.rs", "services/audit/src/oversight/names.rs"),
    ("services/gateway/src/read_models/consortium/people.rs", "services/gateway/src/read_models/consortium/people.rs"),
    // The command writes before it opens anything, the operation before it shows anything.
    ("services/audit/src/oversight/access_export/opening.rs", "services/regiohub/src/audit/access_export.rs"),
    ("services/audit/src/oversight/access_export/opening.rs", "services/audit/src/api/access_exports.rs"),
];

#[test]
fn every_opened_sealed_field_is_recorded_with_its_person() {
    let mut wrong = Vec::new();
    for path in all_rust().into_iter().filter(|path| shown(path).contains("/src/") && !shown(path).contains("/vault/"))
    {
        // However its calls are broken into lines.
        let plain = |text: &str| code(text).split_whitespace().collect::<String>();
        let (name, opening) = (shown(&path), plain(&text(&path)));
        let opens = ["vault.open(", "vault.open_all("].iter().any(|call| opening.contains(call));
        let writers: Vec<_> = OPENS.iter().filter(|(opener, _)| *opener == name).map(|(_, writer)| *writer).collect();
        let writes = |writer: &str| plain(&text(&root().join(writer))).contains("processing.write(");
        if opens && (writers.is_empty() || !writers.into_iter().all(writes)) {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "these open and write nothing down: {wrong:#?}");
}

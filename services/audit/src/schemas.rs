//! What events must look like, for whoever checks them: evidence knows envelopes only.

use evidence::verify::Schemas;
use serde_json::Value;

/// The committed schemas, by type and sorted by it: a test compares them with the code.
#[must_use]
pub fn committed() -> Vec<(String, Value)> {
    proto_schemas::contracts().into_iter().map(|contract| (contract.event_type, contract.schema)).collect()
}

/// The same, ready to validate events against.
///
/// # Errors
/// When one is no schema.
pub fn validators() -> anyhow::Result<Schemas> {
    Schemas::of(committed())
}

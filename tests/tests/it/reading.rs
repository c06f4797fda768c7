//! Reads any event by its full type.

use proto_schemas::categories;
use serde_json::Value;

/// Reads an event and gives its data written again; nothing when no aggregate has that type.
pub fn read_again(event_type: &str, event: &Value) -> Option<serde_json::Result<Value>> {
    let category = event["subject"].as_str()?.split_once('/')?.0;
    let service = event_type.strip_prefix("nl.sterktechniekonderwijs.")?.split_once('.')?.0;
    let found = categories().find(|of| of.service.as_str() == service && of.name == category)?;
    Some(found.read_again(event))
}

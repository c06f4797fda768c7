//! Events as they stand in old logs: no enum of today decides whether they may be there.

use event_log::NewEvent;
use serde_json::Value;

/// An event whose data no schema is held against, as one that was written when its schema asked for less.
///
/// # Panics
/// Never: any JSON serialises.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "old logs read for ever, and a test has no old log")]
pub fn written_before(event_type: &str, data: &Value) -> NewEvent {
    NewEvent::of_type(event_type.to_owned(), data).expect("JSON")
}

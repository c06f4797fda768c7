//! Events as old logs have them: no enum of today decides whether they are allowed.

use event_log::NewEvent;
use serde_json::Value;

/// An event whose data is validated against no schema, as one that was written when its schema asked for less.
///
/// # Panics
/// Never: any JSON serialises.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "old logs read for ever, and a test has no old log")]
pub fn written_before(event_type: &str, data: &Value) -> NewEvent {
    NewEvent::of_type(event_type.to_owned(), data).expect("JSON")
}

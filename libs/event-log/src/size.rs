//! The size of an event: it must fit into a message of nats-server, too.

use crate::{Append, Error};

/// Bytes of an event's data, as JSON text. Well below the megabyte that nats-server takes by default, for the envelope
/// and headers come on top. Events that were written before there was a bound may be larger.
pub const MAX_EVENT_BYTES: usize = 768 * 1024;

impl Append {
    /// Whether each event is small enough.
    ///
    /// # Errors
    /// `TooLarge` names the first one that is not.
    pub(crate) fn check_size(&self) -> Result<(), Error> {
        let events = self.changes.iter().flat_map(|change| &change.events);
        match events.into_iter().find(|event| event.data().len() > MAX_EVENT_BYTES) {
            Some(event) => {
                Err(Error::TooLarge { event_type: event.event_type().to_owned(), bytes: event.data().len() })
            }
            None => Ok(()),
        }
    }
}

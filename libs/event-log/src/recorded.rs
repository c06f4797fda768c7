//! An event as its log has it.

use crate::{Envelope, Unreadable};
use chrono::{DateTime, Utc};
use decider::Event;
use std::str::FromStr;
use uuid::Uuid;
use vocabulary::{ActorId, RegionId};

/// An event as its log has it: its exact text, and what is needed to find and order it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The region of the log.
    pub region: RegionId,
    /// Where in the log, from 1.
    pub position: i64,
    /// Category, slash, id.
    pub stream: String,
    /// Where in the stream, from 1.
    pub version: i32,
    /// Its own id.
    pub id: Uuid,
    /// Its full type with version.
    pub event_type: String,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Who did it.
    pub actor: ActorId,
    /// The exact text of the CloudEvent: what was hashed and published.
    pub text: String,
}

impl AsRef<str> for Recorded {
    /// Its exact text.
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl Recorded {
    /// Reads an event's text.
    ///
    /// # Errors
    /// When the text is not a CloudEvent of the hub.
    pub fn parse(text: String) -> Result<Self, Unreadable> {
        let envelope: Envelope<'_> = serde_json::from_str(&text)?;
        Ok(Self {
            position: envelope.position,
            version: envelope.version,
            id: envelope.id,
            recorded_at: envelope.time,
            actor: ActorId(envelope.actor),
            stream: envelope.subject.into_owned(),
            event_type: envelope.event_type.into_owned(),
            region: envelope.region,
            text,
        })
    }

    /// The first part of the stream's name, such as `session`.
    #[must_use]
    pub fn category(&self) -> &str {
        self.stream.split_once('/').map_or(self.stream.as_str(), |(category, _)| category)
    }

    /// The second part of the stream's name.
    #[must_use]
    pub fn stream_id<T: FromStr>(&self) -> Option<T> {
        self.stream.split_once('/')?.1.parse().ok()
    }

    /// The event itself.
    ///
    /// # Errors
    /// When its type is not one of `E`'s, or its data does not read as that type says.
    pub fn event<E: Event>(&self) -> Result<E, Unreadable> {
        Ok(serde_json::from_str(&self.text)?)
    }

    /// All that stands around the data.
    ///
    /// # Errors
    /// When the text is not a CloudEvent of the hub.
    pub fn envelope(&self) -> Result<Envelope<'_>, Unreadable> {
        Ok(serde_json::from_str(&self.text)?)
    }
}

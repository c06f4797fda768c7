//! Why relaying or following stopped.

use event_log::{Unreadable, is_outage};
use std::time::Duration;
use vocabulary::RegionId;

/// Why relaying or following stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database does not answer, or not as it should.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// A log does not answer.
    #[error("the log: {0}")]
    Log(#[from] event_log::Error),
    /// A log of another process does not answer.
    #[error("the log of another service: {0}")]
    Http(#[from] reqwest::Error),
    /// A text is not an event.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// NATS does not answer, or not as it should.
    #[error("JetStream: {0}")]
    JetStream(String),
    /// A stream holds more than its log: the log was restored without raising its epoch, or something else publishes.
    #[error(
        "stream {stream} is at {last}, its log at {head}: nothing is published until someone has looked. \
         If the log was restored: regiohub restored {region} --service {service} --reason TEXT"
    )]
    Ahead {
        /// The stream.
        stream: String,
        /// Its last sequence.
        last: i64,
        /// The last position of the log.
        head: i64,
        /// The region of the log.
        service: String,
        /// Which region's.
        region: RegionId,
    },
    /// A stream and its log hold different events at the same position.
    #[error(
        "stream {stream} has another event at {position} than its log: nothing is published until someone has looked. \
         If the log was restored: regiohub restored {region} --service {service} --reason TEXT"
    )]
    Differs {
        /// The stream.
        stream: String,
        /// Where they differ.
        position: i64,
        /// The region of the log.
        service: String,
        /// Which region's.
        region: RegionId,
    },
    /// Somebody other than the relay published a message: it is ignored, and the stream is rebuilt from the log.
    #[error("stream {stream} holds a message at {position} that its relay did not publish: it is ignored")]
    Forged {
        /// The stream.
        stream: String,
        /// Where the message stands.
        position: i64,
    },
    /// This process may not tell true messages of a log from forged ones.
    #[error("there is no key for the messages of {service}: {reason}")]
    NoMessageKey {
        /// The service that publishes the messages.
        service: String,
        /// Why not.
        reason: String,
    },
    /// A position is missing, and its log does not have it.
    #[error("{reader} lacks position {position} of {service} in {region}, and so does the log")]
    Gap {
        /// The name of the reader.
        reader: String,
        /// The region of the log.
        service: String,
        /// Which region's.
        region: String,
        /// The first missing position.
        position: i64,
    },
    /// A reader's checkpoint is further back than it was: it begins again from there.
    #[error("the checkpoint of {reader} is {at}, and it was handed {position}: it reads again from its checkpoint")]
    Behind {
        /// The name of the reader.
        reader: String,
        /// Where its checkpoint is.
        at: i64,
        /// What it was handed next.
        position: i64,
    },
    /// The log was restored to an earlier point: what was read of it may not have happened.
    #[error("the log of {service} in {region} has another epoch than {reader} read")]
    Forked {
        /// The name of the reader.
        reader: String,
        /// The region of the log.
        service: String,
        /// Which region's.
        region: String,
    },
    /// A newer version of the projection serves the queries.
    #[error("version {live} of {reader} is live: this one has nothing to do")]
    Superseded {
        /// The name of the reader.
        reader: String,
        /// The version that is live.
        live: i32,
    },
    /// The declared tables are not as they must be.
    #[error("the tables of {projection}: {problem}")]
    Tables {
        /// The projection whose tables these are.
        projection: String,
        /// What is wrong.
        problem: String,
    },
    /// A reader names a service whose log was not given.
    #[error("{reader} reads the log of {service}, whose address is not configured")]
    NoSource {
        /// The name of the reader.
        reader: String,
        /// The region of the log.
        service: String,
    },
    /// Somebody else holds a reader's checkpoint, such as a rebuild that is switched.
    #[error("somebody else holds the checkpoint of {0}")]
    Waits(String),
    /// Another process was elected meanwhile.
    #[error("another process has {0} now")]
    Deposed(String),
    /// The server accepts no message as large as an event: readers of the stream find the event in the log.
    #[error(
        "event {position} has {bytes} bytes and is left out of stream {stream}: its server takes {most} bytes a message"
    )]
    TooLarge {
        /// The stream.
        stream: String,
        /// Which event.
        position: i64,
        /// Of its text.
        bytes: usize,
        /// With what comes along.
        most: usize,
    },
    /// A stream does not acknowledge what is published to it.
    #[error("stream {0} stores nothing")]
    Unstored(String),
    /// Something did not answer in time.
    #[error("no answer in {} seconds", .0.as_secs())]
    Late(Duration),
    /// The connection to NATS went away: what was asked over it has no answer.
    #[error("the connection to NATS went away")]
    Disconnected,
    /// No reader of that name.
    #[error("there is no projection or reaction called {0}")]
    NoReader(String),
    /// A bounded loop ended before everything stood still.
    #[error("something keeps moving: {0}")]
    Unsettled(String),
}

impl Error {
    pub(crate) fn jetstream(error: impl std::fmt::Display) -> Self {
        Self::JetStream(error.to_string())
    }

    /// Whether trying again may help without anyone doing anything.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self {
            Self::Database(error) => is_outage(error),
            Self::Waits(_) => true,
            _ => false,
        }
    }
}

/// Whether it waited too long for what somebody else has locked.
#[must_use]
pub fn is_locked(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.code().as_deref() == Some("55P03"))
}

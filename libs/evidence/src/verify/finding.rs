//! What can be wrong with a log, each with its own code.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Something that is not as it was, or not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The first position concerned, from 1; none when no event is: a head, a checkpoint, a key.
    pub position: Option<i64>,
    /// What.
    pub what: What,
    /// The same in words.
    pub says: String,
}

/// What is wrong. The code is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// No event stands here.
    Missing,
    /// The text is not that of an event.
    Unreadable,
    /// The stored leaf is not the hash of the text.
    Leaf,
    /// A column beside the text says something else.
    Column,
    /// The text says that it is another position's, or of another log.
    OutOfPlace,
    /// A version of its stream is missing or there twice.
    StreamGap,
    /// It says it was recorded before the one before it.
    TimeRunsBack,
    /// No event of that type is known.
    UnknownType,
    /// The schema of its type refuses it. It may have been written so, so this alone does not make a log altered.
    Nonconforming,
    /// A signed checkpoint was cut over another text.
    Altered,
    /// The leaf kept aside was altered, not the event.
    KeptLeaf,
    /// The log is shorter than it was.
    CutOff,
    /// The head does not say what the events say.
    Head,
    /// A checkpoint does not read.
    CheckpointUnreadable,
    /// A checkpoint is of another log.
    OtherLog,
    /// A checkpoint is signed by no key that is known.
    UnknownKey,
    /// A signature does not fit.
    Forged,
    /// A checkpoint was signed by a key that was not valid then.
    KeyNotValid,
    /// A witness that was given signed no checkpoint.
    NotCosigned,
    /// Two checkpoints contradict each other.
    Contradiction,
    /// A checkpoint was given that reaches further than all that are kept beside the log.
    SignedLess,
    /// The log went on otherwise after a restore that the auditor did not accept.
    Fork,
    /// What declares a restore does not fit the log, or is not where it should be.
    Declaration,
    /// What was given is not complete.
    Incomplete,
}

impl Finding {
    /// At a position.
    #[must_use]
    pub const fn at(position: i64, what: What, says: String) -> Self {
        Self { position: Some(position), what, says }
    }

    /// Of no event.
    #[must_use]
    pub const fn aside(what: What, says: String) -> Self {
        Self { position: None, what, says }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(position) => write!(f, "{position}: {}", self.says),
            None => f.write_str(&self.says),
        }
    }
}

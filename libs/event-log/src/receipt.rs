//! What came of a command, and what the log keeps of that.

use std::str::FromStr;

/// A command had its effect, now or when it was asked before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The stream it was about: category, slash, id.
    pub stream: String,
    /// The version of that stream.
    pub version: i32,
    /// The log's position to wait for; 0 when nothing new happened in an empty log.
    pub position: i64,
    /// It was asked before under the same id, and this is the answer of then.
    pub repeated: bool,
}

/// What the log keeps of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The answer.
    pub done: Receipt,
    /// The keyed print of what was asked.
    pub fingerprint: Vec<u8>,
}

impl Receipt {
    /// The id of what the command was about. After a retry it names the first answer's thing.
    #[must_use]
    pub fn id<T: FromStr>(&self) -> Option<T> {
        self.stream.split_once('/')?.1.parse().ok()
    }
}

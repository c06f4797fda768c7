//! What an operator may set.

use crate::{MessageKeys, Names, Remedy};
use decider::Clock;
use std::time::Duration;

/// After how long something that is tried again and again needs somebody.
pub const ALARM_AFTER: Duration = Duration::from_secs(30);

/// What an operator may set. The default suits one server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How streams and subjects are called.
    pub names: Names,
    /// What messages are vouched for with. Without them nothing is relayed or read.
    pub keys: MessageKeys,
    /// Copies of each stream: 1 on one NATS server, 3 on a cluster.
    pub replicas: usize,
    /// How many messages may be published before the first is acknowledged.
    pub window: usize,
    /// How many events go into one transaction.
    pub batch: usize,
    /// How many batches are applied at the same time; below the size of the pool.
    pub at_once: usize,
    /// How often heads, streams and checkpoints are compared when nothing happens.
    pub compare_every: Duration,
    /// How soon after one look at a log that somebody hinted at the next may follow. Hints that turn out to be wrong make
    /// it twice as long each time, up to `compare_every`.
    pub look_every: Duration,
    /// How often a checkpoint is written while nothing concerns its reader, also when nothing more comes.
    /// Zero: with every batch.
    pub write_every: Duration,
    /// After how long something that is tried again and again is an alarm, which says what it waits for.
    pub alarm_after: Duration,
    /// What may help when the streams take nothing for as long.
    pub remedy: Remedy,
    /// What time it is for a reaction.
    pub clock: Clock,
    /// By what it is counted how long ago a log was asked: nobody sets it.
    pub ages: Clock,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            names: Names::default(),
            keys: MessageKeys::none(),
            replicas: 1,
            window: 1_000,
            batch: 500,
            at_once: 4,
            compare_every: Duration::from_secs(5),
            look_every: Duration::from_millis(100),
            write_every: Duration::from_secs(1),
            alarm_after: ALARM_AFTER,
            remedy: Remedy::default(),
            clock: Clock::system(),
            ages: Clock::steady(),
        }
    }
}

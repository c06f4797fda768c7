//! For how long PostgreSQL may work, and for how long its answer is waited for.

use std::time::Duration;

/// A statement for the beginning of a transaction that reads or writes much: each of its statements may take as long as
/// [`Limits::batch`] says.
pub const IN_BATCHES: &str =
    "select set_config('statement_timeout', current_setting('regiohub.batch_timeout', true), true)";

/// A statement for the beginning of a transaction that holds rows across round trips: when its process says nothing for
/// so long, as one that is frozen does, the rows are free again.
pub const ROWS_HELD: &str = "set local idle_in_transaction_session_timeout = '5s'";

/// Bounds of one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// One statement of a command or a query; what takes longer is cancelled by PostgreSQL.
    pub statement: Duration,
    /// One statement of a rebuild, an export, a verification or a migration.
    pub batch: Duration,
    /// How long an answer is waited for. After that the connection is thrown away, and what came of it is unknown.
    pub answer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { statement: Duration::from_secs(10), batch: Duration::from_secs(30 * 60), answer: Duration::from_secs(5) }
    }
}

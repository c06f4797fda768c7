//! What is there to be replayed.

use event_log::Database;
use projections::ReadModel;

/// The read models and lookups in the database of one service.
pub struct Shelf {
    /// Which service.
    pub service: &'static str,
    /// Its database.
    pub database: Database,
    /// To be replayed.
    pub models: Vec<ReadModel>,
}

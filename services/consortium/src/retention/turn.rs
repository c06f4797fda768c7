//! One at a time in a region: who forgets, and who says that somebody may not be forgotten.
//!
//! Keys are destroyed before the log says so. Without a turn a hold that is placed in between would be answered, and
//! somebody whom it covers be forgotten after it.

use chassis::Hub;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OwnedMutexGuard;
use vocabulary::RegionId;

type Here = Arc<tokio::sync::Mutex<()>>;

/// Those of this process wait here, for their region, so that waiting takes no connections.
static HERE: Mutex<BTreeMap<RegionId, Here>> = Mutex::new(BTreeMap::new());

/// As long as it is held nobody else has the turn, in no process that knows of it.
pub(crate) struct Turn {
    // Given back in this order.
    everywhere: event_log::Turn,
    _here: OwnedMutexGuard<()>,
}

impl Turn {
    /// Whether nobody else has it since: to be asked before what cannot be undone.
    ///
    /// # Errors
    /// When this process was frozen or cut off, or the database does not answer.
    pub async fn still(&self) -> sqlx::Result<()> {
        self.everywhere.still().await
    }
}

/// Waits for the turn.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn turn(hub: &Hub, region: &RegionId) -> sqlx::Result<Turn> {
    let here = HERE.lock().unwrap_or_else(PoisonError::into_inner).entry(region.clone()).or_default().clone();
    let here = here.lock_owned().await;
    Ok(Turn { everywhere: event_log::Turn::take(&hub.db, region, "retention").await?, _here: here })
}

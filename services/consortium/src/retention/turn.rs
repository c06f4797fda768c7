//! One at a time in a region: who forgets, and who says that somebody may not be forgotten.
//!
//! Keys are destroyed before the log says so. Without a turn a hold that is placed in between would be answered, and
//! somebody whom it covers be forgotten after it.

use chassis::Hub;
use event_log::tenant;
use sqlx::{Postgres, Transaction};
use tokio::sync::{Mutex, MutexGuard};
use vocabulary::RegionId;

/// Those of this process wait here, so that waiting takes no connections.
static HERE: Mutex<()> = Mutex::const_new(());

/// As long as it is held nobody else has the turn, in no process.
pub(crate) struct Turn {
    // Given back in this order.
    _everywhere: Transaction<'static, Postgres>,
    _here: MutexGuard<'static, ()>,
}

/// Waits for the turn.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn turn(hub: &Hub, region: &RegionId) -> sqlx::Result<Turn> {
    let here = HERE.lock().await;
    let mut everywhere = tenant(&hub.db, region).await?;
    sqlx::query("select pg_advisory_xact_lock(hashtext('retention'), hashtext($1))")
        .bind(region.as_str())
        .execute(&mut *everywhere)
        .await?;
    Ok(Turn { _everywhere: everywhere, _here: here })
}

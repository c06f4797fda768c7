//! How far a lookup over this service's own log is.

use chassis::Hub;
use sqlx::PgConnection;
use vocabulary::RegionId;

/// The position of the own log up to which a lookup has folded. It stays there until the transaction ends:
/// rows and checkpoint are written under the lock that is shared here.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn position(rows: &mut PgConnection, region: &RegionId, lookup: &str) -> sqlx::Result<i64> {
    let position: Option<i64> = sqlx::query_scalar(
        "select kept.position from bus.checkpoints kept
         join bus.projections live on live.name = kept.reader and live.live_version = kept.version
         where kept.region = $1 and kept.reader = $2 and kept.service = 'co-financing'
         for share of kept",
    )
    .bind(region.as_str())
    .bind(lookup)
    .fetch_optional(rows)
    .await?;
    Ok(position.unwrap_or(0))
}

/// Where the own log ends.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn head(hub: &Hub, region: &RegionId) -> sqlx::Result<i64> {
    let heads = hub.log.heads().await?;
    Ok(heads.iter().find(|head| head.region == *region).map_or(0, |head| head.position))
}

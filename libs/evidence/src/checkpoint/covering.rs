//! Which signed checkpoint covers an event, and which has a size?

use super::{CUT, Cut};
use event_log::{Pool, tenant};
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;
use vocabulary::RegionId;

/// For each of these positions of a log the first checkpoint that covers it, in the log's newest epoch; positions that are
/// not signed yet are left out. Whose the signature is shows to whoever has the key: the notes are handed over for that.
///
/// # Errors
/// When the database does not answer.
pub async fn covering(
    db: &Pool,
    region: &RegionId,
    service: &str,
    positions: &[i64],
) -> sqlx::Result<BTreeMap<i64, Cut>> {
    let mut transaction = tenant(db, region).await?;
    // A hub that never ran with checkpoints has none.
    let made: bool = sqlx::query_scalar("select to_regclass('checkpoints.checkpoint') is not null")
        .fetch_one(&mut *transaction)
        .await?;
    let mut found = BTreeMap::new();
    let (mut left, mut cuts): (Vec<i64>, BTreeMap<i64, Cut>) = (positions.to_vec(), BTreeMap::new());
    left.sort_unstable();
    for position in left.into_iter().filter(|_| made) {
        // The one before may cover this one as well: then it is the first.
        let known = cuts.last_key_value().filter(|(size, _)| **size >= position).map(|(_, cut)| cut.clone());
        let cut = match known {
            Some(cut) => Some(cut),
            None => {
                sqlx::query_as(AssertSqlSafe(format!(
                    "{CUT} where region = $1 and service = $2 and size >= $3
                       and epoch = (select max(epoch) from checkpoints.checkpoint where region = $1 and service = $2)
                     order by size limit 1"
                )))
                .bind(region.as_str())
                .bind(service)
                .bind(position)
                .fetch_optional(&mut *transaction)
                .await?
            }
        };
        let Some(cut) = cut else { break };
        // A row that says more than its note covers nothing.
        let said = cut.checkpoint().filter(|said| said.origin.ends_with(&format!("/{region}/{service}")));
        if said.is_none_or(|said| (said.size, said.epoch) != (cut.size.unsigned_abs(), cut.epoch.unsigned_abs())) {
            continue;
        }
        cuts.insert(cut.size, cut.clone());
        found.insert(position, cut);
    }
    Ok(found)
}

/// The checkpoints of a log that have one of these sizes, the newest epoch first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_sizes(db: &Pool, region: &RegionId, service: &str, sizes: &[u64]) -> sqlx::Result<Vec<Cut>> {
    let mut transaction = tenant(db, region).await?;
    // A hub that never ran with checkpoints has none.
    let made: bool = sqlx::query_scalar("select to_regclass('checkpoints.checkpoint') is not null")
        .fetch_one(&mut *transaction)
        .await?;
    if !made {
        return Ok(vec![]);
    }
    let sizes: Vec<i64> = sizes.iter().filter_map(|size| i64::try_from(*size).ok()).collect();
    sqlx::query_as(AssertSqlSafe(format!(
        "{CUT} where region = $1 and service = $2 and size = any ($3) order by epoch desc, size"
    )))
    .bind(region.as_str())
    .bind(service)
    .bind(sizes)
    .fetch_all(&mut *transaction)
    .await
}

//! Erases what PostgreSQL keeps of the names of those who were forgotten: old versions of rows, in tables and indexes.
//!
//! An update leaves the row before it in the file, and a plain vacuum the bytes of it. So once somebody was forgotten
//! and nobody can see the old rows any more, the table is written anew.

use super::People;
use bus::{ALARM_AFTER, Retrying};
use chassis::Hub;
use chrono::{DateTime, Utc};
use event_log::tenant;
use projections::Projection;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::collections::BTreeSet;
use std::time::Duration;
use vocabulary::RegionId;

/// Between two looks whether somebody was forgotten.
const EVERY: Duration = Duration::from_secs(5);

/// What is known of the table of names.
struct Names {
    /// How many people were forgotten, in all regions.
    forgotten: i64,
    /// How many were when the table was written anew; it says so in its comment.
    erased: i64,
}

/// For so long whoever began to read before may go on reading, without anybody hearing of it: the longest statements are
/// those of exports and rebuilds.
const READING: Duration = Duration::from_secs(600);

/// Why names of forgotten people are in the files still.
#[derive(Debug, thiserror::Error)]
enum NotErased {
    /// The database does not answer, or the table is in use.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// Somebody who began to read before could see them.
    #[error("a transaction that began before somebody was forgotten is still open")]
    Read,
}

/// Looks again and again, beside the work.
pub(in crate::read_models::consortium) fn begin_erasing(hub: &Hub) {
    let hub = hub.clone();
    tokio::spawn(async move {
        let mut waiting: Option<(i64, DateTime<Utc>)> = None;
        let (what, service, region) = ("the erasure of forgotten names", "gateway", "all regions");
        let (mut failing, mut reading) = (Retrying::new(ALARM_AFTER), Retrying::new(READING));
        while !hub.db.is_closed() {
            // There will be another look; that it lasts is told.
            match look(&hub, &mut waiting).await {
                Ok(()) => {
                    failing.worked();
                    reading.worked();
                }
                Err(NotErased::Read) => {
                    failing.worked();
                    reading.failed(what, service, region, &NotErased::Read);
                }
                Err(error) => {
                    tracing::debug!(%error, "what was forgotten is not erased yet");
                    failing.failed(what, service, region, &error);
                }
            }
            tokio::time::sleep(EVERY).await;
        }
    });
}

/// `waiting` is how many were forgotten and when that was seen: who began to read later sees no name of them.
async fn look(hub: &Hub, waiting: &mut Option<(i64, DateTime<Utc>)>) -> Result<(), NotErased> {
    let names = names(hub).await?;
    if names.forgotten == names.erased {
        *waiting = None;
        return Ok(());
    }
    let (forgotten, since) = match *waiting {
        Some(seen) if seen.0 == names.forgotten => seen,
        _ => (names.forgotten, now(hub).await?),
    };
    *waiting = Some((forgotten, since));
    // A connection of its own, as the owner: what follows is no work for the role of queries.
    let mut owner = hub.db.acquire().await?.detach();
    let as_owner =
        "reset role; select set_config('statement_timeout', current_setting('regiohub.batch_timeout'), false)";
    sqlx::raw_sql(as_owner).execute(&mut owner).await?;
    if !seen_by_nobody(&mut owner, since).await? {
        owner.close().await?;
        return Err(NotErased::Read);
    }
    write_anew(&mut owner, forgotten).await?;
    owner.close().await?;
    *waiting = None;
    tracing::info!(forgotten, "the table of names was rewritten without the people who were forgotten");
    Ok(())
}

async fn names(hub: &Hub) -> sqlx::Result<Names> {
    let mut rows = hub.db.begin("begin read only; set local regiohub.bus = 'on'").await?;
    let comment: Option<String> = sqlx::query_scalar("select obj_description('people.person'::regclass, 'pg_class')")
        .fetch_one(&mut *rows)
        .await?;
    let logs = bus::checkpoint::everywhere(&mut *rows, People::NAME).await?;
    drop(rows);
    let regions: BTreeSet<RegionId> = logs.into_iter().map(|(log, _)| log.region).collect();
    let mut forgotten = 0;
    for region in regions {
        let mut rows = tenant(&hub.db, &region).await?;
        forgotten += sqlx::query_scalar::<_, i64>("select count(*) from people.person where region = $1 and forgotten")
            .bind(region.as_str())
            .fetch_one(&mut *rows)
            .await?;
    }
    let erased = comment.and_then(|comment| comment.strip_prefix("erased: ")?.parse().ok()).unwrap_or(0);
    Ok(Names { forgotten, erased })
}

async fn now(hub: &Hub) -> sqlx::Result<DateTime<Utc>> {
    sqlx::query_scalar("select clock_timestamp()").fetch_one(&hub.db).await
}

/// Whether everyone who reads at this moment began later.
async fn seen_by_nobody(owner: &mut PgConnection, moment: DateTime<Utc>) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select not exists (select from pg_stat_activity where datname = current_database() and xact_start < $1)",
    )
    .bind(moment)
    .fetch_one(owner)
    .await
}

/// Writes table and indexes into new files; the old ones go.
async fn write_anew(owner: &mut PgConnection, forgotten: i64) -> sqlx::Result<()> {
    for statement in ["set lock_timeout = '1s'", "vacuum (full) people.person"] {
        sqlx::raw_sql(statement).execute(&mut *owner).await?;
    }
    let comment = format!("comment on table people.person is 'erased: {forgotten}'");
    sqlx::raw_sql(AssertSqlSafe(comment)).execute(owner).await?;
    Ok(())
}

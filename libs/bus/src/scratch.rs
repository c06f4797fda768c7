//! A schema for one replay, gone afterwards.

use crate::Error;
use crate::rows::quoted;
use crate::tables::OURS;
use event_log::Database;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

/// What the names of such schemas begin with.
const PREFIX: &str = "replay_";

/// A schema for one replay. It goes with [`Scratch::discard`]; when that is never reached, as after a kill, the next
/// one that is made removes it.
#[derive(Debug)]
pub struct Scratch {
    schema: String,
    /// Holds a lock as long as it lives, so that nobody takes the schema for a leftover.
    holder: PgConnection,
}

impl Scratch {
    /// A name of its own. The schema is made by the replay.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn new(database: &Database) -> Result<Self, Error> {
        let mut holder = database.owner.acquire().await?.detach();
        let left: Vec<String> = sqlx::query_scalar(
            "select nspname::text from pg_namespace
             where starts_with(nspname, $1) and obj_description(oid, 'pg_namespace') = $2",
        )
        .bind(PREFIX)
        .bind(OURS)
        .fetch_all(&mut holder)
        .await?;
        for schema in left {
            if lock(&mut holder, &schema).await? {
                drop_schema(&mut holder, &schema).await?;
                sqlx::query("select pg_advisory_unlock(hashtext($1))").bind(&schema).execute(&mut holder).await?;
            }
        }
        let schema = format!("{PREFIX}{}", Uuid::now_v7().simple());
        lock(&mut holder, &schema).await?;
        Ok(Self { schema, holder })
    }

    /// Its name.
    #[must_use]
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// Removes it with all that is in it.
    ///
    /// # Errors
    /// When the database does not answer: the next replay removes it.
    pub async fn discard(mut self) -> Result<(), Error> {
        drop_schema(&mut self.holder, &self.schema).await?;
        Ok(self.holder.close().await?)
    }
}

async fn lock(rows: &mut PgConnection, schema: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("select pg_try_advisory_lock(hashtext($1))").bind(schema).fetch_one(rows).await
}

async fn drop_schema(rows: &mut PgConnection, schema: &str) -> sqlx::Result<()> {
    let dropped = format!(
        "begin; set local regiohub.bus = 'on';
         drop schema if exists {} cascade;
         delete from bus.checkpoints where reader like '%/into/{schema}';
         delete from bus.parked where reader like '%/into/{schema}';
         commit",
        quoted(schema)
    );
    sqlx::raw_sql(AssertSqlSafe(dropped)).execute(rows).await?;
    Ok(())
}

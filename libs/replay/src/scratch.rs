//! A schema for one replay, gone afterwards.

use bus::Error;
use event_log::Database;
use projections::{remove_filled, schemas_beginning};
use sqlx::{Connection, PgConnection};
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
        for schema in schemas_beginning(&mut holder, PREFIX).await? {
            if lock(&mut holder, &schema).await? {
                remove_filled(&mut holder, &schema).await?;
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
        remove_filled(&mut self.holder, &self.schema).await?;
        Ok(self.holder.close().await?)
    }
}

async fn lock(rows: &mut PgConnection, schema: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("select pg_try_advisory_lock(hashtext($1))").bind(schema).fetch_one(rows).await
}

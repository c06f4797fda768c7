//! One number for all that a read model says of a region.

use crate::Error;
use crate::rows::{filling, quoted};
use event_log::begin;
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgPool};
use vocabulary::RegionId;

/// SHA-256, as 64 hexadecimal digits, over the rows of one region: table by table in order of name, row by
/// row in order of the primary key, each row as PostgreSQL writes it. Equal digests, equal tables.
///
/// # Errors
/// When the database does not answer or there is no such schema.
pub async fn digest(app: &PgPool, schema: &str, region: &RegionId) -> Result<String, Error> {
    let mut hash = Sha256::new();
    for (table, order) in orders(app, schema).await? {
        hash.update(framed(&table));
        let mut rows = filling(app, region, schema).await?;
        // What a row looks like as text must not depend on who asks.
        sqlx::query("set local timezone = 'UTC'").execute(&mut *rows).await?;
        let select = format!("select t::text from {}.{} t order by {order}", quoted(schema), quoted(&table));
        let mut texts = sqlx::query_scalar::<_, String>(AssertSqlSafe(select)).fetch(&mut *rows);
        while let Some(text) = texts.try_next().await? {
            hash.update(framed(&text));
        }
    }
    Ok(hex::encode(hash.finalize()))
}

/// A text with its length before it, so that two rows never read as one.
fn framed(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_be_bytes()[..], text.as_bytes()].concat()
}

/// Every table of a schema, sorted, with the columns of its primary key.
async fn orders(app: &PgPool, schema: &str) -> Result<Vec<(String, String)>, Error> {
    let mut rows = begin(app, "begin").await?;
    let orders = sqlx::query_as(
        "select made.relname::text,
                -- Text in the order of its bytes: the database's language must not matter.
                string_agg('t.' || quote_ident(part.attname) || case when part.attcollation <> 0 then ' collate \"C\"' else '' end,
                           ', ' order by key.ordinality)
         from pg_class made
         join pg_index primary_key on primary_key.indrelid = made.oid and primary_key.indisprimary
         join unnest(primary_key.indkey::int2[]) with ordinality as key (attnum, ordinality) on true
         join pg_attribute part on part.attrelid = made.oid and part.attnum = key.attnum
         where made.relnamespace = $1::text::regnamespace and made.relkind in ('r', 'p')
         group by made.relname
         order by made.relname collate \"C\"",
    )
    .bind(quoted(schema))
    .fetch_all(&mut *rows)
    .await?;
    Ok(orders)
}

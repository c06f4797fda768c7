//! What a read model says of a region, as numbers: one over all of it, or one for each table.

use crate::shape::{Shape, shapes};
use bus::Error;
use event_log::{IN_BATCHES, Pool};
use futures_util::TryStreamExt;
use projections::quoted;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgConnection};
use vocabulary::RegionId;

/// One table of a read model, as far as it is about one region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableDigest {
    /// Its name.
    pub table: String,
    /// How many rows there are.
    pub rows: u64,
    /// SHA-256 as 64 hexadecimal digits, over the rows in order of the primary key, each as PostgreSQL writes it.
    pub digest: String,
}

/// SHA-256, as 64 hexadecimal digits, over the rows of one region: table by table in order of name, row by
/// row in order of the primary key, each row as PostgreSQL writes it. Equal digests, equal tables.
///
/// # Errors
/// When the database does not answer or there is no such schema.
pub async fn digest(app: &Pool, schema: &str, region: &RegionId) -> Result<String, Error> {
    let mut hash = Sha256::new();
    let mut rows = app.begin_raw(format!("begin; set local regiohub.region = '{region}'; {IN_BATCHES}")).await?;
    for shape in shapes(&mut rows, schema).await? {
        hash.update(framed(&shape.table));
        add(&mut rows, schema, &shape, &[], &mut hash).await?;
    }
    Ok(hex::encode(hash.finalize()))
}

/// The digest of each table of a schema, sorted by name. `rows` is a transaction that sees one region; columns in
/// `except` (`table.column`) do not count.
///
/// # Errors
/// When the database does not answer or there is no such schema.
pub async fn digests(rows: &mut PgConnection, schema: &str, except: &[&str]) -> Result<Vec<TableDigest>, Error> {
    let mut all = Vec::new();
    for shape in shapes(rows, schema).await? {
        let mut hash = Sha256::new();
        let count = add(rows, schema, &shape, except, &mut hash).await?;
        all.push(TableDigest { table: shape.table, rows: count, digest: hex::encode(hash.finalize()) });
    }
    Ok(all)
}

/// Adds the rows of a table to a hash; answers how many there were.
async fn add(
    rows: &mut PgConnection,
    schema: &str,
    shape: &Shape,
    except: &[&str],
    hash: &mut Sha256,
) -> Result<u64, Error> {
    // What a row looks like as text must not depend on who asks.
    sqlx::query("set local timezone = 'UTC'").execute(&mut *rows).await?;
    let counted = shape.columns.iter().filter(|column| !except.contains(&shape.full(column).as_str()));
    let counted: Vec<String> = counted.map(|column| format!("t.{}", quoted(column))).collect();
    let select = format!(
        "select row({})::text from {}.{} t order by {}",
        counted.join(", "),
        quoted(schema),
        quoted(&shape.table),
        shape.order
    );
    let mut texts = sqlx::query_scalar::<_, String>(AssertSqlSafe(select)).fetch(rows);
    let mut count = 0;
    while let Some(text) = texts.try_next().await? {
        hash.update(framed(&text));
        count += 1;
    }
    Ok(count)
}

/// A text with its length before it, so that two rows never read as one.
fn framed(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_be_bytes()[..], text.as_bytes()].concat()
}

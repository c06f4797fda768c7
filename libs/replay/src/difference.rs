//! Where two copies of a table differ, row by row.

use crate::shape::{Shape, shapes};
use bus::Error;
use futures_util::{Stream, TryStreamExt};
use projections::quoted;
use serde::Serialize;
use sqlx::{AssertSqlSafe, PgConnection};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::pin::pin;

/// A row that is not the same in the live table and in the replayed one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// Which table.
    pub table: String,
    /// The columns of its primary key.
    pub key: BTreeMap<String, String>,
    /// What is wrong with it.
    pub what: What,
    /// The columns that differ; none for a row that is in one table only.
    pub columns: Vec<Column>,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The logs make it, and it is not in the live table.
    Missing,
    /// It is in the live table, and the logs do not make it.
    Extra,
    /// The logs make it otherwise.
    Changed,
}

/// A column that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What the live table says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<String>,
    /// What the logs say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replayed: Option<String>,
}

/// Two copies of a table to hold against each other.
#[derive(Clone, Copy, Debug)]
pub struct Copies<'a> {
    /// The schema of the live one.
    pub live: &'a str,
    /// The schema of the replayed one.
    pub replayed: &'a str,
    /// Its name in both.
    pub table: &'a str,
    /// Columns (`table.column`) that do not count, such as those that hold names.
    pub except: &'a [&'a str],
}

type Row = (Vec<String>, Vec<Option<String>>);

impl Copies<'_> {
    /// The first `most` differences, in order of the key as text. Each connection is a transaction that sees one
    /// region; rows are read side by side in flat memory.
    ///
    /// # Errors
    /// When the database does not answer, or there is no such table.
    pub async fn differences(
        &self,
        live: &mut PgConnection,
        replayed: &mut PgConnection,
        most: usize,
    ) -> Result<Vec<Difference>, Error> {
        let shape = shapes(&mut *replayed, self.replayed).await?.into_iter().find(|shape| shape.table == self.table);
        let shape = shape.ok_or(sqlx::Error::RowNotFound)?;
        let columns: Vec<&String> =
            shape.columns.iter().filter(|column| !self.except.contains(&shape.full(column).as_str())).collect();
        let mut live = pin!(walk(live, self.live, &shape, &columns));
        let mut replayed = pin!(walk(replayed, self.replayed, &shape, &columns));
        let (mut is, mut should) = (live.try_next().await?, replayed.try_next().await?);
        let mut found = Vec::new();
        while found.len() < most {
            let order = match (&is, &should) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((one, _)), Some((other, _))) => one.cmp(other),
            };
            let one = |row: &Option<Row>, what| row.as_ref().map(|(key, _)| self.difference(&shape, key, what));
            match order {
                Ordering::Less => found.extend(one(&is, What::Extra)),
                Ordering::Greater => found.extend(one(&should, What::Missing)),
                Ordering::Equal => {
                    if let (Some((key, is)), Some((_, should))) = (&is, &should)
                        && is != should
                    {
                        let differing = differing(&columns, is, should);
                        found.push(Difference { columns: differing, ..self.difference(&shape, key, What::Changed) });
                    }
                }
            }
            if order != Ordering::Greater {
                is = live.try_next().await?;
            }
            if order != Ordering::Less {
                should = replayed.try_next().await?;
            }
        }
        Ok(found)
    }

    fn difference(&self, shape: &Shape, key: &[String], what: What) -> Difference {
        let key = shape.key.iter().cloned().zip(key.iter().cloned()).collect();
        Difference { table: self.table.to_owned(), key, what, columns: vec![] }
    }
}

fn differing(columns: &[&String], is: &[Option<String>], should: &[Option<String>]) -> Vec<Column> {
    let pairs = columns.iter().zip(is.iter().zip(should)).filter(|(_, (is, should))| is != should);
    pairs
        .map(|(name, (is, should))| Column { name: (*name).clone(), live: is.clone(), replayed: should.clone() })
        .collect()
}

/// The rows of a table in the order of the bytes of their keys.
fn walk<'a>(
    rows: &'a mut PgConnection,
    schema: &str,
    shape: &Shape,
    columns: &[&String],
) -> impl Stream<Item = sqlx::Result<Row>> + use<'a> {
    let text = |column: &String| format!("t.{}::text", quoted(column));
    let key: Vec<String> = shape.key.iter().map(text).collect();
    let values: Vec<String> = columns.iter().map(|column| text(column)).collect();
    let order: Vec<String> = key.iter().map(|part| format!("({part}) collate \"C\"")).collect();
    let select = format!(
        "select array[{}], array[{}]::text[] from {}.{} t order by {}",
        key.join(", "),
        values.join(", "),
        quoted(schema),
        quoted(&shape.table),
        order.join(", ")
    );
    sqlx::query_as::<_, Row>(AssertSqlSafe(select)).fetch(rows)
}

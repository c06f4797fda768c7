//! What the tables of a schema look like: their columns, and the order of their rows.

use bus::Error;
use projections::quoted;
use sqlx::PgConnection;

/// One table.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Shape {
    pub table: String,
    /// In the order in which they were declared.
    pub columns: Vec<String>,
    /// Those of the primary key, in its order.
    pub key: Vec<String>,
    /// The primary key as the end of `… t order by`, independent of the database's language.
    pub order: String,
}

impl Shape {
    /// A column as [`projections::Projection::PERSONAL`] names it.
    pub fn full(&self, column: &str) -> String {
        format!("{}.{column}", self.table)
    }
}

/// Every table of a schema, sorted by name.
pub(crate) async fn shapes(rows: &mut PgConnection, schema: &str) -> Result<Vec<Shape>, Error> {
    Ok(sqlx::query_as(
        "select made.relname::text as \"table\",
                array(select attname::text from pg_attribute
                      where attrelid = made.oid and attnum > 0 and not attisdropped order by attnum) as columns,
                array_agg(part.attname::text order by key.ordinality) as key,
                -- Text in the order of its bytes: the database's language must not matter.
                string_agg('t.' || quote_ident(part.attname) || case when part.attcollation <> 0 then ' collate \"C\"' else '' end,
                           ', ' order by key.ordinality) as \"order\"
         from pg_class made
         join pg_index primary_key on primary_key.indrelid = made.oid and primary_key.indisprimary
         join unnest(primary_key.indkey::int2[]) with ordinality as key (attnum, ordinality) on true
         join pg_attribute part on part.attrelid = made.oid and part.attnum = key.attnum
         where made.relnamespace = $1::text::regnamespace and made.relkind in ('r', 'p')
         group by made.oid, made.relname
         order by made.relname collate \"C\"",
    )
    .bind(quoted(schema))
    .fetch_all(rows)
    .await?)
}

//! Makes the tables of projections, each closed off per region.

use crate::projection::{AnyProjection, schema};
use crate::rows::quoted;
use bus::{Error, checkpoint, making_tables};
use event_log::APP_ROLE;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};

/// Marks a schema as one that may be dropped and made again.
const OURS: &str = "a read model of the hub: disposable, made from the logs";

/// What the name of a reader ends with that fills a schema for a replay.
pub(crate) fn into(schema: &str) -> String {
    format!("/into/{schema}")
}

/// The schemas of projections' tables whose names begin so.
///
/// # Errors
/// When the database does not answer.
pub async fn schemas_beginning(rows: &mut PgConnection, prefix: &str) -> sqlx::Result<Vec<String>> {
    let found = sqlx::query_scalar(
        "select nspname::text from pg_namespace
         where starts_with(nspname, $1) and obj_description(oid, 'pg_namespace') = $2",
    );
    found.bind(prefix).bind(OURS).fetch_all(rows).await
}

/// Removes a schema that was filled for a replay, and what is remembered of whoever filled it.
///
/// # Errors
/// When the database does not answer.
pub async fn remove_filled(owner: &mut PgConnection, schema: &str) -> sqlx::Result<()> {
    let mut removing = owner.begin().await?;
    let drop = format!("set local regiohub.bus = 'on'; drop schema if exists {} cascade", quoted(schema));
    sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut *removing).await?;
    checkpoint::forget_all_ending(&mut removing, &into(schema)).await?;
    removing.commit().await
}

/// The version of a projection that serves queries; its tables are made when it is new.
pub(crate) async fn live(owner: &PgPool, projection: &dyn AnyProjection) -> Result<i32, Error> {
    let mut transaction = making_tables(owner).await?;
    if let Some(live) = bus::live::version(&mut transaction, projection.name()).await? {
        return Ok(live);
    }
    make(&mut transaction, projection, &schema(projection.name())).await?;
    bus::live::switch(&mut transaction, projection.name(), projection.version()).await?;
    transaction.commit().await?;
    Ok(projection.version())
}

/// Makes the tables of a projection in `schema`, in place of what is there.
pub(crate) async fn make(owner: &mut PgConnection, projection: &dyn AnyProjection, schema: &str) -> Result<(), Error> {
    let name = quoted(schema);
    let tables = projection.tables();
    let problem = |problem: String| Error::Tables { projection: projection.name().to_owned(), problem };
    let foreign: bool = sqlx::query_scalar(
        "select exists (select from pg_namespace
                        where nspname = $1 and obj_description(oid, 'pg_namespace') is distinct from $2)",
    )
    .bind(schema)
    .bind(OURS)
    .fetch_one(&mut *owner)
    .await?;
    if foreign {
        return Err(problem(format!("the schema {schema} is there already, and is no read model")));
    }
    sqlx::raw_sql(AssertSqlSafe(format!(
        "drop schema if exists {name} cascade; create schema {name}; comment on schema {name} is '{OURS}';
         set local search_path = {name};\n{tables}\n; set local search_path = default"
    )))
    .execute(&mut *owner)
    .await?;
    let made = closable(owner, schema).await?;
    if made.is_empty() {
        return Err(problem("there are none".into()));
    }
    for (table, closable) in &made {
        if !closable {
            return Err(problem(format!(
                "{table} lacks `region text not null`, leading its primary key and every index"
            )));
        }
        let table = format!("{name}.{}", quoted(table));
        sqlx::raw_sql(AssertSqlSafe(format!(
            "alter table {table} enable row level security; alter table {table} force row level security;
             create policy region on {table} using (region = current_setting('regiohub.region', true))"
        )))
        .execute(&mut *owner)
        .await?;
    }
    sqlx::raw_sql(AssertSqlSafe(format!(
        "grant usage on schema {name} to {APP_ROLE};
         grant select, insert, update, delete on all tables in schema {name} to {APP_ROLE};
         grant usage on all sequences in schema {name} to {APP_ROLE}"
    )))
    .execute(owner)
    .await?;
    Ok(())
}

/// What can be selected from in a schema, sorted, and whether each has a region that leads its primary key and indexes.
async fn closable(rows: &mut PgConnection, schema: &str) -> sqlx::Result<Vec<(String, bool)>> {
    sqlx::query_as(
        "select made.relname::text,
                region.attnotnull is true
                and exists (select from pg_index where indrelid = made.oid and indisprimary)
                and not exists (select from pg_index where indrelid = made.oid and indkey[0] <> region.attnum)
         from pg_class made
         left join pg_attribute region
              on region.attrelid = made.oid and region.attname = 'region' and region.atttypid = 'text'::regtype
         where made.relnamespace = $1::text::regnamespace and made.relkind in ('r', 'p', 'm', 'v', 'f')
         order by made.relname collate \"C\"",
    )
    .bind(quoted(schema))
    .fetch_all(rows)
    .await
}

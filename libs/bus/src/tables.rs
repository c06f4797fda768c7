//! Makes the tables of the bus and of projections, each closed off per region.

use crate::Error;
use crate::projection::{AnyProjection, schema};
use crate::rows::quoted;
use event_log::{APP_ROLE, begin};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

/// Marks a schema as one that may be dropped and made again.
pub(crate) const OURS: &str = "a read model of the hub: disposable, made from the logs";

/// A process that is frozen in the middle does not keep others from starting.
const BEGIN: &str = "begin; set local idle_in_transaction_session_timeout = '5s'";

/// Makes the bus's own tables, or brings them up to date. Harmless when done twice.
///
/// # Errors
/// When the database does not answer or `owner` does not own it.
pub async fn migrate(owner: &PgPool) -> Result<(), Error> {
    let mut transaction = begin(owner, BEGIN).await?;
    sqlx::query("select pg_advisory_xact_lock(hashtext('bus'))").execute(&mut *transaction).await?;
    sqlx::raw_sql(include_str!("bus.sql")).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}

/// The version of a projection that serves queries; its tables are made when it is new.
pub(crate) async fn live(owner: &PgPool, projection: &dyn AnyProjection) -> Result<i32, Error> {
    let mut transaction = begin(owner, BEGIN).await?;
    sqlx::query("select pg_advisory_xact_lock(hashtext('bus'))").execute(&mut *transaction).await?;
    let live: Option<i32> = sqlx::query_scalar("select live_version from bus.projections where name = $1")
        .bind(projection.name())
        .fetch_optional(&mut *transaction)
        .await?;
    if let Some(live) = live {
        return Ok(live);
    }
    make(&mut transaction, projection, &schema(projection.name())).await?;
    sqlx::query("insert into bus.projections (name, live_version) values ($1, $2)")
        .bind(projection.name())
        .bind(projection.version())
        .execute(&mut *transaction)
        .await?;
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

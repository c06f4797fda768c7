//! Two ways into a service's database: as the owner of the tables, and as the hub at work.

use crate::durable::set_durable;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Executor, PgPool, Postgres, Transaction};
use std::time::Duration;
use vocabulary::RegionId;

/// The role the hub works under: it owns nothing, so row-level security binds it.
pub const APP_ROLE: &str = "regiohub_app";

/// Two pools on one database.
#[derive(Clone, Debug)]
pub struct Database {
    /// Owns the tables: for migrations and rebuilding read models only.
    pub owner: PgPool,
    /// Bound by row-level security.
    pub app: PgPool,
}

impl Database {
    /// Connects; waits at most three seconds for a free connection. Every session waits for the disk when it commits.
    ///
    /// # Errors
    /// When the server cannot be reached or the role cannot be made.
    pub async fn open(options: PgConnectOptions, connections: u32) -> sqlx::Result<Self> {
        // A notice such as "does not exist, skipping" tells an operator nothing.
        let options = options.options([("client_min_messages", "warning")]);
        let owner = pool(3)
            .after_connect(|connection, _| Box::pin(set_durable(connection)))
            .connect_with(options.clone())
            .await?;
        ensure_app_role(&owner).await?;
        let app = pool(connections)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute("set role regiohub_app").await?;
                    set_durable(connection).await
                })
            })
            .connect_lazy_with(options);
        Ok(Self { owner, app })
    }
}

fn pool(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(3))
        .idle_timeout(Duration::from_secs(60))
        // A dead connection shows itself on use; asking first would cost a round trip each time.
        .test_before_acquire(false)
}

/// Makes the role the hub works under, when it is not there, and lets the current user take it.
///
/// # Errors
/// When the current user may not create roles.
pub async fn ensure_app_role(owner: &PgPool) -> sqlx::Result<()> {
    sqlx::raw_sql(
        "do $$ begin
             -- Roles belong to the whole server: several databases may be prepared at once.
             perform pg_advisory_xact_lock(hashtext('regiohub_app'));
             if not exists (select from pg_roles where rolname = 'regiohub_app') then
                 create role regiohub_app nologin noinherit;
             end if;
             if not pg_has_role(current_user, 'regiohub_app', 'member') then
                 execute format('grant regiohub_app to %I', current_user);
             end if;
         exception when duplicate_object or unique_violation then null;
         end $$",
    )
    .execute(owner)
    .await?;
    Ok(())
}

/// A transaction that sees and writes the rows of one region only.
///
/// To read, let it drop; to write, commit it.
///
/// # Errors
/// When the database does not answer.
pub async fn tenant(app: &PgPool, region: &RegionId) -> sqlx::Result<Transaction<'static, Postgres>> {
    // A region is a slug, so it can stand in the statement: one round trip instead of two.
    begin(app, format!("begin; set local regiohub.region = '{region}'")).await
}

/// Begins a transaction with these statements, which hold nothing that someone typed.
///
/// Whoever stops waiting, as a handler does whose client is gone, leaves nothing behind. sqlx by itself puts the
/// connection back with its transaction open (its issue 4393), and what the next one writes is never committed.
///
/// # Errors
/// When the database does not answer.
pub async fn begin(pool: &PgPool, statements: impl Into<String>) -> sqlx::Result<Transaction<'static, Postgres>> {
    let (pool, statements) = (pool.clone(), sqlx::AssertSqlSafe(statements.into()));
    #[expect(clippy::disallowed_methods, reason = "here nobody stops waiting: the task goes on by itself")]
    let beginning = tokio::spawn(async move { pool.begin_with(statements).await });
    // A task fails when it panics, or when the process ends.
    beginning.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}

//! Two ways into the vault's database: as the owner of the tables, and under a role that owns nothing.

use std::time::Duration;

use sqlx::{
    Executor, PgPool,
    migrate::MigrateError,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::Error;

/// A key that was handed out is on disk, and a destroyed one stays destroyed, whatever the default of the role or the
/// server is. `remote_apply` waits for more than `on` and stays.
const DURABLE: &str = "select set_config('synchronous_commit',
    case current_setting('synchronous_commit') when 'remote_apply' then 'remote_apply' else 'on' end, false)";

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

#[derive(Clone)]
pub(crate) struct Database {
    owner: PgPool,
    /// Bound by row-level security.
    pub(crate) work: PgPool,
}

impl Database {
    pub(crate) fn new(options: PgConnectOptions, connections: u32) -> Self {
        let pool = |most| {
            PgPoolOptions::new()
                .max_connections(most)
                .acquire_timeout(Duration::from_secs(3))
                .idle_timeout(Duration::from_secs(60))
        };
        let work = pool(connections)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute("set role regiohub_vault").await?;
                    connection.execute(DURABLE).await.map(drop)
                })
            })
            .connect_lazy_with(options.clone());
        let owner = pool(1)
            .after_connect(|connection, _| Box::pin(async move { connection.execute(DURABLE).await.map(drop) }))
            .connect_lazy_with(options);
        Self { owner, work }
    }

    pub(crate) async fn migrate(&self, mark: &[u8]) -> Result<(), Error> {
        // A role belongs to the whole server: another database may be making it at this moment.
        sqlx::raw_sql(
            "do $$ begin
                 if not exists (select from pg_roles where rolname = 'regiohub_vault') then
                     create role regiohub_vault nologin noinherit;
                 end if;
                 if not pg_has_role(current_user, 'regiohub_vault', 'member') then
                     execute format('grant regiohub_vault to %I', current_user);
                 end if;
             exception when duplicate_object or unique_violation then null;
             end $$",
        )
        .execute(&self.owner)
        .await?;
        MIGRATIONS.run(&self.owner).await.map_err(|error| match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => Error::Unavailable(error),
            other => Error::Unavailable(sqlx::Error::Migrate(Box::new(other))),
        })?;
        sqlx::query("insert into vault.master (mark) values ($1) on conflict do nothing")
            .bind(mark)
            .execute(&self.owner)
            .await?;
        let kept: Vec<u8> = sqlx::query_scalar("select mark from vault.master").fetch_one(&self.owner).await?;
        if kept == mark { Ok(()) } else { Err(Error::Broken("this vault was made with another master key")) }
    }
}

//! Two ways into the vault's database: as the owner of the tables, and under a role that owns nothing.

use sessions::{Limits, Pool, Sessions};
use sqlx::{PgPool, migrate::MigrateError, postgres::PgConnectOptions};

use crate::Error;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

#[derive(Clone)]
pub(crate) struct Database {
    owner: PgPool,
    /// Bound by row-level security.
    work: Pool,
    sessions: Sessions,
}

impl Database {
    pub(crate) fn new(options: PgConnectOptions, connections: u32, limits: Limits) -> Self {
        let sessions = Sessions::new(limits).asking_first();
        let work = sessions.at_work(connections, "regiohub_vault", options.clone());
        Self { owner: sessions.owning(1, options), work, sessions }
    }

    /// What is asked of the vault, waited for as long as an answer is worth it.
    pub(crate) async fn ask<T, F>(&self, ask: impl FnOnce(Pool) -> F) -> sqlx::Result<T>
    where
        F: Future<Output = sqlx::Result<T>>,
    {
        self.sessions.in_time(ask(self.work.clone())).await
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
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
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

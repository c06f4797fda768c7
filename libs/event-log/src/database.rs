//! Two ways into a service's database: as the owner of the tables, and as the hub at work.

use crate::{IN_BATCHES, Limits, ROWS_HELD};
use sessions::{Pool, Sessions, Transaction};
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use vocabulary::RegionId;

/// The role the hub works under: it owns nothing, so row-level security binds it.
pub const APP_ROLE: &str = "regiohub_app";

/// Two pools on one database.
#[derive(Clone, Debug)]
pub struct Database {
    /// Owns the tables: for migrations and rebuilding read models only.
    pub owner: PgPool,
    /// Bound by row-level security.
    pub app: Pool,
    pub(crate) sessions: Sessions,
}

impl Database {
    /// Connects; waits at most three seconds for a free connection. Every session waits for the disk when it commits.
    ///
    /// # Errors
    /// When the server cannot be reached or the role cannot be made.
    pub async fn open(options: PgConnectOptions, connections: u32) -> sqlx::Result<Self> {
        Self::open_within(options, connections, Limits::default()).await
    }

    /// The same, with other bounds than the usual ones.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub async fn open_within(options: PgConnectOptions, connections: u32, limits: Limits) -> sqlx::Result<Self> {
        let sessions = Sessions::new(limits);
        let owner = sessions.owning(3, options.clone());
        ensure_app_role(&owner).await?;
        let app = sessions.at_work(connections, APP_ROLE, options);
        Ok(Self { owner, app, sessions })
    }
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
pub async fn tenant(app: &Pool, region: &RegionId) -> sqlx::Result<Transaction> {
    // A region is a slug, so it can stand in the statement: one round trip instead of two.
    app.begin(format!("begin; set local regiohub.region = '{region}'")).await
}

/// The same for work that reads or writes much: each of its statements may take as long as the operator lets a batch
/// take.
///
/// # Errors
/// When the database does not answer.
pub async fn tenant_in_batches(app: &Pool, region: &RegionId) -> sqlx::Result<Transaction> {
    app.begin_batches(format!("begin; set local regiohub.region = '{region}'; {IN_BATCHES}")).await
}

/// The same for a process that holds rows across round trips: they are free again when it is silent for some seconds.
///
/// # Errors
/// When the database does not answer.
pub async fn tenant_holding_rows(app: &Pool, region: &RegionId) -> sqlx::Result<Transaction> {
    app.begin(format!("begin; set local regiohub.region = '{region}'; {ROWS_HELD}")).await
}

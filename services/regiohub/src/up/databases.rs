//! A database for each service, made when it is not there.

use anyhow::Context;
use chassis::transport;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use std::str::FromStr;

/// Whether a server keeps what it acknowledges; `setting` is what names it.
///
/// # Errors
/// When it does not, or does not answer.
pub(super) async fn durable(setting: &str, server: &str, development: bool) -> anyhow::Result<()> {
    let server = PgConnectOptions::from_str(server).context("the address of PostgreSQL")?;
    transport::postgres(setting, &server).await?;
    let mut admin = server.connect().await.with_context(|| format!("{setting}: PostgreSQL does not answer"))?;
    chassis::durable(&mut admin, setting, development).await?;
    admin.close().await?;
    Ok(())
}

/// The database `<prefix><service>` on a server.
///
/// # Errors
/// When the server does not answer, or the user may not create databases.
pub(super) async fn ready(server: &str, prefix: &str, service: &str) -> anyhow::Result<PgConnectOptions> {
    let server = PgConnectOptions::from_str(server).context("the address of PostgreSQL")?;
    let name = format!("{prefix}{}", service.replace('-', "_"));
    let mut admin = server.connect().await.context("PostgreSQL does not answer")?;
    let there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(&name)
        .fetch_one(&mut admin)
        .await?;
    if !there {
        let made = admin.execute(AssertSqlSafe(format!("create database {name}"))).await;
        // Another process may have made it meanwhile.
        if let Err(error) = made
            && error.as_database_error().and_then(|error| error.code()).as_deref() != Some("42P04")
        {
            return Err(error).with_context(|| {
                format!("the database {name} cannot be made: grant the user CREATEDB, or make it beforehand")
            });
        }
    }
    admin.close().await?;
    Ok(server.database(&name))
}

/// Has the server write to its files what it holds in memory.
pub(super) async fn written_down(server: String) {
    let written = async {
        let mut admin = PgConnectOptions::from_str(&server)?.connect().await?;
        admin.execute("checkpoint").await?;
        admin.close().await
    };
    if let Err(error) = written.await {
        tracing::debug!(%error, "it will be written later");
    }
}

#[cfg(test)]
mod tests {
    use crate::services;

    /// Two hubs on one PostgreSQL have prefixes of any kind: `a_` and `a_co_` must not meet in one database.
    #[test]
    fn no_database_of_one_prefix_is_one_of_another_prefix() {
        let deciding = services::deciding();
        let names = deciding.iter().map(chassis::Service::name).chain([gateway::service().name(), "vault"]);
        let names: Vec<String> = names.map(|name| name.replace('-', "_")).collect();
        for one in &names {
            for other in &names {
                assert!(!one.ends_with(&format!("_{other}")), "{one} under one prefix is {other} under another");
            }
        }
    }
}

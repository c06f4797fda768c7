//! Whether a PostgreSQL keeps what it acknowledges: an answer that says yes is on disk (P1).

use anyhow::{Context, ensure};
use sqlx::PgConnection;

/// What the server of tests calls itself (`cluster_name`). No client and no role can set that name.
const SCRATCH: &str = "regiohub-scratch";

/// Whether this program was built for tests. What runs on anyone's data is a release build, in which no setting lets a
/// scratch server pass.
const BUILT_FOR_TESTS: bool = cfg!(debug_assertions);

#[derive(sqlx::FromRow)]
struct Kept {
    name: String,
    fsync: String,
    full_page_writes: String,
    synchronous_commit: String,
    /// Where the value of `synchronous_commit` comes from.
    source: String,
}

/// Checks that a server writes to disk what it acknowledges. `setting` is what names the server.
///
/// `synchronous_commit` of a role, a database or the client is not asked: each session of the hub sets its own
/// (`event_log::set_durable`). A scratch server of tests passes in development only, in a build for tests only, and is
/// reported.
///
/// # Errors
/// When a setting of the server loses what was acknowledged, or it does not answer.
pub async fn durable(connection: &mut PgConnection, setting: &str, development: bool) -> anyhow::Result<()> {
    let kept: Kept = sqlx::query_as(
        "select current_setting('cluster_name') as name, current_setting('fsync') as fsync,
                current_setting('full_page_writes') as full_page_writes, setting as synchronous_commit, source
         from pg_settings where name = 'synchronous_commit'",
    )
    .fetch_one(connection)
    .await
    .with_context(|| format!("{setting}: how PostgreSQL keeps what it acknowledges"))?;
    if is_excepted(BUILT_FOR_TESTS, development, &kept.name) {
        tracing::warn!(
            "{setting}: a scratch PostgreSQL of tests, which loses what it acknowledged when the machine stops"
        );
        return Ok(());
    }
    for (name, value, loses) in [
        ("fsync", &kept.fsync, "when the machine stops, what was acknowledged is lost"),
        (
            "full_page_writes",
            &kept.full_page_writes,
            "when the machine stops, half a page may be left of what was whole",
        ),
    ] {
        ensure!(
            value == "on",
            "{setting}: this PostgreSQL has {name} = {value}: {loses}. Set {name} = on in its configuration"
        );
    }
    let of_the_server = ["configuration file", "command line", "environment variable"].contains(&kept.source.as_str());
    ensure!(
        !of_the_server || kept.synchronous_commit != "off",
        "{setting}: this PostgreSQL has synchronous_commit = off for everyone: what was acknowledged may be lost. Set \
         synchronous_commit = on in its configuration; a role or database that needs another value can have its own"
    );
    Ok(())
}

fn is_excepted(built_for_tests: bool, development: bool, name: &str) -> bool {
    built_for_tests && development && name == SCRATCH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_setting_of_a_release_build_lets_a_scratch_server_pass() {
        assert!(is_excepted(true, true, SCRATCH));
        for development in [true, false] {
            assert!(!is_excepted(false, development, SCRATCH));
            assert!(!is_excepted(true, development, "regiohub"));
        }
        assert!(!is_excepted(true, false, SCRATCH));
    }
}

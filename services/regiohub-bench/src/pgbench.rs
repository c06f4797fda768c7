//! The limit of an append: `pgbench` inserting one row of the same size per transaction.

use super::Bed;
use anyhow::Context;
use sqlx::{ConnectOptions, Executor};
use tokio::process::Command;

/// Single-row inserts a second.
pub(super) async fn inserts(bed: &Bed, clients: u32) -> anyhow::Result<f64> {
    let database = bed.database("bench_pgbench").await?;
    let mut connection = database.connect().await?;
    connection
        .execute("create table row (id bigint generated always as identity primary key, body text not null)")
        .await?;
    let script = tempfile::NamedTempFile::new()?;
    std::fs::write(script.path(), format!("insert into row (body) values ('{}');\n", "x".repeat(450)))?;
    let url = bed.postgres_url.rsplit_once('/').map_or(bed.postgres_url.as_str(), |(server, _)| server);
    let said = Command::new(bed.programs.join("pgbench"))
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
        .arg(format!("--client={clients}"))
        .arg(format!("--time={}", bed.time.as_secs()))
        .arg("--file")
        .arg(script.path())
        .arg(format!("{url}/bench_pgbench"))
        .output()
        .await
        .context("pgbench")?;
    let text = String::from_utf8_lossy(&said.stdout);
    let tps = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok());
    tps.with_context(|| format!("pgbench said: {text}{}", String::from_utf8_lossy(&said.stderr)))
}

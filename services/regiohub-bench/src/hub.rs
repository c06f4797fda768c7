//! The whole hub over HTTP: commands, how soon they are seen, and memory.

mod client;

use super::load::{Measured, load, millis};
use super::{Bed, Row};
use anyhow::Context;
pub(super) use client::{Client, Hub};
use std::path::Path;
use std::time::{Duration, Instant};

/// Clients of the HTTP rows.
const CLIENTS: u32 = 64;
/// Memory of the hub at rest, besides its servers.
const IDLE: f64 = 150.0;
/// An answer is seen in a query within so many milliseconds.
const SEEN: f64 = 20.0;

pub(super) async fn measured(bed: &Bed, folder: &Path, append: f64) -> anyhow::Result<Vec<Row>> {
    let hub = Hub::start(bed, folder).await?;
    let rows = rows(bed, &hub, append).await;
    hub.stop().await?;
    rows
}

async fn rows(bed: &Bed, hub: &Hub, append: f64) -> anyhow::Result<Vec<Row>> {
    let mut rows = vec![Row::bound("memory of the hub, idle", hub.megabytes()?, "promise", IDLE, "MB")];
    let clients = |count: u32| async move {
        let mut clients = Vec::new();
        for _ in 0..count {
            clients.push(hub.client().await?);
        }
        anyhow::Ok(clients)
    };
    // Once to warm up, so that memory after it and after the same again can be compared.
    load(clients(CLIENTS).await?, bed.time, nominate).await?;
    hub.settled().await?;
    let before = hub.megabytes()?;
    let commands = load(clients(CLIENTS).await?, bed.time, nominate).await?;
    if append > 0.0 {
        let name = format!("HTTP command end to end, {CLIENTS} clients");
        rows.push(Row::rate(&name, commands.per_second, "append, 64 clients", append, 0.4).noting(commands.latency()));
    }
    hub.settled().await?;
    rows.push(
        Row::bound(
            "memory of the hub, after as much again",
            hub.megabytes()?,
            "before it, and a tenth",
            before * 1.1,
            "MB",
        )
        .noting(format!("{before:.0} MB before")),
    );

    // Half the load from some clients, and one that looks whether what it did is seen.
    let pause = Duration::from_secs_f64(f64::from(CLIENTS) / (commands.per_second / 2.0));
    let others = clients(CLIENTS).await?.into_iter().map(|client| client.pausing(pause)).collect();
    let time = bed.time;
    let background = tokio::spawn(async move { load(others, time, paced).await });
    let seen = seen(hub.client().await?, bed.time).await?;
    let background = background.await.context("the load")??;
    let commands = commands.per_second;
    rows.push(Row::bound("answer to visible in a query, p99", millis(seen.below(990)), "promise", SEEN, "ms").noting(
        format!("p50 {:.1} ms, at {:.0} of {commands:.0} commands/s", millis(seen.below(500)), background.per_second),
    ));
    Ok(rows)
}

async fn nominate(mut client: Client) -> anyhow::Result<Client> {
    client.nominate().await?;
    Ok(client)
}

async fn paced(mut client: Client) -> anyhow::Result<Client> {
    client.nominate().await?;
    client.rest().await;
    Ok(client)
}

/// Only the time from the answer to the query's answer counts.
async fn seen(mut client: Client, time: Duration) -> anyhow::Result<Measured> {
    let begin = Instant::now();
    let mut latencies = Vec::new();
    while begin.elapsed() < time {
        client.nominate().await?;
        let answered = Instant::now();
        client.query().await?;
        latencies.push(answered.elapsed());
    }
    latencies.sort_unstable();
    Ok(Measured { per_second: 0.0, latencies })
}

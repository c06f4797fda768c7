//! What others see of a client that asks twenty times as often as it may.

use super::hub::{Client, Hub};
use super::load::{load, millis};
use super::{Bed, Row};
use std::path::Path;
use std::time::Duration;

/// Requests a second of the client that floods: its quota is 100.
const FLOOD: u32 = 2_000;
/// Its connections.
const CONNECTIONS: u32 = 64;
/// Requests a second of the others, over as many connections as there are below: within their quota.
const OTHERS: u32 = 80;
const CLIENTS: u32 = 8;
/// Calm and flood have their turn so often, so that a bad moment of the machine meets both.
const ROUNDS: usize = 5;
/// A flood may make others wait so much longer.
const MAX_RATIO: f64 = 1.5;

pub(super) async fn measured(bed: &Bed, folder: &Path) -> anyhow::Result<Vec<Row>> {
    let hub = Hub::start_with(bed, folder, &[]).await?;
    let row = row(bed, &hub).await;
    hub.stop().await?;
    Ok(vec![row?])
}

async fn row(bed: &Bed, hub: &Hub) -> anyhow::Result<Row> {
    hub.found_by("flooded", "flooder").await?;
    // Once to warm up.
    others(bed, hub).await?;
    let (mut calm, mut flooded, mut refused) = (Vec::new(), Vec::new(), 0.0);
    for _ in 0..ROUNDS {
        calm.push(others(bed, hub).await?);
        let flood = tokio::spawn(load(flooders(hub).await?, bed.time, flood));
        flooded.push(others(bed, hub).await?);
        refused = flood.await??.per_second;
    }
    let (calm, flooded) = (middle(calm), middle(flooded));
    let note = format!("p99 {calm:.1} ms without it; the flood asks {refused:.0} times a second");
    Ok(Row::bound("p99 of others while one client floods", flooded, "the same without, 1.5 ×", calm * MAX_RATIO, "ms")
        .noting(note))
}

/// The p99 of queries and commands of clients within their quota, in milliseconds.
async fn others(bed: &Bed, hub: &Hub) -> anyhow::Result<f64> {
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(hub.client().await?.pausing(Duration::from_secs(1) * CLIENTS / OTHERS));
    }
    let mut latencies = Vec::new();
    let mut tasks = tokio::task::JoinSet::new();
    for client in clients {
        tasks.spawn(one(client, bed.time));
    }
    while let Some(one) = tasks.join_next().await {
        latencies.extend(one??);
    }
    latencies.sort_unstable();
    let at = (latencies.len() * 99 / 100).min(latencies.len().saturating_sub(1));
    Ok(millis(latencies.get(at).copied().unwrap_or_default()))
}

/// Only the time until an answer counts, not the pause before the next request.
async fn one(mut client: Client, time: Duration) -> anyhow::Result<Vec<Duration>> {
    let (begin, mut latencies) = (std::time::Instant::now(), Vec::new());
    while begin.elapsed() < time {
        for command in [true, false] {
            let asked = std::time::Instant::now();
            if command {
                client.nominate().await?
            } else {
                client.query().await?
            }
            latencies.push(asked.elapsed());
            client.rest().await;
        }
    }
    Ok(latencies)
}

async fn flooders(hub: &Hub) -> anyhow::Result<Vec<Client>> {
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let client = hub.client_of("flooder", "flooded").await?;
        clients.push(client.pausing(Duration::from_secs(1) * CONNECTIONS / FLOOD));
    }
    Ok(clients)
}

/// Most of what it asks is refused: that is no error here.
async fn flood(mut client: Client) -> anyhow::Result<Client> {
    let _refused = client.query().await;
    client.rest().await;
    Ok(client)
}

fn middle(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds.get(rounds.len() / 2).copied().unwrap_or_default()
}

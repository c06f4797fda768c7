//! A region with few partners and one with many: staff is registered and partners join as fast in both.

use super::hub::{Client, Hub};
use super::load::{load, millis};
use super::{Bed, Row};
use std::path::Path;
use std::time::Duration;
use tokio::task::JoinSet;

const FEW: usize = 10;
const MANY: usize = 10_000;
/// Clients of each measurement.
const CLIENTS: usize = 16;
/// Clients that let the many join.
const FILLING: usize = 64;
/// Both regions have their turn so often, so that a bad moment of the machine meets both.
const ROUNDS: u32 = 4;
/// Among many something may take so much longer than among few.
const MAX_RATIO: f64 = 1.2;

pub(super) async fn measured(bed: &Bed, folder: &Path) -> anyhow::Result<Vec<Row>> {
    let hub = Hub::start(bed, folder).await?;
    let rows = rows(bed, &hub).await;
    hub.stop().await?;
    rows
}

async fn rows(bed: &Bed, hub: &Hub) -> anyhow::Result<Vec<Row>> {
    for (region, partners) in [("few", FEW), ("many", MANY)] {
        hub.found(region).await?;
        join(hub, region, partners).await?;
    }
    Ok(vec![
        compared(bed, hub, "partners: staff registered", |client| Box::pin(staff(client))).await?,
        compared(bed, hub, "partners: one joins and leaves", |client| Box::pin(partner(client))).await?,
    ])
}

/// What clients do again and again.
type Once = fn(Client) -> std::pin::Pin<Box<dyn Future<Output = anyhow::Result<Client>> + Send>>;

async fn staff(mut client: Client) -> anyhow::Result<Client> {
    client.register_staff().await?;
    Ok(client)
}

/// It leaves again, so that there are as many as before.
async fn partner(mut client: Client) -> anyhow::Result<Client> {
    let number = client.join().await?;
    client.leave(number).await?;
    Ok(client)
}

async fn compared(bed: &Bed, hub: &Hub, what: &str, once: Once) -> anyhow::Result<Row> {
    // Once to warm up: connections, statements, the vault's keys.
    run(hub, "few", bed.time / ROUNDS, once).await?;
    run(hub, "many", bed.time / ROUNDS, once).await?;
    let (mut few, mut many) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        few.push(run(hub, "few", bed.time / ROUNDS, once).await?);
        many.push(run(hub, "many", bed.time / ROUNDS, once).await?);
    }
    let (few_rate, few_p50) = middle(few);
    let (many_rate, many_p50) = middle(many);
    let note = format!("p50 {:.2} ms against {:.2} ms, {CLIENTS} clients", millis(many_p50), millis(few_p50));
    let what = format!("{what}, {MANY}");
    Ok(Row::slower(&what, many_rate, &format!("at {FEW} partners"), few_rate, MAX_RATIO).noting(note))
}

/// How many a second, and the p50.
async fn run(hub: &Hub, region: &str, time: Duration, once: Once) -> anyhow::Result<(f64, Duration)> {
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(hub.client_in(region).await?);
    }
    let measured = load(clients, time, once).await?;
    Ok((measured.per_second, measured.below(500)))
}

/// The middle one of some rounds by its rate.
fn middle(mut rounds: Vec<(f64, Duration)>) -> (f64, Duration) {
    rounds.sort_by(|one, other| one.0.total_cmp(&other.0));
    rounds.get(rounds.len() / 2).copied().unwrap_or_default()
}

/// Lets so many partners join.
async fn join(hub: &Hub, region: &str, partners: usize) -> anyhow::Result<()> {
    let mut filling = JoinSet::new();
    for share in 0..FILLING {
        let mine = (share..partners).step_by(FILLING).count();
        let mut client = hub.client_in(region).await?;
        filling.spawn(async move {
            for _ in 0..mine {
                client.join().await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(filled) = filling.join_next().await {
        filled??;
    }
    Ok(())
}

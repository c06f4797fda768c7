//! Relaying a log to JetStream, against plain asynchronous publishes of the same texts.

use super::append::{append, log};
use super::{Bed, Row};
use async_nats::jetstream::{self, stream};
use bus::{Bus, MessageKey, MessageKeys, Settings};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::collections::VecDeque;
use std::time::Instant;
use vocabulary::RegionId;

const EVENTS: u32 = 100_000;
const BATCH: u32 = 1_000;

pub(super) async fn published(bed: &Bed) -> anyhow::Result<Row> {
    let (log, database) = log(bed.database("bench_relay").await?, "bench").await?;
    let region: RegionId = "bench".parse()?;
    for _ in 0..EVENTS / BATCH {
        log.append(&region, append(BATCH as usize)?).await?;
    }
    let texts: Vec<String> = log.page(&region, 0, EVENTS as usize).await?.into_iter().map(|event| event.text).collect();
    let nats = bus::connect(&bed.nats_url).await?;
    let plain = plain(&nats, &texts).await?;

    // As in the field: each message carries its code.
    let keys = MessageKeys::new("bench.example", |_| Ok(vec![MessageKey { number: 1, secret: [7; 32] }]));
    let settings = Settings { keys, ..Settings::default() };
    let bus = Bus::new("bench", nats.clone(), database.clone(), settings).relay(log);
    bus.prepare().await?;
    let begin = Instant::now();
    bus.settle().await?;
    let relayed = begin.elapsed().as_secs_f64();
    let mut made = jetstream::new(nats).get_stream("bench_bench").await?;
    anyhow::ensure!(made.info().await?.state.last_sequence == u64::from(EVENTS), "not everything was relayed");
    bus.remove_streams().await?;
    database.app.close().await;
    database.owner.close().await;
    let events = f64::from(EVENTS);
    Ok(Row::rate("relay to JetStream", events / relayed, "plain async publish", events / plain, 0.8)
        .noting(format!("{EVENTS} events, read from Postgres and fenced")))
}

/// The same bytes to a stream of the same kind, a thousand on their way at a time.
async fn plain(nats: &async_nats::Client, texts: &[String]) -> anyhow::Result<f64> {
    let context = jetstream::new(nats.clone());
    let config = stream::Config {
        name: "plain".into(),
        subjects: vec!["plain.>".into()],
        discard: stream::DiscardPolicy::New,
        ..stream::Config::default()
    };
    context.create_stream(config).await?;
    let begin = Instant::now();
    let mut waiting = VecDeque::new();
    for text in texts {
        waiting.push_back(context.publish("plain.event", text.clone().into()).await?);
        if waiting.len() >= 1_000
            && let Some(first) = waiting.pop_front()
        {
            first.await?;
        }
    }
    let mut rest: FuturesUnordered<_> = waiting.into_iter().map(IntoFuture::into_future).collect();
    while let Some(acknowledged) = rest.next().await {
        acknowledged?;
    }
    let seconds = begin.elapsed().as_secs_f64();
    context.delete_stream("plain").await?;
    Ok(seconds)
}

//! A connection to NATS over which nothing comes any more, and which nobody closes.

use crate::counts::Counts;
use crate::scratch::{region, scratch, until};
use bus::Bus;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// Passes on what comes over it.
struct Way {
    address: String,
    /// Connections that were made before this one say nothing any more, and stay open.
    silent_before: Arc<AtomicUsize>,
    made: Arc<AtomicUsize>,
}

impl Way {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (silent_before, made) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let way = Self { address, silent_before: silent_before.clone(), made: made.clone() };
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let number = made.fetch_add(1, Ordering::SeqCst);
                let (from, to) = near.into_split();
                let (back, on) = TcpStream::connect(&server).await.unwrap().into_split();
                tokio::spawn(pass_on(from, on, number, silent_before.clone()));
                tokio::spawn(pass_on(back, to, number, silent_before.clone()));
            }
        });
        way
    }

    fn fall_silent(&self) {
        self.silent_before.store(self.made.load(Ordering::SeqCst), Ordering::SeqCst);
    }
}

async fn pass_on(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, number: usize, silent_before: Arc<AtomicUsize>) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(read) = from.read(&mut bytes).await
        && read > 0
    {
        if number < silent_before.load(Ordering::SeqCst) {
            continue; // Taken, and lost.
        }
        if to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_swallows_everything_is_given_up_within_seconds() {
    scratch(|ground| async move {
        let url = std::env::var("REGIOHUB_TEST_NATS_URL").unwrap();
        let (user, server) = url.trim_start_matches("nats://").split_once('@').unwrap();
        let way = Way::to(server.to_owned()).await;
        let nats = bus::connect(&format!("nats://{user}@{}", way.address)).await.unwrap();
        let bus = Bus::new("counters", nats, ground.database.clone(), ground.settings());
        let bus = bus.relay(ground.counters.clone()).projection(Counts::default(), &ground.sources());
        let (end, running) = (CancellationToken::new(), bus.clone());
        let token = end.clone();
        let running = tokio::spawn(async move { running.run(token).await.unwrap() });
        let relayed = async |position: i64| {
            let stream = ground.jetstream.get_stream(ground.stream_name("ons")).await;
            stream.is_ok_and(|stream| stream.cached_info().state.last_sequence == position.unsigned_abs())
        };
        let first = ground.append("ons", "a", &[1, 2], None).await.position;
        until("it is relayed", async || relayed(first).await).await;

        way.fall_silent();
        let began = Instant::now();
        let second = ground.append("ons", "a", &[3], None).await.position;
        // Read models do not wait for it.
        bus.progress().wait(&region("ons"), &[("counters", second)], Duration::from_secs(30)).await.unwrap();
        until("it is relayed over another one", async || relayed(second).await).await;
        // About ten seconds, and what a machine that is busy with other tests needs; a minute and more before.
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
        end.cancel();
        running.await.unwrap();
    })
    .await;
}

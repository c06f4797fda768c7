//! A connection to NATS over which nothing comes any more, and which nobody closes.

use crate::counts::Counts;
use crate::scratch::{Scratch, region, scratch, until};
use bus::Bus;
use projections::Projections;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Passes on what comes over it.
struct Way {
    address: String,
    /// Connections that were made before this one say nothing any more, and stay open.
    silent_before: Arc<AtomicUsize>,
    made: Arc<AtomicUsize>,
    /// How often something was swallowed that is to be answered.
    swallowed: Arc<AtomicUsize>,
    /// Cut off each that was made before this.
    cut: watch::Sender<usize>,
}

impl Way {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let count = || Arc::new(AtomicUsize::new(0));
        let way =
            Self { address, silent_before: count(), made: count(), swallowed: count(), cut: watch::Sender::new(0) };
        let (made, silent_before, swallowed) = (way.made.clone(), way.silent_before.clone(), way.swallowed.clone());
        let cut = way.cut.subscribe();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let number = made.fetch_add(1, Ordering::SeqCst);
                let (from, to) = near.into_split();
                let (back, on) = TcpStream::connect(&server).await.unwrap().into_split();
                for (from, to) in [(from, on), (back, to)] {
                    let passing = pass_on(from, to, number, silent_before.clone(), swallowed.clone());
                    let mut cut = cut.clone();
                    tokio::spawn(async move {
                        tokio::select! {
                            () = passing => {}
                            _ = cut.wait_for(|before| number < *before) => {}
                        }
                    });
                }
            }
        });
        way
    }

    fn fall_silent(&self) {
        self.silent_before.store(self.made.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    /// Closes each connection that is silent.
    fn cut(&self) {
        self.cut.send_replace(self.silent_before.load(Ordering::SeqCst));
    }
}

async fn pass_on(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    number: usize,
    silent_before: Arc<AtomicUsize>,
    swallowed: Arc<AtomicUsize>,
) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(read) = from.read(&mut bytes).await
        && read > 0
    {
        if number < silent_before.load(Ordering::SeqCst) {
            // An event, which has headers, or a question to JetStream.
            let said = String::from_utf8_lossy(&bytes[..read]);
            let waits = said.contains("HPUB ") || said.contains("$JS.API.");
            swallowed.fetch_add(usize::from(waits), Ordering::SeqCst);
            continue; // Taken, and lost.
        }
        if to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

/// A bus that relays over a way.
async fn over(way: &Way, ground: &Scratch) -> Bus {
    let nats = bus::connect(&format!("nats://{}@{}", given().0, way.address)).await.unwrap();
    Bus::new("counters", nats, ground.database.clone(), ground.settings()).relay(ground.counters.clone())
}

fn started(bus: &Projections) -> (CancellationToken, JoinHandle<()>) {
    let (end, bus) = (CancellationToken::new(), bus.clone());
    let token = end.clone();
    (end, tokio::spawn(async move { bus.run(token).await.unwrap() }))
}

/// Whether the stream ends at that position.
async fn relayed(ground: &Scratch, position: i64) -> bool {
    let stream = ground.jetstream.get_stream(ground.stream_name("ons")).await;
    stream.is_ok_and(|stream| stream.cached_info().state.last_sequence == position.unsigned_abs())
}

/// The user of NATS with its password, and the server.
fn given() -> (String, String) {
    let url = std::env::var("REGIOHUB_TEST_NATS_URL").unwrap();
    let (user, server) = url.trim_start_matches("nats://").split_once('@').unwrap();
    (user.to_owned(), server.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_swallows_everything_is_given_up_within_seconds() {
    scratch(|ground| async move {
        let way = Way::to(given().1).await;
        let bus = Projections::over(over(&way, &ground).await).projection(Counts::default(), &ground.sources());
        let (end, running) = started(&bus);
        let first = ground.append("ons", "a", &[1, 2], None).await.position;
        until("it is relayed", async || relayed(&ground, first).await).await;

        way.fall_silent();
        let began = Instant::now();
        let second = ground.append("ons", "a", &[3], None).await.position;
        // Read models do not wait for it.
        bus.progress().wait(&region("ons"), &[("counters", second)], Duration::from_secs(30)).await.unwrap();
        until("it is relayed over another one", async || relayed(&ground, second).await).await;
        // About ten seconds, and what a machine that is busy with other tests needs; a minute and more before.
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
        end.cancel();
        running.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_went_away_with_its_server_is_not_waited_for() {
    scratch(|ground| async move {
        let way = Way::to(given().1).await;
        let (end, running) = started(&Projections::over(over(&way, &ground).await));
        let first = ground.append("ons", "a", &[1], None).await.position;
        until("it is relayed", async || relayed(&ground, first).await).await;

        way.fall_silent();
        let began = Instant::now();
        let second = ground.append("ons", "a", &[2], None).await.position;
        until("it was on its way", async || way.swallowed.load(Ordering::SeqCst) > 0).await;
        way.cut();
        until("it is relayed over another one", async || relayed(&ground, second).await).await;
        // An answer is waited for five seconds.
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        end.cancel();
        running.await.unwrap();
    })
    .await;
}

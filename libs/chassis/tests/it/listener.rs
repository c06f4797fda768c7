//! A small router on a real listener, in a runtime of its own, whose heart is heard.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::get;
use chassis::{Bounds, Listeners, Patience, Server, listen, raise_descriptors, serve};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use web::{Quota, Rates, Shell};

/// Longer than anything here takes on a slow machine.
pub const LONG: Duration = Duration::from_secs(30);

pub const LIVE: &str = "GET /health/live HTTP/1.1\r\nhost: hub\r\n\r\n";

/// A server and what it is asked.
pub struct Listening {
    pub address: SocketAddr,
    pub shutdown: CancellationToken,
    /// How many endless answers are being written.
    pub endless: Arc<AtomicUsize>,
    late: Arc<AtomicU64>,
    served: tokio::task::JoinHandle<anyhow::Result<()>>,
    /// Ends with it.
    runtime: Option<Runtime>,
}

/// Patience that is tried in a test.
pub fn patience(milliseconds: u64) -> Patience {
    let patience = Duration::from_millis(milliseconds);
    Patience { header: patience, idle: patience, stall: patience }
}

impl Listening {
    pub fn new(bounds: Bounds) -> Self {
        let many = Quota { per_second: 1_000_000, burst: 1_000_000 };
        Self::with(bounds, Rates { address: many, ..Rates::default() })
    }

    pub fn with(bounds: Bounds, rates: Rates) -> Self {
        raise_descriptors();
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (endless, late): (Arc<AtomicUsize>, Arc<AtomicU64>) = Default::default();
        let counter = endless.clone();
        let slow = get(async || tokio::time::sleep(LONG).await);
        let public = Router::new().route("/slow", slow).route("/endless", get(async move || unending(&counter)));
        let server = Server { public, rates, bounds, ..Server::new(Shell::default()) };
        let shutdown = CancellationToken::new();
        let ended = shutdown.clone();
        let guard = runtime.enter();
        let any = "127.0.0.1:0".parse().unwrap();
        let public = listen(any, 4_096).unwrap();
        let address = public.local_addr().unwrap();
        let listeners = Listeners { public: Some(public), internal: listen(any, 16).unwrap() };
        let served = runtime.spawn(serve(listeners, server, ended));
        runtime.spawn(beat(late.clone()));
        drop(guard);
        Self { address, shutdown, endless, late, served, runtime: Some(runtime) }
    }

    pub async fn connect(&self) -> TcpStream {
        timeout(LONG, TcpStream::connect(self.address)).await.expect("connected in time").unwrap()
    }

    /// Whether it is alive, asked over a connection of its own.
    pub async fn lives(&self) -> bool {
        let mut stream = self.connect().await;
        ask(&mut stream, LIVE).await.starts_with("HTTP/1.1 200 OK")
    }

    /// The longest that its heart was late.
    pub fn late(&self) -> Duration {
        Duration::from_millis(self.late.load(Ordering::Relaxed))
    }

    /// Ends it politely.
    pub async fn ended(&mut self) {
        self.shutdown.cancel();
        (&mut self.served).await.unwrap().unwrap();
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A task that should run every 10 ms.
async fn beat(late: Arc<AtomicU64>) {
    const PACE: Duration = Duration::from_millis(10);
    loop {
        let began = Instant::now();
        tokio::time::sleep(PACE).await;
        let delay = began.elapsed().saturating_sub(PACE).as_millis();
        late.fetch_max(u64::try_from(delay).unwrap(), Ordering::Relaxed);
    }
}

/// Counted until it is dropped.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn unending(endless: &Arc<AtomicUsize>) -> Body {
    endless.fetch_add(1, Ordering::Relaxed);
    let counted = Counted(endless.clone());
    let chunk = Bytes::from(vec![b'.'; 64 * 1024]);
    Body::from_stream(futures_util::stream::unfold(counted, move |counted| {
        let chunk = chunk.clone();
        async move { Some((Ok::<_, std::io::Error>(chunk), counted)) }
    }))
}

/// Sends a request, and reads what is answered first.
pub async fn ask(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4_096];
    let read = timeout(LONG, stream.read(&mut answer)).await.expect("an answer in time").unwrap();
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

/// Waits until the other end has closed it.
pub async fn closed(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    // A reset is an end as well.
    let _ = timeout(LONG, stream.read_to_end(&mut rest)).await.expect("closed in time");
}

/// Waits until it is so.
pub async fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < LONG, "{what}: not in time");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

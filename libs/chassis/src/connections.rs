//! Serves the connections of one listener: so many at the same time, each for as long as its client keeps up.
//!
//! ```text
//! accepted ─header in time→ answering ─taken in time→ idle ─next header→ …
//!     └───────────────────── too slow, idle for too long ────────────→ closed
//! ```
//! HTTP/1.1 alone: a proxy speaks HTTP/2 with browsers, and one connection is one request at a time.

use crate::patient::{Patience, Patient, Phase};
use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::response::Response;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;
use web::Peer;

/// Bytes of the header of a request.
const MAX_HEADER: usize = 32 * 1024;

/// Bytes that a connection holds of what it reads, and of what it writes.
const MAX_BUFFER: usize = 64 * 1024;

/// Where no descriptor is left to accept with, others must end first.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How many connections one listener has at the same time, and how long each waits for its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The number of lines to draw.
    pub connections: usize,
    /// How long.
    pub patience: Patience,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { connections: 8_192, patience: Patience::default() }
    }
}

/// Serves until the shutdown comes and all requests in flight have ended.
///
/// Past the bound nothing is accepted: a connection waits in the kernel's backlog, where it costs no descriptor here,
/// and is served as soon as another one ends. One that were closed instead would come again at once, and a proxy would
/// make an error of it.
pub(crate) async fn serve_connections(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    shutdown: CancellationToken,
) -> io::Result<()> {
    // Bound to its state once: else each connection would hold a copy of every route.
    let router: Router = router.with_state(());
    let slots = Arc::new(Semaphore::new(bounds.connections.clamp(1, Semaphore::MAX_PERMITS)));
    let serving = TaskTracker::new();
    loop {
        let (stream, address, slot) = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = accept(&listener, &slots) => accepted?,
        };
        let mut patience = bounds.patience;
        if slots.available_permits() < bounds.connections / 4 {
            // Most are taken: those that do nothing make room sooner.
            patience.idle = patience.idle.min(patience.header);
        }
        serving.spawn(serve_one(stream, address, router.clone(), patience, shutdown.clone(), slot));
    }
    drop(listener);
    serving.close();
    serving.wait().await;
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let slot = slots.clone().acquire_owned().await.map_err(io::Error::other)?;
    loop {
        match listener.accept().await {
            Ok((stream, address)) => return Ok((stream, address, slot)),
            // Of a client that is gone again.
            Err(error) if is_of_one(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_of_one(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn serve_one(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    patience: Patience,
    shutdown: CancellationToken,
    _slot: OwnedSemaphorePermit,
) {
    // An answer is small: it is not held back until more is to be sent.
    let _ = stream.set_nodelay(true);
    let (phase, peer) = (Arc::new(Phase::default()), Peer(address.ip()));
    let io = TokioIo::new(Patient::new(stream, phase.clone(), patience));
    let answer = service_fn(move |request: hyper::Request<Incoming>| {
        let answering = Answering::begin(&phase);
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(peer);
        let answer = router.clone().call(request);
        async move {
            let answer: Response = answer.await?;
            Ok::<_, Infallible>(answer.map(|body| Answer { body, _answering: answering }))
        }
    });
    let mut http = http1::Builder::new();
    // Never reached. With it each connection is read from again as soon as it is idle, which starts our own time-outs.
    http.timer(TokioTimer::new()).header_read_timeout(patience.idle + patience.header * 2);
    http.max_header_size(MAX_HEADER).max_buf_size(MAX_BUFFER);
    let mut connection = pin!(http.serve_connection(io, answer));
    tokio::select! {
        _ended = connection.as_mut() => return,
        () = shutdown.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ended = connection.await;
}

/// A request is being answered, until it is dropped.
struct Answering(Arc<Phase>);

impl Answering {
    fn begin(phase: &Arc<Phase>) -> Self {
        phase.asked();
        Self(phase.clone())
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.answered();
    }
}

/// The body of an answer. Until its end the client is not expected to ask anything.
struct Answer {
    body: Body,
    _answering: Answering,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

//! Serves routers until the shutdown comes, then lets requests in flight end.
//!
//! **Invariant:** what only the installation itself asks is not on the public listener.

use axum::Router;
use bus::Bus;
use futures_util::future::try_join_all;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use web::{Check, Shell};

/// How long requests in flight may take once the shutdown came.
const GRACE: Duration = Duration::from_secs(10);

/// Where a process listens.
pub struct Listeners {
    /// For everyone; a service behind the gateway has none.
    pub public: Option<TcpListener>,
    /// For the installation itself, and for whoever watches over it.
    pub internal: TcpListener,
}

/// What a process serves and runs.
pub struct Server {
    /// What everyone may ask, without health and the shell.
    pub public: Router,
    /// What only the installation itself asks, without health and the shell.
    pub internal: Router,
    /// What must be there for the work to be done.
    pub checks: Vec<Check>,
    /// What runs beside the requests.
    pub buses: Vec<Bus>,
    /// How answers look.
    pub shell: Shell,
}

/// Serves until `shutdown`: then no new requests, those in flight end, then the batches in flight.
///
/// # Errors
/// When the listener fails or a bus cannot be prepared.
pub async fn serve(listeners: Listeners, server: Server, shutdown: CancellationToken) -> anyhow::Result<()> {
    let mut running = JoinSet::new();
    // Buses end after the last request: what was accepted is still relayed.
    let buses_end = CancellationToken::new();
    for bus in server.buses {
        let end = buses_end.clone();
        running.spawn(async move { bus.run(end).await });
    }
    let internal = web::shell(server.internal.merge(web::health(server.checks)), server.shell.clone());
    let public = web::shell(server.public.merge(web::live()), server.shell);
    let listening = [(Some(listeners.internal), internal), (listeners.public, public)];
    let serving = listening.into_iter().filter_map(|(listener, router)| {
        let ended = shutdown.clone();
        let until = async move { ended.cancelled().await };
        Some(axum::serve(listener?, router).with_graceful_shutdown(until).into_future())
    });
    let serving = try_join_all(serving);
    let grace = async {
        shutdown.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    let mut failed = Ok(());
    tokio::select! {
        served = serving => failed = served.map(drop).map_err(Into::into),
        () = grace => tracing::warn!("requests in flight took too long"),
        // A bus ends by itself only when it cannot begin.
        Some(ended) = running.join_next() => failed = ended.map_err(Into::into).and_then(|ended| ended.map_err(Into::into)),
    }
    buses_end.cancel();
    while running.join_next().await.is_some() {}
    failed
}

/// Cancelled by the first SIGINT or SIGTERM.
///
/// # Errors
/// When the process may not listen for signals.
pub fn shutdown_signal() -> anyhow::Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let shutdown = CancellationToken::new();
    let told = shutdown.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        told.cancel();
    });
    Ok(shutdown)
}

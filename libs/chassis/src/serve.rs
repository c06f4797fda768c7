//! Serves routers until the shutdown comes, then lets requests in flight end.
//!
//! **Invariant:** what only the installation itself asks is not on the public listener.

use crate::connections::{Bounds, serve_connections};
use crate::http_limits::{HttpLimits, INTERNAL_CONNECTIONS};
use access::Issuers;
use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use futures_util::future::try_join_all;
use projections::Projections;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use web::{Check, Rates, Shell};

/// How long requests in flight may take once the shutdown came.
const GRACE: Duration = Duration::from_secs(10);

/// Where a process listens.
pub struct Listeners {
    /// For everyone; a service behind the gateway has none.
    pub public: Option<TcpListener>,
    /// For the installation itself, and for its monitoring.
    pub internal: TcpListener,
}

/// What a process serves and runs.
pub struct Server {
    /// What everyone may ask, without health, gate and shell.
    pub public: Router,
    /// What only the installation itself asks, without health and the shell.
    pub internal: Router,
    /// What must be there for the work to be done.
    pub checks: Vec<Check>,
    /// What runs beside the requests.
    pub projections: Vec<Projections>,
    /// How answers look.
    pub shell: Shell,
    /// Whose tokens the gate before the public routes knows; without them it counts addresses alone.
    pub issuers: Option<Issuers>,
    /// What is let in there.
    pub rates: Rates,
    /// The connections there.
    pub bounds: Bounds,
}

impl Server {
    /// Nothing to serve yet, with the usual bounds.
    #[must_use]
    pub fn new(shell: Shell) -> Self {
        Self {
            public: Router::new(),
            internal: Router::new(),
            checks: vec![],
            projections: vec![],
            shell,
            issuers: None,
            rates: Rates::default(),
            bounds: Bounds::default(),
        }
    }
}

/// Serves until `shutdown`: then no new requests, those in flight end, then the batches in flight.
///
/// # Errors
/// When the listener fails or a bus cannot be prepared.
pub async fn serve(listeners: Listeners, server: Server, shutdown: CancellationToken) -> anyhow::Result<()> {
    let mut running = JoinSet::new();
    // Buses end after the last request: what was accepted is still relayed.
    let projections_end = CancellationToken::new();
    for projections in server.projections {
        let end = projections_end.clone();
        running.spawn(async move { projections.run(end).await });
    }
    let internal = web::shell(server.internal.merge(web::health(server.checks)), server.shell.clone());
    let public = web::gate(server.public.merge(web::live()), server.issuers, server.rates);
    let public = web::shell(public, server.shell);
    // A service behind the gateway has as many connections as the gateway has requests for it.
    let few = if listeners.public.is_some() { INTERNAL_CONNECTIONS } else { server.bounds.connections };
    let within = Bounds { connections: few, ..server.bounds };
    let listening = [(Some(listeners.internal), internal, within), (listeners.public, public, server.bounds)];
    let serving = listening
        .into_iter()
        .filter_map(|(listener, router, bounds)| Some(serve_connections(listener?, router, bounds, shutdown.clone())));
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
    projections_end.cancel();
    while running.join_next().await.is_some() {}
    failed
}

/// Serves one router that is no service, bounded as a public listener is: without health, shell and tokens.
///
/// # Errors
/// When the listener fails.
pub async fn serve_alone(
    listener: TcpListener,
    router: Router,
    limits: &HttpLimits,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let in_time = async |request: Request, next: Next| {
        let answer = timeout(Shell::default().time_limit, next.run(request)).await;
        answer.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
    };
    let router = web::gate(router.layer(from_fn(in_time)), None, limits.rates());
    Ok(serve_connections(listener, router, limits.connections(), shutdown).await?)
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

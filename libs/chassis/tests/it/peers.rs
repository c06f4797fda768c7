//! A peer that accepts and says nothing holds nobody up for longer than its bound.

use bus::{Error, LogSource, There};
use chassis::{PEER_TIMEOUT, kept_elsewhere, peer_client};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;
use vocabulary::{ActorId, Role};
use web::{Look, Problem};

/// A peer whose kernel accepts, and where nobody ever answers.
fn silent() -> (TcpListener, String) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

#[tokio::test(start_paused = true)]
async fn a_silent_log_is_an_error_that_passes_within_its_bound() {
    let (_listener, url) = silent();
    let log = LogSource::There(There::new("counters", &url, "shared", peer_client(PEER_TIMEOUT).unwrap()));
    let region = "voorbeeld".parse().unwrap();
    let began = Instant::now();
    for answer in [log.heads().await.map(drop), log.page(&region, 0, 10).await.map(drop)] {
        assert!(matches!(&answer, Err(Error::Http(error)) if error.is_timeout()), "{answer:?}");
    }
    assert!(began.elapsed() <= 2 * PEER_TIMEOUT + Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_silent_audit_shows_an_auditor_nothing_and_says_so_within_its_bound() {
    let (_listener, url) = silent();
    let keep = kept_elsewhere(&url, "shared", peer_client(PEER_TIMEOUT).unwrap());
    let look = Look {
        region: "voorbeeld".parse().unwrap(),
        actor: ActorId(Uuid::nil()),
        role: Role::Auditor,
        at: "2026-09-01T12:00:00Z".parse().unwrap(),
        service: "co-financing".into(),
        operation: "show-claim".into(),
        about: BTreeMap::new(),
        traceparent: None,
    };
    let began = Instant::now();
    assert_eq!(keep(look).await, Err(Problem::unavailable("audit log")));
    assert!(began.elapsed() <= PEER_TIMEOUT + Duration::from_secs(1), "{:?}", began.elapsed());
}

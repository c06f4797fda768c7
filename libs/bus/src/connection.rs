//! Whether a connection to NATS is there, and when it goes away: an answer that was on its way then never comes.

use async_nats::Client;
use async_nats::connection::State;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::sleep;

/// The client tells nobody who does not look.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Whether there is one, as far as known.
pub(crate) fn is_there(client: &Client) -> bool {
    client.connection_state() == State::Connected
}

/// Waits until there is one.
pub(crate) async fn there(client: &Client) {
    while !is_there(client) {
        sleep(POLL_INTERVAL).await;
    }
}

/// Waits until the one that is there is not any more, also when another one took its place in between.
pub(crate) async fn gone(client: &Client) {
    let statistics = client.statistics();
    let made = || statistics.connects.load(Ordering::Relaxed);
    let now = made();
    while is_there(client) && made() == now {
        sleep(POLL_INTERVAL).await;
    }
}

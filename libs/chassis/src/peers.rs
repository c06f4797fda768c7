//! How another process of the installation is asked over HTTP.

use reqwest::Client;
use reqwest::redirect::Policy;
use std::time::Duration;

/// How long a peer may take to be reached.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a peer may take until its answer is there as a whole: as long as the shell gives a request, so that what takes
/// too long is told in our own words.
pub const PEER_TIMEOUT: Duration = Duration::from_secs(30);

/// A client for one peer or several: each answer is there as a whole within `answers_within`, or it is an error. What is
/// sent to a peer is sent nowhere else: no redirect is followed.
///
/// # Errors
/// When no TLS provider is installed.
pub fn peer_client(answers_within: Duration) -> reqwest::Result<Client> {
    Client::builder().redirect(Policy::none()).connect_timeout(CONNECT_TIMEOUT).timeout(answers_within).build()
}

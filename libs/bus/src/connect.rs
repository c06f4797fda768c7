//! A connection to NATS, as its address says.

use async_nats::{Client, ConnectError, ConnectErrorKind, ConnectOptions, ServerAddr};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The connections of one service: its own, with which it publishes, and those with which it reads the logs of others.
#[derive(Clone, Debug)]
pub struct Nats {
    own: Client,
    reading: Arc<BTreeMap<String, Client>>,
}

impl Nats {
    /// `reading` are the connections for the logs of other services, by service; those of the rest are read over `own`.
    #[must_use]
    pub fn new(own: Client, reading: BTreeMap<String, Client>) -> Self {
        Self { own, reading: Arc::new(reading) }
    }

    /// The connection for the logs of a service.
    pub(crate) fn of(&self, service: &str) -> &Client {
        self.reading.get(service).unwrap_or(&self.own)
    }
}

impl From<Client> for Nats {
    /// One connection for everything.
    fn from(own: Client) -> Self {
        Self::new(own, BTreeMap::new())
    }
}

/// How to connect to an address with `user:password@`: the client itself leaves these out.
///
/// # Errors
/// When it is not an address.
fn options(url: &str) -> Result<ConnectOptions, ConnectError> {
    let address: ServerAddr =
        url.parse().map_err(|error| ConnectError::with_source(ConnectErrorKind::ServerParse, error))?;
    let options = match (address.username(), address.password()) {
        (Some(user), password) => {
            ConnectOptions::with_user_and_password(user.to_owned(), password.unwrap_or_default().to_owned())
        }
        (None, _) => ConnectOptions::new(),
    };
    // A server names the others of its cluster, without saying how to reach them. Over TLS, as the first one; and who is
    // reached without TLS, because it is on this machine, sends us to no other machine.
    Ok(if address.tls_required() { options.require_tls(true) } else { options.ignore_discovered_servers() })
}

/// Connects, or says why not.
///
/// # Errors
/// When the server does not answer or does not know the user.
pub async fn connect(url: &str) -> Result<Client, ConnectError> {
    options(url)?.connect(url).await
}

/// The same; when the server is away it goes on trying, and what needs it waits.
///
/// # Errors
/// When it is not an address.
pub async fn connect_when_there(url: &str) -> Result<Client, ConnectError> {
    options(url)?.retry_on_initial_connect().connect(url).await
}

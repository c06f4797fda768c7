//! A connection to NATS, as its address says.

use async_nats::{Client, ConnectError, ConnectErrorKind, ConnectOptions, ServerAddr};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How long a server may take to greet.
const CONNECT: Duration = Duration::from_secs(5);
/// How often a server is asked whether it is there; after two questions without an answer the connection is replaced.
const PING_EVERY: Duration = Duration::from_secs(3);
/// How long it is waited at most before a server is tried again.
const RECONNECT: Duration = Duration::from_secs(1);

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

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum NoNats {
    /// The address is none, or the server refuses.
    #[error("NATS: {0}")]
    Connect(#[from] ConnectError),
    /// Nobody said as whom.
    #[error("there is no password for the NATS user {0}")]
    NoPassword(String),
}

/// How the services of a process come to NATS: each as a user of its own, or all as one.
#[derive(Clone)]
pub struct NatsAccess(Access);

#[derive(Clone)]
enum Access {
    Shared(Client),
    Users(Arc<Users>),
}

struct Users {
    url: String,
    passwords: BTreeMap<String, String>,
    /// The services of a process read a log over one connection.
    readers: Mutex<BTreeMap<String, Client>>,
}

impl From<Client> for NatsAccess {
    /// Everything as one user.
    fn from(client: Client) -> Self {
        Self(Access::Shared(client))
    }
}

impl NatsAccess {
    /// Each service as its own user, of those that [`crate::nats_users`] lists; `passwords` are by user.
    #[must_use]
    pub fn with_users(url: &str, passwords: BTreeMap<String, String>) -> Self {
        Self(Access::Users(Arc::new(Users { url: url.to_owned(), passwords, readers: Mutex::default() })))
    }

    /// The connections of a service that reads the logs of `others`. The server may be away.
    ///
    /// # Errors
    /// When a password lacks or the address is none.
    pub async fn of(&self, service: &str, others: impl IntoIterator<Item = &str>) -> Result<Nats, NoNats> {
        let users = match &self.0 {
            Access::Shared(client) => return Ok(client.clone().into()),
            Access::Users(users) => users,
        };
        let mut reading = BTreeMap::new();
        for other in others.into_iter().filter(|other| *other != service) {
            let mut readers = users.readers.lock().await;
            let client = match readers.get(other) {
                Some(client) => client.clone(),
                None => {
                    let client = users.connect(&reader_of(other)).await?;
                    readers.insert(other.to_owned(), client.clone());
                    client
                }
            };
            reading.insert(other.to_owned(), client);
        }
        Ok(Nats::new(users.connect(service).await?, reading))
    }
}

impl Users {
    async fn connect(&self, user: &str) -> Result<Client, NoNats> {
        let password = self.passwords.get(user).ok_or_else(|| NoNats::NoPassword(user.to_owned()))?;
        Ok(connect_as(&self.url, user, password).await?)
    }
}

/// The user that reads the logs of a service. No service has `_` in its name.
pub(crate) fn reader_of(service: &str) -> String {
    format!("{service}_reader")
}

/// What the subjects of answers to a user begin with: nobody else may listen there.
pub(crate) fn inbox(user: &str) -> String {
    format!("_INBOX_{user}")
}

/// Connects as one of the users that [`crate::nats_users`] lists; when the server is away it goes on trying.
///
/// # Errors
/// When it is not an address.
pub async fn connect_as(url: &str, user: &str, password: &str) -> Result<Client, ConnectError> {
    let own = ConnectOptions::with_user_and_password(user.to_owned(), password.to_owned());
    protected(own, &parsed(url)?)
        .custom_inbox_prefix(inbox(user))
        .name(user)
        .retry_on_initial_connect()
        .connect(url)
        .await
}

/// How to connect to an address with `user:password@`: the client itself leaves these out.
///
/// # Errors
/// When it is not an address.
fn options(url: &str) -> Result<ConnectOptions, ConnectError> {
    let address = parsed(url)?;
    let options = match (address.username(), address.password()) {
        (Some(user), password) => {
            ConnectOptions::with_user_and_password(user.to_owned(), password.unwrap_or_default().to_owned())
        }
        (None, _) => ConnectOptions::new(),
    };
    Ok(protected(options, &address))
}

fn parsed(url: &str) -> Result<ServerAddr, ConnectError> {
    url.parse().map_err(|error| ConnectError::with_source(ConnectErrorKind::ServerParse, error))
}

/// A server names the others of its cluster, without saying how to reach them. Over TLS, as the first one; and who is
/// reached without TLS, because it is on this machine, sends us to no other machine.
///
/// A server that is not there is asked for again within a second, and one that says nothing is given up within ten: the
/// kernel of a process that is frozen, or of a network that swallows everything, keeps a connection for much longer.
fn protected(options: ConnectOptions, address: &ServerAddr) -> ConnectOptions {
    let options = options.connection_timeout(CONNECT).ping_interval(PING_EVERY).reconnect_delay_callback(|attempts| {
        (Duration::from_millis(50) * u32::try_from(attempts).unwrap_or(20)).min(RECONNECT)
    });
    if address.tls_required() { options.require_tls(true) } else { options.ignore_discovered_servers() }
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

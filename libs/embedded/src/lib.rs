//! Starts a private PostgreSQL and nats-server as children of this process.
//!
//! nothing ─start→ Running ─stop or drop→ stopped, data kept
//!                    └─a server dies→ started again, at once at first, then within two seconds
//!
//! **Invariant:** listens on loopback only; no secret in an argument or an environment variable of the servers.
//! **Invariant:** when this process dies, however it dies, its servers end too.

mod account;
mod config;
mod error;
mod home;
mod keeper;
mod leftover;
mod nats;
mod nats_users;
mod postgres;
mod running;
mod within;

use std::{fs::File, time::Duration};

pub use config::{Config, default_bin_dir, default_data_dir};
pub use error::Error;
pub use keeper::Restart;
pub use nats_users::{NatsPasswords, NatsUser, nats_accounts, nats_passwords};
pub use running::{in_use, running};
pub use within::within;

use account::Account;
use home::Home;
use keeper::Keeper;

/// How long a server may take to be ready. Postgres may have to replay its log after a crash.
const READY_TIMEOUT: Duration = Duration::from_secs(120);

/// The servers this process needs: its own children, or the given ones.
#[derive(Debug)]
pub struct Servers {
    /// A superuser of the private cluster, or the URL that was given. Holds a password: not for logs.
    pub postgres_url: String,
    /// The private server, or the URL that was given. Holds a password: not for logs.
    pub nats_url: String,
    /// The passwords of the users that the private server was given. Not for logs.
    pub nats_passwords: NatsPasswords,
    postgres: Option<Keeper>,
    nats: Option<Keeper>,
    // Declared last, so that the folder is free for another process only when the servers have stopped.
    _lock: File,
}

impl Servers {
    /// Starts what was not given, waits until both are ready, and keeps them running.
    ///
    /// Blocks: a tenth of a second for a folder that exists, five seconds for a new one.
    /// From asynchronous code call it within `tokio::task::spawn_blocking`.
    ///
    /// # Errors
    /// Another process uses the folder, a program is missing, or a server does not start; each says what to do.
    pub fn start(config: &Config) -> Result<Self, Error> {
        let config = &config.absolute()?;
        let mut home = Home::open(&config.data_dir)?;
        let account = Account::choose(&home)?;
        let mut servers = Self {
            postgres_url: config.postgres_url.clone().unwrap_or_default(),
            nats_url: config.nats_url.clone().unwrap_or_default(),
            nats_passwords: NatsPasswords::new(),
            postgres: None,
            nats: None,
            _lock: home.lock()?,
        };
        account.take_over(&home)?;
        // Both are started before either is waited for.
        let postgres = match &config.postgres_url {
            Some(_) => None,
            None => Some(postgres::prepare(config, &mut home, &account)?),
        };
        let nats = match &config.nats_url {
            Some(_) => None,
            None if config.without_nats => None,
            None => Some(nats::prepare(config, &mut home, &account)?),
        };
        if let Some(prepared) = postgres {
            servers.postgres_url = prepared.url;
            servers.postgres = Some(Keeper::start(prepared.program)?);
        }
        if let Some(prepared) = nats {
            servers.nats_url = prepared.url;
            servers.nats_passwords.clone_from(&home.remembered.nats_users);
            servers.nats = Some(Keeper::start(prepared.program)?);
        }
        for keeper in servers.keepers() {
            keeper.wait_until_ready(READY_TIMEOUT)?;
        }
        Ok(servers)
    }

    /// Asks both to finish what they do, and waits until they have ended. Dropping does the same.
    pub fn stop(self) {
        drop(self);
    }

    /// What starts the private nats-server again; none when one was given.
    #[must_use]
    pub fn restart_nats(&self) -> Option<Restart> {
        self.nats.as_ref().map(Keeper::restart)
    }

    fn keepers(&self) -> impl Iterator<Item = &Keeper> {
        self.postgres.iter().chain(&self.nats)
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        // Both are asked before either is waited for.
        self.keepers().for_each(Keeper::ask_to_stop);
        self.keepers().for_each(Keeper::wait_until_stopped);
    }
}

//! Seals personal fields with a key per person, and forgets a person by destroying that key.
//!
//! unknown ─first seal→ Known ─forget→ Forgotten, for ever
//!
//! **Invariant:** no plaintext and no plain natural key is ever stored or logged.
//! **Invariant:** a forgotten person never gets another key.

mod cache;
mod cipher;
mod database;
mod error;
mod forget;
mod master_key;
mod natural_keys;
mod notes;
mod seal;

use std::sync::Arc;

pub use error::Error;
pub use master_key::MasterKey;

pub use sessions::Limits;

use cache::Cache;
use database::Database;
use vocabulary::{Purpose, Sealed};

/// Cheap to clone; clones share their connections and the keys they remember.
#[derive(Clone)]
pub struct Vault {
    database: Database,
    master: Arc<MasterKey>,
    cache: Arc<Cache>,
}

impl Vault {
    /// A vault in a database of its own. Connects when first used, so a vault that is away keeps nothing else waiting.
    ///
    /// `options` is a user that owns the tables and may create roles; work is done under `regiohub_vault`, who does not.
    #[must_use]
    pub fn connect(options: sqlx::postgres::PgConnectOptions, connections: u32, master: MasterKey) -> Self {
        Self::connect_within(options, connections, master, Limits::default())
    }

    /// The same, with other bounds than the usual ones.
    #[must_use]
    pub fn connect_within(
        options: sqlx::postgres::PgConnectOptions,
        connections: u32,
        master: MasterKey,
        limits: Limits,
    ) -> Self {
        let database = Database::new(options, connections, limits);
        Self { database, master: Arc::new(master), cache: Arc::default() }
    }

    /// Makes or updates the tables, and checks that this is the master key they were made with.
    ///
    /// # Errors
    /// The database is away, or the master key is another one ([`Error::Broken`]).
    pub async fn migrate(&self) -> Result<(), Error> {
        self.database.migrate(&self.master.mark()).await
    }

    /// Whether the vault answers, for readiness.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it does not.
    pub async fn answers(&self) -> Result<(), Error> {
        self.database.ask(async |work| sqlx::query("select 1").execute(&work).await).await?;
        Ok(())
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

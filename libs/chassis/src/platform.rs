//! What all services of a process share.

use crate::{NoSecrets, Purpose, Secrets};
use access::{Freshness, Grants, Identities, Issuers};
use decider::Clock;
use event_log::Limits;
use processing::Logbook;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use vault::Vault;
use vocabulary::ActorId;

/// What all services of a process share.
#[derive(Clone)]
pub struct Platform {
    /// NATS, for relays and readers.
    pub nats: bus::NatsAccess,
    /// Personal fields.
    pub vault: Vault,
    /// The issuers whose tokens identify callers.
    pub issuers: Issuers,
    /// The time.
    pub clock: Clock,
    /// The installation's secrets.
    pub secrets: Secrets,
    /// The organisation's number (OIN) in the source of every event.
    pub oin: String,
    /// What the installation is called, such as `hub.example.nl`: what it signs begins with it.
    pub domain: std::sync::Arc<str>,
    /// Who founds regions and grants the first programme leader.
    /// Their pseudonyms under each generation of the identity key, oldest first.
    pub operator: Vec<ActorId>,
    /// The public half of the operator's key, which declares restores.
    pub operator_key: Option<proofs::Verifier>,
    /// Where checkpoints are signed.
    pub signing: crate::Signing,
    /// How streams are made and followed.
    pub settings: bus::Settings,
    /// How old grants may be, by the clock [`bus::Settings::ages`].
    pub freshness: Freshness,
    /// Each processing of personal data.
    pub processing: Logbook,
    /// Connections per service to its database.
    pub connections: u32,
    /// What a request may cost a service.
    pub bounds: web::Bounds,
    /// For how long each may work, and be waited for.
    pub limits: Limits,
}

impl Platform {
    /// Makes pseudonyms of identities: the same ones in every process of the installation.
    ///
    /// # Errors
    /// When the secret cannot be read.
    pub fn identities(&self) -> Result<Identities, NoSecrets> {
        Ok(Identities::new(self.secrets.ring(Purpose::Identity)?.keys()))
    }

    /// An empty book of grants that knows the operator.
    #[must_use]
    pub fn grants(&self) -> Grants {
        Grants::new(self.operator.iter().copied(), self.freshness.clone())
    }

    /// What a service shows to read another one's log.
    ///
    /// # Errors
    /// When the secret cannot be read.
    pub fn log_secret(&self) -> Result<String, NoSecrets> {
        self.secrets.log_secret()
    }
}

/// The keys of an installation's messages: a ring for each service, of which a process opens those whose logs it relays
/// or reads.
#[must_use]
pub fn message_keys(secrets: &Secrets, domain: &str) -> bus::MessageKeys {
    let secrets = secrets.clone();
    // A purpose is named for ever, and a service that is read may have been named by a setting.
    let purposes = Mutex::new(BTreeMap::<String, Purpose>::new());
    bus::MessageKeys::new(domain, move |service| {
        let mut purposes = purposes.lock().unwrap_or_else(PoisonError::into_inner);
        let named = || Purpose::Messages(Box::leak(service.to_owned().into_boxed_str()));
        let purpose = *purposes.entry(service.to_owned()).or_insert_with(named);
        let ring = secrets.ring(purpose).map_err(|error| error.to_string())?;
        let newest = ring.newest().number();
        let others = ring.all().rev().filter(|generation| generation.number() != newest);
        let keys = std::iter::once(ring.newest()).chain(others);
        Ok(keys.map(|key| bus::MessageKey { number: key.number(), secret: *key.key() }).collect())
    })
}

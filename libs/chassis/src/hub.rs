//! What a handler, a reaction and a projection work with.

use crate::Secrets;
use decider::Clock;
use event_log::EventLog;
use known::Known;
use processing::Logbook;
use sqlx::PgPool;
use vault::Vault;

/// One service at work. Copies share everything.
#[derive(Clone, Debug)]
pub struct Hub {
    /// The logs of this service.
    pub log: EventLog,
    /// This service's database, under a role that row-level security binds.
    pub db: PgPool,
    /// Seals and opens personal fields.
    pub vault: Vault,
    /// What the consortium said.
    pub known: Known,
    /// The time.
    pub clock: Clock,
    /// Pseudonyms of identities.
    pub identities: access::Identities,
    /// Where each processing of personal data is written down.
    pub processing: Logbook,
    /// What the installation is called, such as `hub.example.nl`: what it signs begins with it.
    pub domain: std::sync::Arc<str>,
    /// Secrets derived for one use each.
    pub secrets: Secrets,
}

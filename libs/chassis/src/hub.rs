//! What a handler, a reaction and a projection work with.

use crate::{Secrets, Steps};
use access::Identity;
use bus::Progress;
use decider::Clock;
use event_log::{Error, EventLog, Pool};
use known::Known;
use processing::Logbook;
use vault::Vault;
use vocabulary::{ActorId, RegionId};

/// One service at work. Copies share everything.
#[derive(Clone, Debug)]
pub struct Hub {
    /// The logs of this service.
    pub log: EventLog,
    /// This service's database, under a role that row-level security binds.
    pub db: Pool,
    /// How far the read models over it are.
    pub progress: Progress,
    /// Seals and opens personal fields.
    pub vault: Vault,
    /// What the consortium said.
    pub known: Known,
    /// The time.
    pub clock: Clock,
    /// Pseudonyms of identities.
    pub identities: access::Identities,
    /// The log of each processing of personal data (Logboek Dataverwerkingen): a file, or a collector on this machine
    /// (OTLP over gRPC) such as http://127.0.0.1:4317. Without one, `processing.jsonl` beside the secrets.
    pub processing: Logbook,
    /// What the installation is called, such as `hub.example.nl`: what it signs begins with it.
    pub domain: std::sync::Arc<str>,
    /// Where checkpoints are signed.
    pub signing: crate::Signing,
    /// The public half of the operator's key, which declares restores.
    pub operator_key: Option<proofs::Verifier>,
    /// Secrets derived for one use each.
    pub secrets: Secrets,
    /// What goes on when the request that asked for it is gone.
    pub steps: Steps,
}

impl Hub {
    /// The pseudonym under which a person (`sub` at an issuer) is known in a region, or will be.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn actor(&self, region: &RegionId, issuer: &str, subject: &str) -> Result<ActorId, Error> {
        self.known_as(region, &Identity::person(issuer, subject)).await
    }

    /// The pseudonym under which a machine (its client id at an issuer) is known in a region, or will be.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn machine(&self, region: &RegionId, issuer: &str, client: &str) -> Result<ActorId, Error> {
        self.known_as(region, &Identity::machine(issuer, client)).await
    }

    async fn known_as(&self, region: &RegionId, identity: &Identity) -> Result<ActorId, Error> {
        let pseudonyms = self.identities.of(identity);
        let known = self.known.book().known_as(Some(region), &pseudonyms);
        if known != *pseudonyms.newest() {
            return Ok(known);
        }
        // Whoever held something once and holds nothing now is in no book, and must not come back as somebody else: this
        // service's log says whom it gave something. Asked only where the key was rotated.
        for earlier in pseudonyms.others() {
            let named = format!("\"{}\"", earlier.0);
            for streams in ["grant/", "mandate/"] {
                if !self.log.streams(region, streams, Some(&named)).await?.is_empty() {
                    return Ok(*earlier);
                }
            }
        }
        Ok(known)
    }
}

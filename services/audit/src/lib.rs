//! Explains a history, has it proven, and keeps what auditors do in a log of its own.
//!
//! **Invariant:** nothing here gives a command to another service.

mod api;
pub mod notary;
pub mod oversight;
mod pending;
pub mod schemas;
pub mod signer_routes;
pub mod trace;

use bus::LogSource;
use chassis::{Hub, Service};
use evidence::checkpoint::Notary;
use evidence::schedule::{cut_when_due, recheck_when_due};
use evidence::witnesses::hand_over_when_due;
use oversight::{exports, inspections, looks, mandates, samples, sealed_names};
use sqlx::migrate::Migrator;
use std::sync::{Arc, OnceLock};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// What the audit works with.
#[derive(Clone, Debug)]
pub(crate) struct Audit {
    /// Its own log and database.
    pub hub: Hub,
    /// The logs of every service, its own among them.
    pub logs: Arc<[LogSource]>,
    /// Signs where they are.
    pub notary: Notary,
}

impl Audit {
    /// Over these logs; one notary serves all that a process does.
    fn new(hub: &Hub, sources: &[LogSource], notary: Notary) -> Self {
        Self { hub: hub.clone(), logs: sources.into(), notary }
    }
}

/// The service, wired.
#[must_use]
pub fn service() -> Service {
    // Routes, schedule and whoever asks from inside share one memory of what was signed.
    let shared: Arc<OnceLock<Notary>> = Arc::default();
    let notary = move |hub: &Hub, sources: &[LogSource]| shared.get_or_init(|| notary::notary(hub, sources)).clone();
    let (cutting, rechecking, handing) = (notary.clone(), notary.clone(), notary.clone());
    let (inside, drawing) = (notary.clone(), notary.clone());
    Service::new("audit")
        .aggregate::<oversight::mandate::Mandate>()
        .aggregate::<oversight::look::Look>()
        .aggregate::<oversight::sample::Sample>()
        .aggregate::<oversight::disclosure::Disclosure>()
        .signs()
        .migrations(&MIGRATIONS)
        .routes_of(api::routes, move |hub, sources| Audit::new(hub, sources, notary(hub, sources)))
        .inside(move |hub, sources| signer_routes::routes(inside(hub, sources)))
        .keeps_looks(looks::keeper)
        .projection(mandates::Mandates)
        .projection(inspections::Inspections)
        .projection(sealed_names::SealedNames)
        .projection(samples::Samples)
        .projection(exports::Exports)
        .runs("checkpoints", cutting, cut_when_due)
        .runs("rechecks", rechecking, recheck_when_due)
        .runs("witnesses", handing, hand_over_when_due)
        .runs(
            "drawings",
            move |hub, sources| Audit::new(hub, sources, drawing(hub, sources)),
            pending::draw_when_signed,
        )
}

/// Makes the service's own tables, or brings them up to date: for a command beside a hub that does not run.
///
/// # Errors
/// When the database does not answer or the user does not own it.
pub async fn migrate(database: &event_log::Database) -> Result<(), sqlx::migrate::MigrateError> {
    MIGRATIONS.run(&database.owner).await
}

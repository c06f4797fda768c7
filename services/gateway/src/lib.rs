//! The public API: queries from read models, commands forwarded to the services that decide.
//!
//! **Invariant:** nothing is decided here, and no table here holds what the logs do not.

mod document;
mod erasing;
mod forward;
mod named;
mod page;
pub mod questions;
mod reach;

pub use document::merged;
pub use forward::{Backend, Place, compose};
pub use page::{Page, Storable};
pub use reach::reading;
pub use web::Listed;

use chassis::{Hub, Service};
use questions::{
    agreements, attendance, co_financing, companies, hotspots, me, people, processing_activities, regions, retention,
    sessions, signatures,
};
use sqlx::migrate::Migrator;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// What queries work with.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// The read models' database.
    pub hub: Hub,
}

/// The gateway's own part: its read models and the questions they answer.
#[must_use]
pub fn service() -> Service {
    Service::new("gateway")
        .migrations(&MIGRATIONS)
        .routes_of(queries, |hub, _| Gateway { hub: hub.clone() })
        .projection(regions::Regions)
        .projection(retention::Retention)
        .projection(companies::Companies)
        .opening(|hub| people::People {
            opener: hub.map(|hub| people::Opener { vault: hub.vault.clone(), processing: hub.processing.clone() }),
        })
        .beside(erasing::begin_erasing)
        .projection(hotspots::Hotspots)
        .projection(sessions::Sessions)
        .projection(attendance::Attendance)
        .projection(agreements::Agreements)
        .projection(signatures::Signatures)
        .projection(co_financing::CoFinancing)
}

fn queries() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(me::show_me))
        .routes(routes!(regions::show_region))
        .routes(routes!(processing_activities::list_processing_activities))
        .routes(routes!(companies::list_companies))
        .routes(routes!(people::list_pupils))
        .routes(routes!(hotspots::list_hotspots))
        .routes(routes!(hotspots::show_hotspot))
        .routes(routes!(sessions::list_sessions))
        .routes(routes!(sessions::show_session))
        .routes(routes!(attendance::list_attendance))
        .routes(routes!(agreements::list_contracts))
        .routes(routes!(agreements::list_agreements))
        .routes(routes!(signatures::list_open_signatures))
        .routes(routes!(co_financing::show_statement))
        .routes(routes!(co_financing::explain_figure))
}

//! The public API: queries from read models, commands forwarded to the services that decide.
//!
//! **Invariant:** nothing is decided here, and no table here holds what the logs do not.

mod document;
mod forward;
mod named;
mod reach;
pub mod read_models;
mod storable;
mod words;

pub use document::merged;
pub use forward::{Backend, Place, compose};
pub use reach::reading;
pub use storable::Storable;

use chassis::{Hub, Service};
use read_models::{agreements, co_financing, consortium, hotspots};
use sqlx::migrate::Migrator;
use utoipa_axum::router::OpenApiRouter;

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
    let own = Service::new("gateway").migrations(&MIGRATIONS).routes_of(queries, |hub, _| Gateway { hub: hub.clone() });
    let contexts = [consortium::projections, hotspots::projections, agreements::projections, co_financing::projections];
    contexts.into_iter().fold(own, |service, projections| projections(service))
}

fn queries() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .merge(consortium::routes())
        .merge(hotspots::routes())
        .merge(agreements::routes())
        .merge(co_financing::routes())
}

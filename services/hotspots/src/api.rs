//! Routes: one file per thing that is asked about.

mod check_in;
mod confirmation;
mod enrolment;
mod found;
mod hotspots;
mod presence;
mod safety_checks;
mod sessions;

use chassis::Hub;
use utoipa_axum::router::OpenApiRouter;

/// Every route of the service.
pub fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .merge(hotspots::routes())
        .merge(safety_checks::routes())
        .merge(sessions::routes())
        .merge(enrolment::routes())
        .merge(check_in::routes())
        .merge(presence::routes())
        .merge(confirmation::routes())
}

//! The routes of the service, one list for each thing; who may ask what stands in the table of the `access` library.

use crate::access::grant;
use crate::companies::company;
use crate::people::{import, person};
use crate::region::{consortium, member, policy, school_import};
use crate::retention::{hold, run, schedule};
use chassis::Hub;
use utoipa_axum::router::OpenApiRouter;

/// Every operation of this service.
#[must_use]
pub fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .merge(consortium::api::routes())
        .merge(member::api::routes())
        .merge(policy::api::routes())
        .merge(grant::api::routes())
        .merge(company::api::routes())
        .merge(person::api::routes())
        .merge(schedule::api::routes())
        .merge(hold::api::routes())
        .merge(run::api::routes())
        .merge(school_import::api::routes())
        .merge(import::api::routes())
}

//! Where does the region's co-financing stand, and which events lead to each figure?
//!
//! committed ⊇ realised ⊇ signed ⊇ verified, against the target.

mod explain;
mod figure;
mod fold;
mod fold_lines;
mod rounding;
mod statement;
mod target;

pub use rounding::of_hours;

use crate::Gateway;
use chassis::Service;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new().routes(routes!(statement::show_statement)).routes(routes!(explain::explain_figure))
}

pub(crate) fn projections(service: Service) -> Service {
    service.projection(fold::CoFinancing)
}

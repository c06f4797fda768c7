//! What may be asked over HTTP: one file per thing that is asked about.

mod contracts;
mod disputes;
mod documents;
mod endings;
mod found;
mod signatures;
mod stage_agreements;

use axum::{Json, response::IntoResponse};
use chassis::Hub;
use http::header::ETAG;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;

/// Every operation of this service.
#[must_use]
pub fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .merge(contracts::routes())
        .merge(stage_agreements::routes())
        .merge(signatures::routes())
        .merge(disputes::routes())
        .merge(endings::routes())
        .merge(documents::routes())
}

/// One thing as it is now, with its version for `If-Match`.
fn shown<T: Serialize>(version: i32, thing: T) -> impl IntoResponse {
    ([(ETAG, format!("\"{version}\""))], Json(thing))
}

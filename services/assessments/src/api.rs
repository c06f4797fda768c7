//! What may be asked over HTTP.

mod cases;
mod electives;
mod grades;
mod imports;
mod ptas;
mod rubrics;

use axum::{Json, response::IntoResponse};
use chassis::Hub;
use http::header::ETAG;
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Every operation of this service.
#[must_use]
pub fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(imports::preview_catalogue_import))
        .routes(routes!(imports::import_catalogue))
        .routes(routes!(imports::show_catalogue_import))
        .routes(routes!(electives::list_electives, electives::add_elective))
        .routes(routes!(electives::show_elective, electives::revise_elective))
        .routes(routes!(electives::fit_elective))
        .routes(routes!(rubrics::show_rubric, rubrics::adopt_rubric))
        .routes(routes!(ptas::show_pta))
        .routes(routes!(ptas::register_pta_item))
        .routes(routes!(ptas::freeze_pta))
        .routes(routes!(cases::list_cases, cases::open_case))
        .routes(routes!(cases::show_case))
        .routes(routes!(cases::submit_evidence))
        .routes(routes!(cases::judge_by_company))
        .routes(routes!(cases::judge_by_school))
        .routes(routes!(grades::fix_grade))
        .routes(routes!(grades::revise_grade))
}

/// One thing as it is now, with its version for `If-Match`.
fn shown<T: Serialize>(version: i32, thing: T) -> impl IntoResponse {
    ([(ETAG, format!("\"{version}\""))], Json(thing))
}

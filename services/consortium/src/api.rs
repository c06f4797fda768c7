//! What may be asked over HTTP; who may ask it stands in the table of the `access` library.

mod companies;
mod grants;
mod holds;
mod imports;
mod leaving;
mod partners;
mod people;
mod plans;
mod region;
mod retention;
mod runs;
mod shared_numbers;

use chassis::Hub;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use vocabulary::Reason;
use web::{FieldError, Problem};

const TAG: &str = "consortium";

/// All routes of the service.
#[must_use]
pub fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .merge(region::routes())
        .merge(partners::routes())
        .merge(plans::routes())
        .merge(grants::routes())
        .merge(companies::routes())
        .merge(people::routes())
        .merge(leaving::routes())
        .merge(retention::routes())
        .merge(holds::routes())
        .merge(runs::routes())
        .merge(imports::routes())
        .merge(shared_numbers::routes())
}

/// The day on which a fact happened.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FactDate {
    /// The date of the fact; today when absent (datum).
    occurred_on: Option<NaiveDate>,
}

/// The reason of a fact, and the day on which it happened.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ReasonAndDate {
    /// The reason; never a person's name (reden).
    reason: Reason,
    /// The date of the fact; today when absent (datum).
    occurred_on: Option<NaiveDate>,
}

fn unknown_page() -> Problem {
    let (english, dutch) = ("is no place in this list", "is geen plaats in deze lijst");
    Problem::invalid(vec![FieldError::new("?after", english, dutch)])
}

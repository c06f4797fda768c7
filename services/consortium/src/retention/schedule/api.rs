//! The retention schedule: how long who is kept, on which ground.

use super::{Adopt, Schedules, Version};
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use proto_schemas::consortium::retention_schedule::Term;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::RegionId;
use web::{Accepted, Caller, Listed, Path, Problem, Refuses, Touches, Valid};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(adopt_retention_schedule, list_retention_schedules))
}

/// A retention schedule, whole (bewaarschema).
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ScheduleGiven {
    /// The first day on which it decides, tomorrow or later (geldig vanaf).
    valid_from: NaiveDate,
    /// The terms, at most one for each class (termijnen); people of a class without a term are kept.
    #[schemars(length(min = 1, max = 3))]
    #[schema(min_items = 1, max_items = 3)]
    terms: Vec<Term>,
}

/// A version of the schedule.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ScheduleShown {
    /// The number of the version: 1 for the first.
    version: u32,
    /// The first day on which it decides.
    valid_from: NaiveDate,
    /// Whether this version decides today.
    valid: bool,
    /// The terms by class.
    terms: Vec<Term>,
}

/// Adopt a retention schedule: a term and its ground for each class of people (bewaarschema vaststellen).
///
/// It works forward only, from tomorrow at the earliest. From then on it decides for everybody who is not forgotten
/// yet, also for those who left before. No term comes with the hub: no official one was found.
#[utoipa::path(
    post, path = "/v1/regions/{region}/retention/schedules", operation_id = "adopt-retention-schedule", tag = "consortium",
    params(("region" = RegionId, Path)),
    request_body = ScheduleGiven, responses(Accepted, Refuses<(Schedules,)>, Problem),
)]
async fn adopt_retention_schedule(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(ScheduleGiven { valid_from, terms }): Valid<ScheduleGiven>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    Ok(hub.log.execute::<Schedules>(&region, &region, Adopt { valid_from, terms }, &asked).await?.into())
}

/// List the versions of the retention schedule, the first one first; none before one was adopted (bewaarschema).
#[utoipa::path(
    get, path = "/v1/regions/{region}/retention/schedules", operation_id = "list-retention-schedules", tag = "consortium",
    params(("region" = RegionId, Path)),
    responses((status = 200, description = "The versions", body = Listed<ScheduleShown>), Problem)
)]
async fn list_retention_schedules(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
) -> Result<Listed<ScheduleShown>, Problem> {
    let schedules = hub.log.load::<Schedules>(&region, &region).await?.state;
    let valid = schedules.on(caller.today()).map(|version| version.number);
    let shown = |version: &Version| ScheduleShown {
        version: version.number,
        valid_from: version.valid_from,
        valid: valid == Some(version.number),
        terms: version.terms.clone(),
    };
    // A handful in the life of a region: no page needed.
    Ok(Listed::whole(schedules.versions().iter().map(shown).collect()))
}

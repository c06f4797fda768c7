//! The rubric of an elective.

use super::{Adopt, Rubric, Version};
use crate::elective;
use axum::extract::State;
use chassis::Hub;
use proto_schemas::assessments::rubric::Task;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{ElectiveId, Label, RegionId};
use web::{Accepted, Caller, Path, Problem, Refuses, Shown, Touches, Valid};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(show_rubric, adopt_rubric))
}

/// The tasks to be judged.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tasks {
    /// The tasks that the pupil learns (leertaken).
    #[schemars(length(min = 1, max = 40))]
    learning_tasks: Vec<NewTask>,
    /// The tasks that the pupil does for the company (werktaken).
    #[schemars(length(min = 1, max = 40))]
    work_tasks: Vec<NewTask>,
}

/// A task to be judged.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewTask {
    /// Its code, unique within the rubric.
    #[schemars(regex(pattern = "^[A-Za-z0-9][A-Za-z0-9/.-]{0,31}$"))]
    #[schema(example = "L1")]
    code: String,
    /// A description of what is to be shown.
    title: Label,
}

/// The rubric as it is now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RubricShown {
    /// The elective whose tasks are judged.
    elective: ElectiveId,
    /// The number of the version: 1 for the first.
    version: u32,
    /// The tasks that the pupil learns (leertaken).
    learning_tasks: Vec<Task>,
    /// The tasks that the pupil does for the company (werktaken).
    work_tasks: Vec<Task>,
}

/// Show the tasks that are judged at an elective (beoordelingsmodel bekijken).
#[utoipa::path(
    get, path = "/v1/regions/{region}/electives/{elective}/rubric", operation_id = "show-rubric", tag = "assessments",
    params(("region" = RegionId, Path), ("elective" = ElectiveId, Path)),
    responses((status = 200, body = RubricShown), Problem),
)]
async fn show_rubric(
    State(hub): State<Hub>,
    Path((region, elective)): Path<(RegionId, ElectiveId)>,
    _: Caller,
) -> Result<Shown<RubricShown>, Problem> {
    let loaded = hub.log.load::<Rubric>(&region, &elective).await?;
    let latest = loaded.state.latest().cloned().ok_or_else(|| Problem::not_found("rubric", "beoordelingsmodel"))?;
    let Version { version, learning_tasks, work_tasks } = latest;
    Ok(Shown::new(loaded.version, RubricShown { elective, version, learning_tasks, work_tasks }))
}

/// Adopt the next version of the rubric of an elective (beoordelingsmodel vaststellen).
///
/// Cases that are open keep the version they began with.
#[utoipa::path(
    put, path = "/v1/regions/{region}/electives/{elective}/rubric", operation_id = "adopt-rubric", tag = "assessments",
    params(("region" = RegionId, Path), ("elective" = ElectiveId, Path)), request_body = Tasks,
    responses(Accepted, Refuses<(Rubric,)>, Problem),
)]
async fn adopt_rubric(
    State(hub): State<Hub>,
    Path((region, elective)): Path<(RegionId, ElectiveId)>,
    caller: Caller,
    Valid(tasks): Valid<Tasks>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    elective::api::known(&hub, &region, elective).await?;
    let named = |tasks: Vec<NewTask>| tasks.into_iter().map(|NewTask { code, title }| Task { code, title }).collect();
    let adopt = Adopt { elective, learning_tasks: named(tasks.learning_tasks), work_tasks: named(tasks.work_tasks) };
    Ok(hub.log.execute::<Rubric>(&region, &elective, adopt, &asked).await?.into())
}

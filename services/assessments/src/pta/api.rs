//! The PTA of a school and cohort.

use super::{Command, Pta};
use crate::{elective, pta};
use axum::extract::State;
use chassis::Hub;
use proto_schemas::assessments::pta::{Item, Place};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{BranchCode, ElectiveId, PtaId, RegionId, SchoolYear};
use web::{Accepted, Caller, Path, Problem, Refuses, Shown, Touches, Valid};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(show_pta)).routes(routes!(register_pta_item)).routes(routes!(freeze_pta))
}

/// The weight of an elective in the school exam.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Weighing {
    /// The weight against the other items of the PTA (weging).
    #[schemars(range(min = 1, max = 100))]
    #[schema(minimum = 1, maximum = 100)]
    weight: u8,
    /// The place where it is concluded. A grade earned at a company counts only with `company` or `both`.
    place: Place,
}

/// A PTA as it is now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PtaShown {
    /// The id of the PTA.
    id: PtaId,
    /// The school whose pupils it is for.
    school: BranchCode,
    /// The school year in which the pupils' exam programme began.
    cohort: SchoolYear,
    /// Whether it is fixed for good.
    frozen: bool,
    /// The electives that count for the school exam.
    items: Vec<Item>,
}

/// Show the PTA of a school and cohort (PTA bekijken).
#[utoipa::path(
    get, path = "/v1/regions/{region}/schools/{school}/ptas/{cohort}", operation_id = "show-pta", tag = "assessments",
    params(("region" = RegionId, Path), ("school" = BranchCode, Path), ("cohort" = SchoolYear, Path)),
    responses((status = 200, body = PtaShown), Problem),
)]
async fn show_pta(
    State(hub): State<Hub>,
    Path((region, school, cohort)): Path<(RegionId, BranchCode, SchoolYear)>,
    caller: Caller,
) -> Result<Shown<PtaShown>, Problem> {
    caller.about(&Touches::region().school(&school))?;
    let id = pta::id(&school, cohort);
    let loaded = hub.log.load::<Pta>(&region, &id).await?;
    if loaded.version == 0 {
        return Err(Problem::not_found("programme of testing", "PTA"));
    }
    let Pta { items, frozen } = loaded.state;
    Ok(Shown::new(loaded.version, PtaShown { id, school, cohort, frozen, items }))
}

/// Register an elective for the school exam of a cohort, or change its weight (onderdeel in het PTA opnemen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/schools/{school}/ptas/{cohort}/items/{elective}", operation_id = "register-pta-item", tag = "assessments",
    params(("region" = RegionId, Path), ("school" = BranchCode, Path), ("cohort" = SchoolYear, Path), ("elective" = ElectiveId, Path)),
    request_body = Weighing, responses(Accepted, Refuses<(Pta,)>, Problem),
)]
async fn register_pta_item(
    State(hub): State<Hub>,
    Path((region, school, cohort, elective)): Path<(RegionId, BranchCode, SchoolYear, ElectiveId)>,
    caller: Caller,
    Valid(Weighing { weight, place }): Valid<Weighing>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region().school(&school))?;
    taking_part(&hub, &region, &school).await?;
    elective::api::known(&hub, &region, elective).await?;
    let id = pta::id(&school, cohort);
    let register = Command::RegisterItem { school, cohort, item: Item { elective, weight, place } };
    Ok(hub.log.execute::<Pta>(&region, &id, register, &asked).await?.into())
}

/// Freeze a PTA for good: a later change goes into the next cohort's (PTA vaststellen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/schools/{school}/ptas/{cohort}/freeze", operation_id = "freeze-pta", tag = "assessments",
    params(("region" = RegionId, Path), ("school" = BranchCode, Path), ("cohort" = SchoolYear, Path)),
    responses(Accepted, Refuses<(Pta,)>, Problem),
)]
async fn freeze_pta(
    State(hub): State<Hub>,
    Path((region, school, cohort)): Path<(RegionId, BranchCode, SchoolYear)>,
    caller: Caller,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region().school(&school))?;
    taking_part(&hub, &region, &school).await?;
    let id = pta::id(&school, cohort);
    Ok(hub.log.execute::<Pta>(&region, &id, Command::Freeze { school, cohort }, &asked).await?.into())
}

async fn taking_part(hub: &Hub, region: &RegionId, school: &BranchCode) -> Result<(), Problem> {
    let known = hub.known.school(region, school).await?.filter(|school| school.takes_part);
    known.map(|_| ()).ok_or_else(|| Problem::not_found("school", "school"))
}

//! Schools: they join, and they leave.

use super::known;
use crate::access::grant::{self, Command::Revoke, Grant, Held};
use crate::region::consortium::{Command::LetGo, Consortium, school::Details};
use crate::region::member::{
    Command::{JoinSchool, RemoveSchool},
    Member, MemberId,
};
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use proto_schemas::consortium::place::{Address, Coordinates};
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{BranchCode, Label, RegionId};
use web::{Accepted, Caller, Path, Problem, Refuses, Touches, Valid};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(join_school, remove_school))
}

/// The facts of a secondary school (vo-school).
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SchoolGiven {
    /// The name of the site (vestigingsnaam).
    name: Label,
    /// The number of the competent authority (bevoegd gezag): at most six digits.
    #[schemars(regex(pattern = "^[0-9]{1,6}$"))]
    #[schema(pattern = "^[0-9]{1,6}$")]
    pub(crate) board: String,
    /// Whether vmbo is taught here.
    vmbo: bool,
    /// Codes of the vmbo profiles offered, such as `PIE` (profielen).
    #[schemars(inner(regex(pattern = "^(BWI|DP|EO|GR|HBR|MET|MT|MVI|PIE|ZW)$")))]
    profiles: Vec<String>,
    /// The address of the site (adres).
    address: Address,
    /// The place on the map (coördinaten).
    coordinates: Option<Coordinates>,
}

impl From<SchoolGiven> for Details {
    fn from(given: SchoolGiven) -> Self {
        Self {
            name: Some(given.name),
            board: Some(given.board),
            vmbo: Some(given.vmbo),
            profiles: Some(given.profiles),
            address: Some(given.address),
            coordinates: given.coordinates,
        }
    }
}

/// A school that joins, or whose data change.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Joining {
    /// The facts of the school.
    school: SchoolGiven,
    /// The date of the fact; today when absent (datum).
    occurred_on: Option<NaiveDate>,
}

/// Add a secondary school, or change its facts (vo-school toevoegen of wijzigen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/schools/{school}", operation_id = "join-school", tag = "consortium",
    params(("region" = RegionId, Path), ("school" = BranchCode, Path)),
    request_body = Joining, responses(Accepted, Refuses<(Member,)>, Problem),
)]
async fn join_school(
    State(hub): State<Hub>,
    Path((region, school)): Path<(RegionId, BranchCode)>,
    caller: Caller,
    Valid(joining): Valid<Joining>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region().school(&school))?;
    let occurred_on = joining.occurred_on.unwrap_or(asked.today());
    let id = MemberId::School(school.clone());
    let known = known(&hub, &region, &id).await?;
    let command = known.asked(JoinSchool { school, details: joining.school.into(), occurred_on });
    Ok(hub.log.execute::<Member>(&region, &id, command, &asked).await?.into())
}

/// Remove a secondary school; its seat in the working group falls vacant (vo-school laten uittreden).
#[utoipa::path(
    delete, path = "/v1/regions/{region}/schools/{school}", operation_id = "remove-school", tag = "consortium",
    params(("region" = RegionId, Path), ("school" = BranchCode, Path)),
    responses(Accepted, Refuses<(Member, Consortium, Grant)>, Problem),
)]
async fn remove_school(
    State(hub): State<Hub>,
    Path((region, school)): Path<(RegionId, BranchCode)>,
    caller: Caller,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region().school(&school))?;
    let id = MemberId::School(school.clone());
    let known = known(&hub, &region, &id).await?;
    let mut batch = hub.log.batch(&region);
    let remove = RemoveSchool { school: school.clone(), occurred_on: asked.today() };
    batch.add::<Member>(&id, known.asked(remove));
    batch.add::<Consortium>(&region, LetGo { school: school.clone() });
    if let Some(actor) = known.seat() {
        let grant = grant::id_of(&region, &Held::seat(actor, school));
        if matches!(hub.log.load::<Grant>(&region, &grant).await?.state, Grant::Given(_)) {
            let reason = "The school left the region.".parse().map_err(|_| Problem::internal())?;
            batch.add::<Grant>(&grant, Revoke { reason });
        }
    }
    Ok(batch.commit(&asked).await?.into())
}

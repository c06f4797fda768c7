//! The region itself: founded once, led by one board.

use super::TAG;
use crate::{
    consortium::{Consortium, commands::Command, school::Details},
    grant::{self, Grant, Held},
    member::{
        Member, MemberId,
        commands::{Asking, Command as OfMember, Earlier},
    },
    members::known,
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
use web::{Accepted, Caller, Path, Problem, Touches, Valid};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(found_region))
        .routes(routes!(name_lead_partner))
        .routes(routes!(join_school, remove_school))
}

/// A region with the school whose board leads it.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Founding {
    /// The region's name (naam van de regio).
    name: Label,
    /// The branch code of the lead school (vestigingscode).
    lead_school: BranchCode,
    /// The facts of the school.
    school: SchoolGiven,
    /// The date of the fact; today when absent (datum).
    occurred_on: Option<NaiveDate>,
}

/// The facts of a secondary school (vo-school).
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SchoolGiven {
    /// The name of the site (vestigingsnaam).
    name: Label,
    /// The number of the competent authority (bevoegd gezag): at most six digits.
    #[schemars(regex(pattern = "^[0-9]{1,6}$"))]
    #[schema(pattern = "^[0-9]{1,6}$")]
    board: String,
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

/// The site whose board becomes the lead partner.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Leading {
    /// The branch code of a vmbo site that is a member (vestigingscode).
    school: BranchCode,
    /// The date of the fact; today when absent (datum).
    occurred_on: Option<NaiveDate>,
}

/// Found a region with its lead school (regio oprichten met haar penvoerder).
///
/// The slug in the path is chosen for ever. Founding again under the same name changes nothing.
#[utoipa::path(
    put, path = "/v1/regions/{region}", operation_id = "found-region", tag = TAG,
    params(("region" = RegionId, Path)),
    request_body = Founding, responses(Accepted, Problem),
)]
async fn found_region(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(founding): Valid<Founding>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    let occurred_on = founding.occurred_on.unwrap_or(asked.today());
    let (school, board) = (founding.lead_school, founding.school.board.clone());
    let lead = MemberId::School(school.clone());
    let known = known(&hub, &region, &lead).await?;
    // It is founded by what is written together with this.
    let asking = |command| Asking { earlier: Earlier { founded: true, ..known.earlier.clone() }, command };
    let details = founding.school.into();
    let mut batch = hub.log.batch(&region);
    batch.add::<Consortium>(&region, Command::Found { name: founding.name, occurred_on });
    batch.add::<Member>(&lead, asking(OfMember::JoinSchool { school: school.clone(), details, occurred_on }));
    batch.add::<Member>(&lead, asking(OfMember::Lead { board: board.clone() }));
    batch.add::<Consortium>(&region, Command::NameLeadPartner { school, board, occurred_on });
    Ok(batch.commit(&asked).await?.into())
}

/// Name the board of a vmbo site the lead partner (penvoerder aanwijzen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/lead-partner", operation_id = "name-lead-partner", tag = TAG,
    params(("region" = RegionId, Path)),
    request_body = Leading, responses(Accepted, Problem),
)]
async fn name_lead_partner(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(leading): Valid<Leading>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    let occurred_on = leading.occurred_on.unwrap_or(asked.today());
    let id = MemberId::School(leading.school.clone());
    let known = known(&hub, &region, &id).await?;
    // Of no member, its own history says so.
    let board = known.school().map(|school| school.board.clone()).unwrap_or_default();
    let mut batch = hub.log.batch(&region);
    let name = Command::NameLeadPartner { school: leading.school, board: board.clone(), occurred_on };
    batch.add::<Consortium>(&region, name);
    batch.add::<Member>(&id, known.asked(OfMember::Lead { board }));
    Ok(batch.commit(&asked).await?.into())
}

/// Add a secondary school, or change its facts (vo-school toevoegen of wijzigen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/schools/{school}", operation_id = "join-school", tag = TAG,
    params(("region" = RegionId, Path), ("school" = BranchCode, Path)),
    request_body = Joining, responses(Accepted, Problem),
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
    let command = known.asked(OfMember::JoinSchool { school, details: joining.school.into(), occurred_on });
    Ok(hub.log.execute::<Member>(&region, &id, command, &asked).await?.into())
}

/// Remove a secondary school; its seat in the working group falls vacant (vo-school laten uittreden).
#[utoipa::path(
    delete, path = "/v1/regions/{region}/schools/{school}", operation_id = "remove-school", tag = TAG,
    params(("region" = RegionId, Path), ("school" = BranchCode, Path)),
    responses(Accepted, Problem),
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
    let remove = OfMember::RemoveSchool { school: school.clone(), occurred_on: asked.today() };
    batch.add::<Member>(&id, known.asked(remove));
    batch.add::<Consortium>(&region, Command::LetGo { school: school.clone() });
    if let Some(actor) = known.seat() {
        let grant = grant::id_of(&region, &Held::seat(actor, school));
        if matches!(hub.log.load::<Grant>(&region, &grant).await?.state, Grant::Given(_)) {
            let reason = "The school left the region.".parse().map_err(|_| Problem::internal())?;
            batch.add::<Grant>(&grant, grant::commands::Command::Revoke { reason });
        }
    }
    Ok(batch.commit(&asked).await?.into())
}

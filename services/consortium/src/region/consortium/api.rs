//! The region itself: founded once, led by one board.

mod plans;

use super::{Command, Consortium};
use crate::region::member::{
    Asking,
    Command::{JoinSchool, Lead},
    Earlier, Member, MemberId,
    api::SchoolGiven,
};
use crate::region::members::known;
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{BranchCode, Label, RegionId};
use web::{Accepted, Caller, Path, Problem, Refuses, Touches, Valid};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(found_region)).routes(routes!(name_lead_partner)).merge(plans::routes())
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
    put, path = "/v1/regions/{region}", operation_id = "found-region", tag = "consortium",
    params(("region" = RegionId, Path)),
    request_body = Founding, responses(Accepted, Refuses<(Consortium, Member)>, Problem),
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
    batch.add::<Member>(&lead, asking(JoinSchool { school: school.clone(), details, occurred_on }));
    batch.add::<Member>(&lead, asking(Lead { board: board.clone() }));
    batch.add::<Consortium>(&region, Command::NameLeadPartner { school, board, occurred_on });
    Ok(batch.commit(&asked).await?.into())
}

/// Name the board of a vmbo site the lead partner (penvoerder aanwijzen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/lead-partner", operation_id = "name-lead-partner", tag = "consortium",
    params(("region" = RegionId, Path)),
    request_body = Leading, responses(Accepted, Refuses<(Consortium, Member)>, Problem),
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
    batch.add::<Member>(&id, known.asked(Lead { board }));
    Ok(batch.commit(&asked).await?.into())
}

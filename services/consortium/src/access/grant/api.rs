//! Who may do what: roles given and taken back.

use super::{Command, Give, Grant, Held, Known, id_of};
use crate::companies::company::{Command::StayCompany, Company};
use crate::people::person::Person;
use crate::region::consortium::Consortium;
use crate::region::member::{
    Command::{Stay, TakeSeat, VacateSeat},
    Member, MemberId,
};
use crate::region::members::known;
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use decider::CommandContext;
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{ActorId, BranchCode, CompanyId, GrantId, PersonId, Reason, RegionId, Role};
use web::{Accepted, Caller, Created, FieldError, Path, Problem, Refuses, Touches, Valid};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(appoint_programme_leader))
        .routes(routes!(grant_role))
        .routes(routes!(grant_company_role))
        .routes(routes!(grant_school_role))
        .routes(routes!(revoke_role))
}

/// The identity that a token names: a person by `subject`, or a machine without one by `client`.
#[derive(Clone, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Identity {
    /// The issuer exactly as in the token's `iss`.
    #[schemars(length(min = 1, max = 500))]
    #[schema(min_length = 1, max_length = 500)]
    issuer: String,
    /// The token's `sub`.
    #[schemars(length(min = 1, max = 500))]
    #[schema(min_length = 1, max_length = 500)]
    subject: Option<String>,
    /// The token's `client_id` or `azp`, for a machine without a `sub`.
    #[schemars(length(min = 1, max = 500))]
    #[schema(min_length = 1, max_length = 500)]
    client: Option<String>,
}

/// The first programme leader (programmaleider).
#[derive(Clone, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Appointment {
    /// The identity that receives the role.
    to: Identity,
}

/// A role for someone (rol).
#[derive(Clone, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Granting {
    /// The identity that receives the role.
    to: Identity,
    /// The role to grant.
    role: Role,
    /// The school; required for roles of a school and for a seat in the working group (school).
    school: Option<BranchCode>,
    /// The company; required for roles of a company (bedrijf).
    company: Option<CompanyId>,
    /// The pupil; required for a pupil, or for the parent of one (leerling).
    person: Option<PersonId>,
    /// The first day it holds; at once when absent (vanaf).
    from: Option<NaiveDate>,
    /// The last day it holds; until revoked when absent (tot en met).
    until: Option<NaiveDate>,
}

/// A role for someone at the company or school in the path (rol).
#[derive(Clone, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GrantingThere {
    /// The identity that receives the role.
    to: Identity,
    /// The role to grant.
    role: Role,
    /// The pupil; required for a pupil, or for the parent of one (leerling).
    person: Option<PersonId>,
    /// The first day it holds; at once when absent (vanaf).
    from: Option<NaiveDate>,
    /// The last day it holds; until revoked when absent (tot en met).
    until: Option<NaiveDate>,
}

/// The reason for revoking a role.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Revoking {
    /// The reason; never a person's name (reden).
    reason: Reason,
}

impl Identity {
    async fn actor(&self, hub: &Hub, region: &RegionId) -> Result<ActorId, Problem> {
        match (&self.subject, &self.client) {
            (Some(subject), None) => Ok(hub.actor(region, &self.issuer, subject).await?),
            (None, Some(client)) => Ok(hub.machine(region, &self.issuer, client).await?),
            _ => {
                let (english, dutch) =
                    ("name a subject or a client, and not both", "noem een subject of een client, niet allebei");
                Err(Problem::invalid(vec![FieldError::new("/to", english, dutch)]))
            }
        }
    }
}

async fn give(
    hub: &Hub,
    region: &RegionId,
    held: Held,
    leader: bool,
    asked: &CommandContext,
) -> Result<Created, Problem> {
    let member = held.school.clone().map(MemberId::School);
    let at = match &member {
        Some(member) => Some(known(hub, region, member).await?),
        None => None,
    };
    let company = match held.company {
        Some(company) => hub.log.load::<Company>(region, &company).await?.state.is_here(),
        None => false,
    };
    let pupil = match held.person {
        Some(person) => hub.log.load::<Person>(region, &person).await?.state.pupil().is_some(),
        None => false,
    };
    let seat = held.school.clone().filter(|_| held.role == Role::WorkingGroupMember);
    let school = at.as_ref().is_some_and(|at| at.school().is_some());
    // Where they are now they are while the role is given; where they are not, that refuses it.
    let (actor, works_at) = (held.actor, held.company.filter(|_| company));
    let mut batch = hub.log.batch(region);
    let known = Known { school, company, pupil, leader };
    batch.add::<Grant>(&id_of(region, &held), Command::Give(Give { held, known }));
    match (member, at, seat) {
        (Some(member), Some(at), Some(school)) => {
            batch.add::<Member>(&member, at.asked(TakeSeat { school, member: actor }));
        }
        (Some(member), Some(at), None) if school => {
            batch.add::<Member>(&member, at.asked(Stay));
        }
        _ => {}
    }
    if let Some(company) = works_at {
        batch.add::<Company>(&company, StayCompany);
    }
    let done = batch.commit(asked).await?;
    Ok(Created::at(done, "/v1/regions/{region}/grants/{id}"))
}

/// Appoint the region's first programme leader (eerste programmaleider aanwijzen).
///
/// The operator's only way in: a later leader is granted by the one before, or again from here.
#[utoipa::path(
    post, path = "/v1/regions/{region}/programme-leaders", operation_id = "appoint-programme-leader", tag = "consortium",
    params(("region" = RegionId, Path)),
    request_body = Appointment, responses(Created, Refuses<(Grant, Member, Company)>, Problem),
)]
async fn appoint_programme_leader(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(appointment): Valid<Appointment>,
) -> Result<Created, Problem> {
    let asked = caller.about(&Touches::region())?;
    if !hub.log.load::<Consortium>(&region, &region).await?.state.is_founded() {
        return Err(Problem::not_found("region", "regio"));
    }
    let actor = appointment.to.actor(&hub, &region).await?;
    let role = Role::ProgrammeLeader;
    let held = Held { actor, role, school: None, company: None, person: None, from: None, until: None };
    let leader = hub.known.is_held(&region, Role::ProgrammeLeader).await?;
    give(&hub, &region, held, leader, &asked).await
}

/// Give someone a role in the region (rol toekennen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/grants", operation_id = "grant-role", tag = "consortium",
    params(("region" = RegionId, Path)),
    request_body = Granting, responses(Created, Refuses<(Grant, Member, Company)>, Problem),
)]
async fn grant_role(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(granting): Valid<Granting>,
) -> Result<Created, Problem> {
    let asked = caller.about(&Touches::region())?;
    let actor = granting.to.actor(&hub, &region).await?;
    let Granting { role, school, company, person, from, until, .. } = granting;
    give(&hub, &region, Held { actor, role, school, company, person, from, until }, true, &asked).await
}

/// Give someone a role at a company (bedrijfsrol toekennen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/companies/{company}/grants", operation_id = "grant-company-role", tag = "consortium",
    params(("region" = RegionId, Path), ("company" = CompanyId, Path)),
    request_body = GrantingThere, responses(Created, Refuses<(Grant, Member, Company)>, Problem),
)]
async fn grant_company_role(
    State(hub): State<Hub>,
    Path((region, company)): Path<(RegionId, CompanyId)>,
    caller: Caller,
    Valid(granting): Valid<GrantingThere>,
) -> Result<Created, Problem> {
    let asked = caller.about(&Touches::region().company(company))?;
    let actor = granting.to.actor(&hub, &region).await?;
    let GrantingThere { role, person, from, until, .. } = granting;
    let held = Held { actor, role, school: None, company: Some(company), person, from, until };
    give(&hub, &region, held, true, &asked).await
}

/// Give a teacher, pupil or parent of a school their role (schoolrol toekennen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/schools/{school}/grants", operation_id = "grant-school-role", tag = "consortium",
    params(("region" = RegionId, Path), ("school" = BranchCode, Path)),
    request_body = GrantingThere, responses(Created, Refuses<(Grant, Member, Company)>, Problem),
)]
async fn grant_school_role(
    State(hub): State<Hub>,
    Path((region, school)): Path<(RegionId, BranchCode)>,
    caller: Caller,
    Valid(granting): Valid<GrantingThere>,
) -> Result<Created, Problem> {
    let asked = caller.about(&Touches::region().school(&school))?;
    let actor = granting.to.actor(&hub, &region).await?;
    let GrantingThere { role, person, from, until, .. } = granting;
    if let Some(person) = person {
        // Another school's pupil is as unknown here as nobody.
        let known = hub.log.load::<Person>(&region, &person).await?.state;
        if known.pupil().is_none_or(|known| known.pupil.home_school != school) {
            return Err(Problem::not_found("pupil", "leerling"));
        }
    }
    let school = Some(school).filter(|_| person.is_none());
    let held = Held { actor, role, school, company: None, person, from, until };
    give(&hub, &region, held, true, &asked).await
}

/// Revoke a role; a seat in the working group falls vacant with it (rol intrekken).
#[utoipa::path(
    put, path = "/v1/regions/{region}/grants/{grant}/revocation", operation_id = "revoke-role", tag = "consortium",
    params(("region" = RegionId, Path), ("grant" = GrantId, Path)),
    request_body = Revoking, responses(Accepted, Refuses<(Grant, Member)>, Problem),
)]
async fn revoke_role(
    State(hub): State<Hub>,
    Path((region, grant)): Path<(RegionId, GrantId)>,
    caller: Caller,
    Valid(revoking): Valid<Revoking>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    let state = hub.log.load::<Grant>(&region, &grant).await?.state;
    let Some(held) = state.held() else { return Err(Problem::not_found("grant", "toekenning")) };
    let mut batch = hub.log.batch(&region);
    batch.add::<Grant>(&grant, Command::Revoke { reason: revoking.reason });
    if let (Role::WorkingGroupMember, Some(school)) = (held.role, held.school.clone()) {
        let member = MemberId::School(school.clone());
        let vacate = VacateSeat { school, member: held.actor };
        batch.add::<Member>(&member, known(&hub, &region, &member).await?.asked(vacate));
    }
    Ok(batch.commit(&asked).await?.into())
}

//! Companies, from a name someone drops to a partner of the schools.

use super::{Command, Company, Nominate, Onboard, id_of};
use crate::bodies::{FactDate, ReasonAndDate};
use crate::region::member::{Command::Leave, Member, MemberId};
use crate::region::members::known;
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use proto_schemas::consortium::{
    company::{Form, Goal, Place, TargetGroup, TimeClass},
    consortium::Partner,
    place::{Address, Coordinates},
};
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{CompanyId, KvkNumber, Label, Organisation, RegionId};
use web::{Accepted, Caller, Created, Path, Problem, Refuses, Touches, Valid};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(nominate_company))
        .routes(routes!(orient_company))
        .routes(routes!(onboard_company))
        .routes(routes!(activate_company))
        .routes(routes!(suspend_company))
        .routes(routes!(release_company))
}

/// A site of a company (bedrijfsvestiging).
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Nomination {
    /// The name on the door (naam).
    name: Label,
    /// The number at the Chamber of Commerce (KvK-nummer).
    kvk: KvkNumber,
    /// The Chamber's number of the site: twelve digits (vestigingsnummer).
    #[schemars(regex(pattern = "^[0-9]{12}$"))]
    #[schema(pattern = "^[0-9]{12}$")]
    branch: Option<String>,
    /// Its sector in words (branche).
    sector: Option<Label>,
    /// The SBI codes, such as `25620`.
    #[serde(default)]
    #[schemars(inner(regex(pattern = "^[0-9]{2,6}$")), length(max = 20))]
    sbi: Vec<String>,
    /// The address of the site (adres).
    address: Address,
    /// The place on the map (coördinaten).
    coordinates: Option<Coordinates>,
    /// The date of the fact; today when absent (datum).
    occurred_on: Option<NaiveDate>,
}

/// The wishes and possibilities of a company (doelen, doelgroepen, tijd, vormen, plaatsen).
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Onboarding {
    /// One to seven goals, each once (doelen).
    #[schemars(length(min = 1, max = 7))]
    #[schema(min_items = 1, max_items = 7)]
    goals: Vec<Goal>,
    /// One to four target groups, each once (doelgroepen).
    #[schemars(length(min = 1, max = 4))]
    #[schema(min_items = 1, max_items = 4)]
    target_groups: Vec<TargetGroup>,
    /// The time that the company has: low is under eight hours a month (tijdsinvestering).
    time_class: TimeClass,
    /// The forms of participation (participatievormen).
    #[serde(default)]
    #[schemars(length(max = 10))]
    #[schema(max_items = 10)]
    forms: Vec<Form>,
    /// Places of cooperation (plaatsen van samenwerking).
    #[serde(default)]
    #[schemars(length(max = 5))]
    #[schema(max_items = 5)]
    places: Vec<Place>,
    /// The date of the fact; today when absent (datum).
    occurred_on: Option<NaiveDate>,
}

/// Nominate a company that schools might work with (bedrijf aandragen).
///
/// Only an account manager contacts it. The same site named again is the same company.
#[utoipa::path(
    post, path = "/v1/regions/{region}/companies", operation_id = "nominate-company", tag = "consortium",
    params(("region" = RegionId, Path)),
    request_body = Nomination, responses(Created, Refuses<(Company,)>, Problem),
)]
async fn nominate_company(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(given): Valid<Nomination>,
) -> Result<Created, Problem> {
    // A teacher or a signatory names another company than the own: where they belong is touched by it.
    let own = caller.scope();
    let touched = Touches::region().schools(&own.schools);
    let asked = caller.about(&own.companies.into_iter().fold(touched, Touches::company))?;
    let nominated_by = match &asked.by.organisation {
        Some(Organisation::School(school)) => Some(school.clone()),
        _ => None,
    };
    let Nomination { name, kvk, branch, sector, sbi, address, coordinates, occurred_on } = given;
    let occurred_on = occurred_on.unwrap_or(asked.today());
    let nominate = Nominate { name, kvk, branch, sector, sbi, address, coordinates, nominated_by, occurred_on };
    let id = id_of(&region, &nominate);
    let done = hub.log.execute::<Company>(&region, &id, Command::Nominate(Box::new(nominate)), &asked).await?;
    Ok(done.into())
}

async fn step(
    hub: &Hub,
    (region, company): (RegionId, CompanyId),
    caller: &Caller,
    occurred_on: Option<NaiveDate>,
    command: impl FnOnce(NaiveDate) -> Command,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region().company(company))?;
    if hub.log.load::<Company>(&region, &company).await?.version == 0 {
        return Err(Problem::not_found("company", "bedrijf"));
    }
    let command = command(occurred_on.unwrap_or(asked.today()));
    Ok(hub.log.execute::<Company>(&region, &company, command, &asked).await?.into())
}

/// Record that the orientation talk was held (oriëntatiegesprek vastleggen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/companies/{company}/orientation", operation_id = "orient-company", tag = "consortium",
    params(("region" = RegionId, Path), ("company" = CompanyId, Path)),
    request_body = FactDate, responses(Accepted, Refuses<(Company,)>, Problem),
)]
async fn orient_company(
    State(hub): State<Hub>,
    Path(place): Path<(RegionId, CompanyId)>,
    caller: Caller,
    Valid(on): Valid<FactDate>,
) -> Result<Accepted, Problem> {
    step(&hub, place, &caller, on.occurred_on, |occurred_on| Command::Orient { occurred_on }).await
}

/// Record the wishes and possibilities of a company; the hub recommends activities that fit (bedrijf inwerken).
#[utoipa::path(
    put, path = "/v1/regions/{region}/companies/{company}/onboarding", operation_id = "onboard-company", tag = "consortium",
    params(("region" = RegionId, Path), ("company" = CompanyId, Path)),
    request_body = Onboarding, responses(Accepted, Refuses<(Company,)>, Problem),
)]
async fn onboard_company(
    State(hub): State<Hub>,
    Path(place): Path<(RegionId, CompanyId)>,
    caller: Caller,
    Valid(given): Valid<Onboarding>,
) -> Result<Accepted, Problem> {
    let Onboarding { goals, target_groups, time_class, forms, places, occurred_on } = given;
    let onboard =
        |occurred_on| Command::Onboard(Onboard { goals, target_groups, time_class, forms, places, occurred_on });
    step(&hub, place, &caller, occurred_on, onboard).await
}

/// Activate a company, for the first time or again (bedrijf activeren).
#[utoipa::path(
    put, path = "/v1/regions/{region}/companies/{company}/activation", operation_id = "activate-company", tag = "consortium",
    params(("region" = RegionId, Path), ("company" = CompanyId, Path)),
    request_body = FactDate, responses(Accepted, Refuses<(Company,)>, Problem),
)]
async fn activate_company(
    State(hub): State<Hub>,
    Path(place): Path<(RegionId, CompanyId)>,
    caller: Caller,
    Valid(on): Valid<FactDate>,
) -> Result<Accepted, Problem> {
    step(&hub, place, &caller, on.occurred_on, |occurred_on| Command::Activate { occurred_on }).await
}

/// Suspend a company: it takes no part for now (bedrijf opschorten).
#[utoipa::path(
    put, path = "/v1/regions/{region}/companies/{company}/suspension", operation_id = "suspend-company", tag = "consortium",
    params(("region" = RegionId, Path), ("company" = CompanyId, Path)),
    request_body = ReasonAndDate, responses(Accepted, Refuses<(Company,)>, Problem),
)]
async fn suspend_company(
    State(hub): State<Hub>,
    Path(place): Path<(RegionId, CompanyId)>,
    caller: Caller,
    Valid(because): Valid<ReasonAndDate>,
) -> Result<Accepted, Problem> {
    let ReasonAndDate { reason, occurred_on } = because;
    step(&hub, place, &caller, occurred_on, |occurred_on| Command::Suspend { reason, occurred_on }).await
}

/// Record that a company left the region; it is no partner any more (bedrijf laten vertrekken).
///
/// Its signatories keep their roles, so that they can sign for what was done; revoke them when that is over.
#[utoipa::path(
    put, path = "/v1/regions/{region}/companies/{company}/departure", operation_id = "release-company", tag = "consortium",
    params(("region" = RegionId, Path), ("company" = CompanyId, Path)),
    request_body = ReasonAndDate, responses(Accepted, Refuses<(Company, Member)>, Problem),
)]
async fn release_company(
    State(hub): State<Hub>,
    Path((region, company)): Path<(RegionId, CompanyId)>,
    caller: Caller,
    Valid(because): Valid<ReasonAndDate>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region().company(company))?;
    if hub.log.load::<Company>(&region, &company).await?.version == 0 {
        return Err(Problem::not_found("company", "bedrijf"));
    }
    let occurred_on = because.occurred_on.unwrap_or(asked.today());
    let mut batch = hub.log.batch(&region);
    batch.add::<Company>(&company, Command::Leave { reason: because.reason, occurred_on });
    let partner = Partner::Company(company);
    let member = MemberId::Partner(partner.clone());
    let leave = known(&hub, &region, &member).await?.asked(Leave { partner, occurred_on });
    batch.add::<Member>(&member, leave);
    Ok(batch.commit(&asked).await?.into())
}

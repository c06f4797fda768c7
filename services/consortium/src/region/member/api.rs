//! Partners that are no secondary schools.

mod schools;

pub(crate) use schools::SchoolGiven;

use super::{Command, Member, MemberId};
use crate::bodies::FactDate;
use crate::companies::company::{Command::StayCompany, Company};
use crate::region::consortium::NewPartner;
use crate::region::members::known;
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use proto_schemas::consortium::consortium::{Partner, PartnerKind};
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{BranchCode, Brin, CompanyId, Label, PartnerId, RegionId};
use web::{Accepted, Caller, FieldError, Path, Problem, Refuses, Touches, Valid};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(add_primary_school))
        .routes(routes!(add_mbo))
        .routes(routes!(add_partner_company))
        .routes(routes!(add_other_partner))
        .routes(routes!(remove_partner))
        .merge(schools::routes())
}

/// A primary school to admit (po-school).
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PrimarySchool {
    /// The public name (naam).
    name: Label,
    /// The number of the competent authority (bevoegd gezag).
    #[schemars(regex(pattern = "^[0-9]{1,6}$"))]
    #[schema(pattern = "^[0-9]{1,6}$")]
    board: String,
    /// The date of the fact; today when absent (datum).
    occurred_on: Option<NaiveDate>,
}

/// An institution for vocational education (mbo-instelling).
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Mbo {
    /// The public name (naam).
    name: Label,
    /// The date of the fact; today when absent (datum).
    occurred_on: Option<NaiveDate>,
}

/// A government, an association or a citizens' initiative (overheid, branche, burgerinitiatief).
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OtherPartner {
    /// The kind of partner (soort).
    kind: PartnerKind,
    /// The public name (naam).
    name: Label,
    /// The date of the fact; today when absent (datum).
    occurred_on: Option<NaiveDate>,
}

async fn add(
    hub: &Hub,
    region: &RegionId,
    caller: &Caller,
    partner: NewPartner,
    on: Option<NaiveDate>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    let id = MemberId::Partner(partner.key());
    let command = Command::Join { partner, occurred_on: on.unwrap_or(asked.today()) };
    let command = known(hub, region, &id).await?.asked(command);
    Ok(hub.log.execute::<Member>(region, &id, command, &asked).await?.into())
}

/// Add a primary school as a partner (po-school toevoegen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/partners/primary-schools/{school}", operation_id = "add-primary-school", tag = "consortium",
    params(("region" = RegionId, Path), ("school" = BranchCode, Path)),
    request_body = PrimarySchool, responses(Accepted, Refuses<(Member,)>, Problem),
)]
async fn add_primary_school(
    State(hub): State<Hub>,
    Path((region, school)): Path<(RegionId, BranchCode)>,
    caller: Caller,
    Valid(given): Valid<PrimarySchool>,
) -> Result<Accepted, Problem> {
    let partner = NewPartner::PrimarySchool { school, name: given.name, board: given.board };
    add(&hub, &region, &caller, partner, given.occurred_on).await
}

/// Add an institution for mbo as a partner (mbo-instelling toevoegen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/partners/mbo/{institution}", operation_id = "add-mbo", tag = "consortium",
    params(("region" = RegionId, Path), ("institution" = Brin, Path)),
    request_body = Mbo, responses(Accepted, Refuses<(Member,)>, Problem),
)]
async fn add_mbo(
    State(hub): State<Hub>,
    Path((region, institution)): Path<(RegionId, Brin)>,
    caller: Caller,
    Valid(given): Valid<Mbo>,
) -> Result<Accepted, Problem> {
    add(&hub, &region, &caller, NewPartner::Mbo { institution, name: given.name }, given.occurred_on).await
}

/// Add a company of the region as a partner (bedrijf als partner toevoegen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/partners/companies/{company}", operation_id = "add-partner-company", tag = "consortium",
    params(("region" = RegionId, Path), ("company" = CompanyId, Path)),
    request_body = FactDate, responses(Accepted, Refuses<(Member, Company)>, Problem),
)]
async fn add_partner_company(
    State(hub): State<Hub>,
    Path((region, company)): Path<(RegionId, CompanyId)>,
    caller: Caller,
    Valid(on): Valid<FactDate>,
) -> Result<Accepted, Problem> {
    if !hub.log.load::<Company>(&region, &company).await?.state.is_here() {
        return Err(Problem::not_found("company", "bedrijf"));
    }
    let asked = caller.about(&Touches::region())?;
    let partner = NewPartner::Company { company };
    let id = MemberId::Partner(partner.key());
    let command = Command::Join { partner, occurred_on: on.occurred_on.unwrap_or(asked.today()) };
    let mut batch = hub.log.batch(&region);
    batch.add::<Member>(&id, known(&hub, &region, &id).await?.asked(command));
    batch.add::<Company>(&company, StayCompany);
    Ok(batch.commit(&asked).await?.into())
}

/// Add a government, an association or a citizens' initiative as a partner (andere partner toevoegen).
///
/// The id in the path is a UUID of your choice.
#[utoipa::path(
    put, path = "/v1/regions/{region}/partners/others/{partner}", operation_id = "add-other-partner", tag = "consortium",
    params(("region" = RegionId, Path), ("partner" = PartnerId, Path)),
    request_body = OtherPartner, responses(Accepted, Refuses<(Member,)>, Problem),
)]
async fn add_other_partner(
    State(hub): State<Hub>,
    Path((region, partner)): Path<(RegionId, PartnerId)>,
    caller: Caller,
    Valid(given): Valid<OtherPartner>,
) -> Result<Accepted, Problem> {
    let partner = NewPartner::Other { partner, kind: given.kind, name: given.name };
    add(&hub, &region, &caller, partner, given.occurred_on).await
}

/// Remove a partner: its kind is `primary-schools`, `mbo`, `companies` or `others` (partner laten uittreden).
#[utoipa::path(
    delete, path = "/v1/regions/{region}/partners/{kind}/{partner}/membership", operation_id = "remove-partner", tag = "consortium",
    params(("region" = RegionId, Path), ("kind" = String, Path), ("partner" = String, Path)),
    responses(Accepted, Refuses<(Member,)>, Problem),
)]
async fn remove_partner(
    State(hub): State<Hub>,
    Path((region, kind, partner)): Path<(RegionId, String, String)>,
    caller: Caller,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    let partner = match kind.as_str() {
        "primary-schools" => partner.parse().ok().map(Partner::PrimarySchool),
        "mbo" => partner.parse().ok().map(Partner::Mbo),
        "companies" => partner.parse().ok().map(Partner::Company),
        "others" => partner.parse().ok().map(Partner::Other),
        _ => return Err(Problem::not_found("kind of partner", "soort partner")),
    };
    let wrong = || FieldError::new("{partner}", "does not have the right form", "heeft niet de juiste vorm");
    let partner = partner.ok_or_else(|| Problem::invalid(vec![wrong()]))?;
    let id = MemberId::Partner(partner.clone());
    let command = known(&hub, &region, &id).await?.asked(Command::Leave { partner, occurred_on: asked.today() });
    Ok(hub.log.execute::<Member>(&region, &id, command, &asked).await?.into())
}

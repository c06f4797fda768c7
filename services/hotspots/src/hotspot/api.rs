//! Hotspots: from a proposal to its opening, and to its end.

use super::{Command, Hotspot};
use crate::{found, known_electives};
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use proto_schemas::hotspots::hotspot::{Education, TheoryPlace};
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{CompanyId, DocumentHash, HotspotId, Label, Reason, RegionId, SafetyCheckId};
use web::{Accepted, Caller, Created, Path, Problem, Refuses, Touches, Valid};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(propose_hotspot))
        .routes(routes!(link_education))
        .routes(routes!(adopt_plan_of_approach))
        .routes(routes!(attach_safety_check))
        .routes(routes!(open_hotspot))
        .routes(routes!(suspend_hotspot))
        .routes(routes!(retire_hotspot))
}

/// A hotspot that should come.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HotspotProposal {
    /// The company site that hosts it.
    company: CompanyId,
    /// The name of the hotspot; hotspots at several companies may bear one name.
    name: Label,
    /// The reason that it should come, without names of people.
    why: Reason,
    /// Equipment that a school could not buy for itself.
    #[serde(default)]
    #[schemars(length(max = 50))]
    #[schema(max_items = 50)]
    equipment: Vec<Label>,
    /// The day of the proposal; today when absent.
    occurred_on: Option<NaiveDate>,
}

/// The elective or part of a profile that a hotspot teaches.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct EducationLink {
    /// An elective of the catalogue, or a part of a profile.
    education: Education,
}

/// A plan of approach that was adopted (plan van aanpak).
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PlanOfApproach {
    /// The SHA-256 of the document.
    document_hash: DocumentHash,
    /// The place where the theory is taught.
    theory_place: TheoryPlace,
    /// The day of the adoption; today when absent.
    occurred_on: Option<NaiveDate>,
}

/// The safety check to attach.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SafetyCheckLink {
    /// One of this hotspot, signed by the company and a school.
    check: SafetyCheckId,
}

/// The reason of a command.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = HotspotReason)]
pub(crate) struct Because {
    /// The reason, without names of people.
    pub(crate) reason: Reason,
}

/// Propose a hotspot at a company (hotspot voorstellen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/hotspots", operation_id = "propose-hotspot", tag = "hotspots",
    params(("region" = RegionId, Path)),
    request_body = HotspotProposal, responses(Created, Refuses<(Hotspot,)>, Problem),
)]
async fn propose_hotspot(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(proposal): Valid<HotspotProposal>,
) -> Result<Created, Problem> {
    let asked = caller.about(&Touches::region().company(proposal.company))?;
    let company = hub.known.company(&region, proposal.company).await?;
    company.ok_or_else(|| Problem::not_found("company", "bedrijf"))?;
    let command = Command::Propose {
        company: proposal.company,
        name: proposal.name,
        why: proposal.why,
        equipment: proposal.equipment,
        occurred_on: proposal.occurred_on.unwrap_or_else(|| asked.today()),
    };
    let done = hub.log.execute::<Hotspot>(&region, &HotspotId::fresh(), command, &asked).await?;
    Ok(Created::at(done, "/v1/regions/{region}/hotspots/{id}"))
}

/// Link a hotspot to the elective or part of a profile that it teaches (keuzevak of profieldeel koppelen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/hotspots/{hotspot}/education", operation_id = "link-education", tag = "hotspots",
    params(("region" = RegionId, Path), ("hotspot" = HotspotId, Path)),
    request_body = EducationLink, responses(Accepted, Refuses<(Hotspot,)>, Problem),
)]
async fn link_education(
    State(hub): State<Hub>,
    Path((region, hotspot)): Path<(RegionId, HotspotId)>,
    caller: Caller,
    Valid(link): Valid<EducationLink>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    found::hotspot(&hub, &region, hotspot).await?;
    if let Education::Elective { elective } = &link.education
        && !known_electives::is_known(&hub.db, &region, *elective).await?
    {
        return Err(Problem::not_found("elective", "keuzevak"));
    }
    let command = Command::LinkEducation(link.education);
    Ok(hub.log.execute::<Hotspot>(&region, &hotspot, command, &asked).await?.into())
}

/// Adopt a hotspot's plan of approach (plan van aanpak vaststellen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/hotspots/{hotspot}/plan-of-approach", operation_id = "adopt-plan-of-approach", tag = "hotspots",
    params(("region" = RegionId, Path), ("hotspot" = HotspotId, Path)),
    request_body = PlanOfApproach, responses(Accepted, Refuses<(Hotspot,)>, Problem),
)]
async fn adopt_plan_of_approach(
    State(hub): State<Hub>,
    Path((region, hotspot)): Path<(RegionId, HotspotId)>,
    caller: Caller,
    Valid(plan): Valid<PlanOfApproach>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    found::hotspot(&hub, &region, hotspot).await?;
    let command = Command::AdoptPlanOfApproach {
        document_hash: plan.document_hash,
        theory_place: plan.theory_place,
        occurred_on: plan.occurred_on.unwrap_or_else(|| asked.today()),
    };
    Ok(hub.log.execute::<Hotspot>(&region, &hotspot, command, &asked).await?.into())
}

/// Attach a signed safety check to its hotspot (veiligheidscontrole koppelen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/hotspots/{hotspot}/safety-check", operation_id = "attach-safety-check", tag = "hotspots",
    params(("region" = RegionId, Path), ("hotspot" = HotspotId, Path)),
    request_body = SafetyCheckLink, responses(Accepted, Refuses<(Hotspot,)>, Problem),
)]
async fn attach_safety_check(
    State(hub): State<Hub>,
    Path((region, hotspot)): Path<(RegionId, HotspotId)>,
    caller: Caller,
    Valid(link): Valid<SafetyCheckLink>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    found::hotspot(&hub, &region, hotspot).await?;
    let (state, check) = found::safety_check(&hub, &region, link.check).await?;
    if check.hotspot != hotspot {
        return Err(Problem::not_found("safety check", "veiligheidscontrole"));
    }
    let command = Command::AttachSafetyCheck {
        check: link.check,
        checked_on: check.checked_on,
        valid_until: check.valid_until,
        signed: state.holds(),
    };
    Ok(hub.log.execute::<Hotspot>(&region, &hotspot, command, &asked).await?.into())
}

/// Open a hotspot to sessions, for the first time or after a suspension (hotspot openstellen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/hotspots/{hotspot}/open", operation_id = "open-hotspot", tag = "hotspots",
    params(("region" = RegionId, Path), ("hotspot" = HotspotId, Path)),
    responses(Accepted, Refuses<(Hotspot,)>, Problem),
)]
async fn open_hotspot(
    State(hub): State<Hub>,
    Path((region, hotspot)): Path<(RegionId, HotspotId)>,
    caller: Caller,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    found::hotspot(&hub, &region, hotspot).await?;
    let (version, policy) = found::policy(&hub, &region, asked.today()).await?;
    let command = Command::Open { safety_term_months: policy.safety_term_months };
    Ok(hub.log.execute::<Hotspot>(&region, &hotspot, command, &asked.under(version)).await?.into())
}

/// Suspend a hotspot: it takes no new sessions for now (hotspot opschorten).
#[utoipa::path(
    post, path = "/v1/regions/{region}/hotspots/{hotspot}/suspend", operation_id = "suspend-hotspot", tag = "hotspots",
    params(("region" = RegionId, Path), ("hotspot" = HotspotId, Path)),
    request_body = Because, responses(Accepted, Refuses<(Hotspot,)>, Problem),
)]
async fn suspend_hotspot(
    State(hub): State<Hub>,
    Path((region, hotspot)): Path<(RegionId, HotspotId)>,
    caller: Caller,
    Valid(because): Valid<Because>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    found::hotspot(&hub, &region, hotspot).await?;
    let command = Command::Suspend { reason: because.reason };
    Ok(hub.log.execute::<Hotspot>(&region, &hotspot, command, &asked).await?.into())
}

/// Retire a hotspot for good (hotspot opheffen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/hotspots/{hotspot}/retire", operation_id = "retire-hotspot", tag = "hotspots",
    params(("region" = RegionId, Path), ("hotspot" = HotspotId, Path)),
    request_body = Because, responses(Accepted, Refuses<(Hotspot,)>, Problem),
)]
async fn retire_hotspot(
    State(hub): State<Hub>,
    Path((region, hotspot)): Path<(RegionId, HotspotId)>,
    caller: Caller,
    Valid(because): Valid<Because>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    found::hotspot(&hub, &region, hotspot).await?;
    let command = Command::Retire { reason: because.reason };
    Ok(hub.log.execute::<Hotspot>(&region, &hotspot, command, &asked).await?.into())
}

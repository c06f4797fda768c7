//! Safety checks: drawn up by the working group, signed by company and school.

use super::{Command, Findings, SafetyCheck};
use crate::found;
use crate::hotspot::{Command::DetachSafetyCheck, Hotspot, api::Because};
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use proto_schemas::hotspots::safety_check::{Activity, Item, Party, Supervision};
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{BranchCode, HotspotId, Label, RegionId, SafetyCheckId};
use web::{Accepted, Caller, Created, Path, Problem, Refuses, Touches, Valid};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(draw_up_safety_check))
        .routes(routes!(renew_safety_check))
        .routes(routes!(sign_safety_check_for_company))
        .routes(routes!(sign_safety_check_for_school))
        .routes(routes!(lapse_safety_check))
}

/// The findings at a workplace.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WorkplaceFindings {
    /// The day it was looked at; today when absent.
    checked_on: Option<NaiveDate>,
    /// Risks with what is done about them.
    #[schemars(length(min = 1, max = 200))]
    #[schema(min_items = 1, max_items = 200)]
    items: Vec<Item>,
    /// The protective equipment that pupils must wear (beschermingsmiddelen).
    #[serde(default)]
    #[schemars(length(max = 50))]
    #[schema(max_items = 50)]
    protective_equipment: Vec<Label>,
    /// The supervision that the company gives.
    supervision: Supervision,
    /// The activities that pupils may do, each with a minimum age.
    #[schemars(length(min = 1, max = 100))]
    #[schema(min_items = 1, max_items = 100)]
    activities: Vec<Activity>,
}

impl WorkplaceFindings {
    fn under(self, checked_on: NaiveDate, term_months: u8) -> Findings {
        Findings {
            checked_on,
            term_months,
            items: self.items,
            protective_equipment: self.protective_equipment,
            supervision: self.supervision,
            activities: self.activities,
        }
    }
}

/// Draw up a safety check of a hotspot's workplace (veiligheidscontrole opstellen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/hotspots/{hotspot}/safety-checks", operation_id = "draw-up-safety-check", tag = "hotspots",
    params(("region" = RegionId, Path), ("hotspot" = HotspotId, Path)),
    request_body = WorkplaceFindings, responses(Created, Refuses<(SafetyCheck,)>, Problem),
)]
async fn draw_up_safety_check(
    State(hub): State<Hub>,
    Path((region, hotspot)): Path<(RegionId, HotspotId)>,
    caller: Caller,
    Valid(findings): Valid<WorkplaceFindings>,
) -> Result<Created, Problem> {
    let asked = caller.about(&Touches::region())?;
    let papers = found::hotspot(&hub, &region, hotspot).await?;
    let checked_on = findings.checked_on.unwrap_or_else(|| asked.today());
    let (version, policy) = found::policy(&hub, &region, checked_on).await?;
    let findings = findings.under(checked_on, policy.safety_term_months);
    let command = Command::DrawUp { hotspot, company: papers.company, findings };
    let id = SafetyCheckId::fresh();
    let done = hub.log.execute::<SafetyCheck>(&region, &id, command, &asked.under(version)).await?;
    Ok(Created::at(done, "/v1/regions/{region}/safety-checks/{id}"))
}

/// Renew a safety check after another look at the workplace; earlier signatures are void (veiligheidscontrole
/// vernieuwen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/safety-checks/{check}/renew", operation_id = "renew-safety-check", tag = "hotspots",
    params(("region" = RegionId, Path), ("check" = SafetyCheckId, Path)),
    request_body = WorkplaceFindings, responses(Accepted, Refuses<(SafetyCheck,)>, Problem),
)]
async fn renew_safety_check(
    State(hub): State<Hub>,
    Path((region, check)): Path<(RegionId, SafetyCheckId)>,
    caller: Caller,
    Valid(findings): Valid<WorkplaceFindings>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    found::safety_check(&hub, &region, check).await?;
    let checked_on = findings.checked_on.unwrap_or_else(|| asked.today());
    let (version, policy) = found::policy(&hub, &region, checked_on).await?;
    let command = Command::Renew(findings.under(checked_on, policy.safety_term_months));
    Ok(hub.log.execute::<SafetyCheck>(&region, &check, command, &asked.under(version)).await?.into())
}

/// Sign a safety check for the company (veiligheidscontrole ondertekenen namens het bedrijf).
#[utoipa::path(
    put, path = "/v1/regions/{region}/safety-checks/{check}/signatures/company", operation_id = "sign-safety-check-for-company", tag = "hotspots",
    params(("region" = RegionId, Path), ("check" = SafetyCheckId, Path)),
    responses(Accepted, Refuses<(SafetyCheck,)>, Problem),
)]
async fn sign_safety_check_for_company(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, SafetyCheckId)>,
    caller: Caller,
) -> Result<Accepted, Problem> {
    let (_, check) = found::safety_check(&hub, &region, id).await?;
    let asked = caller.about(&Touches::region().company(check.company))?;
    let command = Command::Sign { party: Party::Company(check.company) };
    Ok(hub.log.execute::<SafetyCheck>(&region, &id, command, &asked).await?.into())
}

/// Sign a safety check for a school (veiligheidscontrole ondertekenen namens een school).
#[utoipa::path(
    put, path = "/v1/regions/{region}/safety-checks/{check}/signatures/schools/{school}", operation_id = "sign-safety-check-for-school", tag = "hotspots",
    params(
        ("region" = RegionId, Path), ("check" = SafetyCheckId, Path),
        ("school" = BranchCode, Path, description = "The school that signs"),
    ),
    responses(Accepted, Refuses<(SafetyCheck,)>, Problem),
)]
async fn sign_safety_check_for_school(
    State(hub): State<Hub>,
    Path((region, id, school)): Path<(RegionId, SafetyCheckId, BranchCode)>,
    caller: Caller,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region().school(&school))?;
    found::safety_check(&hub, &region, id).await?;
    found::school(&hub, &region, &school).await?;
    let command = Command::Sign { party: Party::School(school) };
    Ok(hub.log.execute::<SafetyCheck>(&region, &id, command, &asked).await?.into())
}

/// Let a safety check lapse before its date, as after an incident; its hotspot takes no new sessions until
/// another check is attached (veiligheidscontrole laten vervallen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/safety-checks/{check}/lapse", operation_id = "lapse-safety-check", tag = "hotspots",
    params(("region" = RegionId, Path), ("check" = SafetyCheckId, Path)),
    request_body = Because, responses(Accepted, Refuses<(SafetyCheck, Hotspot)>, Problem),
)]
async fn lapse_safety_check(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, SafetyCheckId)>,
    caller: Caller,
    Valid(because): Valid<Because>,
) -> Result<Accepted, Problem> {
    let (_, check) = found::safety_check(&hub, &region, id).await?;
    let asked = caller.about(&Touches::region().company(check.company))?;
    let mut batch = hub.log.batch(&region);
    batch.add::<SafetyCheck>(&id, Command::Lapse { reason: because.reason });
    batch.add::<Hotspot>(&check.hotspot, DetachSafetyCheck { check: id });
    Ok(batch.commit(&asked).await?.into())
}

//! What was planned, what it is held against, and the rules it follows.

use crate::bodies::FactDate;
use crate::region::consortium::{Command, Consortium, plan::Plan, plan::default_themes};
use crate::region::members::quorum;
use crate::region::policy::Policies;
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use proto_schemas::consortium::consortium::{Activity, Theme};
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::RegionId;
use web::{Accepted, Caller, FieldError, Path, Problem, Refuses, Touches, Valid};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(adopt_plan))
        .routes(routes!(set_target))
        .routes(routes!(open_period))
        .routes(routes!(close_period))
}

/// The plan of the partners (activiteitenplan met begroting).
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PlanGiven {
    /// First day of the programme (begin).
    programme_from: NaiveDate,
    /// Last day of the programme (einde).
    programme_until: NaiveDate,
    /// The themes of the activities (thema's); the five of the regulation when absent.
    themes: Option<Vec<Theme>>,
    /// The activities of the plan (activiteiten).
    activities: Vec<Activity>,
    /// The date of the adoption; today when absent (datum van vaststelling).
    occurred_on: Option<NaiveDate>,
}

/// The period of the target.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TargetGiven {
    /// First day; that of the programme when absent (begin).
    from: Option<NaiveDate>,
    /// Last day; that of the programme when absent (einde).
    until: Option<NaiveDate>,
}

/// The first and the last day of a period.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PeriodGiven {
    /// The first day of the period (begin).
    from: NaiveDate,
    /// The last day of the period (einde).
    until: NaiveDate,
}

/// Adopt a plan with its budget (plan met begroting vaststellen).
///
/// A later plan replaces the earlier one; set the target again after it.
#[utoipa::path(
    put, path = "/v1/regions/{region}/plan", operation_id = "adopt-plan", tag = "consortium",
    params(("region" = RegionId, Path)),
    request_body = PlanGiven, responses(Accepted, Refuses<(Consortium,)>, Problem),
)]
async fn adopt_plan(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(given): Valid<PlanGiven>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    let plan = Plan {
        programme_from: given.programme_from,
        programme_until: given.programme_until,
        themes: given.themes.unwrap_or_else(default_themes),
        activities: given.activities,
    };
    let quorum = quorum(&hub, &region).await?;
    let (partners, occurred_on) = (quorum.partners, given.occurred_on.unwrap_or(asked.today()));
    let mut batch = hub.log.batch(&region);
    batch.add::<Consortium>(&region, Command::AdoptPlan { plan, partners, occurred_on });
    quorum.stays(&mut batch);
    Ok(batch.commit(&asked).await?.into())
}

/// Set the amount that companies should contribute: the policy's share of the subsidisable budget (doel vaststellen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/target", operation_id = "set-target", tag = "consortium",
    params(("region" = RegionId, Path)),
    request_body = TargetGiven, responses(Accepted, Refuses<(Consortium,)>, Problem),
)]
async fn set_target(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(given): Valid<TargetGiven>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    let policies = hub.log.load::<Policies>(&region, &region).await?.state;
    let Some((version, policy)) = policies.on(asked.today()) else {
        let (english, dutch) =
            ("Adopt a policy first: it holds the share.", "Stel eerst beleid vast: daarin staat het aandeel.");
        return Err(Problem::conflict("no-policy", english, dutch));
    };
    let command = Command::SetTarget { share: policy.target_share, from: given.from, until: given.until };
    Ok(hub.log.execute::<Consortium>(&region, &region, command, &asked.under(version)).await?.into())
}

fn period_code(text: &str) -> Result<String, Problem> {
    let fits = (1..=32).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if fits {
        return Ok(text.to_owned());
    }
    let (english, dutch) =
        ("must be kebab-case, such as 2026", "moet uit kleine letters, cijfers en streepjes bestaan");
    Err(Problem::invalid(vec![FieldError::new("{period}", english, dutch)]))
}

/// Open a period, such as a calendar year (periode openen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/periods/{period}", operation_id = "open-period", tag = "consortium",
    params(("region" = RegionId, Path), ("period" = String, Path)),
    request_body = PeriodGiven, responses(Accepted, Refuses<(Consortium,)>, Problem),
)]
async fn open_period(
    State(hub): State<Hub>,
    Path((region, period)): Path<(RegionId, String)>,
    caller: Caller,
    Valid(given): Valid<PeriodGiven>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    let command = Command::OpenPeriod { period: period_code(&period)?, from: given.from, until: given.until };
    Ok(hub.log.execute::<Consortium>(&region, &region, command, &asked).await?.into())
}

/// Close a period: it takes corrections only (periode sluiten).
#[utoipa::path(
    put, path = "/v1/regions/{region}/periods/{period}/closing", operation_id = "close-period", tag = "consortium",
    params(("region" = RegionId, Path), ("period" = String, Path)),
    request_body = FactDate, responses(Accepted, Refuses<(Consortium,)>, Problem),
)]
async fn close_period(
    State(hub): State<Hub>,
    Path((region, period)): Path<(RegionId, String)>,
    caller: Caller,
    Valid(on): Valid<FactDate>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    let occurred_on = on.occurred_on.unwrap_or(asked.today());
    let command = Command::ClosePeriod { period: period_code(&period)?, occurred_on };
    Ok(hub.log.execute::<Consortium>(&region, &region, command, &asked).await?.into())
}

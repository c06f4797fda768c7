//! The rules that the region set, in versions.

use super::{Adopt, Policies};
use crate::region::consortium::Consortium;
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use proto_schemas::consortium::policy::Policy;
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::RegionId;
use web::{Accepted, Caller, Path, Problem, Refuses, Touches, Valid};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(adopt_policy))
}

/// The settings of a region (beleid); a policy holds all of them.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PolicyGiven {
    /// Facts from this date on fall under it (geldig vanaf).
    valid_from: NaiveDate,
    /// The value of every setting.
    policy: Policy,
}

/// Adopt a policy: rates, group sizes, terms (beleid vaststellen).
///
/// It works forward only: valid from tomorrow at the earliest, the first one from the programme's first day.
#[utoipa::path(
    post, path = "/v1/regions/{region}/policies", operation_id = "adopt-policy", tag = "consortium",
    params(("region" = RegionId, Path)),
    request_body = PolicyGiven, responses(Accepted, Refuses<(Policies,)>, Problem),
)]
async fn adopt_policy(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(given): Valid<PolicyGiven>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    let programme_from = hub.log.load::<Consortium>(&region, &region).await?.state.programme_from();
    let command = Adopt { valid_from: given.valid_from, policy: given.policy, programme_from };
    Ok(hub.log.execute::<Policies>(&region, &region, command, &asked).await?.into())
}

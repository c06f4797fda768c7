//! How a company's days are counted, as it was agreed.

use super::{AgreeMethod, Arrangement};
use crate::scheme;
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use proto_schemas::co_financing::{arrangement, contribution_day::Method};
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{CompanyId, RegionId, SchemeCode};
use web::{Accepted, Caller, Path, Problem, Refuses, Touches, Valid};

const TAG: &str = "co-financing";

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(agree_contribution_method))
}

/// The agreement on how a company's days are counted from a date on.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Agreement {
    /// The method: forfait or actual.
    method: Method,
    /// The first day it holds for, today at the earliest.
    from: NaiveDate,
}

/// Agree how a company's days are counted from a date on (afspraak over de methode).
#[utoipa::path(
    put, path = "/v1/regions/{region}/contribution-methods/{company}/{scheme}",
    operation_id = "agree-contribution-method", tag = TAG,
    params(("region" = RegionId, Path), ("company" = CompanyId, Path), ("scheme" = SchemeCode, Path)),
    request_body = Agreement, responses(Accepted, Refuses<(Arrangement,)>, Problem),
)]
async fn agree_contribution_method(
    State(hub): State<Hub>,
    Path((region, company, code)): Path<(RegionId, CompanyId, SchemeCode)>,
    caller: Caller,
    Valid(Agreement { method, from }): Valid<Agreement>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region().company(company))?;
    hub.known.company(&region, company).await?.ok_or_else(|| Problem::not_found("company", "bedrijf"))?;
    let (scheme, _) = scheme::api::known(&hub, &region, Some(code)).await?;
    let id = arrangement::id(company, &scheme);
    let command = AgreeMethod { company, scheme, method, from };
    Ok(hub.log.execute::<Arrangement>(&region, &id, command, &asked).await?.into())
}

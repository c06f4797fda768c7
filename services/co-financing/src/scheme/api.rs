//! Schemes as data.

use super::{Command, Scheme};
use axum::extract::State;
use chassis::Hub;
use event_log::Loaded;
use proto_schemas::co_financing::scheme::Terms;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{Label, RegionId, SchemeCode};
use web::{Accepted, Caller, Path, Problem, Refuses, Shown, Touches, Valid};

const TAG: &str = "co-financing";

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(show_scheme, register_scheme))
}

/// A scheme and its terms.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Registration {
    /// The name of the scheme.
    name: Label,
    /// The place where its terms are published.
    source: Label,
    /// The maxima and requirements of the scheme.
    terms: Terms,
}

/// A funding scheme as it is registered (regeling).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ShownScheme {
    code: SchemeCode,
    /// Absent for `sto` until the region writes its terms down.
    name: Option<Label>,
    source: Option<Label>,
    terms: Option<Terms>,
    /// The last calendar year whose claim is fixed.
    last_fixed: Option<u16>,
}

/// The scheme named, or the one that every region has.
pub(crate) async fn known(
    hub: &Hub,
    region: &RegionId,
    named: Option<SchemeCode>,
) -> Result<(SchemeCode, Scheme), Problem> {
    let code = named.unwrap_or_else(SchemeCode::sto);
    let scheme = hub.log.load::<Scheme>(region, &code).await?.state;
    if scheme.exists(&code) { Ok((code, scheme)) } else { Err(Problem::not_found("scheme", "regeling")) }
}

/// Register a funding scheme, or replace its terms (regeling vastleggen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/schemes/{scheme}", operation_id = "register-scheme", tag = TAG,
    params(("region" = RegionId, Path), ("scheme" = SchemeCode, Path)),
    request_body = Registration, responses(Accepted, Refuses<(Scheme,)>, Problem),
)]
async fn register_scheme(
    State(hub): State<Hub>,
    Path((region, code)): Path<(RegionId, SchemeCode)>,
    caller: Caller,
    Valid(Registration { name, source, terms }): Valid<Registration>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    let command = Command::Register { name, source, terms };
    Ok(hub.log.execute::<Scheme>(&region, &code, command, &asked).await?.into())
}

/// Show a scheme (regeling tonen).
#[utoipa::path(
    get, path = "/v1/regions/{region}/schemes/{scheme}", operation_id = "show-scheme", tag = TAG,
    params(("region" = RegionId, Path), ("scheme" = SchemeCode, Path)),
    responses((status = 200, body = ShownScheme), Problem),
)]
async fn show_scheme(
    State(hub): State<Hub>,
    Path((region, code)): Path<(RegionId, SchemeCode)>,
    caller: Caller,
) -> Result<Shown<ShownScheme>, Problem> {
    caller.about(&Touches::region())?;
    let Loaded { state, version } = hub.log.load::<Scheme>(&region, &code).await?;
    if !state.exists(&code) {
        return Err(Problem::not_found("scheme", "regeling"));
    }
    let last_fixed = state.last_fixed();
    let (name, source, terms) = match state.registered {
        Some((name, source, terms)) => (Some(name), Some(source), Some(terms)),
        None => (None, None, None),
    };
    Ok(Shown::new(version, ShownScheme { code, name, source, terms, last_fixed }))
}

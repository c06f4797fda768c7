//! What may be asked over HTTP, and who is let in for what (the table is in `access`).

mod claims;
mod contributions;
mod days;
mod schemes;

use crate::scheme::Scheme;
use chassis::Hub;
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use vocabulary::{DocumentHash, Reason, RegionId, SchemeCode};
use web::Problem;

/// All routes of the service.
#[must_use]
pub fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .merge(days::routes())
        .merge(contributions::routes())
        .merge(claims::routes())
        .merge(schemes::routes())
}

/// The reason of a command.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Because {
    /// The reason; never a person's name.
    reason: Reason,
}

/// The digest that is signed.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Signature {
    /// The digest that was shown beside the lines.
    digest: DocumentHash,
}

/// The scheme named, or the one that every region has.
async fn scheme(hub: &Hub, region: &RegionId, named: Option<SchemeCode>) -> Result<(SchemeCode, Scheme), Problem> {
    let code = named.unwrap_or_else(SchemeCode::sto);
    let scheme = hub.log.load::<Scheme>(region, &code).await?.state;
    if scheme.exists(&code) { Ok((code, scheme)) } else { Err(Problem::not_found("scheme", "regeling")) }
}

/// A closed period takes corrections only.
fn open_period(closed: bool) -> Result<(), Problem> {
    if !closed {
        return Ok(());
    }
    Err(Problem::conflict(
        "period-closed",
        "The period of this date is closed: it takes corrections only.",
        "De periode van deze datum is afgesloten: alleen correcties zijn nog mogelijk.",
    ))
}

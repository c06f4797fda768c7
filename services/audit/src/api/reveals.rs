//! A name is revealed to an auditor, with a reason, and that is recorded first.

use crate::Audit;
use crate::oversight::look::{Look, commands::Command};
use crate::oversight::looks;
use crate::oversight::sealed_names::{PlainName, SealedNames};
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::header;
use processing::Activity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{LookId, PersonId, Reason, RegionId};
use web::{Caller, Path, Problem, Refuses, Touches, Valid};

/// The name that an auditor asks for, and the reason.
#[derive(Clone, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Revealing {
    /// The person, by the pseudonym in every event (pseudoniem).
    person: PersonId,
    /// The reason that the name is needed; it is kept for ever (reden).
    reason: Reason,
}

/// The name that was asked for.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RevealedName {
    /// The person whose name it is.
    person: PersonId,
    /// The look under which it is recorded.
    look: LookId,
    /// The position of that record in the log of the audit.
    position: i64,
    /// The name; absent when the person was forgotten.
    name: Option<PlainName>,
    /// Nothing is left that says who this was (vergeten).
    forgotten: bool,
}

/// Reveal a name to an auditor whose mandate allows it; the reason is recorded first (naam onthullen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/audit/reveals", operation_id = "reveal-name", tag = "audit",
    params(("region" = RegionId, Path)),
    request_body = Revealing,
    responses((status = 200, description = "The name, to be kept nowhere", body = RevealedName), Refuses<(Look,)>, Problem),
)]
pub(super) async fn reveal_name(
    State(audit): State<Audit>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(revealing): Valid<Revealing>,
) -> Result<impl IntoResponse, Problem> {
    let asked = caller.about(&Touches::region())?;
    let Revealing { person, reason } = revealing;
    let hub = &audit.hub;
    let found = SealedNames::of(&hub.db, &region, person).await?;
    let found = found.ok_or_else(|| Problem::not_found("person", "persoon"))?;
    let revealing = hub.processing.begin(Activity::Reveal, "reveal-name", caller.traceparent());
    let known = looks::known(hub, &region, asked.by.id).await?;
    let done =
        hub.log.execute::<Look>(&region, &LookId::fresh(), Command::Reveal { person, reason, known }, &asked).await?;
    let name = match &found.name {
        Some((field, sealed)) => hub.vault.open(&region, field, sealed).await?,
        None => None,
    };
    let name: Option<PlainName> = name.map(|text| serde_json::from_str(&text)).transpose().map_err(|_| {
        // The text of the error may quote the name.
        tracing::error!(%person, "a sealed name is no name");
        Problem::internal()
    })?;
    if name.is_some() {
        hub.processing
            .write(&revealing, &region, [person])
            .await
            .map_err(|_| Problem::unavailable("log of processing"))?;
    }
    let look = done.id().ok_or_else(Problem::internal)?;
    let forgotten = name.is_none();
    let answer = RevealedName { person, look, position: done.position, name, forgotten };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)))
}

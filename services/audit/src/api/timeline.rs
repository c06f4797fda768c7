//! What happened to a thing?

use super::unread;
use crate::Audit;
use crate::trace::reading::Reader;
use crate::trace::timeline::{Part, Timeline, timeline};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use vocabulary::RegionId;
use web::{Ask, Caller, Cursor, Path, Problem, Touches};

/// The thing and the part of its timeline to show.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// A stream such as `session/<id>`, or an id of something in any service.
    #[param(max_length = 200)]
    pub thing: String,
    /// Events behind this one: the `next` of the page before.
    pub after: Option<String>,
    /// The highest number of events on the page, 1 to 200.
    #[serde(default = "fifty")]
    #[param(minimum = 1, maximum = 200, default = 50, required = false)]
    pub limit: u16,
    /// Whether each event shown is proven; true when absent.
    #[serde(default = "yes")]
    #[param(default = true, required = false)]
    pub proofs: bool,
}

const fn fifty() -> u16 {
    50
}

const fn yes() -> bool {
    true
}

/// Show what happened to a thing: who, when, on whose behalf, by which command, under which policy, and what it changed
/// (tijdlijn).
#[utoipa::path(
    get, path = "/v1/regions/{region}/audit/timeline", tag = "audit", operation_id = "show-timeline",
    params(("region" = RegionId, Path), Asked), responses((status = 200, body = Timeline), Problem)
)]
pub(super) async fn show_timeline(
    State(audit): State<Audit>,
    Path(region): Path<RegionId>,
    Ask(asked): Ask<Asked>,
    cursor: Cursor<String>,
    caller: Caller,
) -> Result<Json<Timeline>, Problem> {
    caller.about(&Touches::region())?;
    let mut reader = Reader::new(region, audit.logs.clone()).kept_in(audit.hub.db.clone());
    let part = Part { after: cursor.open(asked.after.as_deref())?, limit: asked.limit.into(), proofs: asked.proofs };
    let told = timeline(&mut reader, &asked.thing, &part).await.map_err(|error| unread(&error))?;
    let mut told = told.ok_or_else(|| Problem::not_found("event", "gebeurtenis"))?;
    told.next = told.next.as_ref().map(|next| cursor.seal(next)).transpose()?;
    Ok(Json(told))
}

//! Check-in by the code that the company shows; a pupil checks in for themselves only.

use crate::attendance::code::{Code, Codes, Rhythm};
use crate::attendance::{Attendance, Command};
use crate::found::{self, refused};
use crate::pupil_day::{Command::Enter, PupilDay};
use crate::session::{Command::Expect, Group, Session, api::touched};
use axum::{Json, extract::State, response::IntoResponse};
use chassis::{Hub, Purpose};
use chrono::{DateTime, TimeDelta, Utc};
use proto_schemas::hotspots::attendance::{self, Method};
use proto_schemas::hotspots::pupil_day;
use qrcode::{QrCode, render::svg};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{PersonId, RegionId, SessionId};
use web::{Accepted, Caller, Path, Problem, Refuses, Valid};

/// A code is shown and accepted from so long before the session starts, until it ends.
const EARLY: TimeDelta = TimeDelta::hours(1);

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(show_check_in_code))
        .routes(routes!(draw_check_in_code))
        .routes(routes!(check_in))
}

/// A check-in code as it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ShownCode {
    /// The code that the pupil's device sends back.
    code: String,
    /// The moment from which another code is shown, in UTC.
    next_at: DateTime<Utc>,
    /// The moment from which this code is refused, in UTC.
    valid_until: DateTime<Utc>,
}

/// A code that was scanned.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ScannedCode {
    /// The code as the pupil saw it.
    #[schemars(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    code: String,
}

/// Show the check-in code of a session for the present moment (aanmeldcode tonen).
#[utoipa::path(
    get, path = "/v1/regions/{region}/sessions/{session}/code", operation_id = "show-check-in-code", tag = "hotspots",
    params(("region" = RegionId, Path), ("session" = SessionId, Path)),
    responses((status = 200, body = ShownCode), Problem),
)]
async fn show_check_in_code(
    State(hub): State<Hub>,
    Path((region, session)): Path<(RegionId, SessionId)>,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    let Code { text, next_at, valid_until } = code(&hub, &region, session, &caller).await?;
    Ok(([("cache-control", "no-store")], Json(ShownCode { code: text, next_at, valid_until })))
}

/// Show the same code as a QR code, an SVG image (aanmeldcode als QR-code).
#[utoipa::path(
    get, path = "/v1/regions/{region}/sessions/{session}/code.svg", operation_id = "draw-check-in-code", tag = "hotspots",
    params(("region" = RegionId, Path), ("session" = SessionId, Path)),
    responses((status = 200, body = String, content_type = "image/svg+xml"), Problem),
)]
async fn draw_check_in_code(
    State(hub): State<Hub>,
    Path((region, session)): Path<(RegionId, SessionId)>,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    let code = code(&hub, &region, session, &caller).await?;
    let drawn = QrCode::new(code.text).map_err(|_| Problem::internal())?;
    let image = drawn.render::<svg::Color<'_>>().min_dimensions(320, 320).build();
    Ok(([("cache-control", "no-store"), ("content-type", "image/svg+xml")], image))
}

/// Check in with the code that is shown at the company (aanmelden met de QR-code).
#[utoipa::path(
    put, path = "/v1/regions/{region}/sessions/{session}/pupils/{pupil}/check-in", operation_id = "check-in", tag = "hotspots",
    params(
        ("region" = RegionId, Path), ("session" = SessionId, Path),
        ("pupil" = PersonId, Path, description = "The pupil who asks"),
    ),
    request_body = ScannedCode, responses(Accepted, Refuses<(Attendance, Session, PupilDay)>, Problem),
)]
async fn check_in(
    State(hub): State<Hub>,
    Path((region, session, pupil)): Path<(RegionId, SessionId, PersonId)>,
    caller: Caller,
    Valid(scanned): Valid<ScannedCode>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&web::Touches::region().person(pupil))?;
    let (state, group) = found::session(&hub, &region, session).await?;
    let visit = state.visit(session, pupil).map_err(refused::<Session>)?;
    let rhythm = rhythm(&hub, &region, &group).await?;
    let accepted = codes(&hub)?.accepts(&region, session, rhythm, asked.at, &scanned.code);
    if !accepted || !is_time(&group, asked.at) {
        return Err(Problem::conflict(
            "code-not-valid",
            "This code is not valid, or no longer: scan the one that is shown now.",
            "Deze code is niet geldig, of niet meer: scan de code die nu te zien is.",
        ));
    }
    let day = pupil_day::id_of(pupil, visit.date);
    let mut batch = hub.log.batch(&region);
    batch.add::<Attendance>(
        &attendance::id_of(session, pupil),
        Command::CheckIn { visit, at: asked.at, method: Method::Code },
    );
    batch.add::<Session>(&session, Expect { pupil });
    batch.add::<PupilDay>(&day, Enter { session });
    Ok(batch.commit(&asked).await?.into())
}

async fn code(hub: &Hub, region: &RegionId, session: SessionId, caller: &Caller) -> Result<Code, Problem> {
    let (_, group) = found::session(hub, region, session).await?;
    let asked = caller.about(&touched(&group))?;
    if !is_time(&group, asked.at) {
        return Err(Problem::conflict(
            "no-code-now",
            "A code is shown from one hour before the session until its end.",
            "Een code is te zien van een uur voor de bijeenkomst tot het einde ervan.",
        ));
    }
    let rhythm = rhythm(hub, region, &group).await?;
    Ok(codes(hub)?.show(region, session, rhythm, asked.at))
}

fn is_time(group: &Group, at: DateTime<Utc>) -> bool {
    group.starts_at - EARLY <= at && at < group.ends_at
}

fn codes(hub: &Hub) -> Result<Codes, Problem> {
    // It is there since the start: a file that is missing stops that.
    let ring = hub.secrets.ring(Purpose::CheckInCode).map_err(|_| Problem::internal())?;
    Ok(Codes::new(ring.keys()))
}

async fn rhythm(hub: &Hub, region: &RegionId, group: &Group) -> Result<Rhythm, Problem> {
    let (_, policy) = found::policy(hub, region, group.date).await?;
    Ok(Rhythm { every: policy.code_seconds, valid: policy.code_valid_seconds })
}

//! What counts: the company confirms, a second person corrects.

use super::presence::expected;
use crate::attendance::{Attendance, Command};
use crate::found::{self, refused};
use crate::pupil_day::{
    Command::{Leave, NoteVisit},
    PupilDay,
};
use crate::session::{Command::Expect, Session};
use axum::extract::State;
use chassis::Hub;
use proto_schemas::hotspots::attendance::{self, Method};
use proto_schemas::hotspots::pupil_day;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{DayMinutes, Minutes, PersonId, Reason, RegionId, SessionId};
use web::{Accepted, Caller, Path, Problem, Refuses, Touches, Valid};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(confirm_attendance))
        .routes(routes!(confirm_presence))
        .routes(routes!(correct_attendance))
}

/// The pupils whom a company confirms at once.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ListConfirmation {
    /// The pupils who were present: those who checked in, or everyone who is enrolled and not reported absent.
    #[serde(default)]
    whom: Whom,
    /// Pupils for whom the minutes are others than their stay; 0 for one who was not there.
    #[serde(default)]
    #[schemars(length(max = 100))]
    #[schema(max_items = 100)]
    except: Vec<PresenceException>,
}

/// The pupils who were present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = WhomToConfirm)]
enum Whom {
    /// Those who checked in (aangemeld).
    #[default]
    CheckedIn,
    /// Everyone who is enrolled and not reported absent: who did not check in was there from start to end (iedereen).
    Everyone,
}

/// One pupil whose minutes are others.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PresenceException {
    pupil: PersonId,
    /// The time of presence, in minutes.
    minutes: DayMinutes,
}

/// The time that one pupil was present.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PresenceConfirmation {
    /// The time in minutes; from check-in until check-out when absent.
    minutes: Option<DayMinutes>,
}

/// The minutes that count instead.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AttendanceCorrection {
    /// The minutes that count from now on.
    minutes: DayMinutes,
    /// The reason for the correction, without names of people.
    reason: Reason,
}

/// Confirm the whole list of a session at once, with exceptions (aanwezigheid bevestigen).
///
/// Pupils who were confirmed before are left as they are.
#[utoipa::path(
    put, path = "/v1/regions/{region}/sessions/{session}/confirmation", operation_id = "confirm-attendance", tag = "hotspots",
    params(("region" = RegionId, Path), ("session" = SessionId, Path)),
    request_body = ListConfirmation, responses(Accepted, Refuses<(Attendance, Session, PupilDay)>, Problem),
)]
async fn confirm_attendance(
    State(hub): State<Hub>,
    Path((region, session)): Path<(RegionId, SessionId)>,
    caller: Caller,
    Valid(list): Valid<ListConfirmation>,
) -> Result<Accepted, Problem> {
    let (state, group) = found::session(&hub, &region, session).await?;
    let asked = caller.about(&Touches::region().company(group.company))?;
    let exceptions: BTreeMap<PersonId, Minutes> =
        list.except.iter().map(|line| (line.pupil, line.minutes.into())).collect();
    for pupil in exceptions.keys() {
        state.visit(session, *pupil).map_err(refused::<Session>)?;
    }
    let mut batch = hub.log.batch(&region);
    let mut confirmed_before = None;
    for pupil in group.pupils.keys().copied() {
        let id = attendance::id_of(session, pupil);
        let visit = state.visit(session, pupil).map_err(refused::<Session>)?;
        let minutes = exceptions.get(&pupil).copied();
        match hub.log.load::<Attendance>(&region, &id).await?.state {
            Attendance::Expected if list.whom == Whom::Everyone && minutes != Some(Minutes(0)) => {
                let (at, method) = (visit.starts_at, Method::Confirmation);
                batch.add::<Attendance>(&id, Command::CheckIn { visit: visit.clone(), at, method });
            }
            Attendance::In { .. } | Attendance::Out { .. } => {}
            Attendance::Confirmed(_) | Attendance::Locked { .. } if minutes.is_some() => {}
            Attendance::Confirmed(_) | Attendance::Locked { .. } => {
                confirmed_before = Some(pupil);
                continue;
            }
            Attendance::Expected | Attendance::Absent => continue,
        }
        batch.add::<Attendance>(&id, Command::Confirm { visit, minutes });
        batch.add::<Session>(&session, Expect { pupil });
        batch.add::<PupilDay>(&pupil_day::id_of(pupil, group.date), NoteVisit { session });
    }
    if batch.is_empty() {
        // Asked again after everyone was confirmed: fine, and nothing changes.
        let pupil = confirmed_before.ok_or_else(nobody)?;
        batch.add::<Session>(&session, Expect { pupil });
    }
    Ok(batch.commit(&asked).await?.into())
}

/// Confirm the time that one pupil was present (aanwezigheid van een leerling bevestigen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/sessions/{session}/pupils/{pupil}/confirmation", operation_id = "confirm-presence", tag = "hotspots",
    params(
        ("region" = RegionId, Path), ("session" = SessionId, Path),
        ("pupil" = PersonId, Path),
    ),
    request_body = PresenceConfirmation, responses(Accepted, Refuses<(Attendance, PupilDay)>, Problem),
)]
async fn confirm_presence(
    State(hub): State<Hub>,
    Path((region, session, pupil)): Path<(RegionId, SessionId, PersonId)>,
    caller: Caller,
    Valid(confirmation): Valid<PresenceConfirmation>,
) -> Result<Accepted, Problem> {
    let (asked, visit) = expected(&hub, &region, session, pupil, &caller).await?;
    let (id, day) = (attendance::id_of(session, pupil), pupil_day::id_of(pupil, visit.date));
    let mut batch = hub.log.batch(&region);
    batch.add::<Attendance>(&id, Command::Confirm { visit, minutes: confirmation.minutes.map(Minutes::from) });
    batch.add::<PupilDay>(&day, Leave { session });
    Ok(batch.commit(&asked).await?.into())
}

/// Correct confirmed minutes, as a second person and with a reason (aanwezigheid corrigeren).
#[utoipa::path(
    post, path = "/v1/regions/{region}/sessions/{session}/pupils/{pupil}/corrections", operation_id = "correct-attendance", tag = "hotspots",
    params(
        ("region" = RegionId, Path), ("session" = SessionId, Path),
        ("pupil" = PersonId, Path),
    ),
    request_body = AttendanceCorrection, responses(Accepted, Refuses<(Attendance,)>, Problem),
)]
async fn correct_attendance(
    State(hub): State<Hub>,
    Path((region, session, pupil)): Path<(RegionId, SessionId, PersonId)>,
    caller: Caller,
    Valid(correction): Valid<AttendanceCorrection>,
) -> Result<Accepted, Problem> {
    let (asked, visit) = expected(&hub, &region, session, pupil, &caller).await?;
    let command = Command::Correct { visit, minutes: correction.minutes.into(), reason: correction.reason };
    Ok(hub.log.execute::<Attendance>(&region, &attendance::id_of(session, pupil), command, &asked).await?.into())
}

fn nobody() -> Problem {
    Problem::conflict(
        "nobody-to-confirm",
        "Nobody has checked in: enter the pupils who were present, or confirm everyone.",
        "Niemand is aangemeld: voer in wie er was, of bevestig iedereen.",
    )
}

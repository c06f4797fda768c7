//! Presence that someone else enters: lists, check-out, absence.

use crate::attendance::{Attendance, Command};
use crate::found::{self, refused};
use crate::pupil_day::{
    Command::{Enter, Leave, NoteVisit},
    PupilDay,
};
use crate::session::{self, Command::Expect, Group, Session, Visit};
use axum::extract::State;
use chassis::Hub;
use chrono::{DateTime, NaiveDate, Utc};
use decider::CommandContext;
use proto_schemas::hotspots::attendance::{self, Method};
use proto_schemas::hotspots::pupil_day;
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{PersonId, RegionId, Role, SessionId};
use web::{Accepted, Caller, Path, Problem, Refuses, Touches, Valid};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(record_attendance))
        .routes(routes!(check_out))
        .routes(routes!(report_absence))
        .routes(routes!(report_resumption))
}

/// Who may act on a pupil's attendance: the pupil's school, the company, the pupil or a parent.
pub(super) fn touched(visit: &Visit) -> Touches {
    Touches::region().school(&visit.school).company(visit.company).person(visit.pupil)
}

/// The pupils who were present, entered from a list.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AttendanceList {
    /// The pupils, each of them once.
    #[schemars(length(min = 1, max = 100))]
    #[schema(min_items = 1, max_items = 100)]
    pupils: Vec<Presence>,
}

/// One line of a list.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = PupilPresence)]
struct Presence {
    pupil: PersonId,
    /// Came in; now when absent.
    at: Option<DateTime<Utc>>,
    /// Left; still there when absent.
    left_at: Option<DateTime<Utc>>,
}

/// The departure of a pupil.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = PupilDeparture)]
struct Departure {
    /// The moment in UTC; now when absent. Pupils themselves can only leave now.
    at: Option<DateTime<Utc>>,
}

/// A pupil is there again.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = PupilResumption)]
struct Resumption {
    /// The first day of presence; today when absent.
    occurred_on: Option<NaiveDate>,
}

/// Enter arrivals at a session and departures from a list (aanwezigheidslijst invoeren).
///
/// All lines are entered or none. A teacher enters pupils of the own school.
#[utoipa::path(
    put, path = "/v1/regions/{region}/sessions/{session}/attendance", operation_id = "record-attendance", tag = "hotspots",
    params(("region" = RegionId, Path), ("session" = SessionId, Path)),
    request_body = AttendanceList, responses(Accepted, Refuses<(Attendance, Session, PupilDay)>, Problem),
)]
async fn record_attendance(
    State(hub): State<Hub>,
    Path((region, session)): Path<(RegionId, SessionId)>,
    caller: Caller,
    Valid(list): Valid<AttendanceList>,
) -> Result<Accepted, Problem> {
    let (state, group) = found::session(&hub, &region, session).await?;
    let mut asked = caller.about(&session::api::touched(&group))?;
    let mut batch = hub.log.batch(&region);
    for line in list.pupils {
        let (asked_for_line, visit) = of_group(&hub, &region, (session, &state, &group), line.pupil, &caller).await?;
        asked = asked_for_line;
        let (id, day) = (attendance::id_of(session, line.pupil), pupil_day::id_of(line.pupil, visit.date));
        let at = line.at.unwrap_or(asked.at);
        batch.add::<Attendance>(&id, Command::CheckIn { visit, at, method: Method::List });
        batch.add::<Session>(&session, Expect { pupil: line.pupil });
        if let Some(left_at) = line.left_at {
            batch.add::<Attendance>(&id, Command::CheckOut { at: left_at });
            batch.add::<PupilDay>(&day, NoteVisit { session });
        } else {
            batch.add::<PupilDay>(&day, Enter { session });
        }
    }
    Ok(batch.commit(&asked).await?.into())
}

/// Check a pupil out (afmelden).
#[utoipa::path(
    put, path = "/v1/regions/{region}/sessions/{session}/pupils/{pupil}/check-out", operation_id = "check-out", tag = "hotspots",
    params(
        ("region" = RegionId, Path), ("session" = SessionId, Path),
        ("pupil" = PersonId, Path),
    ),
    request_body = Departure, responses(Accepted, Refuses<(Attendance, PupilDay)>, Problem),
)]
async fn check_out(
    State(hub): State<Hub>,
    Path((region, session, pupil)): Path<(RegionId, SessionId, PersonId)>,
    caller: Caller,
    Valid(departure): Valid<Departure>,
) -> Result<Accepted, Problem> {
    let (asked, visit) = expected(&hub, &region, session, pupil, &caller).await?;
    // What a pupil says of the time does not count; others note what they saw.
    let at = departure.at.filter(|_| asked.by.role != Role::Pupil).unwrap_or(asked.at);
    let mut batch = hub.log.batch(&region);
    batch.add::<Attendance>(&attendance::id_of(session, pupil), Command::CheckOut { at });
    batch.add::<PupilDay>(&pupil_day::id_of(pupil, visit.date), Leave { session });
    Ok(batch.commit(&asked).await?.into())
}

/// Report that a pupil will not come, or did not; after the day itself it is marked late (afwezig melden).
#[utoipa::path(
    put, path = "/v1/regions/{region}/sessions/{session}/pupils/{pupil}/absence", operation_id = "report-absence", tag = "hotspots",
    params(
        ("region" = RegionId, Path), ("session" = SessionId, Path),
        ("pupil" = PersonId, Path),
    ),
    responses(Accepted, Refuses<(Attendance,)>, Problem),
)]
async fn report_absence(
    State(hub): State<Hub>,
    Path((region, session, pupil)): Path<(RegionId, SessionId, PersonId)>,
    caller: Caller,
) -> Result<Accepted, Problem> {
    let (asked, visit) = expected(&hub, &region, session, pupil, &caller).await?;
    let command = Command::ReportAbsence { visit };
    Ok(hub.log.execute::<Attendance>(&region, &attendance::id_of(session, pupil), command, &asked).await?.into())
}

/// Report that an absent pupil is present again (hersteld melden).
#[utoipa::path(
    put, path = "/v1/regions/{region}/sessions/{session}/pupils/{pupil}/resumption", operation_id = "report-resumption", tag = "hotspots",
    params(
        ("region" = RegionId, Path), ("session" = SessionId, Path),
        ("pupil" = PersonId, Path),
    ),
    request_body = Resumption, responses(Accepted, Refuses<(Attendance,)>, Problem),
)]
async fn report_resumption(
    State(hub): State<Hub>,
    Path((region, session, pupil)): Path<(RegionId, SessionId, PersonId)>,
    caller: Caller,
    Valid(resumption): Valid<Resumption>,
) -> Result<Accepted, Problem> {
    let (asked, _) = expected(&hub, &region, session, pupil, &caller).await?;
    let occurred_on = resumption.occurred_on.unwrap_or_else(|| asked.today());
    let command = Command::ReportResumption { occurred_on };
    Ok(hub.log.execute::<Attendance>(&region, &attendance::id_of(session, pupil), command, &asked).await?.into())
}

/// A pupil of the session whom the caller reaches. Who reaches neither pupil nor session is told nothing of either.
pub(super) async fn expected(
    hub: &Hub,
    region: &RegionId,
    session: SessionId,
    pupil: PersonId,
    caller: &Caller,
) -> Result<(CommandContext, Visit), Problem> {
    let (state, group) = found::session(hub, region, session).await?;
    of_group(hub, region, (session, &state, &group), pupil, caller).await
}

/// A pupil's visit. Who is not in the group is told so of own pupils only, or at the company: for another school's pupil
/// the answer is the same whether they are in it or not.
async fn of_group(
    hub: &Hub,
    region: &RegionId,
    (session, state, group): (SessionId, &Session, &Group),
    pupil: PersonId,
    caller: &Caller,
) -> Result<(CommandContext, Visit), Problem> {
    match state.visit(session, pupil) {
        Ok(visit) => Ok((caller.about(&touched(&visit))?, visit)),
        Err(refusal) => {
            let known = hub.known.pupil(region, pupil).await?;
            let schools = known.iter().flat_map(|it| std::iter::once(&it.home_school).chain(&it.host_school));
            caller.about(&Touches::region().company(group.company).person(pupil).schools(schools))?;
            Err(refused::<Session>(refusal))
        }
    }
}

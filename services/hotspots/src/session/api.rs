//! Sessions: planned, started, finished or cancelled.

mod enrolment;

use super::{Command, Group, Session};
use crate::hotspot::{Command::AdmitSession, Hotspot, api::Because};
use crate::pupil_day::{Command::FreeDay, PupilDay};
use crate::pupil_week::{Command::FreeWeek, PupilWeek};
use crate::safety_check::{Command::Rely, SafetyCheck};
use crate::{found, known_staff};
use axum::extract::State;
use chassis::Hub;
use chrono::{DateTime, Utc};
use proto_schemas::hotspots::hotspot::TheoryPlace;
use proto_schemas::hotspots::{pupil_day, pupil_week};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::HashSet;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{BranchCode, HotspotId, Label, PersonId, Reason, RegionId, SessionId, amsterdam_date};
use web::{Accepted, Caller, Created, Path, Problem, Refuses, Touches, Valid};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(plan_session))
        .routes(routes!(assign_teacher))
        .routes(routes!(start_session))
        .routes(routes!(finish_session))
        .routes(routes!(cancel_session))
        .merge(enrolment::routes())
}

/// Who may act on a session as a whole: its company, the schools of its pupils and of its teachers.
pub(crate) fn touched(group: &Group) -> Touches {
    Touches::region().company(group.company).schools(group.pupils.values()).schools(group.teachers.values())
}

/// A visit of a group to a hotspot.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SessionPlan {
    /// The hotspot that the pupils visit.
    hotspot: HotspotId,
    /// The start of the session, in UTC.
    starts_at: DateTime<Utc>,
    /// The end of the session, in UTC, on the same day in Amsterdam.
    ends_at: DateTime<Utc>,
    /// The number of pupils that the company has room for; the maximum of the policy when absent.
    #[schemars(range(min = 1))]
    #[schema(minimum = 1, maximum = 255)]
    capacity: Option<u8>,
    /// Whether the theory is taught at the company; as the plan of approach has it when absent.
    theory_at_company: Option<bool>,
    /// The activities, by their names in the safety check; all of them when absent.
    #[schemars(length(min = 1))]
    #[schema(min_items = 1)]
    activities: Option<Vec<Label>>,
}

/// The teacher who comes along.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TeacherAssignment {
    /// The school that sends the teacher or instructor.
    school: BranchCode,
}

/// The start of a session.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = SessionBeginning)]
struct Beginning {
    /// The moment in UTC; now when absent.
    at: Option<DateTime<Utc>>,
    /// The reason to start with fewer pupils than the minimum.
    small_group: Option<Reason>,
}

/// The end of a session.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = SessionEnding)]
struct Ending {
    /// The moment in UTC; now when absent.
    at: Option<DateTime<Utc>>,
}

/// Plan a session at an open hotspot (bijeenkomst plannen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/sessions", operation_id = "plan-session", tag = "hotspots",
    params(("region" = RegionId, Path)),
    request_body = SessionPlan, responses(Created, Refuses<(Hotspot, SafetyCheck, Session)>, Problem),
)]
async fn plan_session(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(plan): Valid<SessionPlan>,
) -> Result<Created, Problem> {
    let papers = found::hotspot(&hub, &region, plan.hotspot).await?;
    let asked = caller.about(&Touches::region().company(papers.company))?;
    let date = amsterdam_date(plan.starts_at);
    let (version, policy) = found::policy(&hub, &region, date).await?;
    let admit = AdmitSession { date, safety_term_months: policy.safety_term_months };
    let mut batch = hub.log.batch(&region);
    let activities = match papers.check {
        None => vec![],
        Some(attached) => {
            let (_, check) = found::safety_check(&hub, &region, attached.id).await?;
            let names: Option<HashSet<&Label>> = plan.activities.as_ref().map(|names| names.iter().collect());
            let chosen = |name: &Label| names.as_ref().is_none_or(|names| names.contains(name));
            check.activities.into_iter().filter(|activity| chosen(&activity.name)).collect()
        }
    };
    let command = Command::Plan {
        hotspot: plan.hotspot,
        company: papers.company,
        starts_at: plan.starts_at,
        ends_at: plan.ends_at,
        capacity: plan.capacity.unwrap_or(policy.group_max),
        group_max: policy.group_max,
        group_min: policy.group_min,
        theory_at_company: plan
            .theory_at_company
            .unwrap_or(papers.plan.is_some_and(|(_, place)| place == TheoryPlace::Company)),
        activities,
    };
    // The answer is about what changes first; what only has a say comes before it and changes nothing.
    batch.add::<Hotspot>(&plan.hotspot, admit);
    if let Some(attached) = papers.check {
        let rely = Rely { activities: plan.activities.unwrap_or_default() };
        batch.add::<SafetyCheck>(&attached.id, rely);
    }
    batch.add::<Session>(&SessionId::fresh(), command);
    let done = batch.commit(&asked.under(version)).await?;
    Ok(Created::at(done, "/v1/regions/{region}/sessions/{id}"))
}

/// Assign a teacher or instructor to a session (docent of instructeur toewijzen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/sessions/{session}/teachers/{teacher}", operation_id = "assign-teacher", tag = "hotspots",
    params(
        ("region" = RegionId, Path), ("session" = SessionId, Path),
        ("teacher" = PersonId, Path),
    ),
    request_body = TeacherAssignment, responses(Accepted, Refuses<(Session,)>, Problem),
)]
async fn assign_teacher(
    State(hub): State<Hub>,
    Path((region, session, teacher)): Path<(RegionId, SessionId, PersonId)>,
    caller: Caller,
    Valid(assignment): Valid<TeacherAssignment>,
) -> Result<Accepted, Problem> {
    let mut asked = caller.about(&Touches::region().school(&assignment.school))?;
    let (_, group) = found::session(&hub, &region, session).await?;
    found::school(&hub, &region, &assignment.school).await?;
    // Whom the hub knows as another school's is as unknown here as nobody.
    if known_staff::school(&hub.db, &region, teacher).await?.as_ref() != Some(&assignment.school) {
        return Err(Problem::not_found("teacher", "docent"));
    }
    // Somebody whom another school sent is taken from that school.
    if let Some(before) = group.teachers.get(&teacher).filter(|before| **before != assignment.school) {
        asked = caller.about(&Touches::region().school(before))?;
    }
    let command = Command::AssignTeacher { teacher, school: assignment.school };
    Ok(hub.log.execute::<Session>(&region, &session, command, &asked).await?.into())
}

/// Start a planned session (bijeenkomst beginnen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/sessions/{session}/start", operation_id = "start-session", tag = "hotspots",
    params(("region" = RegionId, Path), ("session" = SessionId, Path)),
    request_body = Beginning, responses(Accepted, Refuses<(Session,)>, Problem),
)]
async fn start_session(
    State(hub): State<Hub>,
    Path((region, session)): Path<(RegionId, SessionId)>,
    caller: Caller,
    Valid(beginning): Valid<Beginning>,
) -> Result<Accepted, Problem> {
    let (_, group) = found::session(&hub, &region, session).await?;
    let asked = caller.about(&touched(&group))?;
    let command = Command::Start { at: beginning.at.unwrap_or(asked.at), small_group: beginning.small_group };
    Ok(hub.log.execute::<Session>(&region, &session, command, &asked).await?.into())
}

/// Finish a session (bijeenkomst afronden).
#[utoipa::path(
    post, path = "/v1/regions/{region}/sessions/{session}/finish", operation_id = "finish-session", tag = "hotspots",
    params(("region" = RegionId, Path), ("session" = SessionId, Path)),
    request_body = Ending, responses(Accepted, Refuses<(Session,)>, Problem),
)]
async fn finish_session(
    State(hub): State<Hub>,
    Path((region, session)): Path<(RegionId, SessionId)>,
    caller: Caller,
    Valid(ending): Valid<Ending>,
) -> Result<Accepted, Problem> {
    let (_, group) = found::session(&hub, &region, session).await?;
    let asked = caller.about(&touched(&group))?;
    let command = Command::Finish { at: ending.at.unwrap_or(asked.at) };
    Ok(hub.log.execute::<Session>(&region, &session, command, &asked).await?.into())
}

/// Cancel a session; its pupils' days are free again (bijeenkomst annuleren).
#[utoipa::path(
    post, path = "/v1/regions/{region}/sessions/{session}/cancel", operation_id = "cancel-session", tag = "hotspots",
    params(("region" = RegionId, Path), ("session" = SessionId, Path)),
    request_body = Because, responses(Accepted, Refuses<(Session, PupilDay, PupilWeek)>, Problem),
)]
async fn cancel_session(
    State(hub): State<Hub>,
    Path((region, session)): Path<(RegionId, SessionId)>,
    caller: Caller,
    Valid(because): Valid<Because>,
) -> Result<Accepted, Problem> {
    let (_, group) = found::session(&hub, &region, session).await?;
    let asked = caller.about(&Touches::region().company(group.company))?;
    let freed = group.pupils.keys().copied().collect();
    let mut batch = hub.log.batch(&region);
    batch.add::<Session>(&session, Command::Cancel { reason: because.reason, freed });
    for pupil in group.pupils.keys() {
        batch.add::<PupilDay>(&pupil_day::id_of(*pupil, group.date), FreeDay { session });
        batch.add::<PupilWeek>(&pupil_week::id_of(*pupil, group.date), FreeWeek { session });
    }
    Ok(batch.commit(&asked).await?.into())
}

//! Enrolment: the session, the pupil's day and the pupil's week change together.

use crate::found;
use crate::hotspot::{Command::AdmitPupil, Hotspot};
use crate::pupil_day::{
    Command::{BookDay, FreeDay},
    PupilDay,
};
use crate::pupil_week::{
    Command::{BookWeek, FreeWeek},
    PupilWeek,
};
use crate::session::{Command, Session, hours::cap_at};
use axum::extract::State;
use chassis::Hub;
use known::Pupil;
use proto_schemas::hotspots::{pupil_day, pupil_week};
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{Minutes, PersonId, RegionId, SessionId};
use web::{Accepted, Caller, Path, Problem, Refuses, Touches};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(enrol_pupil, withdraw_pupil))
}

/// Enrol a pupil in a planned session (leerling inschrijven).
///
/// The hub takes the pupil's school, age and other sessions from its own logs.
#[utoipa::path(
    put, path = "/v1/regions/{region}/sessions/{session}/pupils/{pupil}", operation_id = "enrol-pupil", tag = "hotspots",
    params(
        ("region" = RegionId, Path), ("session" = SessionId, Path),
        ("pupil" = PersonId, Path),
    ),
    responses(Accepted, Refuses<(Session, Hotspot, PupilDay, PupilWeek)>, Problem),
)]
async fn enrol_pupil(
    State(hub): State<Hub>,
    Path((region, session, pupil)): Path<(RegionId, SessionId, PersonId)>,
    caller: Caller,
) -> Result<Accepted, Problem> {
    let (_, group) = found::session(&hub, &region, session).await?;
    let pupil = found::pupil(&hub, &region, pupil).await?;
    let asked = caller.about(&schools_of(&pupil))?;
    let (version, policy) = found::policy(&hub, &region, group.date).await?;
    // **Invariant:** the birth date goes no further than its own age.
    let age = hub.age_on(&region, &pupil, group.date).await?;
    let cap = cap_at(age, &policy);
    let school = pupil.host_school.unwrap_or_else(|| pupil.home_school.clone());

    let (id, date) = (pupil.id, group.date);
    let enrol = Command::EnrolPupil { pupil: id, home_school: pupil.home_school, school: school.clone(), age };
    let (starts_at, ends_at) = (group.starts_at, group.ends_at);
    let mut batch = hub.log.batch(&region);
    batch.add::<Session>(&session, enrol);
    batch.add::<Hotspot>(&group.hotspot, AdmitPupil { school });
    let day = BookDay { pupil: id, date, session, starts_at, ends_at, cap: cap.map(|cap| cap.day) };
    batch.add::<PupilDay>(&pupil_day::id_of(id, date), day);
    let (monday, minutes) = (pupil_week::monday_of(date), Minutes::between(starts_at, ends_at));
    let week = BookWeek { pupil: id, monday, session, minutes, cap: cap.map(|cap| cap.week) };
    batch.add::<PupilWeek>(&pupil_week::id_of(id, date), week);
    Ok(batch.commit(&asked.under(version)).await?.into())
}

/// Withdraw a pupil from a planned session; the day is free again (leerling uitschrijven).
#[utoipa::path(
    delete, path = "/v1/regions/{region}/sessions/{session}/pupils/{pupil}", operation_id = "withdraw-pupil", tag = "hotspots",
    params(
        ("region" = RegionId, Path), ("session" = SessionId, Path),
        ("pupil" = PersonId, Path),
    ),
    responses(Accepted, Refuses<(Session, PupilDay, PupilWeek)>, Problem),
)]
async fn withdraw_pupil(
    State(hub): State<Hub>,
    Path((region, session, pupil)): Path<(RegionId, SessionId, PersonId)>,
    caller: Caller,
) -> Result<Accepted, Problem> {
    let (_, group) = found::session(&hub, &region, session).await?;
    let pupil = found::pupil(&hub, &region, pupil).await?;
    let asked = caller.about(&schools_of(&pupil))?;
    let mut batch = hub.log.batch(&region);
    batch.add::<Session>(&session, Command::WithdrawPupil { pupil: pupil.id });
    batch.add::<PupilDay>(&pupil_day::id_of(pupil.id, group.date), FreeDay { session });
    batch.add::<PupilWeek>(&pupil_week::id_of(pupil.id, group.date), FreeWeek { session });
    Ok(batch.commit(&asked).await?.into())
}

fn schools_of(pupil: &Pupil) -> Touches {
    Touches::region().school(&pupil.home_school).schools(pupil.host_school.as_ref())
}

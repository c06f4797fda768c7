//! Enrolment: the session and the pupil's day change together.

use super::found;
use crate::hotspot::{Hotspot, commands::Command as HotspotCommand};
use crate::hours::cap_at;
use crate::pupil_day::{PupilDay, commands::Command as DayCommand};
use crate::session::{Session, commands::Command};
use axum::extract::State;
use chassis::Hub;
use chrono::{Datelike, Days, NaiveDate};
use known::Pupil;
use proto_schemas::hotspots::pupil_day;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{Minutes, PersonId, RegionId, SessionId};
use web::{Accepted, Caller, Path, Problem, Touches};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(enrol_pupil, withdraw_pupil))
}

/// Enrol a pupil in a planned session (leerling inschrijven).
///
/// The pupil's school, age and other days are what the hub knows of them.
#[utoipa::path(
    put, path = "/v1/regions/{region}/sessions/{session}/pupils/{pupil}", operation_id = "enrol-pupil", tag = "hotspots",
    params(
        ("region" = RegionId, Path, description = "The region"), ("session" = SessionId, Path, description = "The session"),
        ("pupil" = PersonId, Path, description = "The pupil"),
    ),
    responses(Accepted, Problem),
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
    let cap = cap_at(age, &policy, other_days(&hub, &region, pupil.id, group.date).await?);
    let school = pupil.host_school.unwrap_or_else(|| pupil.home_school.clone());

    let (id, date) = (pupil.id, group.date);
    let enrol = Command::EnrolPupil { pupil: id, home_school: pupil.home_school, school: school.clone(), age };
    let (starts_at, ends_at) = (group.starts_at, group.ends_at);
    let mut batch = hub.log.batch(&region);
    batch.add::<Session>(&session, enrol);
    batch.add::<Hotspot>(&group.hotspot, HotspotCommand::AdmitPupil { school });
    let book = DayCommand::Book { pupil: id, date, session, starts_at, ends_at, cap };
    batch.add::<PupilDay>(&pupil_day::id_of(id, date), book);
    Ok(batch.commit(&asked.under(version)).await?.into())
}

/// Withdraw a pupil from a planned session; the day is free again (leerling uitschrijven).
#[utoipa::path(
    delete, path = "/v1/regions/{region}/sessions/{session}/pupils/{pupil}", operation_id = "withdraw-pupil", tag = "hotspots",
    params(
        ("region" = RegionId, Path, description = "The region"), ("session" = SessionId, Path, description = "The session"),
        ("pupil" = PersonId, Path, description = "The pupil"),
    ),
    responses(Accepted, Problem),
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
    batch.add::<PupilDay>(&pupil_day::id_of(pupil.id, group.date), DayCommand::Free { session });
    Ok(batch.commit(&asked).await?.into())
}

fn schools_of(pupil: &Pupil) -> Touches {
    Touches::region().school(&pupil.home_school).schools(pupil.host_school.as_ref())
}

/// What the pupil's other days of that week, Monday to Sunday, are booked for.
///
/// Two enrolments on two days of one week that are decided at the same moment do not see each other.
async fn other_days(hub: &Hub, region: &RegionId, pupil: PersonId, day: NaiveDate) -> Result<Minutes, Problem> {
    let monday = day - Days::new(u64::from(day.weekday().num_days_from_monday()));
    let mut booked = Minutes(0);
    for other in monday.iter_days().take(7).filter(|other| *other != day) {
        booked = booked + hub.log.load::<PupilDay>(region, &pupil_day::id_of(pupil, other)).await?.state.minutes();
    }
    Ok(booked)
}

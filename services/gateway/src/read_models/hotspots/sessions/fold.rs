//! Sessions and their groups, as tables.

use super::SessionStatus;
use crate::reach::{reach, readable};
use event_log::Recorded;
use projections::{CannotApply, Projection};
use proto_schemas::hotspots::session::Event;
use sqlx::PgConnection;
use vocabulary::SessionId;

/// Folds sessions and enrolments.
#[derive(Clone, Copy, Debug)]
pub struct Sessions;

impl Projection for Sessions {
    const NAME: &'static str = "sessions";
    const VERSION: u32 = 2;
    const LOGS: &'static [&'static str] = &["hotspots"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["session"]);
    const TABLES: &'static str = concat!(
        "create table session (
            region text not null, id uuid not null, hotspot uuid not null, company uuid not null, date date not null,
            starts_at timestamptz not null, ends_at timestamptz not null, status text not null, max smallint not null,
            -- Counted here: who asks may see part of the group only.
            enrolled integer not null default 0, teacher uuid, version integer not null,
            primary key (region, id));
         create index on session (region, starts_at, id);
         create index on session (region, hotspot, starts_at);
         create table enrolment (
            region text not null, session uuid not null, pupil uuid not null, home_school text not null, school text not null,
            company uuid not null, primary key (region, session, pupil));
         create index on enrolment (region, pupil)",
        // Which sessions there are is for everyone of the region; who comes is not.
        reach!("session", everyone),
        reach!("enrolment", "array[school, home_school]", "array[company]", "array[pupil]"),
        readable!()
    );

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: SessionId = happened.stream_id().ok_or_else(|| CannotApply::Park("a session has an id".into()))?;
        let region = happened.region.as_str();
        let status = match happened.event::<Event>()? {
            Event::Planned { hotspot, company, date, starts_at, ends_at, max, .. } => {
                sqlx::query(
                    "insert into session (region, id, hotspot, company, date, starts_at, ends_at, status, max, version)
                     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                )
                .bind(region)
                .bind(id)
                .bind(hotspot)
                .bind(company)
                .bind(date)
                .bind(starts_at)
                .bind(ends_at)
                .bind(SessionStatus::Planned)
                .bind(i16::from(max))
                .bind(happened.version)
                .execute(rows)
                .await?;
                return Ok(());
            }
            Event::PupilEnrolled { pupil, home_school, school } => {
                sqlx::query(
                    "insert into enrolment (region, session, pupil, home_school, school, company)
                     select $1, $2, $3, $4, $5, company from session where region = $1 and id = $2
                     on conflict (region, session, pupil) do update set home_school = excluded.home_school, school = excluded.school",
                )
                .bind(region)
                .bind(id)
                .bind(pupil)
                .bind(home_school.as_str())
                .bind(school.as_str())
                .execute(&mut *rows)
                .await?;
                None
            }
            Event::PupilWithdrawn { pupil } => {
                sqlx::query("delete from enrolment where region = $1 and session = $2 and pupil = $3")
                    .bind(region)
                    .bind(id)
                    .bind(pupil)
                    .execute(&mut *rows)
                    .await?;
                None
            }
            Event::TeacherAssigned { teacher, .. } => {
                sqlx::query("update session set teacher = $3 where region = $1 and id = $2")
                    .bind(region)
                    .bind(id)
                    .bind(teacher)
                    .execute(&mut *rows)
                    .await?;
                None
            }
            Event::Started { .. } => Some(SessionStatus::Running),
            Event::Finished { .. } => Some(SessionStatus::Finished),
            Event::Cancelled { .. } => Some(SessionStatus::Cancelled),
        };
        sqlx::query(
            "update session set status = coalesce($3, status), version = $4,
                    enrolled = (select count(*) from enrolment where enrolment.region = $1 and enrolment.session = $2)
             where region = $1 and id = $2",
        )
        .bind(region)
        .bind(id)
        .bind(status)
        .bind(happened.version)
        .execute(rows)
        .await?;
        Ok(())
    }
}

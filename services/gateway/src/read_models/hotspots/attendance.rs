//! Who attended, how many minutes, and was it confirmed?

use crate::named::named;
use crate::reach::{reach, readable, reading};
use crate::read_models::consortium::person_of;
use crate::words::words;
use crate::{Gateway, Storable};
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use event_log::Recorded;
use projections::{CannotApply, Projection};
use proto_schemas::hotspots::attendance::Event;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};
use vocabulary::{AttendanceDayId, BranchCode, CompanyId, HotspotId, PersonId, RegionId, SessionId};
use web::{Caller, Listed, Paged, Paging, Path, Problem};

/// Folds attendance days.
#[derive(Clone, Copy, Debug)]
pub struct Attendance;

/// The facts in the first event of a day.
struct Day {
    pupil: PersonId,
    session: SessionId,
    hotspot: HotspotId,
    company: CompanyId,
    school: BranchCode,
    date: NaiveDate,
}

impl Day {
    async fn make(&self, rows: &mut PgConnection, happened: &Recorded, id: AttendanceDayId) -> sqlx::Result<()> {
        sqlx::query(
            "insert into day (region, id, pupil, session, hotspot, company, school, date, status)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
        )
        .bind(happened.region.as_str())
        .bind(id)
        .bind(self.pupil)
        .bind(self.session)
        .bind(self.hotspot)
        .bind(self.company)
        .bind(self.school.as_str())
        .bind(self.date)
        .bind(AttendanceStatus::Expected)
        .execute(rows)
        .await?;
        Ok(())
    }
}

impl Projection for Attendance {
    const NAME: &'static str = "attendance";
    const VERSION: u32 = 2;
    const LOGS: &'static [&'static str] = &["hotspots"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["attendance-day"]);
    const TABLES: &'static str = concat!(
        "create table day (
            region text not null, id uuid not null, pupil uuid not null, session uuid not null, hotspot uuid not null,
            company uuid not null, school text not null, date date not null, status text not null,
            checked_in_at timestamptz, checked_out_at timestamptz, method text, minutes bigint, late boolean,
            primary key (region, id));
         create index on day (region, date, id);
         create index on day (region, session);
         create index on day (region, pupil, date)",
        reach!("day", "array[school]", "array[company]", "array[pupil]"),
        readable!()
    );

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: AttendanceDayId =
            happened.stream_id().ok_or_else(|| CannotApply::Park("an attendance day has an id".into()))?;
        let change = |set: &str| sqlx::AssertSqlSafe(format!("update day set {set} where region = $1 and id = $2"));
        let region = happened.region.as_str();
        let query = match happened.event::<Event>()? {
            Event::CheckedIn { pupil, session, hotspot, company, school, date, at, method, .. } => {
                Day { pupil, session, hotspot, company, school, date }.make(&mut *rows, happened, id).await?;
                let method = serde_json::to_value(method).ok().and_then(|method| method.as_str().map(str::to_owned));
                sqlx::query(change("status = $5, checked_in_at = $3, method = $4"))
                    .bind(region)
                    .bind(id)
                    .bind(at)
                    .bind(method)
                    .bind(AttendanceStatus::Present)
            }
            Event::CheckedOut { at, .. } => sqlx::query(change("status = $4, checked_out_at = $3"))
                .bind(region)
                .bind(id)
                .bind(at)
                .bind(AttendanceStatus::Left),
            Event::AbsenceReported { pupil, session, hotspot, company, school, date, late } => {
                Day { pupil, session, hotspot, company, school, date }.make(&mut *rows, happened, id).await?;
                sqlx::query(change("status = $4, late = $3"))
                    .bind(region)
                    .bind(id)
                    .bind(late)
                    .bind(AttendanceStatus::Absent)
            }
            Event::ResumptionReported { .. } => {
                sqlx::query(change("status = $3")).bind(region).bind(id).bind(AttendanceStatus::Expected)
            }
            Event::Confirmed { pupil, session, hotspot, company, school, date, minutes, .. } => {
                Day { pupil, session, hotspot, company, school, date }.make(&mut *rows, happened, id).await?;
                sqlx::query(change("status = $4, minutes = $3"))
                    .bind(region)
                    .bind(id)
                    .bind(i64::from(minutes.0))
                    .bind(AttendanceStatus::Confirmed)
            }
            Event::Corrected { minutes, .. } => sqlx::query(change("status = $4, minutes = $3"))
                .bind(region)
                .bind(id)
                .bind(i64::from(minutes.0))
                .bind(AttendanceStatus::Corrected),
            Event::Locked { .. } => {
                sqlx::query(change("status = $3")).bind(region).bind(id).bind(AttendanceStatus::Locked)
            }
        };
        query.execute(rows).await?;
        Ok(())
    }
}

words! {
    /// The status of an attendance day.
    AttendanceStatus {
        /// The pupil is expected (verwacht).
        Expected,
        /// The pupil came in (aanwezig).
        Present,
        /// The pupil left (vertrokken).
        Left,
        /// An absence was reported (afwezig).
        Absent,
        /// The company confirmed the minutes (bevestigd).
        Confirmed,
        /// The confirmed minutes were corrected (gecorrigeerd).
        Corrected,
        /// A claim covers the day: nothing changes any more (vergrendeld).
        Locked,
    }
}

/// One pupil's day at one session.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct Attended {
    /// The id of the attendance day.
    pub id: AttendanceDayId,
    /// The pupil who is to be present.
    pub pupil: PersonId,
    /// Absent when the caller may not see it, or the pupil was forgotten.
    pub given_name: Option<String>,
    /// Absent when the caller may not see it, or the pupil was forgotten.
    pub family_name: Option<String>,
    /// The session of the day.
    pub session: SessionId,
    /// The hotspot of the session.
    pub hotspot: HotspotId,
    /// The company of the hotspot.
    pub company: CompanyId,
    /// The school that answers for the pupil.
    pub school: String,
    /// The day in the Netherlands.
    pub date: NaiveDate,
    /// The status of the day.
    pub status: AttendanceStatus,
    /// The moment the pupil came in, in UTC.
    pub checked_in_at: Option<DateTime<Utc>>,
    /// The moment the pupil left, in UTC.
    pub checked_out_at: Option<DateTime<Utc>>,
    /// How the presence was recorded: code, list or confirmation.
    pub method: Option<String>,
    /// The minutes that count, once the company has confirmed them (bevestigde minuten).
    pub minutes: Option<i64>,
    /// An absence was reported after the day itself.
    pub late: Option<bool>,
}

/// The attendance days to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The session of the days.
    pub session: Option<SessionId>,
    /// The pupil of the days.
    pub pupil: Option<PersonId>,
    /// The first day to list.
    #[param(value_type = Option<NaiveDate>)]
    pub from: Option<Storable<NaiveDate>>,
    /// The last day to list.
    #[param(value_type = Option<NaiveDate>)]
    pub until: Option<Storable<NaiveDate>>,
    /// The status of the days, such as `confirmed`.
    pub status: Option<AttendanceStatus>,
}

/// List attendance days (aanwezigheid), by day.
#[utoipa::path(
    get, path = "/v1/regions/{region}/attendance-days", operation_id = "list-attendance", tag = "queries",
    params(("region" = RegionId, Path), Which, Paging),
    responses((status = 200, body = Listed<Attended>), Problem)
)]
pub async fn list_attendance(
    State(gateway): State<Gateway>,
    Path(region): Path<RegionId>,
    Paged(which, page): Paged<Which, (NaiveDate, AttendanceDayId)>,
    caller: Caller,
) -> Result<Listed<Attended>, Problem> {
    let mut rows = reading(&gateway.hub.db, &region, &caller.scope()).await?;
    let named_pupil = person_of("day.region", "day.pupil");
    let days = sqlx::query_as::<_, Attended>(sqlx::AssertSqlSafe(format!(
        "select day.id, day.pupil, given_name, family_name, session, hotspot, day.company, day.school, date, status,
                checked_in_at, checked_out_at, method, minutes, late
         from attendance.day {named_pupil}
         where day.region = $1 and ($2::uuid is null or session = $2) and ($3::uuid is null or pupil = $3)
           and date between coalesce($4::date, '-infinity') and coalesce($5::date, 'infinity') and ($6::text is null or status = $6)
           and (date, day.id) > (coalesce($7::date, '-infinity'), coalesce($8::uuid, '00000000-0000-0000-0000-000000000000'))
         order by date, day.id limit $9"
    )))
    .bind(region.as_str())
    .bind(which.session)
    .bind(which.pupil)
    .bind(which.from.map(|day| day.0))
    .bind(which.until.map(|day| day.0))
    .bind(which.status)
    .bind(page.after.map(|(date, _)| date))
    .bind(page.after.map(|(_, id)| id))
    .bind(page.fetch())
    .fetch_all(&mut *rows)
    .await?;
    let listed = page.cut(days, |last| (last.date, last.id))?;
    let shown = listed.items.iter().filter(|day| day.given_name.is_some()).map(|day| day.pupil);
    named(&gateway, &region, &caller, "list-attendance", shown).await;
    Ok(listed)
}

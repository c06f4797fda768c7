//! Which confirmed attendances wait for a rate?

use chrono::NaiveDate;
use event_log::{Pool, Recorded, tenant};
use projections::{CannotApply, Projection};
use proto_schemas::co_financing::contribution_day::{Day, Event, Method, Unaccrued};
use serde::Serialize;
use sqlx::{PgConnection, Row, postgres::PgRow};
use utoipa::ToSchema;
use vocabulary::{AttendanceDayId, CompanyId, ContributionDayId, Minutes, RegionId};

/// A confirmed attendance without a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Open {
    /// The contribution day it belongs to.
    pub contribution_day: ContributionDayId,
    /// The attendance day of the pupil.
    pub attendance_day: AttendanceDayId,
    /// The company that receives the pupil.
    pub company: CompanyId,
    /// The date in the Netherlands.
    pub date: NaiveDate,
    /// The minutes that the company confirmed.
    pub minutes: Minutes,
}

/// Folds, from this service's own log, what waits.
#[derive(Clone, Copy, Debug)]
pub struct OpenAttendances;

impl Projection for OpenAttendances {
    const NAME: &'static str = "open-attendances";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["co-financing"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["contribution-day"]);
    // A row stays when its attendance accrued: a line may be taken back and the method changed.
    const TABLES: &'static str = "
        create table attendance (
            region text not null, contribution_day uuid not null, attendance_day uuid not null,
            company uuid not null, date date not null, minutes bigint not null, open boolean not null,
            primary key (region, contribution_day, attendance_day));
        create index attendance_open on attendance (region, date) where open";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        match happened.event::<Event>()? {
            Event::MethodChosen { day, method } => {
                sqlx::query(
                    "update attendance set open = $3 and minutes > 0 where region = $1 and contribution_day = $2",
                )
                .bind(happened.region.as_str())
                .bind(day.id().0)
                .bind(method == Method::Forfait)
                .execute(rows)
                .await?;
            }
            Event::AttendanceNoted { day, attendance, why } => {
                let open = why == Unaccrued::NoRate;
                keep(rows, happened, &day, attendance.attendance_day, attendance.minutes, open).await?;
            }
            Event::PupilAccrued { day, attendance, .. } => {
                keep(rows, happened, &day, attendance.attendance_day, attendance.minutes, false).await?;
            }
            Event::SupervisorAccrued { .. }
            | Event::Reversed { .. }
            | Event::Signed { .. }
            | Event::SignatureVoided { .. }
            | Event::Verified { .. }
            | Event::Rejected { .. } => {}
        }
        Ok(())
    }
}

async fn keep(
    rows: &mut PgConnection,
    happened: &Recorded,
    day: &Day,
    attendance: AttendanceDayId,
    minutes: Minutes,
    open: bool,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into attendance values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (region, contribution_day, attendance_day) do update set minutes = $6, open = $7",
    )
    .bind(happened.region.as_str())
    .bind(day.id().0)
    .bind(attendance)
    .bind(day.company)
    .bind(day.date)
    .bind(i64::from(minutes.0))
    .bind(open)
    .execute(rows)
    .await?;
    Ok(())
}

/// What waits, oldest first; `after` is the last attendance of the page before.
///
/// # Errors
/// When the database does not answer.
pub async fn open(
    db: &Pool,
    region: &RegionId,
    after: Option<(NaiveDate, AttendanceDayId)>,
    limit: i64,
) -> sqlx::Result<Vec<Open>> {
    let mut rows = tenant(db, region).await?;
    sqlx::query(
        "select contribution_day, attendance_day, company, date, minutes from open_attendances.attendance
         where region = $1 and open
           and ($2::date is null or (date, attendance_day) > ($2, $3))
         order by date, attendance_day limit $4",
    )
    .bind(region.as_str())
    .bind(after.map(|(date, _)| date))
    .bind(after.map(|(_, id)| id.0))
    .bind(limit)
    .fetch_all(&mut *rows)
    .await?
    .iter()
    .map(read)
    .collect()
}

/// The contribution days on or after a date on which something waits.
///
/// # Errors
/// When the database does not answer.
pub async fn open_days(
    db: &Pool,
    region: &RegionId,
    from: NaiveDate,
) -> sqlx::Result<Vec<(ContributionDayId, NaiveDate)>> {
    let mut rows = tenant(db, region).await?;
    let days: Vec<(uuid::Uuid, NaiveDate)> = sqlx::query_as(
        "select distinct contribution_day, date from open_attendances.attendance
         where region = $1 and open and date >= $2 order by date, contribution_day",
    )
    .bind(region.as_str())
    .bind(from)
    .fetch_all(&mut *rows)
    .await?;
    Ok(days.into_iter().map(|(id, date)| (ContributionDayId(id), date)).collect())
}

fn read(row: &PgRow) -> sqlx::Result<Open> {
    let minutes: i64 = row.try_get("minutes")?;
    Ok(Open {
        contribution_day: ContributionDayId(row.try_get("contribution_day")?),
        attendance_day: AttendanceDayId(row.try_get("attendance_day")?),
        company: CompanyId(row.try_get("company")?),
        date: row.try_get("date")?,
        minutes: Minutes(u32::try_from(minutes).unwrap_or(0)),
    })
}

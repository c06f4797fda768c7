//! Which lines may a claim hold, and which claims are there?
//!
//! A living verified line that no claim holds, and the taking back of a line that a claim holds.

use crate::claim::Claimable;
use chrono::NaiveDate;
use event_log::{Pool, Recorded, tenant, tenant_holding_rows};
use projections::{CannotApply, Projection};
use proto_schemas::co_financing::{
    claim, contribution, contribution_day,
    figures::{self, Kind, Line},
};
use sqlx::{PgConnection, Row, postgres::PgRow};
use vocabulary::{ActorId, AttendanceDayId, ClaimId, CompanyId, Euros, RegionId, SchemeCode};

mod fold;

/// Folds the lines of each region from this service's own log.
#[derive(Clone, Copy, Debug)]
pub struct ClaimableLines;

impl Projection for ClaimableLines {
    const NAME: &'static str = "claimable-lines";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["co-financing"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["contribution-day", "contribution", "claim"]);
    const TABLES: &'static str = "
        create table line (
            region text not null, reference text not null, stream text not null, scheme text not null,
            kind text not null, company uuid not null, date date not null, amount bigint not null,
            attendance_day uuid, group_effect boolean not null default false,
            verified boolean not null default false, verified_by uuid, taken_back boolean not null default false,
            claimed_in uuid, taking_back_claimed_in uuid,
            primary key (region, reference));
        create index line_stream on line (region, stream);
        create index line_date on line (region, scheme, date);
        create table claim (
            region text not null, id uuid not null, scheme text not null, year integer not null,
            fixed boolean not null default false,
            primary key (region, id))";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        match happened.category() {
            "contribution-day" => fold::day(rows, happened, happened.event::<contribution_day::Event>()?).await,
            "contribution" => fold::contribution(rows, happened, happened.event::<contribution::Event>()?).await,
            "claim" => fold::claim(rows, happened, happened.event::<claim::Event>()?).await,
            _ => Ok(()),
        }
    }
}

/// What a claim may hold at one position of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Every event up to this position was considered, and none after it.
    pub cut_off: i64,
    /// The lines, sorted by reference.
    pub lines: Vec<Claimable>,
    /// A claim of an earlier year that is begun and not fixed.
    pub earlier_open: Option<u16>,
    /// How many claims are fixed under the scheme.
    pub fixed: usize,
}

/// What the claim of a scheme and year may hold: lines dated up to its last day, whatever the year of the
/// fact, so that what came too late for an earlier claim is not lost.
///
/// # Errors
/// When the database does not answer.
pub async fn claimable(
    db: &Pool,
    region: &RegionId,
    scheme: &SchemeCode,
    year: u16,
    until: NaiveDate,
) -> sqlx::Result<Found> {
    let mut rows = tenant_holding_rows(db, region).await?;
    let cut_off = crate::lookup::position(&mut rows, region, ClaimableLines::NAME).await?;
    let lines = sqlx::query(
        "select reference, kind, company, date, amount, attendance_day, group_effect, verified_by,
                claimed_in is not null as taking_back
         from claimable_lines.line
         where region = $1 and scheme = $2 and date <= $3
           and ((claimed_in is null and verified and not taken_back)
             or (claimed_in is not null and taken_back and taking_back_claimed_in is null))
         order by reference collate \"C\"",
    )
    .bind(region.as_str())
    .bind(scheme.as_str())
    .bind(until)
    .fetch_all(&mut *rows)
    .await?
    .iter()
    .map(read)
    .collect::<sqlx::Result<_>>()?;
    let claims: Vec<(i32, bool)> =
        sqlx::query_as("select year, fixed from claimable_lines.claim where region = $1 and scheme = $2 order by year")
            .bind(region.as_str())
            .bind(scheme.as_str())
            .fetch_all(&mut *rows)
            .await?;
    let earlier_open = claims.iter().find(|(earlier, fixed)| !fixed && *earlier < i32::from(year));
    Ok(Found {
        cut_off,
        lines,
        earlier_open: earlier_open.and_then(|(earlier, _)| u16::try_from(*earlier).ok()),
        fixed: claims.iter().filter(|(_, fixed)| *fixed).count(),
    })
}

fn read(row: &PgRow) -> sqlx::Result<Claimable> {
    let taking_back: bool = row.try_get("taking_back")?;
    let reference: String = row.try_get("reference")?;
    let amount: i64 = row.try_get("amount")?;
    let kind: Kind =
        row.try_get::<String, _>("kind")?.parse().map_err(|error: String| sqlx::Error::Decode(error.into()))?;
    let line = Line {
        reference: if taking_back { figures::reversed(&reference) } else { reference },
        kind,
        company: CompanyId(row.try_get("company")?),
        date: row.try_get("date")?,
        amount: Euros(if taking_back { -amount } else { amount }),
        attendance_day: row.try_get::<Option<_>, _>("attendance_day")?.map(AttendanceDayId),
        group_effect: row.try_get("group_effect")?,
    };
    Ok(Claimable { line, verified_by: ActorId(row.try_get("verified_by")?) })
}

/// The claims of a region by year, newest first, with whether each is fixed.
///
/// # Errors
/// When the database does not answer.
pub async fn claims(db: &Pool, region: &RegionId) -> sqlx::Result<Vec<(ClaimId, SchemeCode, u16, bool)>> {
    let mut rows = tenant(db, region).await?;
    sqlx::query(
        "select id, scheme, year, fixed from claimable_lines.claim where region = $1 order by year desc, scheme",
    )
    .bind(region.as_str())
    .fetch_all(&mut *rows)
    .await?
    .iter()
    .map(|row| {
        let scheme: String = row.try_get("scheme")?;
        let year: i32 = row.try_get("year")?;
        Ok((
            ClaimId(row.try_get("id")?),
            scheme.parse().map_err(|error: vocabulary::Invalid| sqlx::Error::Decode(error.into()))?,
            u16::try_from(year).unwrap_or(0),
            row.try_get("fixed")?,
        ))
    })
    .collect()
}

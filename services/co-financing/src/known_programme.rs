//! What are companies to put in, and which periods take corrections only?

use chrono::NaiveDate;
use event_log::{Pool, Recorded, tenant};
use projections::{CannotApply, Projection};
use proto_schemas::{co_financing::claim::Target, consortium::consortium::Event};
use sqlx::{PgConnection, Row};
use vocabulary::{BasisPoints, Euros, RegionId};
use web::Problem;

/// Folds targets and periods of each region.
#[derive(Clone, Copy, Debug)]
pub struct KnownProgramme;

impl Projection for KnownProgramme {
    const NAME: &'static str = "known-programme";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["consortium"]);
    const TABLES: &'static str = "
        create table target (
            region text not null, position bigint not null, amount bigint not null, share bigint not null,
            of_amount bigint not null, from_date date not null, until_date date not null,
            primary key (region, position));
        create table period (
            region text not null, name text not null, from_date date not null, until_date date not null,
            closed boolean not null default false,
            primary key (region, name))";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let region = happened.region.as_str();
        match happened.event::<Event>()? {
            Event::TargetSet { amount, share, of, from, until } => {
                sqlx::query("insert into target values ($1, $2, $3, $4, $5, $6, $7)")
                    .bind(region)
                    .bind(happened.position)
                    .bind(amount.cents())
                    .bind(i64::from(share.0))
                    .bind(of.cents())
                    .bind(from)
                    .bind(until)
                    .execute(rows)
                    .await?;
            }
            Event::PeriodOpened { period, from, until } => {
                sqlx::query(
                    "insert into period (region, name, from_date, until_date) values ($1, $2, $3, $4)
                     on conflict (region, name) do update set from_date = $3, until_date = $4, closed = false",
                )
                .bind(region)
                .bind(period)
                .bind(from)
                .bind(until)
                .execute(rows)
                .await?;
            }
            Event::PeriodClosed { period, .. } => {
                sqlx::query("update period set closed = true where region = $1 and name = $2")
                    .bind(region)
                    .bind(period)
                    .execute(rows)
                    .await?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// The target that was set last for a programme that `date` falls in.
///
/// # Errors
/// When the database does not answer.
pub async fn target(db: &Pool, region: &RegionId, date: NaiveDate) -> sqlx::Result<Option<Target>> {
    let mut rows = tenant(db, region).await?;
    let row = sqlx::query(
        "select amount, share, of_amount, from_date, until_date from known_programme.target
         where region = $1 and from_date <= $2 and until_date >= $2 order by position desc limit 1",
    )
    .bind(region.as_str())
    .bind(date)
    .fetch_optional(&mut *rows)
    .await?;
    row.map(|row| {
        let share: i64 = row.try_get("share")?;
        Ok(Target {
            amount: Euros(row.try_get("amount")?),
            share: BasisPoints(u32::try_from(share).unwrap_or(u32::MAX)),
            of: Euros(row.try_get("of_amount")?),
            from: row.try_get("from_date")?,
            until: row.try_get("until_date")?,
        })
    })
    .transpose()
}

/// Whether `date` falls in a closed period: then only corrections are possible.
///
/// # Errors
/// When the database does not answer.
async fn is_closed(db: &Pool, region: &RegionId, date: NaiveDate) -> sqlx::Result<bool> {
    let mut rows = tenant(db, region).await?;
    sqlx::query_scalar(
        "select exists (select from known_programme.period
         where region = $1 and closed and from_date <= $2 and until_date >= $2)",
    )
    .bind(region.as_str())
    .bind(date)
    .fetch_one(&mut *rows)
    .await
}

/// A closed period takes corrections only.
pub(crate) async fn open_period(db: &Pool, region: &RegionId, date: NaiveDate) -> Result<(), Problem> {
    if !is_closed(db, region, date).await? {
        return Ok(());
    }
    Err(Problem::conflict(
        "period-closed",
        "The period of this date is closed: it takes corrections only.",
        "De periode van deze datum is afgesloten: alleen correcties zijn nog mogelijk.",
    ))
}

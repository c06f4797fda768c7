//! Lines and what became of them.

use event_log::Recorded;
use proto_schemas::co_financing::contribution::What;
use proto_schemas::co_financing::contribution_day::Day;
use proto_schemas::co_financing::figures::{Kind, contribution_line, day_line};
use proto_schemas::co_financing::{contribution, contribution_day};
use sqlx::PgConnection;
use uuid::Uuid;
use vocabulary::{ContributionDayId, ContributionId, Euros};

/// Inputs of a line's amount, as far as it has them.
#[derive(Default)]
struct Line {
    reference: String,
    kind: &'static str,
    amount: Euros,
    minutes: Option<u32>,
    share: Option<u32>,
    rate: Option<Euros>,
    policy_version: Option<u32>,
    attendance_day: Option<Uuid>,
    attendance_event: Option<Uuid>,
    attendance_position: Option<i64>,
    hotspot: Option<Uuid>,
    session: Option<Uuid>,
}

pub(super) async fn day(
    rows: &mut PgConnection,
    happened: &Recorded,
    id: Uuid,
    event: contribution_day::Event,
) -> sqlx::Result<()> {
    use contribution_day::Event as E;
    match event {
        E::MethodChosen { day, .. } | E::AttendanceNoted { day, .. } => begun(rows, happened, id, &day).await,
        E::PupilAccrued { day, line, attendance, share, rate, policy_version, amount } => {
            begun(&mut *rows, happened, id, &day).await?;
            let line = Line {
                reference: day_line(ContributionDayId(id), line),
                kind: Kind::Forfait.as_str(),
                amount,
                minutes: Some(attendance.minutes.0),
                share: Some(share.0),
                rate: Some(rate),
                policy_version: Some(policy_version),
                attendance_day: Some(attendance.attendance_day.0),
                attendance_event: Some(attendance.event),
                attendance_position: Some(attendance.position),
                hotspot: Some(day.hotspot.0),
                session: Some(day.session.0),
            };
            made(rows, happened, id, line).await
        }
        E::SupervisorAccrued { day, line, minutes, rate, policy_version, amount, .. } => {
            begun(&mut *rows, happened, id, &day).await?;
            let line = Line {
                reference: day_line(ContributionDayId(id), line),
                kind: Kind::Actual.as_str(),
                amount,
                minutes: Some(minutes.0),
                rate: Some(rate),
                policy_version: Some(policy_version),
                hotspot: Some(day.hotspot.0),
                session: Some(day.session.0),
                ..Line::default()
            };
            made(rows, happened, id, line).await
        }
        E::Reversed { line, .. } => ended(rows, happened, &day_line(ContributionDayId(id), line)).await,
        E::Signed { .. } => mark(rows, happened, id, "signed_position = $3").await,
        E::SignatureVoided { .. } | E::Rejected { .. } => {
            mark(rows, happened, id, "signed_position = null, verified_position = null").await
        }
        E::Verified { .. } => mark(rows, happened, id, "verified_position = $3").await,
    }
}

pub(super) async fn contribution(
    rows: &mut PgConnection,
    happened: &Recorded,
    id: Uuid,
    event: contribution::Event,
) -> sqlx::Result<()> {
    use contribution::Event as E;
    let reference = contribution_line(ContributionId(id));
    match event {
        E::Recorded { company, scheme, date, what, amount, .. } => {
            entry(&mut *rows, happened, id, company.0, scheme.as_str(), date).await?;
            let (kind, minutes, rate, policy_version) = match what {
                What::Hours { minutes, rate, policy_version } => {
                    (Kind::Hours, Some(minutes.0), Some(rate), Some(policy_version))
                }
                What::Facility => (Kind::Facility, None, None, None),
                What::Material => (Kind::Material, None, None, None),
                What::Travel => (Kind::Travel, None, None, None),
                What::Cash => (Kind::Cash, None, None, None),
            };
            made(
                rows,
                happened,
                id,
                Line { reference, kind: kind.as_str(), amount, minutes, rate, policy_version, ..Line::default() },
            )
            .await
        }
        E::ProofAttached { .. } => Ok(()),
        E::Signed { .. } => mark(rows, happened, id, "signed_position = $3").await,
        E::SignatureVoided { .. } => mark(rows, happened, id, "signed_position = null, verified_position = null").await,
        E::Verified { .. } => mark(rows, happened, id, "verified_position = $3").await,
        E::Rejected { .. } | E::Reversed { .. } => ended(rows, happened, &reference).await,
    }
}

async fn begun(rows: &mut PgConnection, happened: &Recorded, id: Uuid, day: &Day) -> sqlx::Result<()> {
    entry(rows, happened, id, day.company.0, day.scheme.as_str(), day.date).await
}

async fn entry(
    rows: &mut PgConnection,
    happened: &Recorded,
    id: Uuid,
    company: Uuid,
    scheme: &str,
    date: chrono::NaiveDate,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into entry (region, id, subject, company, scheme, date) values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
    )
    .bind(happened.region.as_str())
    .bind(id)
    .bind(happened.category())
    .bind(company)
    .bind(scheme)
    .bind(date)
    .execute(rows)
    .await?;
    Ok(())
}

async fn made(rows: &mut PgConnection, happened: &Recorded, id: Uuid, line: Line) -> sqlx::Result<()> {
    sqlx::query(
        "insert into line (region, reference, entry, company, scheme, date, kind, amount, hotspot, session, attendance_day, minutes, share,
                           rate, policy_version, event, position, attendance_event, attendance_position)
         select $1, $2, $3, company, scheme, date, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16
         from entry where region = $1 and id = $3",
    )
    .bind(happened.region.as_str())
    .bind(line.reference)
    .bind(id)
    .bind(line.kind)
    .bind(line.amount.cents())
    .bind(line.hotspot)
    .bind(line.session)
    .bind(line.attendance_day)
    .bind(line.minutes.map(i64::from))
    .bind(line.share.map(i64::from))
    .bind(line.rate.map(Euros::cents))
    .bind(line.policy_version.map(i64::from))
    .bind(happened.id)
    .bind(happened.position)
    .bind(line.attendance_event)
    .bind(line.attendance_position)
    .execute(rows)
    .await?;
    Ok(())
}

async fn ended(rows: &mut PgConnection, happened: &Recorded, reference: &str) -> sqlx::Result<()> {
    sqlx::query("update line set living = false, ended_position = $3 where region = $1 and reference = $2")
        .bind(happened.region.as_str())
        .bind(reference)
        .bind(happened.position)
        .execute(rows)
        .await?;
    Ok(())
}

async fn mark(rows: &mut PgConnection, happened: &Recorded, id: Uuid, set: &str) -> sqlx::Result<()> {
    // $3 stands in some of the changes only; the cast lets it stand in none.
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "update entry set {set} where region = $1 and id = $2 and $3::bigint > 0"
    )))
    .bind(happened.region.as_str())
    .bind(id)
    .bind(happened.position)
    .execute(rows)
    .await?;
    Ok(())
}

//! What each event does to the lines.

use event_log::Recorded;
use projections::CannotApply;
use proto_schemas::co_financing::{
    claim,
    contribution::{self, What},
    contribution_day::{self, Day},
    figures::{self, Kind},
};
use sqlx::PgConnection;
use uuid::Uuid;
use vocabulary::{ActorId, AttendanceDayId, CompanyId, Euros, SchemeCode};

struct New<'a> {
    reference: String,
    scheme: &'a SchemeCode,
    kind: Kind,
    company: CompanyId,
    date: chrono::NaiveDate,
    amount: Euros,
    attendance_day: Option<AttendanceDayId>,
}

pub(super) async fn day(
    rows: &mut PgConnection,
    happened: &Recorded,
    event: contribution_day::Event,
) -> Result<(), CannotApply> {
    use contribution_day::Event;
    match event {
        Event::MethodChosen { .. } | Event::AttendanceNoted { .. } => Ok(()),
        Event::PupilAccrued { day, line, attendance, amount, .. } => {
            let new = of_day(&day, line, Kind::Forfait, amount, Some(attendance.attendance_day));
            insert(rows, happened, new).await
        }
        Event::SupervisorAccrued { day, line, amount, .. } => {
            insert(rows, happened, of_day(&day, line, Kind::Actual, amount, None)).await
        }
        Event::Reversed { day, line, .. } => take_back(rows, happened, &figures::day_line(day.id(), line)).await,
        Event::Signed { group_effect, .. } => {
            // A claimed line keeps the flag it was claimed with.
            sqlx::query(
                "update line set group_effect = $3
                 where region = $1 and stream = $2 and not taken_back and claimed_in is null",
            )
            .bind(happened.region.as_str())
            .bind(&happened.stream)
            .bind(group_effect)
            .execute(rows)
            .await?;
            Ok(())
        }
        Event::Verified { by, .. } => verified(rows, happened, Some(by)).await,
        Event::SignatureVoided { .. } | Event::Rejected { .. } => verified(rows, happened, None).await,
    }
}

fn of_day(day: &Day, line: u32, kind: Kind, amount: Euros, attendance_day: Option<AttendanceDayId>) -> New<'_> {
    let reference = figures::day_line(day.id(), line);
    New { reference, scheme: &day.scheme, kind, company: day.company, date: day.date, amount, attendance_day }
}

pub(super) async fn contribution(
    rows: &mut PgConnection,
    happened: &Recorded,
    event: contribution::Event,
) -> Result<(), CannotApply> {
    use contribution::Event;
    match event {
        Event::Recorded { contribution, company, scheme, date, what, amount, .. } => {
            let kind = match what {
                What::Hours { .. } => Kind::Hours,
                What::Facility => Kind::Facility,
                What::Material => Kind::Material,
                What::Travel => Kind::Travel,
                What::Cash => Kind::Cash,
            };
            let reference = figures::contribution_line(contribution);
            insert(
                rows,
                happened,
                New { reference, scheme: &scheme, kind, company, date, amount, attendance_day: None },
            )
            .await
        }
        Event::ProofAttached { .. } | Event::Signed { .. } => Ok(()),
        Event::SignatureVoided { .. } => verified(rows, happened, None).await,
        Event::Verified { by, .. } => verified(rows, happened, Some(by)).await,
        // The stream's name is the reference of its only line.
        Event::Rejected { .. } | Event::Reversed { .. } => take_back(rows, happened, &happened.stream).await,
    }
}

pub(super) async fn claim(
    rows: &mut PgConnection,
    happened: &Recorded,
    event: claim::Event,
) -> Result<(), CannotApply> {
    use claim::Event;
    let region = happened.region.as_str();
    match event {
        Event::Drafted { scheme, year, .. } => {
            let id: Uuid = happened.stream_id().ok_or_else(|| CannotApply::Park("a claim has an id".into()))?;
            sqlx::query("insert into claim (region, id, scheme, year) values ($1, $2, $3, $4)")
                .bind(region)
                .bind(id)
                .bind(scheme.as_str())
                .bind(i32::from(year))
                .execute(rows)
                .await?;
        }
        Event::Fixed { claim, .. } => {
            sqlx::query("update claim set fixed = true where region = $1 and id = $2")
                .bind(region)
                .bind(claim)
                .execute(rows)
                .await?;
        }
        Event::LinesFrozen { claim, lines, .. } => {
            let references: Vec<String> = lines.into_iter().map(|line| line.reference).collect();
            sqlx::query("update line set claimed_in = $2 where region = $1 and reference = any($3)")
                .bind(region)
                .bind(claim)
                .bind(&references)
                .execute(&mut *rows)
                .await?;
            sqlx::query(
                "update line set taking_back_claimed_in = $2
                 where region = $1 and reference = any(
                    select left(named, -9) from unnest($3::text[]) as named where named like '%/reversed')",
            )
            .bind(region)
            .bind(claim)
            .bind(&references)
            .execute(rows)
            .await?;
        }
        Event::Submitted { .. } | Event::Returned { .. } | Event::DayClaimed { .. } => {}
    }
    Ok(())
}

async fn insert(rows: &mut PgConnection, happened: &Recorded, new: New<'_>) -> Result<(), CannotApply> {
    sqlx::query(
        "insert into line (region, reference, stream, scheme, kind, company, date, amount, attendance_day)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(happened.region.as_str())
    .bind(new.reference)
    .bind(&happened.stream)
    .bind(new.scheme.as_str())
    .bind(new.kind.as_str())
    .bind(new.company)
    .bind(new.date)
    .bind(new.amount.cents())
    .bind(new.attendance_day.map(|day| day.0))
    .execute(rows)
    .await?;
    Ok(())
}

async fn take_back(rows: &mut PgConnection, happened: &Recorded, reference: &str) -> Result<(), CannotApply> {
    sqlx::query("update line set taken_back = true where region = $1 and reference = $2")
        .bind(happened.region.as_str())
        .bind(reference)
        .execute(rows)
        .await?;
    Ok(())
}

/// Who verified last stays known when the signature falls: a claim may have taken the line a moment before,
/// and whoever verified it may not fix the claim that takes it back.
async fn verified(rows: &mut PgConnection, happened: &Recorded, by: Option<ActorId>) -> Result<(), CannotApply> {
    sqlx::query(
        "update line set verified = $3 is not null, verified_by = coalesce($3, verified_by)
         where region = $1 and stream = $2 and not taken_back and claimed_in is null",
    )
    .bind(happened.region.as_str())
    .bind(&happened.stream)
    .bind(by)
    .execute(rows)
    .await?;
    Ok(())
}

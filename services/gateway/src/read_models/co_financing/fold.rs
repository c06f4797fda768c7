//! What a figure is made of: lines with the positions of the events behind them, and sessions to come.

use super::fold_lines as lines;
use crate::reach::{reach, readable};
use event_log::Recorded;
use projections::{CannotApply, Projection};
use proto_schemas::co_financing::occasion;
use proto_schemas::consortium::{consortium, policy};
use proto_schemas::hotspots::session;
use sqlx::PgConnection;
use uuid::Uuid;

/// Folds co-financing, planned sessions, policies and the target. What one log says never waits for another.
#[derive(Clone, Copy, Debug)]
pub struct CoFinancing;

impl Projection for CoFinancing {
    const NAME: &'static str = "co-financing";
    const VERSION: u32 = 3;
    const LOGS: &'static [&'static str] = &["co-financing", "hotspots", "consortium"];
    const CATEGORIES: Option<&'static [&'static str]> =
        Some(&["contribution-day", "contribution", "occasion", "session", "policy", "consortium"]);
    const TABLES: &'static str = concat!(
        "create table entry (
            region text not null, id uuid not null, subject text not null, company uuid not null, scheme text not null, date date not null,
            signed_position bigint, verified_position bigint,
            primary key (region, id));
         create table line (
            region text not null, reference text not null, entry uuid not null, company uuid not null, scheme text not null,
            date date not null, kind text not null, amount bigint not null, hotspot uuid, session uuid, attendance_day uuid,
            minutes bigint, share bigint, rate bigint, policy_version bigint, event uuid not null, position bigint not null,
            attendance_event uuid, attendance_position bigint, living boolean not null default true, ended_position bigint,
            primary key (region, reference));
         create index on line (region, scheme, date, reference) where living;
         create index on line (region, entry);
         create index on line (region, session) where living;
         -- Under which scheme a session counts, where it is not the usual one.
         create table occasion (
            region text not null, session uuid not null, company uuid not null, scheme text not null,
            primary key (region, session, company));
         create table planned (
            region text not null, session uuid not null, company uuid not null, hotspot uuid not null, date date not null,
            minutes bigint not null, enrolled integer not null default 0, status text not null, position bigint not null,
            last_position bigint not null, primary key (region, session));
         create index on planned (region, date, session) where status in ('planned', 'running');
         create table policy (
            region text not null, version bigint not null, valid_from date not null, share bigint not null, rate bigint,
            position bigint not null, primary key (region, version));
         create table target (
            region text not null, position bigint not null, amount bigint not null, share bigint not null, subsidisable bigint not null,
            \"from\" date not null, until date not null, primary key (region, position))",
        reach!("entry", "null", "array[company]", "null"),
        reach!("line", "null", "array[company]", "null"),
        reach!("occasion", "null", "array[company]", "null"),
        reach!("planned", "null", "array[company]", "null"),
        reach!("policy", everyone),
        reach!("target", everyone),
        readable!()
    );

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let service = happened.event_type.split('.').nth(2).unwrap_or_default();
        match (service, happened.category()) {
            ("co-financing", "contribution-day") => {
                lines::day(rows, happened, id(happened)?, happened.event()?).await?
            }
            ("co-financing", "contribution") => {
                lines::contribution(rows, happened, id(happened)?, happened.event()?).await?
            }
            ("co-financing", "occasion") => assigned(rows, happened, happened.event()?).await?,
            ("hotspots", "session") => planned(rows, happened, id(happened)?, happened.event()?).await?,
            ("consortium", "policy") => adopted(rows, happened, happened.event()?).await?,
            ("consortium", "consortium") => target(rows, happened, happened.event()?).await?,
            _ => {}
        }
        Ok(())
    }
}

fn id(happened: &Recorded) -> Result<Uuid, CannotApply> {
    happened.stream_id().ok_or_else(|| CannotApply::Park("it has an id".into()))
}

async fn planned(rows: &mut PgConnection, happened: &Recorded, id: Uuid, event: session::Event) -> sqlx::Result<()> {
    use session::Event as E;
    let (more, status) = match event {
        E::Planned { hotspot, company, date, starts_at, ends_at, .. } => {
            sqlx::query(
                "insert into planned (region, session, company, hotspot, date, minutes, status, position, last_position)
                 values ($1, $2, $3, $4, $5, $6, 'planned', $7, $7)",
            )
            .bind(happened.region.as_str())
            .bind(id)
            .bind(company)
            .bind(hotspot)
            .bind(date)
            .bind(i64::from(vocabulary::Minutes::between(starts_at, ends_at).0))
            .bind(happened.position)
            .execute(rows)
            .await?;
            return Ok(());
        }
        E::PupilEnrolled { .. } => (1, None),
        E::PupilWithdrawn { .. } => (-1, None),
        E::TeacherAssigned { .. } => return Ok(()),
        E::Started { .. } => (0, Some("running")),
        E::Finished { .. } => (0, Some("finished")),
        E::Cancelled { .. } => (0, Some("cancelled")),
    };
    sqlx::query(
        "update planned set enrolled = enrolled + $3, status = coalesce($4, status), last_position = $5 where region = $1 and session = $2",
    )
    .bind(happened.region.as_str())
    .bind(id)
    .bind(more)
    .bind(status)
    .bind(happened.position)
    .execute(rows)
    .await?;
    Ok(())
}

async fn assigned(rows: &mut PgConnection, happened: &Recorded, event: occasion::Event) -> sqlx::Result<()> {
    let occasion::Event::Assigned { company, session, scheme, .. } = event;
    sqlx::query(
        "insert into occasion (region, session, company, scheme) values ($1, $2, $3, $4)
         on conflict (region, session, company) do update set scheme = excluded.scheme",
    )
    .bind(happened.region.as_str())
    .bind(session)
    .bind(company)
    .bind(scheme.as_str())
    .execute(rows)
    .await?;
    Ok(())
}

async fn adopted(rows: &mut PgConnection, happened: &Recorded, event: policy::Event) -> sqlx::Result<()> {
    let policy::Event::Adopted { version, valid_from, policy } = event;
    sqlx::query(
        "insert into policy (region, version, valid_from, share, rate, position) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(happened.region.as_str())
    .bind(i64::from(version))
    .bind(valid_from)
    .bind(i64::from(policy.forfait_share.0))
    .bind(policy.supervisor_rate.map(vocabulary::Euros::cents))
    .bind(happened.position)
    .execute(rows)
    .await?;
    Ok(())
}

async fn target(rows: &mut PgConnection, happened: &Recorded, event: consortium::Event) -> sqlx::Result<()> {
    let consortium::Event::TargetSet { amount, share, of, from, until } = event else { return Ok(()) };
    sqlx::query(
        r#"insert into target (region, position, amount, share, subsidisable, "from", until) values ($1, $2, $3, $4, $5, $6, $7)"#,
    )
    .bind(happened.region.as_str())
    .bind(happened.position)
    .bind(amount.cents())
    .bind(i64::from(share.0))
    .bind(of.cents())
    .bind(from)
    .bind(until)
    .execute(rows)
    .await?;
    Ok(())
}

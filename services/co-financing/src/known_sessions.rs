//! At which company, hotspot and date is a session?

use chrono::NaiveDate;
use event_log::{Pool, Recorded, tenant};
use projections::{CannotApply, Projection};
use proto_schemas::hotspots::session::Event;
use sqlx::{PgConnection, Row};
use vocabulary::{CompanyId, HotspotId, RegionId, SessionId};

/// A session as hotspots planned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The company that receives it.
    pub company: CompanyId,
    /// The hotspot.
    pub hotspot: HotspotId,
    /// The date in the Netherlands.
    pub date: NaiveDate,
    /// It will not take place.
    pub cancelled: bool,
}

/// Folds the sessions of each region.
#[derive(Clone, Copy, Debug)]
pub struct KnownSessions;

impl Projection for KnownSessions {
    const NAME: &'static str = "known-sessions";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["hotspots"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["session"]);
    const TABLES: &'static str = "create table session (
        region text not null, id uuid not null, company uuid not null, hotspot uuid not null,
        date date not null, cancelled boolean not null default false,
        primary key (region, id))";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: SessionId = happened.stream_id().ok_or_else(|| CannotApply::Park("a session has an id".into()))?;
        match happened.event::<Event>()? {
            Event::Planned { company, hotspot, date, .. } => {
                sqlx::query("insert into session (region, id, company, hotspot, date) values ($1, $2, $3, $4, $5)")
                    .bind(happened.region.as_str())
                    .bind(id)
                    .bind(company)
                    .bind(hotspot)
                    .bind(date)
                    .execute(rows)
                    .await?;
            }
            Event::Cancelled { .. } => {
                sqlx::query("update session set cancelled = true where region = $1 and id = $2")
                    .bind(happened.region.as_str())
                    .bind(id)
                    .execute(rows)
                    .await?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// A session the region knows.
///
/// # Errors
/// When the database does not answer.
pub async fn session(db: &Pool, region: &RegionId, id: SessionId) -> sqlx::Result<Option<Session>> {
    let mut rows = tenant(db, region).await?;
    let row = sqlx::query(
        "select company, hotspot, date, cancelled from known_sessions.session where region = $1 and id = $2",
    )
    .bind(region.as_str())
    .bind(id)
    .fetch_optional(&mut *rows)
    .await?;
    row.map(|row| {
        Ok(Session {
            company: CompanyId(row.try_get("company")?),
            hotspot: HotspotId(row.try_get("hotspot")?),
            date: row.try_get("date")?,
            cancelled: row.try_get("cancelled")?,
        })
    })
    .transpose()
}

//! Who looked at what, when, which names were revealed, and what was given out?

use chrono::NaiveDate;
use event_log::Recorded;
use projections::{CannotApply, Projection};
use proto_schemas::audit::mandate::Under;
use proto_schemas::audit::{disclosure, look};
use sqlx::PgConnection;
use sqlx::types::Json;
use std::collections::BTreeMap;
use uuid::Uuid;
use vocabulary::{PersonId, Reason};

/// Folds looks.
#[derive(Clone, Copy, Debug)]
pub struct Inspections;

impl Projection for Inspections {
    const NAME: &'static str = "inspections";
    const VERSION: u32 = 4;
    const LOGS: &'static [&'static str] = &["audit"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["look", "disclosure"]);
    const TABLES: &'static str = "create table look (
            region text not null, position bigint not null, id uuid not null, at timestamptz not null,
            actor uuid not null, role text not null, service text not null, operation text not null,
            about jsonb not null, mandate uuid, number bigint, person uuid, reason text,
            primary key (region, position));
         create index on look (region, actor, position);
         create index on look (region, mandate, position)";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: Uuid = happened.stream_id().ok_or_else(|| CannotApply::Park("a look has an id".into()))?;
        let role = happened.envelope()?.actor_role;
        let kept = match happened.category() {
            "look" => Some(Kept::look(happened.event()?)),
            _ => Kept::disclosure(happened.event()?),
        };
        let Some(Kept { service, operation, about, under, person, reason }) = kept else { return Ok(()) };
        sqlx::query(
            "insert into look (region, position, id, at, actor, role, service, operation, about, mandate, number, person, reason)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )
        .bind(happened.region.as_str())
        .bind(happened.position)
        .bind(id)
        .bind(happened.recorded_at)
        .bind(happened.actor)
        .bind(role.as_str())
        .bind(service)
        .bind(operation)
        .bind(Json(about))
        .bind(under.map(|under| under.mandate.0))
        .bind(under.map(|under| i64::from(under.number)))
        .bind(person)
        .bind(reason.map(String::from))
        .execute(rows)
        .await?;
        Ok(())
    }
}

fn dates(from: Option<NaiveDate>, to: Option<NaiveDate>) -> BTreeMap<String, String> {
    let dates = [("from", from), ("to", to)].into_iter();
    dates.filter_map(|(name, date)| Some((name.to_owned(), date?.to_string()))).collect()
}

/// What is listed of a look.
struct Kept {
    service: String,
    operation: String,
    about: BTreeMap<String, String>,
    under: Option<Under>,
    person: Option<PersonId>,
    reason: Option<Reason>,
}

impl Kept {
    fn look(event: look::Event) -> Self {
        match event {
            look::Event::Looked { operation, service, about, under } => {
                Self { service, operation, about, under, person: None, reason: None }
            }
            look::Event::Revealed { person, reason, under, purpose: _ } => {
                Self { under: Some(under), person: Some(person), ..Self::of_the_audit("reveal-name", Some(reason)) }
            }
        }
    }

    fn disclosure(event: disclosure::Event) -> Option<Self> {
        Some(match event {
            disclosure::Event::AccessOpened { person, reason, .. } => {
                Self { person: Some(person), ..Self::of_the_audit("open-access-export", Some(reason)) }
            }
            disclosure::Event::NamesExported { from, to, reason, under } => {
                let about = dates(from, to);
                Self { about, under: Some(under), ..Self::of_the_audit("export-names", Some(reason)) }
            }
            disclosure::Event::LogsExported { form, from, to, .. } => {
                let mut about = dates(from, to);
                about.insert("form".to_owned(), form.as_str().to_owned());
                Self { about, ..Self::of_the_audit("export-logs", None) }
            }
            // Beside what it was recorded as before, it shows nothing.
            disclosure::Event::ExportWritten { .. } => return None,
        })
    }

    fn of_the_audit(operation: &str, reason: Option<Reason>) -> Self {
        let (service, operation) = ("audit".to_owned(), operation.to_owned());
        Self { service, operation, about: BTreeMap::new(), under: None, person: None, reason }
    }
}

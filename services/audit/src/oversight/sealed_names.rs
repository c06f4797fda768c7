//! Where does somebody's sealed name stand? Sealed as it came; nobody opens it but to reveal it.

use event_log::{Pool, Recorded, tenant};
use projections::{CannotApply, Projection};
use proto_schemas::consortium::person::Event;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use sqlx::types::Json;
use utoipa::ToSchema;
use vocabulary::{PersonId, RegionId, Sealed};

/// Folds the sealed names of people.
#[derive(Clone, Copy, Debug)]
pub struct SealedNames;

/// A sealed name, and what it was sealed as: event type, `#name`.
pub(crate) struct SealedName {
    /// Nothing once the person was forgotten.
    pub name: Option<(String, Sealed)>,
}

/// A name, opened.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlainName {
    /// Given name (voornaam).
    given: String,
    /// Family name (achternaam).
    family: String,
}

impl SealedNames {
    /// Somebody's name; nothing for who was never registered.
    pub(crate) async fn of(app: &Pool, region: &RegionId, person: PersonId) -> sqlx::Result<Option<SealedName>> {
        let mut rows = tenant(app, region).await?;
        let found: Option<(Option<String>, Option<Json<Sealed>>)> =
            sqlx::query_as("select field, sealed from sealed_names.name where region = $1 and person = $2")
                .bind(region.as_str())
                .bind(person)
                .fetch_optional(&mut *rows)
                .await?;
        Ok(found.map(|(field, sealed)| SealedName { name: field.zip(sealed.map(|Json(sealed)| sealed)) }))
    }
}

impl Projection for SealedNames {
    const NAME: &'static str = "sealed-names";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["person"]);
    const TABLES: &'static str = "create table name (
            region text not null, person uuid not null, field text, sealed jsonb, primary key (region, person))";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: PersonId = happened.stream_id().ok_or_else(|| CannotApply::Park("a person has an id".into()))?;
        let name = match happened.event::<Event>()? {
            Event::PupilRegistered { name, .. }
            | Event::PupilCorrected { name, .. }
            | Event::StaffRegistered { name, .. }
            | Event::ContactRegistered { name, .. } => Some(name),
            Event::PupilMoved { .. } | Event::PersonLeft { .. } | Event::PersonReturned { .. } => return Ok(()),
            Event::PersonForgotten { .. } => None,
        };
        let field = name.as_ref().map(|_| format!("{}#name", happened.event_type));
        sqlx::query(
            "insert into name (region, person, field, sealed) values ($1, $2, $3, $4)
             on conflict (region, person) do update set field = excluded.field, sealed = excluded.sealed",
        )
        .bind(happened.region.as_str())
        .bind(id)
        .bind(field)
        .bind(name.map(Json))
        .execute(rows)
        .await?;
        Ok(())
    }
}

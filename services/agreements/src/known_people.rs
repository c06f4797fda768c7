//! Where does someone work, and what are they called? Names stay sealed until a document is drawn.

use event_log::{Pool, Recorded, tenant};
use projections::{CannotApply, Projection};
use proto_schemas::consortium::person::Event;
use sqlx::types::Json;
use sqlx::{PgConnection, Row};
use vocabulary::{BranchCode, CompanyId, PersonId, RegionId, Sealed};

/// A pupil, a member of staff or a company contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The random id.
    pub id: PersonId,
    /// The school that employs them.
    pub school: Option<BranchCode>,
    /// The company they can be reached at.
    pub company: Option<CompanyId>,
    /// Opens to `{"given": "…", "family": "…"}`; `None` when they were forgotten.
    pub name: Option<Sealed>,
    /// What the name was sealed as.
    pub name_field: String,
}

/// Folds the people of each region.
#[derive(Clone, Copy, Debug)]
pub struct KnownPeople;

impl Projection for KnownPeople {
    const NAME: &'static str = "known-people";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["person"]);
    const TABLES: &'static str = "create table person (
        region text not null, id uuid not null, school text, company uuid, name jsonb, name_field text not null,
        primary key (region, id))";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: PersonId = happened.stream_id().ok_or_else(|| CannotApply::Park("a person has an id".into()))?;
        let (school, company, name) = match happened.event::<Event>()? {
            Event::PupilRegistered { name, .. } | Event::PupilCorrected { name, .. } => (None, None, name),
            Event::StaffRegistered { school, name, .. } => (Some(school), None, name),
            Event::ContactRegistered { company, name, .. } => (None, Some(company), name),
            Event::PupilMoved { .. } | Event::PersonLeft { .. } | Event::PersonReturned { .. } => return Ok(()),
            Event::PersonForgotten { .. } => {
                sqlx::query("update person set name = null where region = $1 and id = $2")
                    .bind(happened.region.as_str())
                    .bind(id)
                    .execute(rows)
                    .await?;
                return Ok(());
            }
        };
        sqlx::query(
            "insert into person (region, id, school, company, name, name_field) values ($1, $2, $3, $4, $5, $6)
             on conflict (region, id) do update
             set school = excluded.school, company = excluded.company, name = excluded.name,
                 name_field = excluded.name_field",
        )
        .bind(happened.region.as_str())
        .bind(id)
        .bind(school.as_ref().map(BranchCode::as_str))
        .bind(company)
        .bind(Json(name))
        .bind(format!("{}#name", happened.event_type))
        .execute(rows)
        .await?;
        Ok(())
    }
}

/// Those of these that are known in the region, in no particular order.
///
/// # Errors
/// When the database does not answer.
pub async fn people(db: &Pool, region: &RegionId, ids: &[PersonId]) -> sqlx::Result<Vec<Person>> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    let mut rows = tenant(db, region).await?;
    let rows = sqlx::query(
        "select id, school, company, name, name_field from known_people.person where region = $1 and id = any ($2)",
    )
    .bind(region.as_str())
    .bind(ids)
    .fetch_all(&mut *rows)
    .await?;
    rows.into_iter()
        .map(|row| {
            let school: Option<String> = row.try_get("school")?;
            let name: Option<Json<Sealed>> = row.try_get("name")?;
            Ok(Person {
                id: PersonId(row.try_get("id")?),
                school: school.and_then(|code| code.parse().ok()),
                company: row.try_get::<Option<_>, _>("company")?.map(CompanyId),
                name: name.map(|Json(name)| name),
                name_field: row.try_get("name_field")?,
            })
        })
        .collect()
}

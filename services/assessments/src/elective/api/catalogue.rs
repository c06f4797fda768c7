//! Which electives does the region have?

use chassis::Hub;
use event_log::{Recorded, tenant};
use projections::{CannotApply, Projection};
use proto_schemas::assessments::elective::{Elective, Event, Kind, Profile};
use serde::Serialize;
use sqlx::{PgConnection, types::Json};
use utoipa::ToSchema;
use uuid::Uuid;
use vocabulary::{ElectiveId, Minutes, RegionId};

/// Folds the entries of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Catalogue;

/// One line of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its id; of a national elective the one SLO gave it.
    pub id: ElectiveId,
    /// Its code, such as `K/PIE/05`. Three of SLO's codes stand for two electives each.
    pub code: String,
    /// Whether it is an elective or a profile module.
    pub kind: Kind,
    /// The profile it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// The name of the elective.
    pub title: String,
    /// Its size in minutes, where stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Minutes>,
    /// The number of its deeltaken.
    pub deeltaken: i64,
    /// Whether it is the region's own.
    pub own: bool,
}

/// What to look for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only this kind.
    pub kind: Option<Kind>,
    /// Only this profile.
    pub profile: Option<Profile>,
    /// Only with this in its title or code.
    pub search: Option<String>,
    /// Only after this code and id.
    pub after: Option<(String, ElectiveId)>,
    /// At most so many.
    pub fetch: i64,
}

impl Projection for Catalogue {
    const NAME: &'static str = "catalogue";
    const VERSION: u32 = 2;
    const LOGS: &'static [&'static str] = &["assessments"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["elective"]);
    const TABLES: &'static str = "create table elective (
        region text not null, id uuid not null, code text not null, kind text not null, profile text, title text not null,
        size bigint, deeltaken bigint not null, own boolean not null,
        primary key (region, id));
    create index elective_in_order on elective (region, code, id);";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: ElectiveId = happened.stream_id().ok_or_else(|| CannotApply::Park("an elective has an id".into()))?;
        // A change says nothing of whose elective it is: that stays.
        let (own, elective) = match happened.event::<Event>()? {
            Event::Imported { elective, .. } => (Some(false), elective),
            Event::Added { elective } => (Some(true), elective),
            Event::Changed { elective, .. } => (None, elective),
        };
        let Elective { code, kind, profile, title, size, deeltaken, .. } = elective;
        sqlx::query(
            "insert into elective (region, id, code, kind, profile, title, size, deeltaken, own)
             values ($1, $2, $3, $4 #>> '{}', $5 #>> '{}', $6, $7, $8, coalesce($9, false))
             on conflict (region, id) do update set code = excluded.code, kind = excluded.kind, profile = excluded.profile,
                 title = excluded.title, size = excluded.size, deeltaken = excluded.deeltaken, own = coalesce($9, elective.own)",
        )
        .bind(happened.region.as_str())
        .bind(id)
        .bind(code)
        .bind(Json(kind))
        .bind(profile.map(Json))
        .bind(title.as_str())
        .bind(size.map(|size| i64::from(size.0)))
        .bind(i64::try_from(deeltaken.len()).unwrap_or(i64::MAX))
        .bind(own)
        .execute(rows)
        .await?;
        Ok(())
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    code: String,
    kind: Json<Kind>,
    profile: Option<Json<Profile>>,
    title: String,
    size: Option<i64>,
    deeltaken: i64,
    own: bool,
}

/// The entries, by code.
///
/// # Errors
/// When the database does not answer.
pub async fn entries(hub: &Hub, region: &RegionId, wanted: &Wanted) -> sqlx::Result<Vec<Entry>> {
    let (after_code, after_id) = wanted.after.clone().unzip();
    let mut transaction = tenant(&hub.db, region).await?;
    let rows: Vec<Row> = sqlx::query_as(
        "select id, code, to_jsonb(kind) as kind, to_jsonb(profile) as profile, title, size, deeltaken, own
         from catalogue.elective
         where region = $1
           and ($2::jsonb is null or kind = $2 #>> '{}')
           and ($3::jsonb is null or profile = $3 #>> '{}')
           and ($4::text is null or position(lower($4) in lower(title)) > 0 or position(lower($4) in lower(code)) > 0)
           and ($5::text is null or (code, id) > ($5, $6))
         order by code, id
         limit $7",
    )
    .bind(region.as_str())
    .bind(wanted.kind.map(Json))
    .bind(wanted.profile.map(Json))
    .bind(wanted.search.as_deref())
    .bind(after_code)
    .bind(after_id.map(|id: ElectiveId| id.0))
    .bind(wanted.fetch)
    .fetch_all(&mut *transaction)
    .await?;
    Ok(rows.into_iter().map(Entry::from).collect())
}

impl From<Row> for Entry {
    fn from(row: Row) -> Self {
        Self {
            id: ElectiveId(row.id),
            code: row.code,
            kind: row.kind.0,
            profile: row.profile.map(|profile| profile.0),
            title: row.title,
            size: row.size.map(|size| Minutes(u32::try_from(size).unwrap_or(u32::MAX))),
            deeltaken: row.deeltaken,
            own: row.own,
        }
    }
}

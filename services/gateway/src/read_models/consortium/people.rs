//! Who are the pupils of the region? Their names, opened so that lists sort and search.
//!
//! **Invariant:** this is the only read model with names in it; forgetting a person erases them here.

mod erasing;

pub(super) use erasing::begin_erasing;

use crate::Gateway;
use crate::named::named;
use crate::reach::{reach, readable, reading};
use axum::extract::State;
use chrono::NaiveDate;
use event_log::Recorded;
use processing::{Activity, Logbook};
use projections::{CannotApply, Projection};
use proto_schemas::consortium::person::Event;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use vault::Vault;
use vocabulary::BranchCode;
use vocabulary::PersonId;
use vocabulary::RegionId;
use vocabulary::Sealed;
use web::Caller;
use web::Listed;
use web::Paged;
use web::Paging;
use web::Path;
use web::Problem;

/// Folds people; opens their names in the vault.
#[derive(Clone, Debug)]
pub struct People {
    /// Without one, names stay shut, as in a replay of figures.
    pub opener: Option<Opener>,
}

/// What opens names.
#[derive(Clone, Debug)]
pub struct Opener {
    /// Where names are opened.
    pub vault: Vault,
    /// Where it is written down whose they were.
    pub processing: Logbook,
}

#[derive(Deserialize)]
struct Name {
    given: String,
    family: String,
}

/// Joins a row with the person it is about, whose columns are those of `person`; all are null where the caller may not see
/// that person. `region` and `id` are columns of the row.
pub(in crate::read_models) fn person_of(region: &str, id: &str) -> String {
    format!("left join people.person on person.region = {region} and person.id = {id}")
}

impl People {
    async fn name(&self, happened: &Recorded, sealed: &Sealed) -> Result<Option<Name>, CannotApply> {
        let Some(opener) = &self.opener else { return Ok(None) };
        let field = format!("{}#name", happened.event_type);
        let traceparent = happened.envelope()?.traceparent;
        let indexing = opener.processing.begin(Activity::NameIndex, "index-name", traceparent.as_deref());
        match opener.vault.open(&happened.region, &field, sealed).await {
            // Forgotten since: there is no name any more.
            Ok(None) => Ok(None),
            Ok(Some(json)) => {
                // Said aloud where it failed; the read model goes on.
                let _ = opener.processing.write(&indexing, &happened.region, [sealed.person]).await;
                serde_json::from_str(&json).map(Some).map_err(|_| CannotApply::Park("a name does not read".into()))
            }
            // Whatever its database says, it says of the vault and not of this event: it is waited for.
            Err(vault::Error::Unavailable(_)) => Err(CannotApply::Database(sqlx::Error::PoolTimedOut)),
            Err(error) => Err(CannotApply::Park(error.to_string())),
        }
    }

    async fn rename(
        &self,
        rows: &mut PgConnection,
        happened: &Recorded,
        id: PersonId,
        sealed: &Sealed,
    ) -> Result<(), CannotApply> {
        let name = self.name(happened, sealed).await?;
        sqlx::query("update person set given_name = $3, family_name = $4 where region = $1 and id = $2")
            .bind(happened.region.as_str())
            .bind(id)
            .bind(name.as_ref().map(|name| &name.given))
            .bind(name.as_ref().map(|name| &name.family))
            .execute(rows)
            .await?;
        Ok(())
    }
}

impl Projection for People {
    const NAME: &'static str = "people";
    const VERSION: u32 = 4;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["person"]);
    const PERSONAL: &'static [&'static str] = &["person.given_name", "person.family_name"];
    const TABLES: &'static str = concat!(
        "create table person (
            region text not null, id uuid not null, kind text not null, school text, host_school text, company uuid,
            learning_path text, profile text, year smallint, class text, cohort text, left_on date,
            given_name text, family_name text, forgotten boolean not null default false,
            primary key (region, id));
         create index person_name on person (region, kind, (coalesce(family_name, '')), (coalesce(given_name, '')), id);
         create index on person (region, id) where forgotten;
         -- No samples of names in the planner's statistics: there nobody would be forgotten.
         alter table person alter column given_name set statistics 0;
         alter table person alter column family_name set statistics 0;
         alter index person_name alter column 3 set statistics 0;
         alter index person_name alter column 4 set statistics 0",
        reach!("person", "array[school, host_school]", "array[company]", "array[id]"),
        readable!()
    );

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: PersonId = happened.stream_id().ok_or_else(|| CannotApply::Park("a person has an id".into()))?;
        let region = happened.region.as_str();
        match happened.event::<Event>()? {
            Event::PupilRegistered {
                home_school,
                host_school,
                learning_path,
                profile,
                year,
                group,
                cohort,
                name,
                ..
            } => {
                sqlx::query(
                    "insert into person (region, id, kind, school, host_school, learning_path, profile, year, class, cohort)
                     values ($1, $2, 'pupil', $3, $4, $5, $6, $7, $8, $9)",
                )
                .bind(region)
                .bind(id)
                .bind(home_school.as_str())
                .bind(host_school)
                .bind(serde_json::to_value(learning_path).ok().and_then(|path| path.as_str().map(str::to_owned)))
                .bind(profile)
                .bind(i16::from(year))
                .bind(group.as_str())
                .bind(cohort.to_string())
                .execute(&mut *rows)
                .await?;
                self.rename(rows, happened, id, &name).await
            }
            Event::PupilMoved { home_school, host_school, learning_path, profile, year, group, cohort } => {
                sqlx::query(
                    "update person set school = $3, host_school = $4, learning_path = $5, profile = $6, year = $7, class = $8, cohort = $9
                     where region = $1 and id = $2",
                )
                .bind(region)
                .bind(id)
                .bind(home_school.as_str())
                .bind(host_school)
                .bind(serde_json::to_value(learning_path).ok().and_then(|path| path.as_str().map(str::to_owned)))
                .bind(profile)
                .bind(i16::from(year))
                .bind(group.as_str())
                .bind(cohort.to_string())
                .execute(rows)
                .await?;
                Ok(())
            }
            Event::PupilCorrected { name, .. } => self.rename(rows, happened, id, &name).await,
            Event::StaffRegistered { school, name, .. } => {
                sqlx::query("insert into person (region, id, kind, school) values ($1, $2, 'staff', $3)")
                    .bind(region)
                    .bind(id)
                    .bind(school.as_str())
                    .execute(&mut *rows)
                    .await?;
                self.rename(rows, happened, id, &name).await
            }
            Event::ContactRegistered { company, name, .. } => {
                sqlx::query("insert into person (region, id, kind, company) values ($1, $2, 'contact', $3)")
                    .bind(region)
                    .bind(id)
                    .bind(company)
                    .execute(&mut *rows)
                    .await?;
                self.rename(rows, happened, id, &name).await
            }
            Event::PersonLeft { occurred_on } => leave(rows, region, id, Some(occurred_on)).await,
            Event::PersonReturned { .. } => leave(rows, region, id, None).await,
            Event::PersonForgotten { .. } => {
                sqlx::query("update person set given_name = null, family_name = null, forgotten = true where region = $1 and id = $2")
                    .bind(region)
                    .bind(id)
                    .execute(rows)
                    .await?;
                Ok(())
            }
        }
    }
}

async fn leave(
    rows: &mut PgConnection,
    region: &str,
    id: PersonId,
    left_on: Option<NaiveDate>,
) -> Result<(), CannotApply> {
    sqlx::query("update person set left_on = $3 where region = $1 and id = $2")
        .bind(region)
        .bind(id)
        .bind(left_on)
        .execute(rows)
        .await?;
    Ok(())
}

/// A pupil as a list shows them.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct Pupil {
    /// The random id of the pupil.
    pub id: PersonId,
    /// Absent once the pupil was forgotten.
    pub given_name: Option<String>,
    /// Absent once the pupil was forgotten.
    pub family_name: Option<String>,
    /// The branch code of the home school.
    pub school: Option<String>,
    /// The school that offers the profile, when the home school does not.
    pub host_school: Option<String>,
    /// Bb, kb, gl or tl.
    pub learning_path: Option<String>,
    /// The vmbo profile of the pupil, such as `PIE`.
    pub profile: Option<String>,
    /// The year of education, from 1.
    pub year: Option<i16>,
    /// The group at school (klas).
    pub class: Option<String>,
    /// The school year in which the exam classes begin.
    pub cohort: Option<String>,
    /// The last day here, of a pupil who left (uitgestroomd).
    pub left_on: Option<NaiveDate>,
}

/// The pupils to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The branch code of the school of the pupils.
    pub school: Option<BranchCode>,
    /// The beginning of a given or family name.
    pub name: Option<String>,
}

/// List the pupils of the region (leerlingen).
#[utoipa::path(
    get, path = "/v1/regions/{region}/pupils", operation_id = "list-pupils", tag = "queries",
    params(("region" = RegionId, Path), Which, Paging),
    responses((status = 200, body = Listed<Pupil>), Problem)
)]
pub async fn list_pupils(
    State(gateway): State<Gateway>,
    Path(region): Path<RegionId>,
    Paged(which, page): Paged<Which, (String, String, PersonId)>,
    caller: Caller,
) -> Result<Listed<Pupil>, Problem> {
    let mut rows = reading(&gateway.hub.db, &region, &caller.scope()).await?;
    let (family, given, id) =
        page.after.clone().unwrap_or_else(|| (String::new(), String::new(), PersonId(Uuid::nil())));
    let pupils = sqlx::query_as::<_, Pupil>(
        "select id, given_name, family_name, school, host_school, learning_path, profile, year, class, cohort, left_on
         from people.person
         where region = $1 and kind = 'pupil' and ($2::text is null or school = $2 or host_school = $2)
           and ($3::text is null or starts_with(lower(family_name), lower($3)) or starts_with(lower(given_name), lower($3)))
           and (coalesce(family_name, ''), coalesce(given_name, ''), id) > ($4, $5, $6)
         order by coalesce(family_name, ''), coalesce(given_name, ''), id limit $7",
    )
    .bind(region.as_str())
    .bind(which.school.as_ref().map(BranchCode::as_str))
    .bind(which.name)
    .bind(family)
    .bind(given)
    .bind(id)
    .bind(page.fetch())
    .fetch_all(&mut *rows)
    .await?;
    let plain = |name: &Option<String>| name.clone().unwrap_or_default();
    let listed = page.cut(pupils, |last| (plain(&last.family_name), plain(&last.given_name), last.id))?;
    let shown = listed.items.iter().filter(|pupil| pupil.given_name.is_some()).map(|pupil| pupil.id);
    named(&gateway, &region, &caller, "list-pupils", shown).await;
    Ok(listed)
}

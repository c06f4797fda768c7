//! Which pupils are there? Without names: a birth date stays sealed until a rule needs it.

use crate::Known;
use event_log::{Recorded, tenant};
use projections::{CannotApply, Projection};
use proto_schemas::consortium::person::{Event, LearningPath};
use sqlx::types::Json;
use sqlx::{PgConnection, Row};
use vocabulary::{BranchCode, PersonId, RegionId, SchoolYear, Sealed};

/// A pupil of the region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pupil {
    /// The random id.
    pub id: PersonId,
    /// The school the pupil is enrolled at.
    pub home_school: BranchCode,
    /// The school that offers the profile, when the home school does not.
    pub host_school: Option<BranchCode>,
    /// Bb, kb, gl or tl.
    pub learning_path: LearningPath,
    /// The vmbo profile, such as `PIE`.
    pub profile: String,
    /// Year of education, 1 to 4.
    pub year: u8,
    /// The pupil's group at school.
    pub group: String,
    /// The school year in which the exam classes begin.
    pub cohort: SchoolYear,
    /// Opens to a date; nobody opens it any more once the pupil was forgotten.
    pub birth_date: Sealed,
    /// What the birth date was sealed as: the type of the event it stood in, `#birthDate`.
    pub birth_date_field: String,
    /// Every key was destroyed.
    pub forgotten: bool,
}

/// What the row keeps as it came.
#[derive(serde::Serialize, serde::Deserialize)]
struct Facts {
    home_school: BranchCode,
    host_school: Option<BranchCode>,
    learning_path: LearningPath,
    profile: String,
    year: u8,
    group: String,
    cohort: SchoolYear,
}

/// Folds the pupils of each region.
#[derive(Clone, Copy, Debug)]
pub struct KnownPupils;

impl Projection for KnownPupils {
    const NAME: &'static str = "known-pupils";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["person"]);
    const TABLES: &'static str = "create table pupil (
        region text not null, id uuid not null, facts jsonb not null, birth_date jsonb not null, birth_date_field text not null,
        forgotten boolean not null,
        primary key (region, id))";

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
                birth_date,
                ..
            } => {
                let facts =
                    Facts { home_school, host_school, learning_path, profile, year, group: group.into(), cohort };
                sqlx::query(
                    "insert into pupil (region, id, facts, birth_date, birth_date_field, forgotten) values ($1, $2, $3, $4, $5, false)",
                )
                .bind(region)
                .bind(id)
                .bind(Json(facts))
                .bind(Json(birth_date))
                .bind(format!("{}#birthDate", happened.event_type))
                .execute(rows)
                .await?;
            }
            Event::PupilMoved { home_school, host_school, learning_path, profile, year, group, cohort } => {
                let facts =
                    Facts { home_school, host_school, learning_path, profile, year, group: group.into(), cohort };
                sqlx::query("update pupil set facts = $3 where region = $1 and id = $2")
                    .bind(region)
                    .bind(id)
                    .bind(Json(facts))
                    .execute(rows)
                    .await?;
            }
            Event::PupilCorrected { birth_date, .. } => {
                sqlx::query("update pupil set birth_date = $3, birth_date_field = $4 where region = $1 and id = $2")
                    .bind(region)
                    .bind(id)
                    .bind(Json(birth_date))
                    .bind(format!("{}#birthDate", happened.event_type))
                    .execute(rows)
                    .await?;
            }
            Event::PersonForgotten { .. } => {
                sqlx::query("update pupil set forgotten = true where region = $1 and id = $2")
                    .bind(region)
                    .bind(id)
                    .execute(rows)
                    .await?;
            }
            Event::StaffRegistered { .. }
            | Event::ContactRegistered { .. }
            | Event::PersonLeft { .. }
            | Event::PersonReturned { .. } => {}
        }
        Ok(())
    }
}

impl Known {
    /// A pupil of the region.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn pupil(&self, region: &RegionId, id: PersonId) -> sqlx::Result<Option<Pupil>> {
        Ok(self.pupils(region, &[id]).await?.pop())
    }

    /// Those of these that are pupils of the region, in no particular order.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn pupils(&self, region: &RegionId, ids: &[PersonId]) -> sqlx::Result<Vec<Pupil>> {
        let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
        let mut transaction = tenant(self.app(), region).await?;
        let rows = sqlx::query(
            "select id, facts, birth_date, birth_date_field, forgotten from known_pupils.pupil where region = $1 and id = any ($2)",
        )
        .bind(region.as_str())
        .bind(ids)
        .fetch_all(&mut *transaction)
        .await?;
        rows.into_iter()
            .map(|row| {
                let Json(facts): Json<Facts> = row.try_get("facts")?;
                let Json(birth_date) = row.try_get("birth_date")?;
                Ok(Pupil {
                    id: PersonId(row.try_get("id")?),
                    home_school: facts.home_school,
                    host_school: facts.host_school,
                    learning_path: facts.learning_path,
                    profile: facts.profile,
                    year: facts.year,
                    group: facts.group,
                    cohort: facts.cohort,
                    birth_date,
                    birth_date_field: row.try_get("birth_date_field")?,
                    forgotten: row.try_get("forgotten")?,
                })
            })
            .collect()
    }
}

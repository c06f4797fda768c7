//! Which cases are there, and how far are they? Without grades: those are read one at a time.

use chassis::Hub;
use chrono::NaiveDate;
use event_log::{Recorded, tenant};
use projections::{CannotApply, Projection};
use proto_schemas::assessments::case::Event;
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;
use vocabulary::{CaseId, RegionId};
use web::Scope;

/// Folds how far each case is.
#[derive(Clone, Copy, Debug)]
pub struct Cases;

/// A case in a list.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct CaseLine {
    /// The id of the case.
    pub id: Uuid,
    /// The pupil whose work is judged.
    pub pupil: Uuid,
    /// The elective (keuzevak) that the work is for.
    pub elective: Uuid,
    /// The school that answers for the pupil, by its branch code.
    pub school: String,
    /// The company where the work is done.
    pub company: Uuid,
    /// The first day of the work.
    pub opened_on: NaiveDate,
    /// Pieces of evidence handed in.
    pub evidence: i32,
    /// Whether the company has judged.
    pub judged_by_company: bool,
    /// Whether the school has judged.
    pub judged_by_school: bool,
    /// Whether the grade is fixed.
    pub graded: bool,
}

impl Projection for Cases {
    const NAME: &'static str = "cases";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["assessments"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["case"]);
    const TABLES: &'static str = r#"create table "case" (
        region text not null, id uuid not null, pupil uuid not null, elective uuid not null, school text not null,
        company uuid not null, opened_on date not null, evidence integer not null default 0,
        judged_by_company boolean not null default false, judged_by_school boolean not null default false,
        graded boolean not null default false,
        primary key (region, id));
    create index case_of_school on "case" (region, school, id);
    create index case_of_company on "case" (region, company, id);"#;

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: CaseId = happened.stream_id().ok_or_else(|| CannotApply::Park("a case has an id".into()))?;
        let statement = match happened.event::<Event>()? {
            Event::Opened { pupil, elective, school, company, occurred_on, .. } => {
                sqlx::query(
                    r#"insert into "case" (region, id, pupil, elective, school, company, opened_on)
                       values ($1, $2, $3, $4, $5, $6, $7)"#,
                )
                .bind(happened.region.as_str())
                .bind(id)
                .bind(pupil)
                .bind(elective)
                .bind(school.as_str())
                .bind(company)
                .bind(occurred_on)
                .execute(rows)
                .await?;
                return Ok(());
            }
            Event::EvidenceSubmitted { .. } => {
                r#"update "case" set evidence = evidence + 1 where region = $1 and id = $2"#
            }
            Event::JudgedByCompany { .. } => {
                r#"update "case" set judged_by_company = true where region = $1 and id = $2"#
            }
            Event::JudgedBySchool { .. } => {
                r#"update "case" set judged_by_school = true where region = $1 and id = $2"#
            }
            Event::GradeFixed { .. } | Event::GradeRevised { .. } => {
                r#"update "case" set graded = true where region = $1 and id = $2"#
            }
        };
        sqlx::query(statement).bind(happened.region.as_str()).bind(id).execute(rows).await?;
        Ok(())
    }
}

/// The cases that `scope` reaches, oldest id first.
///
/// # Errors
/// When the database does not answer.
pub async fn within(
    hub: &Hub,
    region: &RegionId,
    scope: &Scope,
    after: Option<CaseId>,
    fetch: i64,
) -> sqlx::Result<Vec<CaseLine>> {
    let mut transaction = tenant(&hub.db, region).await?;
    sqlx::query_as(
        r#"select id, pupil, elective, school, company, opened_on, evidence, judged_by_company, judged_by_school, graded
           from cases."case"
           where region = $1
             and ($2 or school = any ($3) or company = any ($4) or pupil = any ($5))
             and ($6::uuid is null or id > $6)
           order by id
           limit $7"#,
    )
    .bind(region.as_str())
    .bind(scope.region_wide)
    .bind(scope.schools.iter().map(|school| school.as_str().to_owned()).collect::<Vec<_>>())
    .bind(scope.companies.iter().map(|company| company.0).collect::<Vec<_>>())
    .bind(scope.persons.iter().map(|person| person.0).collect::<Vec<_>>())
    .bind(after)
    .bind(fetch)
    .fetch_all(&mut *transaction)
    .await
}

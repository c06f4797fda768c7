//! The grade: fixed by the pupil's school, revised by it with a reason.

use super::work;
use crate::case::{Case, Command, Counts, FixGrade, Work};
use crate::pta::{self, Pta};
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use proto_schemas::assessments::Grade;
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{CaseId, Reason, RegionId};
use web::{Accepted, Caller, Path, Problem, Refuses, Touches, Valid};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(fix_grade)).routes(routes!(revise_grade))
}

/// The grade for the work of a case.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewGrade {
    /// The grade in tenths, 10 to 100: 75 is 7.5.
    grade_tenths: Grade,
    /// Whether it counts for the school exam: then the elective must be in the frozen PTA of the school and cohort.
    counts_for_exam: bool,
    /// The day it is given.
    occurred_on: NaiveDate,
}

/// A grade to give instead.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevisedGrade {
    /// The grade in tenths, 10 to 100: 75 is 7.5.
    grade_tenths: Grade,
    /// Whether it counts for the school exam: then the elective must be in the frozen PTA of the school and cohort.
    counts_for_exam: bool,
    /// The day it is given.
    occurred_on: NaiveDate,
    /// The reason for the revision, without names of people.
    reason: Reason,
}

/// Fix the grade, having weighed the company's judgement (cijfer vaststellen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/cases/{case}/grade", operation_id = "fix-grade", tag = "assessments",
    params(("region" = RegionId, Path), ("case" = CaseId, Path)), request_body = NewGrade,
    responses(Accepted, Refuses<(Case,)>, Problem),
)]
async fn fix_grade(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, CaseId)>,
    caller: Caller,
    Valid(new): Valid<NewGrade>,
) -> Result<Accepted, Problem> {
    let work = work(&hub, &region, id).await?;
    let asked = caller.about(&Touches::region().school(&work.school))?;
    let counts = counts(&hub, &region, &work, new.counts_for_exam).await?;
    let fix = FixGrade { grade: new.grade_tenths, counts, occurred_on: new.occurred_on };
    Ok(hub.log.execute::<Case>(&region, &id, Command::FixGrade(fix), &asked).await?.into())
}

/// Revise a grade that was fixed (cijfer herzien).
#[utoipa::path(
    post, path = "/v1/regions/{region}/cases/{case}/grade/revisions", operation_id = "revise-grade", tag = "assessments",
    params(("region" = RegionId, Path), ("case" = CaseId, Path)), request_body = RevisedGrade,
    responses(Accepted, Refuses<(Case,)>, Problem),
)]
async fn revise_grade(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, CaseId)>,
    caller: Caller,
    Valid(new): Valid<RevisedGrade>,
) -> Result<Accepted, Problem> {
    let work = work(&hub, &region, id).await?;
    let asked = caller.about(&Touches::region().school(&work.school))?;
    let counts = counts(&hub, &region, &work, new.counts_for_exam).await?;
    let fix = FixGrade { grade: new.grade_tenths, counts, occurred_on: new.occurred_on };
    Ok(hub.log.execute::<Case>(&region, &id, Command::ReviseGrade { fix, reason: new.reason }, &asked).await?.into())
}

/// What the PTA says goes along with the command. A PTA only ever moves towards frozen, so what was
/// read a moment ago cannot let a grade count that should not.
async fn counts(hub: &Hub, region: &RegionId, work: &Work, for_exam: bool) -> Result<Counts, Problem> {
    if !for_exam {
        return Ok(Counts::No);
    }
    let pta = pta::id(&work.school, work.cohort);
    let standing = hub.log.load::<Pta>(region, &pta).await?.state.standing(work.elective);
    Ok(Counts::ForExam { pta, standing })
}

//! A case as its reader may see it.

use super::{
    DESCRIPTION,
    judging::{BY_COMPANY, BY_SCHOOL},
};
use crate::case::{Case, Fixed, Work};
use chassis::Hub;
use chrono::NaiveDate;
use processing::Activity;
use proto_schemas::assessments::{
    Grade,
    case::{EvidenceKind, TaskJudgement},
    rubric::Task,
};
use serde::Serialize;
use utoipa::ToSchema;
use vocabulary::{
    ActorId, BranchCode, CaseId, CompanyId, DocumentHash, ElectiveId, PersonId, RegionId, Role, SchoolYear, Sealed,
};
use web::Problem;

/// A case as it is now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseShown {
    /// The id of the case.
    id: CaseId,
    /// The pupil whose work is judged.
    pupil: PersonId,
    /// The elective (keuzevak) that the work is for.
    elective: ElectiveId,
    /// The school that answers for the pupil.
    school: BranchCode,
    /// The school year that names the pupil's cohort.
    cohort: SchoolYear,
    /// The company where the work is done.
    company: CompanyId,
    /// The first day of the work.
    opened_on: NaiveDate,
    /// The version of the rubric.
    rubric_version: u32,
    /// The learning tasks (leertaken) of the rubric.
    learning_tasks: Vec<Task>,
    /// The work tasks (werktaken) of the rubric.
    work_tasks: Vec<Task>,
    /// The codes of the deeltaken.
    deeltaken: Vec<String>,
    /// The evidence that was submitted.
    evidence: Vec<EvidenceShown>,
    /// The company's judgement; absent as long as there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    company_judgement: Option<JudgementShown>,
    /// The school's judgement; not shown to the company.
    #[serde(skip_serializing_if = "Option::is_none")]
    school_judgement: Option<JudgementShown>,
    /// The grade of the work; not shown to the company.
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<GradeShown>,
}

/// A piece of evidence (bewijs).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceShown {
    /// The kind of evidence (soort bewijs).
    kind: EvidenceKind,
    /// The SHA-256 of the content.
    content_hash: DocumentHash,
    /// The description; absent when none was given or the pupil was forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

/// The judgement of company or school (oordeel).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JudgementShown {
    /// The pseudonym of the actor who judged.
    by: ActorId,
    /// The day of the judgement.
    occurred_on: NaiveDate,
    /// The outcome of each learning task.
    learning_tasks: Vec<TaskJudgement>,
    /// The outcome of each work task.
    work_tasks: Vec<TaskJudgement>,
    /// The deeltaken done at the company; empty in a school's judgement.
    done: Vec<String>,
    /// The deeltaken left to the school; empty in a school's judgement.
    at_school: Vec<String>,
    /// The remarks; absent when none were written or the pupil was forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    remarks: Option<String>,
}

/// The grade as it was fixed or last revised (cijfer).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GradeShown {
    /// The grade in tenths: 75 is 7.5.
    tenths: Grade,
    /// Whether it counts for the school exam.
    counts_for_exam: bool,
    /// The weight in the school exam; absent when the grade does not count for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<u8>,
}

pub(super) async fn case(
    hub: &Hub,
    region: &RegionId,
    id: CaseId,
    case: &Case,
    reader: Role,
) -> Result<CaseShown, Problem> {
    let (work, fixed) = match case {
        Case::Unopened => return Err(super::not_found()),
        Case::Open(work) => (work, None),
        Case::Graded(work, fixed) => (work, Some(fixed)),
    };
    // Of the company and the pupil's school, each judges for itself; the grade is between school and pupil.
    let whole = reader != Role::CompanySupervisor;
    let mut opened = open(hub, region, work).await?.into_iter();
    let Work { pupil, elective, cohort, company, rubric_version, opened_on, .. } = **work;
    Ok(CaseShown {
        id,
        pupil,
        elective,
        school: work.school.clone(),
        cohort,
        company,
        opened_on,
        rubric_version,
        learning_tasks: work.learning_tasks.clone(),
        work_tasks: work.work_tasks.clone(),
        deeltaken: work.deeltaken.clone(),
        evidence: work
            .evidence
            .iter()
            .map(|evidence| EvidenceShown {
                kind: evidence.kind,
                content_hash: evidence.content_hash.clone(),
                description: opened.next().flatten(),
            })
            .collect(),
        company_judgement: work.company_judgement.clone().map(|judged| JudgementShown {
            by: judged.by,
            occurred_on: judged.occurred_on,
            learning_tasks: judged.learning_tasks,
            work_tasks: judged.work_tasks,
            done: judged.done,
            at_school: judged.at_school,
            remarks: opened.next().flatten(),
        }),
        school_judgement: work.school_judgement.clone().filter(|_| whole).map(|judged| JudgementShown {
            by: judged.by,
            occurred_on: judged.occurred_on,
            learning_tasks: judged.learning_tasks,
            work_tasks: judged.work_tasks,
            done: vec![],
            at_school: vec![],
            remarks: opened.next().flatten(),
        }),
        grade: fixed.filter(|_| whole).map(|Fixed { grade, exam }| GradeShown {
            tenths: *grade,
            counts_for_exam: exam.is_some(),
            weight: exam.as_ref().map(|item| item.weight),
        }),
    })
}

/// Opens every sealed text in one round trip: of each piece of evidence, of the company, of the school.
/// A place without a text stays a place, so that the order tells which is whose.
async fn open(hub: &Hub, region: &RegionId, work: &Work) -> Result<Vec<Option<String>>, Problem> {
    let evidence = work.evidence.iter().map(|evidence| (DESCRIPTION, evidence.description.as_ref()));
    let company = work.company_judgement.iter().map(|judged| (BY_COMPANY, judged.remarks.as_ref()));
    let school = work.school_judgement.iter().map(|judged| (BY_SCHOOL, judged.remarks.as_ref()));
    let places: Vec<(&str, Option<&Sealed>)> = evidence.chain(company).chain(school).collect();
    let sealed: Vec<(&str, &Sealed)> = places.iter().filter_map(|(field, sealed)| Some((*field, (*sealed)?))).collect();
    let mut opened = match sealed.is_empty() {
        true => vec![],
        false => hub.open_for(Activity::Assessment, "show-case", region, &sealed).await?,
    }
    .into_iter();
    Ok(places.into_iter().map(|(_, sealed)| sealed.and_then(|_| opened.next().flatten())).collect())
}

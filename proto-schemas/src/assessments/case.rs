//! One pupil's assessment for one elective (beoordeling).

use super::{Grade, rubric::Task};
use crate::Sealed;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{ActorId, BranchCode, CompanyId, DocumentHash, ElectiveId, PersonId, PtaId, Reason, SchoolYear};

/// What can happen to a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A case was opened (beoordeling geopend): what will be judged is fixed from here on.
    #[serde(rename = "nl.sterktechniekonderwijs.assessments.case-opened.v1", rename_all = "camelCase")]
    Opened {
        /// Whose work is judged.
        pupil: PersonId,
        /// For which elective.
        elective: ElectiveId,
        /// The school that answers for the pupil and fixes the grade.
        school: BranchCode,
        /// The pupil's cohort, which names the PTA.
        cohort: SchoolYear,
        /// The company where the work is done.
        company: CompanyId,
        /// The version of the rubric.
        rubric_version: u32,
        /// Its learning tasks (leertaken).
        learning_tasks: Vec<Task>,
        /// Its work tasks (werktaken).
        work_tasks: Vec<Task>,
        /// The codes of the elective's deeltaken.
        deeltaken: Vec<String>,
        /// The first day of the work.
        occurred_on: NaiveDate,
    },
    /// A piece of evidence was handed in (bewijs ingeleverd).
    #[serde(rename = "nl.sterktechniekonderwijs.assessments.case-evidence-submitted.v1", rename_all = "camelCase")]
    EvidenceSubmitted {
        /// What it is.
        kind: EvidenceKind,
        /// SHA-256 of the content: what the evidence is known by.
        content_hash: DocumentHash,
        /// What it shows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<Sealed>,
    },
    /// The company's supervisor judged the work (beoordeeld door het bedrijf); judged again, the last one counts.
    #[serde(rename = "nl.sterktechniekonderwijs.assessments.case-judged-by-company.v1", rename_all = "camelCase")]
    JudgedByCompany {
        /// The company.
        company: CompanyId,
        /// The supervisor who judged.
        by: ActorId,
        /// The day of the judgement.
        occurred_on: NaiveDate,
        /// Every learning task.
        learning_tasks: Vec<TaskJudgement>,
        /// Every work task.
        work_tasks: Vec<TaskJudgement>,
        /// The deeltaken done at the company.
        done: Vec<String>,
        /// The deeltaken left to the school.
        at_school: Vec<String>,
        /// What the supervisor wrote about the pupil.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remarks: Option<Sealed>,
    },
    /// A teacher of the pupil's school judged the work (beoordeeld door de school); judged again, the last one counts.
    #[serde(rename = "nl.sterktechniekonderwijs.assessments.case-judged-by-school.v1", rename_all = "camelCase")]
    JudgedBySchool {
        /// The school.
        school: BranchCode,
        /// The teacher who judged.
        by: ActorId,
        /// The day of the judgement.
        occurred_on: NaiveDate,
        /// Every learning task.
        learning_tasks: Vec<TaskJudgement>,
        /// Every work task.
        work_tasks: Vec<TaskJudgement>,
        /// What the teacher wrote about the pupil.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remarks: Option<Sealed>,
    },
    /// The school fixed the grade, having weighed the company's judgement (cijfer vastgesteld).
    #[serde(rename = "nl.sterktechniekonderwijs.assessments.case-grade-fixed.v1", rename_all = "camelCase")]
    GradeFixed {
        /// The grade in tenths.
        grade_tenths: Grade,
        /// The teacher who fixed it.
        by: ActorId,
        /// The day it was fixed.
        occurred_on: NaiveDate,
        /// The PTA item it counts under; none when it does not count for the school exam.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exam: Option<ExamItem>,
    },
    /// The grade was revised (cijfer herzien).
    #[serde(rename = "nl.sterktechniekonderwijs.assessments.case-grade-revised.v1", rename_all = "camelCase")]
    GradeRevised {
        /// The grade in tenths.
        grade_tenths: Grade,
        /// The grade that stood until now.
        replaced_tenths: Grade,
        /// The teacher who revised it.
        by: ActorId,
        /// The day it was revised.
        occurred_on: NaiveDate,
        /// Why.
        reason: Reason,
        /// The PTA item it counts under; none when it does not count for the school exam.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exam: Option<ExamItem>,
    },
}

/// What a piece of evidence is (soort bewijs).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// Verslag.
    Report,
    /// Foto of fotoreportage.
    Photo,
    /// Video of vlog.
    Video,
    /// Presentatie.
    Presentation,
}

/// How one task was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskJudgement {
    /// The code of the task in the rubric.
    pub task: String,
    /// How it was done.
    pub outcome: Outcome,
}

/// How a task was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Onvoldoende.
    Insufficient,
    /// Voldoende.
    Sufficient,
    /// Goed.
    Good,
}

/// The item of a frozen PTA that a grade counts under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExamItem {
    /// The PTA.
    pub pta: PtaId,
    /// How heavily it counts.
    pub weight: u8,
}

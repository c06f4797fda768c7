//! One pupil's assessment for one elective (beoordeling).

use super::{Grade, rubric::Task};
use crate::category::Member;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{
    ActorId, BranchCode, CompanyId, DocumentHash, ElectiveId, PersonId, PtaId, Reason, SchoolYear, Sealed,
};

/// Events of which a timeline shows a member of a collection.
pub(super) const MEMBERS: &[Member] = &[Member::set("case-evidence-submitted", "evidence", "/contentHash")];

/// What can happen to a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A case was opened (beoordeling geopend): what will be judged is fixed from here on.
    #[serde(rename = "nl.sterktechniekonderwijs.assessments.case-opened.v1", rename_all = "camelCase")]
    Opened {
        /// The pupil whose work is judged.
        pupil: PersonId,
        /// The elective (keuzevak) that the work is for.
        elective: ElectiveId,
        /// The school that answers for the pupil and fixes the grade.
        school: BranchCode,
        /// The pupil's cohort, which names the PTA.
        cohort: SchoolYear,
        /// The company where the work is done.
        company: CompanyId,
        /// The version of the rubric.
        rubric_version: u32,
        /// The learning tasks of that version (leertaken).
        learning_tasks: Vec<Task>,
        /// The work tasks of that version (werktaken).
        work_tasks: Vec<Task>,
        /// The codes of the elective's deeltaken.
        deeltaken: Vec<String>,
        /// The first day of the work.
        occurred_on: NaiveDate,
    },
    /// A piece of evidence was handed in (bewijs ingeleverd).
    #[serde(rename = "nl.sterktechniekonderwijs.assessments.case-evidence-submitted.v1", rename_all = "camelCase")]
    EvidenceSubmitted {
        /// The kind of evidence (soort bewijs).
        kind: EvidenceKind,
        /// SHA-256 of the content: what the evidence is known by.
        content_hash: DocumentHash,
        /// A description of the evidence; sealed with the pupil's key, absent when none was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<Sealed>,
    },
    /// The company's supervisor judged the work (beoordeeld door het bedrijf); judged again, the last one counts.
    #[serde(rename = "nl.sterktechniekonderwijs.assessments.case-judged-by-company.v1", rename_all = "camelCase")]
    JudgedByCompany {
        /// The company where the work was done.
        company: CompanyId,
        /// The supervisor at the company who judged.
        by: ActorId,
        /// The day of the judgement.
        occurred_on: NaiveDate,
        /// The outcome of every learning task (leertaak).
        learning_tasks: Vec<TaskJudgement>,
        /// The outcome of every work task (werktaak).
        work_tasks: Vec<TaskJudgement>,
        /// The deeltaken done at the company.
        done: Vec<String>,
        /// The deeltaken left to the school.
        at_school: Vec<String>,
        /// The supervisor's remarks about the pupil; sealed with the pupil's key, absent when there are none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remarks: Option<Sealed>,
    },
    /// A teacher of the pupil's school judged the work (beoordeeld door de school); judged again, the last one counts.
    #[serde(rename = "nl.sterktechniekonderwijs.assessments.case-judged-by-school.v1", rename_all = "camelCase")]
    JudgedBySchool {
        /// The school that answers for the pupil.
        school: BranchCode,
        /// The teacher at the school who judged.
        by: ActorId,
        /// The day of the judgement.
        occurred_on: NaiveDate,
        /// The outcome of every learning task (leertaak).
        learning_tasks: Vec<TaskJudgement>,
        /// The outcome of every work task (werktaak).
        work_tasks: Vec<TaskJudgement>,
        /// The teacher's remarks about the pupil; sealed with the pupil's key, absent when there are none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remarks: Option<Sealed>,
    },
    /// The school fixed the grade, having weighed the company's judgement (cijfer vastgesteld).
    #[serde(rename = "nl.sterktechniekonderwijs.assessments.case-grade-fixed.v1", rename_all = "camelCase")]
    GradeFixed {
        /// The grade (cijfer), in tenths: 75 is 7.5.
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
        /// The new grade (cijfer), in tenths: 75 is 7.5.
        grade_tenths: Grade,
        /// The grade that stood until now.
        replaced_tenths: Grade,
        /// The teacher who revised it.
        by: ActorId,
        /// The day it was revised.
        occurred_on: NaiveDate,
        /// The reason for the revision, without names of people.
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
    /// A written report (verslag).
    Report,
    /// A photo or a series of photos (foto of fotoreportage).
    Photo,
    /// A video or vlog (video of vlog).
    Video,
    /// A presentation that was given (presentatie).
    Presentation,
}

/// How well a task was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskJudgement {
    /// The code of the task in the rubric.
    pub task: String,
    /// How well the task was done.
    pub outcome: Outcome,
}

/// How well a task was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Not yet good enough (onvoldoende).
    Insufficient,
    /// Good enough to pass (voldoende).
    Sufficient,
    /// Better than good enough (goed).
    Good,
}

/// The item of a frozen PTA that a grade counts under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExamItem {
    /// The PTA that holds the item.
    pub pta: PtaId,
    /// The weight of the grade in the school exam (weging).
    pub weight: u8,
}

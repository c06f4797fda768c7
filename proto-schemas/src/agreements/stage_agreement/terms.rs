//! What a stage agreement says, and whom it binds.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{Clause, Euros, Minutes, PersonId};

/// The kinds of learning at a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = StageKind)]
#[schemars(rename = "StageKind")]
pub enum Kind {
    /// A visit to a company (bedrijfsbezoek).
    Visit,
    /// A few days of looking around (snuffelstage).
    Taster,
    /// Blokstage: days in a row.
    Block,
    /// Lintstage: a day or so a week.
    Ribbon,
    /// An elective taught in practice (keuzevak in de praktijk).
    ElectiveInPractice,
    /// A learning and working programme (leer-werktraject).
    Leerwerktraject,
    /// Entree training, school-based (entree, beroepsopleidende leerweg).
    EntreeBol,
    /// Entree training, work-based (entree, beroepsbegeleidende leerweg).
    EntreeBbl,
}

/// The four slots under a stage agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = StageParty)]
#[schemars(rename = "StageParty")]
pub enum Party {
    /// The school that sends the pupil.
    School,
    /// The company that receives the pupil (stagegever).
    Company,
    /// The pupil on the stage (stagiair).
    Pupil,
    /// A parent, carer or guardian (ouder, verzorger of voogd).
    Parent,
}

/// Whose permission counts for the pupil's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// The pupil, of age, signed.
    Pupil,
    /// A parent or guardian signed for a minor.
    Parent,
    /// A parent's form lies in the pupil's file.
    ConsentForm,
}

/// The people that must be heard before the school ends a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Heard {
    /// The pupil on the stage (stagiair).
    Pupil,
    /// The supervisor at the company (stagebegeleider).
    StageSupervisor,
    /// The teacher at the school (stagedocent).
    StageTeacher,
}

/// The steps of the ladder for disputes, lowest first (art. 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DisputeLevel {
    /// The supervisor at the company (stagebegeleider).
    StageSupervisor,
    /// The teacher at the school (stagedocent).
    StageTeacher,
    /// Vertegenwoordigers van school en bedrijf.
    Representatives,
}

/// The recipient of a stipend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Payee {
    /// The pupil on the stage (stagiair).
    Pupil,
    /// Stagefonds of the school, for the direct good of the pupils.
    StageFund,
}

/// A payment for the whole stage (stagevergoeding, art. 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Stipend {
    /// The amount for the whole stage, in euro cents.
    pub amount: Euros,
    /// The recipient of the stipend.
    pub payee: Payee,
}

/// The terms that school, company and pupil agree on. There is no wage and no employer among them: a stage is never
/// employment (art. 14).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = StageTerms)]
#[schemars(rename = "StageTerms")]
pub struct Terms {
    /// The kind of stage.
    pub kind: Kind,
    /// The school's teacher for this stage (stagedocent, art. 3b).
    pub stage_teacher: PersonId,
    /// The company's daily supervisor (stagebegeleider, art. 3a).
    pub stage_supervisor: PersonId,
    /// What the pupil is to learn (leerdoelen).
    pub goals: Clause,
    /// What the pupil may do there (stageplan, art. 1).
    pub activities: Clause,
    /// The first day (art. 2).
    pub from: NaiveDate,
    /// The last day (art. 2).
    pub until: NaiveDate,
    /// Clock hours of the whole stage (art. 2).
    pub hours: u32,
    /// The place, as the company appoints it (stageplaats, art. 2).
    pub place: Clause,
    /// The times, as the company appoints them (tijden, art. 2).
    pub times: Clause,
    /// Active supervision a day, in minutes (begeleiding, art. 2).
    pub supervision: Minutes,
    /// Rules of order, safety and health, and what is confidential (art. 5).
    pub conduct: Clause,
    /// The highest amount that the school's insurance against accidents and liability covers, in euro cents (art. 11).
    pub insured: Euros,
    /// Damage for which the school stands at most, in euro cents, never above the cover (art. 12).
    pub damage_cap: Euros,
    /// A payment, where one is agreed; by default there is none (art. 8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stipend: Option<Stipend>,
}

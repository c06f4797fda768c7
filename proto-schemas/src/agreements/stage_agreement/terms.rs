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
    /// Bedrijfsbezoek.
    Visit,
    /// Snuffelstage.
    Taster,
    /// Blokstage: days in a row.
    Block,
    /// Lintstage: a day or so a week.
    Ribbon,
    /// Keuzevak in de praktijk.
    ElectiveInPractice,
    /// Leer-werktraject.
    Leerwerktraject,
    /// Entree, beroepsopleidende leerweg.
    EntreeBol,
    /// Entree, beroepsbegeleidende leerweg.
    EntreeBbl,
}

/// The four slots under a stage agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = StageParty)]
#[schemars(rename = "StageParty")]
pub enum Party {
    /// School.
    School,
    /// Stagegever.
    Company,
    /// Stagiair.
    Pupil,
    /// Ouder, verzorger of voogd.
    Parent,
}

/// Whose word stands for the pupil's side.
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

/// Who must be heard before the school ends a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Heard {
    /// Stagiair.
    Pupil,
    /// Stagebegeleider.
    StageSupervisor,
    /// Stagedocent.
    StageTeacher,
}

/// The steps of the ladder for disputes, lowest first (art. 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DisputeLevel {
    /// Stagebegeleider.
    StageSupervisor,
    /// Stagedocent.
    StageTeacher,
    /// Vertegenwoordigers van school en bedrijf.
    Representatives,
}

/// To whom a stipend is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Payee {
    /// Stagiair.
    Pupil,
    /// Stagefonds of the school, for the direct good of the pupils.
    StageFund,
}

/// A payment for the whole stage (stagevergoeding, art. 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Stipend {
    /// Euro cents.
    pub amount: Euros,
    /// To whom.
    pub payee: Payee,
}

/// What school, company and pupil agree on.
///
/// **Invariant:** there is no wage and no employer in it: a stage is never employment (art. 14).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = StageTerms)]
#[schemars(rename = "StageTerms")]
pub struct Terms {
    /// What kind of stage it is.
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
    /// Where, as the company appoints (stageplaats, art. 2).
    pub place: Clause,
    /// When, as the company appoints (tijden, art. 2).
    pub times: Clause,
    /// Active supervision a day, in minutes (begeleiding, art. 2).
    pub supervision: Minutes,
    /// Rules of order, safety and health, and what is confidential (art. 5).
    pub conduct: Clause,
    /// What the school's insurance against accidents and liability covers at most, in euro cents (art. 11).
    pub insured: Euros,
    /// Damage for which the school stands at most, in euro cents, never above the cover (art. 12).
    pub damage_cap: Euros,
    /// A payment, where one is agreed; by default there is none (art. 8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stipend: Option<Stipend>,
}

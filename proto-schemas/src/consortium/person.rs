//! A pupil, a member of staff or a company contact. What tells who it is, is sealed.

use super::retention_schedule::Expired;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{BranchCode, CompanyId, Label, PersonId, Reason, SchoolYear, Sealed};

/// What happened to what is known of a person.
///
/// Sealed names open to JSON `{"given": "…", "family": "…"}`, birth dates to `2011-03-04`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A pupil was registered (leerling geregistreerd).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.pupil-registered.v1", rename_all = "camelCase")]
    PupilRegistered {
        home_school: BranchCode,
        /// The school that offers the profile, when the home school does not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host_school: Option<BranchCode>,
        learning_path: LearningPath,
        /// The vmbo profile, such as `PIE`.
        profile: String,
        /// Year of education, 1 to 4.
        year: u8,
        group: Label,
        /// The school year in which the pupil's exam classes (year 3) begin, as the PTA counts.
        cohort: SchoolYear,
        name: Sealed,
        birth_date: Sealed,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        guardians: Vec<Guardian>,
        /// The pupil who has the same number of the same institution at a school that whoever registered this one does
        /// not reach. For the programme leader alone: a school is never shown it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shares_number_with: Option<PersonId>,
    },

    /// A pupil changed school, path, profile, year, group or cohort; all are given again (leerling gewijzigd).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.pupil-moved.v1", rename_all = "camelCase")]
    PupilMoved {
        home_school: BranchCode,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host_school: Option<BranchCode>,
        learning_path: LearningPath,
        profile: String,
        year: u8,
        group: Label,
        cohort: SchoolYear,
    },

    /// A pupil's name, birth date or guardians were corrected; all are given again (persoonsgegevens gecorrigeerd).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.pupil-corrected.v1", rename_all = "camelCase")]
    PupilCorrected {
        name: Sealed,
        birth_date: Sealed,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        guardians: Vec<Guardian>,
    },

    /// A member of a school's staff was registered (medewerker geregistreerd).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.staff-registered.v1", rename_all = "camelCase")]
    StaffRegistered {
        school: BranchCode,
        name: Sealed,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        email: Option<Sealed>,
    },

    /// Someone to talk to at a company was registered (contactpersoon geregistreerd).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.contact-registered.v1", rename_all = "camelCase")]
    ContactRegistered {
        company: CompanyId,
        level: ContactLevel,
        name: Sealed,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        email: Option<Sealed>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phone: Option<Sealed>,
    },

    /// A pupil left the school, a member of staff the job, a contact the company (uitgestroomd, uit dienst, geen
    /// contactpersoon meer): from that last day on a retention term counts.
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.person-left.v1", rename_all = "camelCase")]
    PersonLeft { occurred_on: NaiveDate },

    /// They are back, or had not left after all (teruggekeerd): no term counts any more.
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.person-returned.v1", rename_all = "camelCase")]
    PersonReturned { occurred_on: NaiveDate },

    /// Every key of the person was destroyed (persoon vergeten).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.person-forgotten.v1", rename_all = "camelCase")]
    PersonForgotten {
        reason: Reason,
        occurred_on: NaiveDate,
        /// The term that was over; absent when somebody asked for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retention: Option<Expired>,
    },
}

/// A parent or guardian (ouder, voogd), sealed with the pupil's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Guardian {
    /// The name; opens to plain text, not to JSON.
    pub name: Sealed,
    /// Opens to an address for mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Sealed>,
}

/// The four paths of vmbo (leerweg).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LearningPath {
    /// Basic vocational (basisberoepsgericht).
    Bb,
    /// Advanced vocational (kaderberoepsgericht).
    Kb,
    /// Combined (gemengd).
    Gl,
    /// Theoretical (theoretisch).
    Tl,
}

/// The level on which people meet (R026).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ContactLevel {
    /// Teachers meet employees of the company.
    Work,
    /// Careers adviser with personnel officer.
    Careers,
    /// The school board meets the company board.
    Board,
}

//! A site of a company, from its nomination on.

use super::place::{Address, Coordinates};
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{BranchCode, KvkNumber, Label, Reason};

/// What happened to a company site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A company was nominated (bedrijf aangedragen).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.company-nominated.v1", rename_all = "camelCase")]
    Nominated {
        name: Label,
        kvk: KvkNumber,
        /// The Chamber's number of the site (vestigingsnummer): twelve digits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        branch: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sector: Option<Label>,
        /// SBI codes, such as `25620`.
        sbi: Vec<String>,
        address: Address,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        coordinates: Option<Coordinates>,
        /// The school that nominated it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nominated_by: Option<BranchCode>,
        occurred_on: NaiveDate,
    },

    /// The orientation talk was held (oriëntatiegesprek gevoerd).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.company-oriented.v1", rename_all = "camelCase")]
    Oriented { occurred_on: NaiveDate },

    /// The company said what it wants and can (bedrijf ingewerkt).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.company-onboarded.v1", rename_all = "camelCase")]
    Onboarded {
        goals: Vec<Goal>,
        target_groups: Vec<TargetGroup>,
        time_class: TimeClass,
        forms: Vec<Form>,
        places: Vec<Place>,
        /// Codes of the activities that fit, as recommended that day.
        recommended: Vec<String>,
        occurred_on: NaiveDate,
    },

    /// The company takes part, for the first time or again (bedrijf actief).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.company-activated.v1", rename_all = "camelCase")]
    Activated { occurred_on: NaiveDate },

    /// The company takes no part for now (bedrijf opgeschort).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.company-suspended.v1", rename_all = "camelCase")]
    Suspended { reason: Reason, occurred_on: NaiveDate },

    /// The company left the region (bedrijf vertrokken).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.company-left.v1", rename_all = "camelCase")]
    Left { reason: Reason, occurred_on: NaiveDate },
}

/// The goals of a company that works with schools: seven (R053–R059).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// To discover young talent (jong talent ontdekken).
    YoungTalent,
    /// Influence on the quality of education.
    QualityOfEducation,
    /// A stronger position in the region.
    PositionInRegion,
    /// To innovate (innovatie).
    Innovation,
    /// The organisation's own goals tied to education.
    OrganisationGoals,
    /// Company and sector on the map.
    Visibility,
    /// To have a strong learning culture (leercultuur).
    LearningCulture,
}

/// The pupils and students that a company wants to meet (R060).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TargetGroup {
    /// Primary education (po).
    Primary,
    /// Secondary education (vo).
    Secondary,
    /// Vocational education (mbo).
    Mbo,
    /// Higher professional education (hbo).
    Hbo,
}

/// The time that a company has (R061–R063).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TimeClass {
    /// Under eight hours a month.
    Low,
    /// Some days in each month.
    More,
    /// As much as is needed: education is part of its mission.
    Much,
}

/// Ten forms of participation (participatievormen, R070–R079).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A tour of the company.
    Excursion,
    /// Workshops that the company gives.
    Workshop,
    /// Use of rooms, machines and material.
    Facilities,
    /// Practice supervisors and guest teachers.
    Teachers,
    /// Projects with buddies (buddyprojecten).
    Buddies,
    /// Teachers and employees work together.
    TeacherCooperation,
    /// Supervision of interns and pupils.
    Supervision,
    /// Shape or give electives together.
    Electives,
    /// Career orientation, given together (loopbaanoriëntatie).
    CareerOrientation,
    /// Assignments that the company brings in (opdrachten).
    Assignments,
}

/// Five places of cooperation (R080–R084).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = CooperationPlace)]
pub enum Place {
    /// The school in the company.
    SchoolInCompany,
    /// The company in the school.
    CompanyInSchool,
    /// A joint place apart from both.
    JointEnvironment,
    /// Temporary projects of several companies.
    CompanyProjects,
    /// Cooperation through an intermediary.
    Intermediary,
}

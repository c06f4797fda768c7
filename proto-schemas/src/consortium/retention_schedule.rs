//! How long who is kept, and on which ground: one schedule per region, in versions that work forward only (bewaarschema).
//!
//! **Invariant:** there is no shipped term. No official one was found, so nobody is forgotten until a region adopts one.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::Label;

/// What happened to a region's retention schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// The region adopted a retention schedule, valid from a date on (bewaarschema vastgesteld).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.retention-schedule-adopted.v1", rename_all = "camelCase")]
    Adopted {
        /// The number of the version: 1 for the first.
        version: u32,
        /// On this day and later it decides who is forgotten, until a later version is valid.
        valid_from: NaiveDate,
        /// The terms, at most one for each class; people of a class without a term are kept.
        terms: Vec<Term>,
    },
}

/// How long everybody of a class is kept (bewaartermijn).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = RetentionTerm)]
pub struct Term {
    /// The class of people that the term covers.
    pub class: Class,
    /// The length of the term, in months.
    #[schemars(range(min = 1, max = 600))]
    #[schema(minimum = 1, maximum = 600)]
    pub months: u16,
    /// The day from which the term counts.
    pub counted_from: CountedFrom,
    /// The legal ground for keeping them until then.
    pub ground: Ground,
    /// The law, article or decision behind it.
    pub law: Label,
}

/// The people that a term covers: all that the hub keeps of a person (bewaarklasse).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = RetentionClass)]
pub enum Class {
    /// Pupils, with their parents and guardians, and what was judged and shown of them (leerling).
    Pupil,
    /// Members of a school's staff (medewerker).
    Staff,
    /// Contacts at companies (contactpersoon).
    Contact,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 3] = [Self::Pupil, Self::Staff, Self::Contact];

    /// As it is written, such as `pupil`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pupil => "pupil",
            Self::Staff => "staff",
            Self::Contact => "contact",
        }
    }
}

/// The day from which a term counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CountedFrom {
    /// The last day here (vertrek).
    Leaving,
    /// 31 July of the school year in which they left (einde schooljaar).
    SchoolYearEnd,
    /// 31 December of the year in which they left (einde kalenderjaar).
    CalendarYearEnd,
}

/// The grounds for processing personal data of GDPR art. 6(1) (grondslag, AVG art. 6 lid 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = LegalGround)]
pub enum Ground {
    /// (a) Consent (toestemming).
    Consent,
    /// (b) Uitvoering van een overeenkomst.
    Contract,
    /// (c) A legal obligation (wettelijke verplichting).
    LegalObligation,
    /// (d) Vital interests (vitale belangen).
    VitalInterests,
    /// (e) Taak van algemeen belang.
    PublicTask,
    /// (f) Legitimate interests (gerechtvaardigd belang).
    LegitimateInterests,
}

/// The term that was over when somebody was forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Expired {
    /// The version of the schedule that was valid on that day.
    pub schedule_version: u32,
    /// The person's last day in the region.
    pub left_on: NaiveDate,
    /// The last day of the term.
    pub ended_on: NaiveDate,
    /// The term that was over.
    pub term: Term,
}

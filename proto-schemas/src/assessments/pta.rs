//! The programme of testing of one school and cohort (programma van toetsing en afsluiting).

use crate::category::Member;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{BranchCode, ElectiveId, SchoolYear};

/// Events of which a timeline shows a member of a collection.
pub(super) const MEMBERS: &[Member] = &[Member::set("pta-item-registered", "items", "/item/elective")];

/// What can happen to a PTA.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// An elective counts for the school exam (onderdeel opgenomen); registered again, it replaces what stood there.
    #[serde(rename = "nl.sterktechniekonderwijs.assessments.pta-item-registered.v1", rename_all = "camelCase")]
    ItemRegistered {
        /// The school whose pupils it is for.
        school: BranchCode,
        /// The school year in which the pupils' exam programme began.
        cohort: SchoolYear,
        item: Item,
    },
    /// The PTA of this cohort was adopted and does not change any more (vastgesteld).
    #[serde(rename = "nl.sterktechniekonderwijs.assessments.pta-frozen.v1", rename_all = "camelCase")]
    Frozen {
        /// The school whose pupils it is for.
        school: BranchCode,
        /// The school year in which the pupils' exam programme began.
        cohort: SchoolYear,
        /// Every item, as it holds for good.
        items: Vec<Item>,
    },
}

/// One elective in a PTA.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// The elective that counts.
    pub elective: ElectiveId,
    /// How heavily it counts, as a whole number against the other items: 1 to 100 (weging).
    pub weight: u8,
    /// The place where the elective is concluded.
    pub place: Place,
}

/// The place where an elective is concluded (plaats van afsluiting).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// At school alone.
    School,
    /// In practice, at a company.
    Company,
    /// Partly at a company, partly at school.
    Both,
}

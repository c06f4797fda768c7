//! A safety check: the mini risk inventory of a workplace where pupils come. Stream `safety-check/<SafetyCheckId>`.

use crate::category::Member;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{ActorId, BranchCode, CompanyId, HotspotId, Label, Reason};

/// The closeness of supervision (R212): less supervision, fewer risky acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = SafetyCheckSupervision)]
pub enum Supervision {
    /// Someone looks in now and then (steekproefsgewijs).
    Occasional,
    /// Someone is near and looks regularly (regelmatig).
    Regular,
    /// Someone watches all the time (voortdurend).
    Constant,
}

/// One risk and what is done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SafetyCheckItem)]
pub struct Item {
    /// The risk, such as a rotating machine (risico).
    pub hazard: Label,
    /// What is done about it (maatregel).
    pub mitigation: Label,
}

/// Something pupils do there, and from what age (R210).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SafetyCheckActivity)]
pub struct Activity {
    /// The name of the activity; unique within the check (werkzaamheid).
    pub name: Label,
    /// The minimum age in whole years, on the day of the session.
    #[schema(maximum = 255)]
    pub minimum_age: u8,
    /// The supervision it needs; never more than the workplace gives.
    pub supervision: Supervision,
}

/// The parties that sign a safety check (R125).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SafetyCheckParty)]
pub enum Party {
    /// The company that hosts the hotspot.
    Company(CompanyId),
    /// One of the schools that send pupils.
    School(BranchCode),
}

/// Events of which a timeline shows a member of a collection.
pub(super) const MEMBERS: &[Member] = &[Member::set("safety-check-signed", "signatures", "/party")];

/// What happens to a safety check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// The workplace was looked at and the check drawn up (opgesteld).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.safety-check-drawn-up.v1", rename_all = "camelCase")]
    DrawnUp {
        hotspot: HotspotId,
        company: CompanyId,
        /// The day the workplace was looked at.
        checked_on: NaiveDate,
        /// The last day on which it allows a session, by the policy of that day.
        valid_until: NaiveDate,
        /// Risks with what is done about them; at least one.
        items: Vec<Item>,
        /// What pupils must wear (beschermingsmiddelen; R141).
        protective_equipment: Vec<Label>,
        /// The supervision that the company gives.
        supervision: Supervision,
        /// The activities that pupils may do; at least one.
        activities: Vec<Activity>,
    },
    /// One side signed it as it stands (ondertekend).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.safety-check-signed.v1", rename_all = "camelCase")]
    Signed {
        /// The party that was signed for.
        party: Party,
        /// The actor who signed.
        by: ActorId,
        /// The day of signing, in Amsterdam.
        occurred_on: NaiveDate,
    },
    /// The workplace was looked at again (vernieuwd): earlier signatures are void.
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.safety-check-renewed.v1", rename_all = "camelCase")]
    Renewed {
        /// The day the workplace was looked at.
        checked_on: NaiveDate,
        /// The last day on which it allows a session, by the policy of that day.
        valid_until: NaiveDate,
        /// Risks with what is done about them; at least one.
        items: Vec<Item>,
        /// What pupils must wear (beschermingsmiddelen; R141).
        protective_equipment: Vec<Label>,
        /// The supervision that the company gives.
        supervision: Supervision,
        /// The activities that pupils may do; at least one.
        activities: Vec<Activity>,
    },
    /// It no longer holds, before its date (vervallen), as after an incident. That its date passed is computed, not recorded.
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.safety-check-lapsed.v1", rename_all = "camelCase")]
    Lapsed {
        /// The reason that it lapsed, without names of people.
        reason: Reason,
        /// The day on which it lapsed, in Amsterdam.
        occurred_on: NaiveDate,
    },
}

//! Who may not be forgotten for the time being, and why (bewaarplicht, opschorting): a stream for each whom holds cover.
//!
//! Those of before stand in one stream of the region.

use super::retention_schedule::Class;
use crate::category::Member;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{ActorId, HoldId, PersonId, Reason};

/// Events of which a timeline shows a member of a collection.
pub(super) const MEMBERS: &[Member] =
    &[Member::set("retention-hold-placed", "holds", "/hold"), Member::set("retention-hold-lifted", "lifted", "/hold")];

/// What happened to a hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// Nobody whom it covers is forgotten while it lasts (opschorting ingesteld).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.retention-hold-placed.v1", rename_all = "camelCase")]
    Placed {
        hold: HoldId,
        covers: Covers,
        reason: Reason,
        /// The last day; until it is lifted when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<NaiveDate>,
        placed_by: ActorId,
        occurred_on: NaiveDate,
    },

    /// It holds nobody any more (opschorting opgeheven).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.retention-hold-lifted.v1", rename_all = "camelCase")]
    Lifted { hold: HoldId, reason: Reason, lifted_by: ActorId, occurred_on: NaiveDate },
}

/// The people that a hold covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
#[schema(as = HoldCovers)]
pub enum Covers {
    /// Everybody in the region.
    Region,
    /// Everybody of one retention class.
    Class { class: Class },
    /// One person, by id.
    Person { person: PersonId },
}

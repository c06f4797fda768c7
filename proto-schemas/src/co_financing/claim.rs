//! What a region claims over one calendar year (cofinancieringsstaat).

use super::figures::{Line, Subtotal, Sum};
use crate::category::Member;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{ActorId, AttendanceDayId, BasisPoints, ClaimId, DocumentHash, Euros, Reason, SchemeCode};

/// The amount that companies are to contribute over the programme, as the consortium set it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// The amount to reach, in euro cents.
    pub amount: Euros,
    /// Its share of the subsidisable budget: never the share of a pupil's time.
    pub share: BasisPoints,
    /// The subsidisable budget, in euro cents.
    pub of: Euros,
    /// The first day of the programme.
    pub from: NaiveDate,
    /// The last day of the programme.
    pub until: NaiveDate,
}

/// Events of which a timeline shows a member of a collection.
pub(super) const MEMBERS: &[Member] = &[
    Member::set("claim-lines-frozen", "frozen", "/part"),
    Member::set("claim-day-claimed", "claimed", "/attendanceDays/0"),
];

/// What happened to a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A claim was begun (staat opgesteld).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.claim-drafted.v1", rename_all = "camelCase")]
    Drafted {
        scheme: SchemeCode,
        /// The calendar year that is claimed.
        year: u16,
        /// 1 January of that year.
        from: NaiveDate,
        /// 31 December of that year.
        until: NaiveDate,
        /// The actor who drafted the claim.
        by: ActorId,
    },

    /// It was handed to the controller (ingediend).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.claim-submitted.v1", rename_all = "camelCase")]
    Submitted {
        /// The actor who submitted the claim.
        by: ActorId,
    },

    /// The controller gave it back (teruggegeven).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.claim-returned.v1", rename_all = "camelCase")]
    Returned {
        /// The actor who returned the claim.
        by: ActorId,
        /// The reason for returning it, without names of people.
        reason: Reason,
    },

    /// The controller fixed it (vastgesteld): its lines are frozen, later corrections are lines of the next claim.
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.claim-fixed.v1", rename_all = "camelCase")]
    Fixed {
        claim: ClaimId,
        scheme: SchemeCode,
        /// The calendar year that is claimed.
        year: u16,
        /// The actor who fixed it: they verified none of its lines and did not submit it.
        by: ActorId,
        /// The position of the region's log of co-financing up to which lines were considered.
        cut_off: i64,
        /// The number of lines.
        count: u32,
        /// The sum of the lines, in euro cents.
        total: Euros,
        /// The part of the total per kind of line.
        subtotals: Vec<Subtotal>,
        /// Lines of days on which the pupils' shares count for more time than the longest attendance.
        group_effect: Sum,
        /// SHA-256 over the sorted lines, as in `figures`; the lines follow in `LinesFrozen`.
        digest: DocumentHash,
        /// The target as it stood.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<Target>,
    },

    /// Some of the lines of a fixed claim (regels bevroren), a few hundred at a time, in sorted order.
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.claim-lines-frozen.v1", rename_all = "camelCase")]
    LinesFrozen {
        claim: ClaimId,
        /// The number of this part, from 1.
        part: u32,
        /// The lines of this part.
        lines: Vec<Line>,
    },

    /// Attendance days that are claimed from now on and may be locked (aanwezigheidsdagen gedeclareerd),
    /// a few hundred at a time.
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.claim-day-claimed.v1", rename_all = "camelCase")]
    DayClaimed {
        claim: ClaimId,
        /// The attendance days that the claim locks.
        attendance_days: Vec<AttendanceDayId>,
    },
}

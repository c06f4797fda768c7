//! What a region claims over one calendar year (cofinancieringsstaat).

use super::figures::{Line, Subtotal, Sum};
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{ActorId, AttendanceDayId, BasisPoints, ClaimId, DocumentHash, Euros, Reason, SchemeCode};

/// What companies are to put in over the programme, as the consortium set it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// In euros.
    pub amount: Euros,
    /// Its share of the subsidisable budget: never the share of a pupil's time.
    pub share: BasisPoints,
    /// The subsidisable budget.
    pub of: Euros,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
}

/// What happened to a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A claim was begun (staat opgesteld).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.claim-drafted.v1", rename_all = "camelCase")]
    Drafted {
        /// Under which scheme.
        scheme: SchemeCode,
        /// The calendar year.
        year: u16,
        /// 1 January.
        from: NaiveDate,
        /// 31 December.
        until: NaiveDate,
        /// Who began it.
        by: ActorId,
    },

    /// It was handed to the controller (ingediend).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.claim-submitted.v1", rename_all = "camelCase")]
    Submitted {
        /// Who handed it in.
        by: ActorId,
    },

    /// The controller gave it back (teruggegeven).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.claim-returned.v1", rename_all = "camelCase")]
    Returned {
        /// Who gave it back.
        by: ActorId,
        /// Why.
        reason: Reason,
    },

    /// The controller fixed it (vastgesteld): its lines are frozen, later corrections are lines of the next claim.
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.claim-fixed.v1", rename_all = "camelCase")]
    Fixed {
        /// Which claim.
        claim: ClaimId,
        /// Under which scheme.
        scheme: SchemeCode,
        /// The calendar year.
        year: u16,
        /// Who fixed it: verified none of its lines and did not submit it.
        by: ActorId,
        /// The position of the region's log of co-financing up to which lines were considered.
        cut_off: i64,
        /// How many lines.
        count: u32,
        /// What they add up to.
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
        /// Which claim.
        claim: ClaimId,
        /// Which part, from 1.
        part: u32,
        /// The lines.
        lines: Vec<Line>,
    },

    /// Attendance days that are claimed from now on and may be locked (aanwezigheidsdagen gedeclareerd),
    /// a few hundred at a time.
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.claim-day-claimed.v1", rename_all = "camelCase")]
    DayClaimed {
        /// Which claim.
        claim: ClaimId,
        /// The days.
        attendance_days: Vec<AttendanceDayId>,
    },
}

//! What one identity may do in the region. One stream per actor, role and what it is bound to.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vocabulary::{ActorId, BranchCode, CompanyId, PersonId, Reason, Role};

/// What happened to a grant. It may be given again after it was revoked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// An actor was given a role; given again, the term is replaced (rol toegekend).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.role-granted.v1", rename_all = "camelCase")]
    Granted {
        actor: ActorId,
        role: Role,
        /// The school a school role is bound to, or the school whose working-group seat this is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        school: Option<BranchCode>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        company: Option<CompanyId>,
        /// The pupil themselves, or the child of the parent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<PersonId>,
        /// First day it holds; at once when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<NaiveDate>,
        /// Last day it holds; until revoked when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<NaiveDate>,
    },

    /// The role was taken back (rol ingetrokken).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.role-revoked.v1", rename_all = "camelCase")]
    Revoked { reason: Reason },
}

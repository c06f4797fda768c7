//! A funding scheme as data (regeling).

use crate::category::Member;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{ClaimId, Euros, Label, Minutes};

/// The maxima and requirements of a scheme. What the scheme does not limit is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Terms {
    /// The highest amount per activity, in euro cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_activity: Option<Euros>,
    /// The highest amount per week of a trainee, in euro cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_week: Option<Euros>,
    /// The highest amount per trainee, in euro cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_trainee: Option<Euros>,
    /// Least time of a trainee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<Minutes>,
    /// Most time of a trainee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<Minutes>,
    /// Whether a trainee must be registered before the start.
    #[serde(default)]
    pub register_before_start: bool,
    /// Days after the end within which it must be claimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 65535)]
    pub claim_within_days: Option<u16>,
    /// Years that papers are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 255)]
    pub papers_kept_years: Option<u8>,
}

/// Events of which a timeline shows a member of a collection.
pub(super) const MEMBERS: &[Member] = &[Member::set("scheme-claim-fixed", "claims", "/claim")];

/// What happened to a scheme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A scheme was registered (regeling vastgelegd), or its terms anew.
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.scheme-registered.v1", rename_all = "camelCase")]
    Registered {
        /// The name of the scheme.
        name: Label,
        /// The place where its terms are published.
        source: Label,
        terms: Terms,
    },

    /// A claim under this scheme was fixed (staat vastgesteld); claims under one scheme are fixed one after another.
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.scheme-claim-fixed.v1", rename_all = "camelCase")]
    ClaimFixed {
        claim: ClaimId,
        /// The calendar year of the claim.
        year: u16,
    },
}

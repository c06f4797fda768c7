//! One contribution in kind or cash, apart from attendance (bijdrage in natura of geld).

use crate::category::Member;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{ActorId, CompanyId, ContributionId, DocumentHash, Euros, Label, Minutes, Reason, SchemeCode};

/// The kind of contribution, with the inputs of its amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum What {
    /// Time of the company's people (uren), such as a guest lesson.
    Hours {
        /// The time that was put in, in minutes.
        minutes: Minutes,
        /// Euros an hour, as the region adopted it.
        rate: Euros,
        /// The version of the region's policy that the rate is from.
        policy_version: u32,
    },
    /// Use of a room or a machine (faciliteit).
    Facility,
    /// Material or equipment (materiaal of gereedschap).
    Material,
    /// Transport of pupils or people (reiskosten).
    Travel,
    /// Money that was paid (geld).
    Cash,
}

/// Events of which a timeline shows a member of a collection.
pub(super) const MEMBERS: &[Member] = &[Member::set("contribution-proof-attached", "papers", "/hash")];

/// What happened to a contribution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A contribution was recorded (bijdrage vastgelegd).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.contribution-recorded.v1", rename_all = "camelCase")]
    Recorded {
        contribution: ContributionId,
        /// The company that contributes.
        company: CompanyId,
        /// The only scheme that the contribution counts under.
        scheme: SchemeCode,
        /// The date of the contribution, in Amsterdam.
        date: NaiveDate,
        /// The kind of contribution, with the inputs of its amount.
        what: What,
        /// A description in words; never a person's name.
        description: Label,
        /// Its worth. For hours: minutes × rate, rounded once, half a cent or more away from zero.
        amount: Euros,
        /// The actor who recorded the contribution.
        by: ActorId,
    },

    /// A paper that shows it was attached (bewijsstuk toegevoegd).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.contribution-proof-attached.v1", rename_all = "camelCase")]
    ProofAttached {
        /// The SHA-256 of the paper's content.
        hash: DocumentHash,
        /// A title for the paper; never a person's name.
        title: Label,
    },

    /// The company signed for it (ondertekend door het bedrijf).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.contribution-signed.v1", rename_all = "camelCase")]
    Signed {
        /// The actor who signed for the company.
        by: ActorId,
        /// SHA-256 over its line, as in `figures`.
        digest: DocumentHash,
        /// The amount, in euro cents.
        amount: Euros,
        /// The papers that lay there.
        proofs: Vec<DocumentHash>,
    },

    /// A paper came in after the company had signed: its signature no longer stands (handtekening vervallen).
    #[serde(
        rename = "nl.sterktechniekonderwijs.co-financing.contribution-signature-voided.v1",
        rename_all = "camelCase"
    )]
    SignatureVoided {
        /// The digest that had been signed.
        digest: DocumentHash,
    },

    /// Another person of the region verified it (geverifieerd).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.contribution-verified.v1", rename_all = "camelCase")]
    Verified {
        /// The actor who verified: neither the one who recorded nor the one who signed.
        by: ActorId,
        /// The digest that was signed and verified.
        digest: DocumentHash,
        /// The amount, in euro cents.
        amount: Euros,
    },

    /// It was not accepted (afgewezen); a better one is recorded anew.
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.contribution-rejected.v1", rename_all = "camelCase")]
    Rejected {
        /// The actor who rejected it.
        by: ActorId,
        /// The reason for the rejection, without names of people.
        reason: Reason,
    },

    /// It was taken back (teruggedraaid).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.contribution-reversed.v1", rename_all = "camelCase")]
    Reversed {
        /// Its amount with the other sign, so that adding up events is enough.
        amount: Euros,
        /// The reason for taking it back, without names of people.
        reason: Reason,
        /// The actor who took it back.
        by: ActorId,
    },
}

//! One contribution in kind or cash, apart from attendance (bijdrage in natura of geld).

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{ActorId, CompanyId, ContributionId, DocumentHash, Euros, Label, Minutes, Reason, SchemeCode};

/// What was put in, with the inputs of its amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum What {
    /// Time of the company's people (uren), such as a guest lesson.
    Hours {
        /// How long.
        minutes: Minutes,
        /// Euros an hour, as the region adopted it.
        rate: Euros,
        /// The version of the region's policy that the rate is from.
        policy_version: u32,
    },
    /// Use of a room or a machine (faciliteit).
    Facility,
    /// Material or equipment (materiaal).
    Material,
    /// Transport of pupils or people (reiskosten).
    Travel,
    /// Money (geld).
    Cash,
}

/// What happened to a contribution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A contribution was recorded (bijdrage vastgelegd).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.contribution-recorded.v1", rename_all = "camelCase")]
    Recorded {
        /// Which contribution.
        contribution: ContributionId,
        /// Who puts it in.
        company: CompanyId,
        /// Under which scheme it counts: one and no other.
        scheme: SchemeCode,
        /// When it was put in.
        date: NaiveDate,
        /// What, with the inputs.
        what: What,
        /// What it was, in words; never a person's name.
        description: Label,
        /// Its worth. For hours: minutes × rate, rounded once, half a cent or more away from zero.
        amount: Euros,
        /// Who recorded it.
        by: ActorId,
    },

    /// A paper that shows it was attached (bewijsstuk toegevoegd).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.contribution-proof-attached.v1", rename_all = "camelCase")]
    ProofAttached {
        /// SHA-256 of the paper.
        hash: DocumentHash,
        /// What the paper is; never a person's name.
        title: Label,
    },

    /// The company signed for it (ondertekend door het bedrijf).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.contribution-signed.v1", rename_all = "camelCase")]
    Signed {
        /// Who signed for the company.
        by: ActorId,
        /// SHA-256 over its line, as in `figures`.
        digest: DocumentHash,
        /// What it was worth.
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
        /// What had been signed.
        digest: DocumentHash,
    },

    /// Another person of the region verified it (geverifieerd).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.contribution-verified.v1", rename_all = "camelCase")]
    Verified {
        /// Who verified: neither who recorded nor who signed.
        by: ActorId,
        /// What was signed and verified.
        digest: DocumentHash,
        /// What it is worth.
        amount: Euros,
    },

    /// It was not accepted (afgewezen); a better one is recorded anew.
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.contribution-rejected.v1", rename_all = "camelCase")]
    Rejected {
        /// Who rejected it.
        by: ActorId,
        /// Why.
        reason: Reason,
    },

    /// It was taken back (teruggedraaid).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.contribution-reversed.v1", rename_all = "camelCase")]
    Reversed {
        /// Its amount with the other sign, so that adding up events is enough.
        amount: Euros,
        /// Why.
        reason: Reason,
        /// Who took it back.
        by: ActorId,
    },
}

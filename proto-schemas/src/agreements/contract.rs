//! What happens to a hotspot contract (hotspotcontract).

use crate::category::Member;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{
    ActorId, BranchCode, Clause, CompanyId, ContractId, DocumentHash, HotspotId, KvkNumber, Label, Organisation,
};

/// The place where the theory is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TheoryAt {
    /// At school, in the classroom.
    School,
    /// At the company: a teacher or instructor comes along.
    Company,
    /// At school and at the company.
    Both,
}

/// What company and schools agree on for one hotspot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ContractTerms)]
#[schemars(rename = "ContractTerms")]
pub struct Terms {
    /// The theory that the hotspot offers (theorie).
    pub theory: Clause,
    /// The practice that the hotspot offers (praktijk).
    pub practice: Clause,
    /// The place where the theory is given (plaats van de theorie).
    pub theory_at: TheoryAt,
    /// The equipment the company makes available (apparatuur).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 50))]
    #[schema(max_items = 50)]
    pub equipment: Vec<Label>,
    /// How pupils are kept safe (veiligheid).
    pub safety: Clause,
    /// How the school insures its pupils (verzekering door de school).
    pub insurance: Clause,
    /// Who is liable for what (aansprakelijkheid).
    pub liability: Clause,
    /// What may be photographed, and shown where (fotoregels).
    pub photos: Clause,
    /// What the company contributes, and how it is accounted for (bijdrage).
    pub contribution: Clause,
    /// The first day it holds for.
    pub from: NaiveDate,
    /// The last day it holds for; without it, until it is amended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

/// Events of which a timeline shows a member of a collection.
pub(super) const MEMBERS: &[Member] = &[
    Member::set("contract-signed", "signatures", "/party"),
    Member::set("contract-school-joined", "schools", "/school"),
];

/// What happened to a hotspot contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A contract was drawn up for a hotspot (hotspotcontract opgesteld).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.contract-drawn-up.v1", rename_all = "camelCase")]
    DrawnUp {
        /// The contract itself: it is part of the text that is signed.
        contract: ContractId,
        /// The hotspot it is for.
        hotspot: HotspotId,
        /// The hotspot's name on that day.
        hotspot_name: Label,
        /// The company that hosts the hotspot.
        company: CompanyId,
        /// The company's name on that day.
        company_name: Label,
        /// The company's number at the Chamber of Commerce, where it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kvk: Option<KvkNumber>,
        /// The terms of the first edition.
        terms: Terms,
        /// The number of the form's wording that the document is drawn in.
        wording: u32,
        /// SHA-256 of the canonical text: what a signature is for.
        document_hash: DocumentHash,
    },
    /// A party signed the document as it stands (hotspotcontract ondertekend).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.contract-signed.v1", rename_all = "camelCase")]
    Signed {
        /// The company or one school.
        party: Organisation,
        /// The actor who signed for the party.
        by: ActorId,
        /// The document that was signed.
        document_hash: DocumentHash,
        /// The day of signing, in Amsterdam.
        signed_on: NaiveDate,
    },
    /// A new document took the old one's place; signatures under the old one are void (hotspotcontract gewijzigd).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.contract-amended.v1", rename_all = "camelCase")]
    Amended {
        /// The number of this document: 2 for the first amendment.
        edition: u32,
        /// The terms that hold from now on.
        terms: Terms,
        /// The number of the form's wording that the document is drawn in.
        wording: u32,
        /// SHA-256 of the new canonical text.
        document_hash: DocumentHash,
        /// The parties that had signed the former document and must sign again.
        voided: Vec<Organisation>,
    },
    /// The company and at least one school have signed the same document (hotspotcontract gesloten).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.contract-concluded.v1", rename_all = "camelCase")]
    Concluded {
        /// The hotspot it is for.
        hotspot: HotspotId,
        /// The company that signed the document.
        company: CompanyId,
        /// The schools that had signed by then.
        schools: Vec<BranchCode>,
        /// The document that was signed.
        document_hash: DocumentHash,
    },
    /// Another school signed a concluded contract (school toegetreden).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.contract-school-joined.v1", rename_all = "camelCase")]
    SchoolJoined {
        /// The hotspot it is for.
        hotspot: HotspotId,
        /// The school that signed.
        school: BranchCode,
        /// The document that was signed.
        document_hash: DocumentHash,
    },
}

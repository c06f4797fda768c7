//! What happens to a stage agreement (stageovereenkomst).

mod terms;

pub use terms::{DisputeLevel, Heard, Kind, Party, Payee, Permission, Stipend, Terms};

use crate::category::Member;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vocabulary::{ActorId, AgreementId, BranchCode, CompanyId, DocumentHash, Label, PersonId, Sealed};

/// Events of which a timeline shows a member of a collection.
pub(super) const MEMBERS: &[Member] = &[
    Member::set("stage-agreement-signed", "signatures", "/party"),
    Member::set("party-heard", "heard", "/who"),
    Member::set("end-consented", "consents", "/party"),
];

/// What happened to a stage agreement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// An agreement was drafted for one pupil at one company (stageovereenkomst opgesteld).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.stage-agreement-drafted.v1", rename_all = "camelCase")]
    Drafted {
        /// The agreement itself: it is part of the text that is signed.
        agreement: AgreementId,
        /// The pupil on the stage (stagiair).
        pupil: PersonId,
        /// The school that sends the pupil.
        school: BranchCode,
        /// The school's name on that day.
        school_name: Label,
        /// The company that receives the pupil (stagegever).
        company: CompanyId,
        /// The company's name on that day.
        company_name: Label,
        /// The terms of the first edition.
        terms: Terms,
        /// The number of the form's wording that the document is drawn in.
        wording: u32,
        /// SHA-256 of the canonical text: what a signature is for.
        document_hash: DocumentHash,
    },
    /// The draft was put before the parties (stageovereenkomst aangeboden).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.stage-agreement-offered.v1", rename_all = "camelCase")]
    Offered {
        /// The document that may now be signed.
        document_hash: DocumentHash,
    },
    /// A party signed the document as it stands (stageovereenkomst ondertekend).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.stage-agreement-signed.v1", rename_all = "camelCase")]
    Signed {
        /// The slot that was signed in: one of four.
        party: Party,
        /// The actor who signed.
        by: ActorId,
        /// The document that was signed.
        document_hash: DocumentHash,
        /// The day of signing, in Amsterdam.
        signed_on: NaiveDate,
        /// Whether the pupil was under 18 that day.
        pupil_minor: bool,
    },
    /// The form with the parents' permission was put on file at school (toestemmingsformulier vastgelegd).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.consent-form-recorded.v1", rename_all = "camelCase")]
    ConsentFormRecorded {
        /// The document the permission is for.
        document_hash: DocumentHash,
        /// The day the form was signed.
        given_on: NaiveDate,
        /// SHA-256 of the scanned form, where there is a scan.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        form_hash: Option<DocumentHash>,
        /// The actor who put the form on file.
        by: ActorId,
    },
    /// Everyone needed has signed: the stage may go on as agreed (stageovereenkomst in werking).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.stage-agreement-activated.v1", rename_all = "camelCase")]
    Activated {
        pupil: PersonId,
        school: BranchCode,
        company: CompanyId,
        /// The document they agreed on.
        document_hash: DocumentHash,
        /// Whose permission counts for the pupil's side.
        permission: Permission,
        /// The first day of the stage.
        from: NaiveDate,
        /// The last day of the stage.
        until: NaiveDate,
    },
    /// A new document took the old one's place; signatures and forms under the old one are void
    /// (stageovereenkomst gewijzigd).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.stage-agreement-amended.v1", rename_all = "camelCase")]
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
        voided: Vec<Party>,
    },
    /// A dispute was raised with the stagebegeleider, the first step of the ladder (geschil gemeld).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.dispute-raised.v1", rename_all = "camelCase")]
    DisputeRaised {
        /// 1 for the agreement's first dispute.
        number: u32,
        /// The party that raised the dispute.
        by: Party,
        /// The subject of the dispute; sealed with the pupil's key.
        subject: Sealed,
        /// The day it was raised.
        raised_on: NaiveDate,
    },
    /// A dispute went up one step (geschil voorgelegd).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.dispute-escalated.v1", rename_all = "camelCase")]
    DisputeEscalated {
        /// The number of the dispute within the agreement, from 1.
        number: u32,
        /// The step of the ladder where the dispute is now.
        to: DisputeLevel,
        /// The day it went up.
        escalated_on: NaiveDate,
    },
    /// A dispute was settled (geschil beslecht).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.dispute-settled.v1", rename_all = "camelCase")]
    DisputeSettled {
        /// The number of the dispute within the agreement, from 1.
        number: u32,
        /// The step of the ladder where it was settled.
        at: DisputeLevel,
        /// The outcome; sealed with the pupil's key.
        outcome: Sealed,
        /// The day it was settled.
        settled_on: NaiveDate,
    },
    /// Someone was heard before the school ends the stage (gehoord, art. 13.1).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.party-heard.v1", rename_all = "camelCase")]
    PartyHeard {
        /// The person who was heard, by role.
        who: Heard,
        /// The day of the hearing.
        heard_on: NaiveDate,
    },
    /// A party agreed to end the stage early (instemming met beëindiging, art. 13).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.end-consented.v1", rename_all = "camelCase")]
    EndConsented {
        /// The party that agreed.
        party: Party,
        /// The actor who spoke for the party.
        by: ActorId,
        /// The last day, the same for all.
        ends_on: NaiveDate,
    },
    /// School, company and pupil's side agreed to end the stage early (beëindigd bij onderling goedvinden, art. 13).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.ended-by-consent.v1", rename_all = "camelCase")]
    EndedByConsent {
        /// The last day of the stage.
        ends_on: NaiveDate,
    },
    /// The school ended the stage in writing (beëindigd door de school, art. 13.1).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.ended-by-school.v1", rename_all = "camelCase")]
    EndedBySchool {
        /// The last day of the stage.
        ends_on: NaiveDate,
        /// The school's reasons; sealed with the pupil's key.
        reasons: Sealed,
        /// The actor who decided.
        by: ActorId,
    },
    /// The company ended the stage in writing, with reasons (beëindigd door de stagegever, art. 13.2).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.ended-by-company.v1", rename_all = "camelCase")]
    EndedByCompany {
        /// The last day of the stage.
        ends_on: NaiveDate,
        /// The company's reasons, as written to school and pupil.
        reasons: Sealed,
        /// The actor who decided.
        by: ActorId,
    },
}

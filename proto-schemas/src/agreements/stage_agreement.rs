//! What happens to a stage agreement (stageovereenkomst).

mod terms;

pub use terms::{DisputeLevel, Heard, Kind, Party, Payee, Permission, Stipend, Terms};

use crate::Sealed;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vocabulary::{ActorId, AgreementId, BranchCode, CompanyId, DocumentHash, Label, PersonId};

/// What happened to a stage agreement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// An agreement was drafted for one pupil at one company (stageovereenkomst opgesteld).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.stage-agreement-drafted.v1", rename_all = "camelCase")]
    Drafted {
        /// The agreement itself: it is part of the text that is signed.
        agreement: AgreementId,
        /// The pupil (stagiair).
        pupil: PersonId,
        /// The school that sends the pupil.
        school: BranchCode,
        /// The school's name on that day.
        school_name: Label,
        /// The company that receives the pupil (stagegever).
        company: CompanyId,
        /// The company's name on that day.
        company_name: Label,
        /// What is agreed.
        terms: Terms,
        /// Which wording of the form the document is drawn in.
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
        /// In which of the four slots.
        party: Party,
        /// Who signed.
        by: ActorId,
        /// The document that was signed.
        document_hash: DocumentHash,
        /// The day of signing.
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
        /// Who put it on file.
        by: ActorId,
    },
    /// Everyone needed has signed: the stage may go on as agreed (stageovereenkomst in werking).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.stage-agreement-activated.v1", rename_all = "camelCase")]
    Activated {
        /// The pupil.
        pupil: PersonId,
        /// The school.
        school: BranchCode,
        /// The company.
        company: CompanyId,
        /// The document they agreed on.
        document_hash: DocumentHash,
        /// Whose word stands for the pupil's side.
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
        /// Which document this is: 2 for the first amendment.
        edition: u32,
        /// What is agreed from now on.
        terms: Terms,
        /// Which wording of the form the document is drawn in.
        wording: u32,
        /// SHA-256 of the new canonical text.
        document_hash: DocumentHash,
        /// Who had signed the former document and must sign again.
        voided: Vec<Party>,
    },
    /// A dispute was raised with the stagebegeleider, the first step of the ladder (geschil gemeld).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.dispute-raised.v1", rename_all = "camelCase")]
    DisputeRaised {
        /// 1 for the agreement's first dispute.
        number: u32,
        /// Who raised it.
        by: Party,
        /// What it is about.
        subject: Sealed,
        /// The day it was raised.
        raised_on: NaiveDate,
    },
    /// A dispute went up one step (geschil voorgelegd).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.dispute-escalated.v1", rename_all = "camelCase")]
    DisputeEscalated {
        /// Which dispute.
        number: u32,
        /// Where it lies now.
        to: DisputeLevel,
        /// The day it went up.
        escalated_on: NaiveDate,
    },
    /// A dispute was settled (geschil beslecht).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.dispute-settled.v1", rename_all = "camelCase")]
    DisputeSettled {
        /// Which dispute.
        number: u32,
        /// At which step.
        at: DisputeLevel,
        /// What came of it.
        outcome: Sealed,
        /// The day it was settled.
        settled_on: NaiveDate,
    },
    /// Someone was heard before the school ends the stage (gehoord, art. 13.1).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.party-heard.v1", rename_all = "camelCase")]
    PartyHeard {
        /// Who was heard.
        who: Heard,
        /// The day of the hearing.
        heard_on: NaiveDate,
    },
    /// A party agreed to end the stage early (instemming met beëindiging, art. 13).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.end-consented.v1", rename_all = "camelCase")]
    EndConsented {
        /// Which party.
        party: Party,
        /// Who spoke for it.
        by: ActorId,
        /// The last day, the same for all.
        ends_on: NaiveDate,
    },
    /// School, company and pupil's side agreed to end the stage early (beëindigd bij onderling goedvinden, art. 13).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.ended-by-consent.v1", rename_all = "camelCase")]
    EndedByConsent {
        /// The last day.
        ends_on: NaiveDate,
    },
    /// The school ended the stage in writing (beëindigd door de school, art. 13.1).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.ended-by-school.v1", rename_all = "camelCase")]
    EndedBySchool {
        /// The last day.
        ends_on: NaiveDate,
        /// The school's reasons.
        reasons: Sealed,
        /// Who decided.
        by: ActorId,
    },
    /// The company ended the stage in writing, with reasons (beëindigd door de stagegever, art. 13.2).
    #[serde(rename = "nl.sterktechniekonderwijs.agreements.ended-by-company.v1", rename_all = "camelCase")]
    EndedByCompany {
        /// The last day.
        ends_on: NaiveDate,
        /// The company's reasons, as written to school and pupil.
        reasons: Sealed,
        /// Who decided.
        by: ActorId,
    },
}

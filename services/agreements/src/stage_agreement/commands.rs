//! What may be asked of a stage agreement.

use chrono::NaiveDate;
use proto_schemas::agreements::stage_agreement::{DisputeLevel, Heard, Party, Terms};
use vocabulary::{AgreementId, BranchCode, CompanyId, DocumentHash, Label, Minutes, PersonId, Sealed};

/// What may be asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Put terms for one pupil on paper.
    Draft(Box<Draft>),
    /// Put the draft before the parties.
    Offer,
    /// Sign the document as it stands.
    Sign(Sign),
    /// Put a parent's form on file.
    RecordConsentForm(RecordConsentForm),
    /// Put other terms in the place of the old ones.
    Amend(Box<Proposal>),
    /// Bring a dispute before the stagebegeleider.
    RaiseDispute { by: Party, subject: Sealed },
    /// Bring it one step up.
    EscalateDispute { number: u32, to: DisputeLevel },
    /// Say what came of it.
    SettleDispute { number: u32, outcome: Sealed },
    /// Note that someone was heard.
    HearParty { who: Heard, heard_on: NaiveDate },
    /// Agree to an early end.
    ConsentToEnd { party: Party, ends_on: NaiveDate, pupil_minor: bool },
    /// End it for the school.
    EndBySchool(End),
    /// End it for the company.
    EndByCompany(End),
}

/// The first document of an agreement.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Whom it binds.
    pub subject: Subject,
    /// What is to be agreed.
    pub proposal: Proposal,
}

/// Whom an agreement binds: no amendment changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The agreement's own id.
    pub agreement: AgreementId,
    /// The pupil.
    pub pupil: PersonId,
    /// The school that sends the pupil.
    pub school: BranchCode,
    /// Its name on the day of drafting.
    pub school_name: Label,
    /// The company that receives the pupil.
    pub company: CompanyId,
    /// Its name on the day of drafting.
    pub company_name: Label,
}

/// Terms, and what the hub knows of those named in them.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// What is to be agreed.
    pub terms: Terms,
    /// The school where the stagedocent works.
    pub teacher_of: BranchCode,
    /// The company where the stagebegeleider works.
    pub supervisor_of: CompanyId,
    /// Least active supervision a day (policy).
    pub least_supervision: Minutes,
}

/// A signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// In which slot.
    pub party: Party,
    /// What the signatory has read.
    pub document_hash: DocumentHash,
    /// Whether the pupil is under 18 today, by the sealed birth date.
    pub pupil_minor: bool,
}

/// A form on paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordConsentForm {
    /// The document the form is for.
    pub document_hash: DocumentHash,
    /// The day it was signed.
    pub given_on: NaiveDate,
    /// The scan's hash.
    pub form_hash: Option<DocumentHash>,
    /// Whether the pupil was under 18 on that day.
    pub pupil_minor: bool,
}

/// An end in writing.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// The last day.
    pub ends_on: NaiveDate,
    /// Why. **Invariant:** there is no end by one side without reasons.
    pub reasons: Sealed,
}

impl From<Draft> for Command {
    fn from(command: Draft) -> Self {
        Self::Draft(Box::new(command))
    }
}

impl From<Proposal> for Command {
    fn from(command: Proposal) -> Self {
        Self::Amend(Box::new(command))
    }
}

impl From<Sign> for Command {
    fn from(command: Sign) -> Self {
        Self::Sign(command)
    }
}

impl From<RecordConsentForm> for Command {
    fn from(command: RecordConsentForm) -> Self {
        Self::RecordConsentForm(command)
    }
}

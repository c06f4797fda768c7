//! A stage agreement is what school, company and pupil agree on for one stage (stageovereenkomst, art. 1–14).
//!
//! Unwritten ─draft→ Draft ─offer→ Offered ─school, company and the pupil's side sign→ Active ─end→ Ended
//!                                    ↑                                                  │
//!                                    └───────────────────────amend──────────────────────┘
//!
//! It also ends by itself after its last day (art. 13): nobody has to say so, so there is no event for it.

pub mod age;
pub(crate) mod api;
mod commands;
pub mod document;
mod ending;
mod ladder;
pub mod need;
mod proposal;
mod refusal;
mod signing;

pub use commands::{Command, Draft, End, Proposal, RecordConsentForm, Sign, Subject};
pub use ladder::Dispute;
pub use refusal::Refusal;
pub use signing::Signature;

use chrono::NaiveDate;
use decider::{Aggregate, CommandContext};
use proto_schemas::agreements::stage_agreement::{Event, Heard, Party, Terms};
use std::collections::BTreeSet;
use vocabulary::{AgreementId, DocumentHash};

/// An agreement, or none yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum StageAgreement {
    #[default]
    Unwritten,
    Written(Box<Paper>),
}

/// How far an agreement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Only its school has it.
    Draft,
    /// The parties may sign.
    Offered,
    /// It is in force.
    Active,
    /// It ended before its time, with this last day.
    Ended(NaiveDate),
}

/// The document as it stands, and all that happened under it.
#[derive(Clone, Debug, PartialEq)]
pub struct Paper {
    pub subject: Subject,
    pub terms: Terms,
    /// 1 for the first document, one more with each amendment.
    pub edition: u32,
    pub wording: u32,
    pub document_hash: DocumentHash,
    pub phase: Phase,
    /// Whether it has been in force, under this edition or a former one.
    pub begun: bool,
    /// Under this edition only.
    pub signatures: Vec<Signature>,
    /// When the form on file for this edition was signed.
    pub consent_form: Option<NaiveDate>,
    pub disputes: Vec<Dispute>,
    pub heard: BTreeSet<Heard>,
    /// Who agreed to end on which day.
    pub end_consents: Vec<(Party, NaiveDate)>,
}

impl Aggregate for StageAgreement {
    const CATEGORY: &'static str = "stage-agreement";
    type Id = AgreementId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        match (self, command) {
            (Self::Unwritten, Command::Draft(draft)) => proposal::draft(draft),
            (Self::Unwritten, _) => Err(Refusal::Unwritten),
            (Self::Written(paper), command) => paper.decide(command, asked),
        }
    }

    fn evolve(self, event: Event) -> Self {
        match self {
            Self::Unwritten => Paper::first(event).map_or(Self::Unwritten, |paper| Self::Written(Box::new(paper))),
            Self::Written(paper) => Self::Written(Box::new(paper.after(event))),
        }
    }
}

impl Paper {
    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Draft(draft) if self.is(draft) => Ok(vec![]),
            Command::Draft(_) => Err(Refusal::AlreadyDrafted),
            Command::Offer => self.offer(asked),
            Command::Sign(sign) => self.sign(sign, asked),
            Command::RecordConsentForm(form) => self.record_consent_form(form, asked),
            Command::Amend(proposal) => self.amend(proposal, asked),
            Command::RaiseDispute { by, subject } => self.raise_dispute(*by, subject, asked),
            Command::EscalateDispute { number, to } => self.escalate_dispute(*number, *to, asked),
            Command::SettleDispute { number, outcome } => self.settle_dispute(*number, outcome, asked),
            Command::HearParty { who, heard_on } => self.hear(*who, *heard_on, asked),
            Command::ConsentToEnd { party, ends_on, pupil_minor } => {
                self.consent_to_end(*party, *ends_on, *pupil_minor, asked)
            }
            Command::EndBySchool(end) => self.end_by_school(end, asked),
            Command::EndByCompany(end) => self.end_by_company(end, asked),
        }
    }

    fn first(event: Event) -> Option<Self> {
        match event {
            Event::Drafted {
                agreement,
                pupil,
                school,
                school_name,
                company,
                company_name,
                terms,
                wording,
                document_hash,
            } => Some(Self {
                subject: Subject { agreement, pupil, school, school_name, company, company_name },
                terms,
                edition: 1,
                wording,
                document_hash,
                phase: Phase::Draft,
                begun: false,
                signatures: vec![],
                consent_form: None,
                disputes: vec![],
                heard: BTreeSet::new(),
                end_consents: vec![],
            }),
            _ => None,
        }
    }

    fn after(mut self, event: Event) -> Self {
        match event {
            Event::Drafted { .. } => {}
            Event::Offered { .. } => self.phase = Phase::Offered,
            Event::Signed { party, by, signed_on, pupil_minor, .. } => {
                self.signatures.push(Signature { party, by, signed_on, pupil_minor });
            }
            Event::ConsentFormRecorded { given_on, .. } => self.consent_form = Some(given_on),
            Event::Activated { .. } => {
                self.phase = Phase::Active;
                self.begun = true;
            }
            Event::Amended { edition, terms, wording, document_hash, .. } => {
                self.phase = if self.phase == Phase::Draft { Phase::Draft } else { Phase::Offered };
                self.signatures.clear();
                self.consent_form = None;
                self = Self { edition, terms, wording, document_hash, ..self };
            }
            Event::DisputeRaised { number, .. } => self.disputes.push(Dispute::raised(number)),
            Event::DisputeEscalated { number, to, .. } => self.dispute_now(number, |dispute| dispute.level = to),
            Event::DisputeSettled { number, .. } => self.dispute_now(number, |dispute| dispute.settled = true),
            Event::PartyHeard { who, .. } => {
                self.heard.insert(who);
            }
            Event::EndConsented { party, ends_on, .. } => {
                self.end_consents.retain(|(other, _)| *other != party);
                self.end_consents.push((party, ends_on));
            }
            Event::EndedByConsent { ends_on }
            | Event::EndedBySchool { ends_on, .. }
            | Event::EndedByCompany { ends_on, .. } => self.phase = Phase::Ended(ends_on),
        }
        self
    }

    /// The document; `None` when its wording is not known here.
    #[must_use]
    pub fn document(&self) -> Option<documents::Document> {
        document::document(self.wording, &self.subject, self.edition, &self.terms)
    }

    /// Refused once the stage is over, early or by its last day.
    fn still_open(&self, asked: &CommandContext) -> Result<(), Refusal> {
        match self.phase {
            Phase::Ended(ended) => Err(Refusal::Over { ended }),
            _ if self.terms.until < asked.today() => Err(Refusal::Over { ended: self.terms.until }),
            Phase::Draft | Phase::Offered | Phase::Active => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;

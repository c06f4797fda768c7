//! A hotspot contract is what a company and schools agree on for one hotspot.
//!
//! Unwritten ─draw up→ Open ─company and one school sign→ Concluded ─another school signs→ Concluded
//!                      ↑                                     │
//!                      └──────────────amend──────────────────┘

pub(crate) mod api;
mod commands;
pub mod document;

pub use commands::{Command, DrawUp, Refusal, Sign, Subject};

use chrono::NaiveDate;
use decider::{Aggregate, CommandContext};
use proto_schemas::agreements::contract::{Event, Terms};
use vocabulary::{ActorId, BranchCode, ContractId, DocumentHash, Organisation, Role};

/// A contract, or none yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Contract {
    #[default]
    Unwritten,
    Written(Box<Paper>),
}

/// The document as it stands, and who signed it.
#[derive(Clone, Debug, PartialEq)]
pub struct Paper {
    pub subject: Subject,
    pub terms: Terms,
    /// 1 for the first document, one more with each amendment.
    pub edition: u32,
    pub wording: u32,
    pub document_hash: DocumentHash,
    /// Under this edition only.
    pub signatures: Vec<Signature>,
    pub concluded: bool,
}

/// A signature under the current document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub party: Organisation,
    pub by: ActorId,
    pub signed_on: NaiveDate,
}

impl Aggregate for Contract {
    const CATEGORY: &'static str = "contract";
    type Id = ContractId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        match (self, command) {
            (Self::Unwritten, Command::DrawUp(draft)) => draw_up(draft),
            (Self::Unwritten, Command::Sign(_) | Command::Amend(_)) => Err(Refusal::Unwritten),
            (Self::Written(paper), Command::DrawUp(draft)) if paper.is(draft) => Ok(vec![]),
            (Self::Written(_), Command::DrawUp(_)) => Err(Refusal::AlreadyDrawnUp),
            (Self::Written(paper), Command::Sign(sign)) => paper.sign(sign, asked),
            (Self::Written(paper), Command::Amend(terms)) => paper.amend(terms),
        }
    }

    fn evolve(self, event: Event) -> Self {
        match (self, event) {
            (Self::Unwritten, event) => Paper::first(event).map_or(Self::Unwritten, Self::written),
            (Self::Written(paper), event) => Self::written(paper.after(event)),
        }
    }
}

impl Contract {
    fn written(paper: Paper) -> Self {
        Self::Written(Box::new(paper))
    }
}

fn draw_up(draft: &DrawUp) -> Result<Vec<Event>, Refusal> {
    let DrawUp { subject, terms } = draft.clone();
    check(&terms)?;
    let document_hash = document::newest(&subject, 1, &terms).hash().into();
    let Subject { contract, hotspot, hotspot_name, company, company_name, kvk } = subject;
    let wording = document::WORDING;
    Ok(vec![Event::DrawnUp {
        contract,
        hotspot,
        hotspot_name,
        company,
        company_name,
        kvk,
        terms,
        wording,
        document_hash,
    }])
}

fn check(terms: &Terms) -> Result<(), Refusal> {
    if terms.until.is_some_and(|until| until < terms.from) { Err(Refusal::EndsBeforeStart) } else { Ok(()) }
}

impl Paper {
    /// The document; `None` when its wording is not known here.
    #[must_use]
    pub fn document(&self) -> Option<documents::Document> {
        document::document(self.wording, &self.subject, self.edition, &self.terms)
    }

    /// The schools that signed this edition, in the order of signing.
    pub fn schools(&self) -> impl Iterator<Item = &BranchCode> {
        self.signatures.iter().filter_map(|signature| match &signature.party {
            Organisation::School(school) => Some(school),
            Organisation::Company(_) => None,
        })
    }

    fn is(&self, draft: &DrawUp) -> bool {
        self.subject == draft.subject && self.terms == draft.terms
    }

    fn has_signed(&self, party: &Organisation) -> bool {
        self.signatures.iter().any(|signature| signature.party == *party)
    }

    fn sign(&self, sign: &Sign, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        self.may_sign(&sign.party, asked)?;
        if sign.document_hash != self.document_hash {
            return Err(Refusal::OtherDocument);
        }
        if self.has_signed(&sign.party) {
            return Ok(vec![]);
        }
        let signed_on = asked.today();
        if let Some(ended) = self.terms.until.filter(|until| *until < signed_on) {
            return Err(Refusal::Over { ended });
        }
        let (party, document_hash) = (sign.party.clone(), self.document_hash.clone());
        let signed = Event::Signed { party, by: asked.by.id, document_hash, signed_on };
        let follows = self.clone().after(signed.clone()).reached(self.concluded, &sign.party);
        Ok([signed].into_iter().chain(follows).collect())
    }

    /// The role and the organisation of the grant acted under, not what the request says, decide who signs.
    fn may_sign(&self, party: &Organisation, asked: &CommandContext) -> Result<(), Refusal> {
        let for_it = asked.by.organisation.as_ref() == Some(party);
        match party {
            Organisation::Company(company) if *company != self.subject.company => Err(Refusal::NotAParty),
            Organisation::Company(_) if for_it && asked.by.role == Role::CompanySignatory => Ok(()),
            Organisation::Company(_) => Err(Refusal::NotItsSignatory),
            Organisation::School(_) if for_it && matches!(asked.by.role, Role::Teacher | Role::WorkingGroupMember) => {
                Ok(())
            }
            Organisation::School(_) => Err(Refusal::NotOfTheSchool),
        }
    }

    /// What a signature just given makes of the contract.
    fn reached(&self, was_concluded: bool, party: &Organisation) -> Option<Event> {
        let hotspot = self.subject.hotspot;
        let document_hash = self.document_hash.clone();
        let schools: Vec<_> = self.schools().cloned().collect();
        match party {
            Organisation::School(school) if was_concluded => {
                Some(Event::SchoolJoined { hotspot, school: school.clone(), document_hash })
            }
            _ if was_concluded || schools.is_empty() => None,
            _ if !self.has_signed(&Organisation::Company(self.subject.company)) => None,
            _ => Some(Event::Concluded { hotspot, company: self.subject.company, schools, document_hash }),
        }
    }

    fn amend(&self, terms: &Terms) -> Result<Vec<Event>, Refusal> {
        check(terms)?;
        if *terms == self.terms {
            return Ok(vec![]);
        }
        let edition = self.edition.saturating_add(1);
        let document_hash = document::newest(&self.subject, edition, terms).hash().into();
        let voided = self.signatures.iter().map(|signature| signature.party.clone()).collect();
        Ok(vec![Event::Amended { edition, terms: terms.clone(), wording: document::WORDING, document_hash, voided }])
    }

    fn first(event: Event) -> Option<Self> {
        match event {
            Event::DrawnUp {
                contract,
                hotspot,
                hotspot_name,
                company,
                company_name,
                kvk,
                terms,
                wording,
                document_hash,
            } => Some(Self {
                subject: Subject { contract, hotspot, hotspot_name, company, company_name, kvk },
                terms,
                edition: 1,
                wording,
                document_hash,
                signatures: vec![],
                concluded: false,
            }),
            _ => None,
        }
    }

    fn after(mut self, event: Event) -> Self {
        match event {
            Event::Signed { party, by, signed_on, .. } => self.signatures.push(Signature { party, by, signed_on }),
            Event::Amended { edition, terms, wording, document_hash, .. } => {
                self = Self { edition, terms, wording, document_hash, signatures: vec![], concluded: false, ..self };
            }
            Event::Concluded { .. } => self.concluded = true,
            Event::SchoolJoined { .. } | Event::DrawnUp { .. } => {}
        }
        self
    }
}

#[cfg(test)]
mod tests;

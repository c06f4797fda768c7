//! A contribution is one thing a company put in apart from attendance: hours, a facility, material, travel or cash.
//!
//! ```text
//! nothing ─record→ Recorded ─sign→ Signed ─verify→ Verified
//!                     │  ↑ proof      │ └─proof: the signature is void
//!                     └──── reject ───┴→ Rejected        (from any of them: reverse → Reversed)
//! ```
//!
//! **Invariant:** never edited; a paper proves one living contribution (`proof`), so none stands in two schemes.

pub(crate) mod api;
mod commands;
#[cfg(test)]
mod tests;

pub use commands::{Command, Refusal};

use chrono::NaiveDate;
use decider::{Aggregate, CommandContext};
use proto_schemas::co_financing::{
    contribution::{Event, What},
    figures::{self, Kind, Line},
};
use vocabulary::{ActorId, CompanyId, ContributionId, DocumentHash, Euros, Label, Role, SchemeCode};

/// A contribution as its history left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contribution {
    /// Absent before it was recorded.
    pub recorded: Option<Recorded>,
    /// Papers, in the order they came.
    pub proofs: Vec<DocumentHash>,
    /// Who signed for it as it stands.
    pub signed_by: Option<ActorId>,
    /// Who verified it.
    pub verified_by: Option<ActorId>,
    /// Rejected or taken back.
    pub ended: bool,
}

/// What was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Which contribution.
    pub id: ContributionId,
    /// Who puts it in.
    pub company: CompanyId,
    /// Under which scheme.
    pub scheme: SchemeCode,
    pub date: NaiveDate,
    /// What.
    pub what: What,
    /// In words.
    pub description: Label,
    /// Its worth.
    pub amount: Euros,
    /// Who recorded it.
    pub by: ActorId,
}

/// The kind of line that a contribution is.
#[must_use]
pub fn kind(what: &What) -> Kind {
    match what {
        What::Hours { .. } => Kind::Hours,
        What::Facility => Kind::Facility,
        What::Material => Kind::Material,
        What::Travel => Kind::Travel,
        What::Cash => Kind::Cash,
    }
}

impl Recorded {
    /// The line as it is signed, verified and claimed.
    #[must_use]
    pub fn line(&self) -> Line {
        Line {
            reference: figures::contribution_line(self.id),
            kind: kind(&self.what),
            company: self.company,
            date: self.date,
            amount: self.amount,
            attendance_day: None,
            group_effect: false,
        }
    }
}

impl Aggregate for Contribution {
    const CATEGORY: &'static str = "contribution";
    type Id = ContributionId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Record { contribution, company, scheme, date, what, description, worth } => {
                if self.recorded.is_some() {
                    return Err(Refusal::AlreadyRecorded);
                }
                if *date > asked.today() {
                    return Err(Refusal::InTheFuture { date: *date });
                }
                Ok(vec![Event::Recorded {
                    contribution: *contribution,
                    company: *company,
                    scheme: scheme.clone(),
                    date: *date,
                    what: what.clone(),
                    description: description.clone(),
                    amount: amount(what, *worth)?,
                    by: asked.by.id,
                }])
            }
            Command::AttachProof { hash, title } => self.attach(hash, title),
            Command::Sign { digest } => self.sign(digest, asked),
            Command::Verify => self.verify(asked),
            Command::Reject { reason } => {
                self.living()?;
                if self.verified_by.is_some() {
                    return Err(Refusal::AlreadyVerified);
                }
                Ok(vec![Event::Rejected { by: asked.by.id, reason: reason.clone() }])
            }
            Command::Reverse { reason } => {
                let recorded = self.living()?;
                let amount = -recorded.amount;
                Ok(vec![Event::Reversed { amount, reason: reason.clone(), by: asked.by.id }])
            }
        }
    }

    fn evolve(mut self, event: Event) -> Self {
        match event {
            Event::Recorded { contribution, company, scheme, date, what, description, amount, by } => {
                let id = contribution;
                self.recorded = Some(Recorded { id, company, scheme, date, what, description, amount, by });
            }
            Event::ProofAttached { hash, .. } => self.proofs.push(hash),
            Event::Signed { by, .. } => self.signed_by = Some(by),
            Event::SignatureVoided { .. } => self.signed_by = None,
            Event::Verified { by, .. } => self.verified_by = Some(by),
            Event::Rejected { .. } | Event::Reversed { .. } => self.ended = true,
        }
        self
    }
}

impl Contribution {
    fn living(&self) -> Result<&Recorded, Refusal> {
        match &self.recorded {
            None => Err(Refusal::NotRecorded),
            Some(_) if self.ended => Err(Refusal::Ended),
            Some(recorded) => Ok(recorded),
        }
    }

    fn attach(&self, hash: &DocumentHash, title: &Label) -> Result<Vec<Event>, Refusal> {
        let recorded = self.living()?;
        if self.proofs.contains(hash) {
            return Ok(vec![]);
        }
        if self.verified_by.is_some() {
            return Err(Refusal::AlreadyVerified);
        }
        let mut events = vec![Event::ProofAttached { hash: hash.clone(), title: title.clone() }];
        if self.signed_by.is_some() {
            events.push(Event::SignatureVoided { digest: figures::digest(&[recorded.line()]) });
        }
        Ok(events)
    }

    fn sign(&self, digest: &DocumentHash, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        let recorded = self.living()?;
        let now = figures::digest(&[recorded.line()]);
        if *digest != now {
            return Err(Refusal::Changed);
        }
        if self.signed_by.is_some() {
            return Ok(vec![]);
        }
        let proofs = self.proofs.clone();
        Ok(vec![Event::Signed { by: asked.by.id, digest: now, amount: recorded.amount, proofs }])
    }

    fn verify(&self, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        let recorded = self.living()?;
        if self.verified_by.is_some() {
            return Ok(vec![]);
        }
        let signed_by = self.signed_by.ok_or(Refusal::NotSigned)?;
        if asked.by.role == Role::Teacher {
            return Err(Refusal::Teacher);
        }
        if [recorded.by, signed_by].contains(&asked.by.id) {
            return Err(Refusal::OwnWork);
        }
        // Hours are shown by the two signatures; whatever was bought or lent has a paper (S10).
        if self.proofs.is_empty() && !matches!(recorded.what, What::Hours { .. }) {
            return Err(Refusal::NoProof);
        }
        let digest = figures::digest(&[recorded.line()]);
        Ok(vec![Event::Verified { by: asked.by.id, digest, amount: recorded.amount }])
    }
}

fn amount(what: &What, worth: Option<Euros>) -> Result<Euros, Refusal> {
    let amount = match (what, worth) {
        (What::Hours { minutes, rate, .. }, None) => figures::actual(*minutes, *rate),
        (What::Hours { .. }, Some(_)) | (_, None) => return Err(Refusal::AmountMisplaced),
        (What::Facility | What::Material | What::Travel | What::Cash, Some(worth)) => worth,
    };
    match amount.cents() {
        ..1 => Err(Refusal::WorthNothing),
        // Hours times a rate as well: each alone may be in range.
        _ if !amount.is_in_range() => Err(Refusal::WorthTooMuch),
        _ => Ok(amount),
    }
}

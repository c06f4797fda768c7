//! A hotspot is one company site where pupils learn what school cannot offer.
//!
//! Unproposed ─propose→ Proposed ─open→ Open ─suspend→ Suspended ─open→ Open
//!                          └────────retire→ Retired ←retire────┘
//!
//! It opens with all its papers only: education, plan of approach, contract, safety check.

pub(crate) mod api;
mod commands;
pub(crate) mod reactions;

pub use commands::{Command, Paper, Refusal};

use chrono::{Months, NaiveDate};
use decider::{Aggregate, CommandContext};
use proto_schemas::hotspots::hotspot::{Education, Event, TheoryPlace};
use std::collections::BTreeSet;
use vocabulary::{BranchCode, CompanyId, ContractId, DocumentHash, HotspotId, SafetyCheckId};

/// A hotspot, as its history left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Hotspot {
    /// Nothing happened yet.
    #[default]
    Unproposed,
    /// It may open once its papers are there.
    Proposed(Papers),
    /// Sessions may be planned.
    Open(Papers),
    /// No new sessions for now.
    Suspended(Papers),
    /// It is no more.
    Retired(Papers),
}

/// What is known of a hotspot, and what it may open on.
#[derive(Clone, Debug, PartialEq)]
pub struct Papers {
    /// Where it is.
    pub company: CompanyId,
    /// What it teaches.
    pub education: Option<Education>,
    /// The plan of approach, and where it puts the theory.
    pub plan: Option<(DocumentHash, TheoryPlace)>,
    /// The contracts, each with a school that signed it.
    pub contracts: BTreeSet<(ContractId, BranchCode)>,
    /// The safety check.
    pub check: Option<Check>,
}

/// A safety check, as far as a hotspot cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which one.
    pub id: SafetyCheckId,
    /// The day the workplace was looked at.
    pub checked_on: NaiveDate,
    /// The last day it is good for.
    pub valid_until: NaiveDate,
}

impl Check {
    /// The last day it is good for when checks are good for `months`: a shorter term than the one
    /// it was drawn up under counts, a longer one does not lengthen it.
    fn good_until(&self, months: u8) -> NaiveDate {
        last_day(self.checked_on, months).min(self.valid_until)
    }
}

/// The last day a check of `checked_on` is good for.
#[must_use]
pub fn last_day(checked_on: NaiveDate, months: u8) -> NaiveDate {
    checked_on.checked_add_months(Months::new(u32::from(months))).unwrap_or(NaiveDate::MAX)
}

impl Papers {
    fn missing(&self) -> Vec<Paper> {
        [
            (self.education.is_none(), Paper::Education),
            (self.plan.is_none(), Paper::PlanOfApproach),
            (self.contracts.is_empty(), Paper::Contract),
            (self.check.is_none(), Paper::SafetyCheck),
        ]
        .into_iter()
        .filter_map(|(missing, paper)| missing.then_some(paper))
        .collect()
    }

    fn suffice_on(&self, date: NaiveDate, months: u8) -> Result<(), Refusal> {
        let missing = self.missing();
        if !missing.is_empty() {
            return Err(Refusal::PapersMissing(missing));
        }
        match self.check.map(|check| check.good_until(months)) {
            Some(valid_until) if date > valid_until => Err(Refusal::SafetyCheckTooOld { valid_until }),
            Some(_) | None => Ok(()),
        }
    }

    fn has_signed(&self, school: &BranchCode) -> bool {
        self.contracts.iter().any(|(_, signed)| signed == school)
    }
}

impl Hotspot {
    /// What is known of it; nothing before it was proposed.
    #[must_use]
    pub fn papers(&self) -> Option<&Papers> {
        match self {
            Self::Unproposed => None,
            Self::Proposed(papers) | Self::Open(papers) | Self::Suspended(papers) | Self::Retired(papers) => {
                Some(papers)
            }
        }
    }

    fn change(self, change: impl FnOnce(&mut Papers)) -> Self {
        let with = |mut papers: Papers| {
            change(&mut papers);
            papers
        };
        match self {
            Self::Unproposed => Self::Unproposed,
            Self::Proposed(papers) => Self::Proposed(with(papers)),
            Self::Open(papers) => Self::Open(with(papers)),
            Self::Suspended(papers) => Self::Suspended(with(papers)),
            Self::Retired(papers) => Self::Retired(with(papers)),
        }
    }

    fn living(&self) -> Result<&Papers, Refusal> {
        match self {
            Self::Unproposed => Err(Refusal::Unknown),
            Self::Retired(_) => Err(Refusal::Retired),
            Self::Proposed(papers) | Self::Open(papers) | Self::Suspended(papers) => Ok(papers),
        }
    }
}

impl Aggregate for Hotspot {
    const CATEGORY: &'static str = "hotspot";
    type Id = HotspotId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        let today = asked.today();
        if let Command::Propose { company, name, why, equipment, occurred_on } = command {
            return match self {
                Self::Unproposed if *occurred_on > today => Err(Refusal::InTheFuture),
                Self::Unproposed => Ok(vec![Event::Proposed {
                    company: *company,
                    name: name.clone(),
                    why: why.clone(),
                    equipment: equipment.clone(),
                    occurred_on: *occurred_on,
                }]),
                Self::Proposed(_) | Self::Open(_) | Self::Suspended(_) | Self::Retired(_) => {
                    Err(Refusal::AlreadyProposed)
                }
            };
        }
        // Agreements does not know that the hotspot is gone, and need not.
        if let (
            Self::Retired(_),
            Command::Retire { .. } | Command::AttachContract { .. } | Command::DetachContract { .. },
        ) = (self, command)
        {
            return Ok(vec![]);
        }
        let papers = self.living()?;
        Ok(match command {
            Command::Propose { .. } => vec![],
            Command::LinkEducation(education) if papers.education.as_ref() == Some(education) => vec![],
            Command::LinkEducation(education) => vec![Event::EducationLinked { education: education.clone() }],
            Command::AdoptPlanOfApproach { document_hash, theory_place, occurred_on } => {
                if *occurred_on > today {
                    return Err(Refusal::InTheFuture);
                }
                if papers.plan == Some((document_hash.clone(), *theory_place)) {
                    return Ok(vec![]);
                }
                vec![Event::PlanOfApproachAdopted {
                    document_hash: document_hash.clone(),
                    theory_place: *theory_place,
                    occurred_on: *occurred_on,
                }]
            }
            Command::AttachContract { contract, schools } => schools
                .iter()
                .filter(|school| !papers.contracts.contains(&(*contract, (*school).clone())))
                .map(|school| Event::ContractAttached { contract: *contract, school: school.clone() })
                .collect(),
            Command::DetachContract { contract } => papers
                .contracts
                .iter()
                .filter(|(attached, _)| attached == contract)
                .map(|(_, school)| Event::ContractDetached { contract: *contract, school: school.clone() })
                .collect(),
            Command::AttachSafetyCheck { signed: false, .. } => return Err(Refusal::SafetyCheckNotSigned),
            Command::AttachSafetyCheck { check, checked_on, valid_until, signed: true } => {
                if papers.check == Some(Check { id: *check, checked_on: *checked_on, valid_until: *valid_until }) {
                    return Ok(vec![]);
                }
                if *valid_until < today {
                    return Err(Refusal::SafetyCheckTooOld { valid_until: *valid_until });
                }
                vec![Event::SafetyCheckAttached { check: *check, checked_on: *checked_on, valid_until: *valid_until }]
            }
            Command::DetachSafetyCheck { check } => match papers.check {
                Some(attached) if attached.id == *check => vec![Event::SafetyCheckDetached { check: *check }],
                Some(_) | None => vec![],
            },
            Command::Open { safety_term_months } => {
                if matches!(self, Self::Open(_)) {
                    return Ok(vec![]);
                }
                papers.suffice_on(today, *safety_term_months)?;
                vec![Event::Opened { company: papers.company, occurred_on: today }]
            }
            Command::Suspend { reason } => match self {
                Self::Open(_) => vec![Event::Suspended { reason: reason.clone(), occurred_on: today }],
                Self::Suspended(_) => vec![],
                Self::Unproposed | Self::Proposed(_) | Self::Retired(_) => return Err(Refusal::NotOpen),
            },
            Command::Retire { reason } => vec![Event::Retired { reason: reason.clone(), occurred_on: today }],
            Command::AdmitSession { date, safety_term_months } => {
                if !matches!(self, Self::Open(_)) {
                    return Err(Refusal::NotOpen);
                }
                papers.suffice_on(*date, *safety_term_months)?;
                vec![]
            }
            Command::AdmitPupil { school } if papers.has_signed(school) => vec![],
            Command::AdmitPupil { school } => return Err(Refusal::SchoolNotSigned { school: school.clone() }),
        })
    }

    fn evolve(self, event: Event) -> Self {
        match event {
            Event::Proposed { company, .. } => {
                Self::Proposed(Papers { company, education: None, plan: None, contracts: BTreeSet::new(), check: None })
            }
            Event::EducationLinked { education } => self.change(|papers| papers.education = Some(education)),
            Event::PlanOfApproachAdopted { document_hash, theory_place, .. } => {
                self.change(|papers| papers.plan = Some((document_hash, theory_place)))
            }
            Event::ContractAttached { contract, school } => self.change(|papers| {
                papers.contracts.insert((contract, school));
            }),
            Event::ContractDetached { contract, school } => self.change(|papers| {
                papers.contracts.remove(&(contract, school));
            }),
            Event::SafetyCheckAttached { check, checked_on, valid_until } => {
                self.change(|papers| papers.check = Some(Check { id: check, checked_on, valid_until }))
            }
            Event::SafetyCheckDetached { .. } => self.change(|papers| papers.check = None),
            Event::Opened { .. } => match self {
                Self::Proposed(papers) | Self::Suspended(papers) | Self::Open(papers) => Self::Open(papers),
                Self::Unproposed | Self::Retired(_) => self,
            },
            Event::Suspended { .. } => match self {
                Self::Open(papers) | Self::Proposed(papers) | Self::Suspended(papers) => Self::Suspended(papers),
                Self::Unproposed | Self::Retired(_) => self,
            },
            Event::Retired { .. } => match self {
                Self::Open(papers) | Self::Proposed(papers) | Self::Suspended(papers) | Self::Retired(papers) => {
                    Self::Retired(papers)
                }
                Self::Unproposed => self,
            },
        }
    }
}

#[cfg(test)]
mod tests;

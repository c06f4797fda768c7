//! A safety check is the mini risk inventory of a workplace where pupils come.
//!
//! Undrawn ─draw up→ Drawn ─sign (company, school)→ Drawn, signed
//!                     ↑└─lapse→ Lapsed
//!                     └──renew────┘   (renewing voids the signatures)
//!
//! That its term passed is never recorded: whoever relies on it compares dates.

pub(crate) mod api;
mod commands;

pub use commands::{Command, Findings, Refusal};

use crate::hotspot::last_day;
use chrono::NaiveDate;
use decider::{Aggregate, CommandContext};
use proto_schemas::hotspots::safety_check::{Activity, Event, Party};
use std::collections::BTreeSet;
use vocabulary::{BranchCode, CompanyId, HotspotId, Label, SafetyCheckId};

/// A safety check, as its history left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum SafetyCheck {
    /// Nothing happened yet.
    #[default]
    Undrawn,
    /// It holds until its term is over, once both sides signed.
    Drawn(Check),
    /// It holds no longer.
    Lapsed(Check),
}

/// What a safety check says.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Of which hotspot.
    pub hotspot: HotspotId,
    /// At which company.
    pub company: CompanyId,
    /// The day the workplace was looked at.
    pub checked_on: NaiveDate,
    /// The last day it is good for.
    pub valid_until: NaiveDate,
    /// What pupils may do.
    pub activities: Vec<Activity>,
    /// The company signed.
    pub company_signed: bool,
    /// The schools that signed.
    pub schools_signed: BTreeSet<BranchCode>,
}

impl Check {
    /// The company and at least one school signed it as it stands (R125).
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.company_signed && !self.schools_signed.is_empty()
    }

    fn has(&self, party: &Party) -> bool {
        match party {
            Party::Company(_) => self.company_signed,
            Party::School(school) => self.schools_signed.contains(school),
        }
    }
}

impl SafetyCheck {
    /// What it says; nothing before it was drawn up.
    #[must_use]
    pub fn check(&self) -> Option<&Check> {
        match self {
            Self::Undrawn => None,
            Self::Drawn(check) | Self::Lapsed(check) => Some(check),
        }
    }

    /// It was not taken back, whatever its dates say, and the company and a school signed it as it stands.
    #[must_use]
    pub fn holds(&self) -> bool {
        matches!(self, Self::Drawn(check) if check.is_signed())
    }
}

impl Findings {
    fn examine(&self, asked: &CommandContext) -> Result<(), Refusal> {
        if self.checked_on > asked.today() {
            return Err(Refusal::InTheFuture);
        }
        if self.items.is_empty() {
            return Err(Refusal::NoItems);
        }
        if self.activities.is_empty() {
            return Err(Refusal::NoActivities);
        }
        let mut names: BTreeSet<&Label> = BTreeSet::new();
        for Activity { name, supervision, .. } in &self.activities {
            if !names.insert(name) {
                return Err(Refusal::ActivityTwice { name: name.clone() });
            }
            // R212: little supervision, fewer risky acts.
            if *supervision > self.supervision {
                return Err(Refusal::TooLittleSupervision { name: name.clone() });
            }
        }
        Ok(())
    }
}

impl Aggregate for SafetyCheck {
    const CATEGORY: &'static str = "safety-check";
    type Id = SafetyCheckId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        Ok(match (self, command) {
            (Self::Undrawn, Command::DrawUp { hotspot, company, findings }) => {
                findings.examine(asked)?;
                vec![Event::DrawnUp {
                    hotspot: *hotspot,
                    company: *company,
                    checked_on: findings.checked_on,
                    valid_until: last_day(findings.checked_on, findings.term_months),
                    items: findings.items.clone(),
                    protective_equipment: findings.protective_equipment.clone(),
                    supervision: findings.supervision,
                    activities: findings.activities.clone(),
                }]
            }
            (Self::Drawn(_) | Self::Lapsed(_), Command::DrawUp { .. }) => return Err(Refusal::AlreadyDrawnUp),
            (
                Self::Undrawn,
                Command::Sign { .. } | Command::Renew(_) | Command::Rely { .. } | Command::Lapse { .. },
            ) => {
                return Err(Refusal::Unknown);
            }
            (Self::Drawn(check), Command::Sign { party }) => {
                if matches!(party, Party::Company(company) if *company != check.company) {
                    return Err(Refusal::AnotherCompany);
                }
                if check.has(party) {
                    return Ok(vec![]);
                }
                if asked.today() > check.valid_until {
                    return Err(Refusal::TooOld { valid_until: check.valid_until });
                }
                vec![Event::Signed { party: party.clone(), by: asked.by.id, occurred_on: asked.today() }]
            }
            (Self::Drawn(check), Command::Rely { .. }) if !check.is_signed() => return Err(Refusal::NotSigned),
            (Self::Drawn(check), Command::Rely { activities }) => {
                let known: BTreeSet<&Label> = check.activities.iter().map(|known| &known.name).collect();
                match activities.iter().find(|name| !known.contains(name)) {
                    Some(name) => return Err(Refusal::UnknownActivity { name: name.clone() }),
                    None => vec![],
                }
            }
            (Self::Lapsed(_), Command::Sign { .. } | Command::Rely { .. }) => return Err(Refusal::Lapsed),
            (Self::Drawn(check) | Self::Lapsed(check), Command::Renew(findings)) => {
                findings.examine(asked)?;
                if findings.checked_on < check.checked_on {
                    return Err(Refusal::Older { checked_on: check.checked_on });
                }
                vec![Event::Renewed {
                    checked_on: findings.checked_on,
                    valid_until: last_day(findings.checked_on, findings.term_months),
                    items: findings.items.clone(),
                    protective_equipment: findings.protective_equipment.clone(),
                    supervision: findings.supervision,
                    activities: findings.activities.clone(),
                }]
            }
            (Self::Drawn(_), Command::Lapse { reason }) => {
                vec![Event::Lapsed { reason: reason.clone(), occurred_on: asked.today() }]
            }
            (Self::Lapsed(_), Command::Lapse { .. }) => vec![],
        })
    }

    fn evolve(self, event: Event) -> Self {
        match (self, event) {
            (_, Event::DrawnUp { hotspot, company, checked_on, valid_until, activities, .. }) => Self::Drawn(Check {
                hotspot,
                company,
                checked_on,
                valid_until,
                activities,
                company_signed: false,
                schools_signed: BTreeSet::new(),
            }),
            (Self::Drawn(mut check), Event::Signed { party, .. }) => {
                match party {
                    Party::Company(_) => check.company_signed = true,
                    Party::School(school) => {
                        check.schools_signed.insert(school);
                    }
                }
                Self::Drawn(check)
            }
            (Self::Drawn(check) | Self::Lapsed(check), Event::Renewed { checked_on, valid_until, activities, .. }) => {
                Self::Drawn(Check {
                    checked_on,
                    valid_until,
                    activities,
                    company_signed: false,
                    schools_signed: BTreeSet::new(),
                    ..check
                })
            }
            (Self::Drawn(check), Event::Lapsed { .. }) => Self::Lapsed(check),
            (same @ (Self::Undrawn | Self::Lapsed(_)), Event::Signed { .. } | Event::Lapsed { .. })
            | (same @ Self::Undrawn, Event::Renewed { .. }) => same,
        }
    }
}

#[cfg(test)]
mod tests;

//! A company is one site that schools may work with.
//!
//! Unknown ─nominate→ Nominated ─orient→ Oriented ─onboard→ Onboarded ─activate→ Active
//!                                                     Active ─suspend→ Suspended ─activate→ Active
//!                                                     any but Left ─leave→ Left

pub(crate) mod api;
mod commands;
pub mod recommend;

pub use commands::{Command, Nominate, Onboard, Refusal};

use chrono::NaiveDate;
use decider::{Aggregate, CommandContext};
use proto_schemas::consortium::company::Event;
use vocabulary::{CompanyId, RegionId};

/// One site of a company.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Company {
    stage: Stage,
    /// Nothing later happened on an earlier day.
    latest: Option<NaiveDate>,
    nominated: Option<Nominate>,
    onboarded: Option<Onboard>,
}

/// Where in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nobody named it.
    #[default]
    Unknown,
    /// Named by someone; only an account manager contacts it now.
    Nominated,
    /// The first talk was held.
    Oriented,
    /// It told what it wants and can.
    Onboarded,
    /// It takes part.
    Active,
    /// It takes no part for now.
    Suspended,
    /// It left.
    Left,
}

impl Company {
    /// Where in its life it is.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// Whether it can be a partner and have contacts.
    #[must_use]
    pub fn is_here(&self) -> bool {
        !matches!(self.stage, Stage::Unknown | Stage::Left)
    }

    fn onboard(&self, onboard: &Onboard) -> Result<Vec<Event>, Refusal> {
        if self.onboarded.as_ref() == Some(onboard) {
            return Ok(vec![]);
        }
        onboard.check()?;
        Ok(vec![onboard.onboarded()])
    }
}

/// The id of the one site of a company in a region: its KvK number and its Chamber's site
/// number, or its postcode and house number where that is not known.
#[must_use]
pub fn id_of(region: &RegionId, site: &Nominate) -> CompanyId {
    let place = || format!("{} {}", site.address.postcode, site.address.number);
    let branch = site.branch.clone().unwrap_or_else(place);
    CompanyId::derived(&[region.as_str(), site.kvk.as_str(), &branch])
}

impl Aggregate for Company {
    const CATEGORY: &'static str = "company";
    type Id = CompanyId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        let occurred_on = command.occurred_on();
        if occurred_on.is_some_and(|date| date > asked.today()) {
            return Err(Refusal::InTheFuture);
        }
        // What was done before is done, whatever date it is told under now.
        let done = match (self.stage, command) {
            (Stage::Oriented | Stage::Onboarded | Stage::Active | Stage::Suspended, Command::Orient { .. })
            | (Stage::Active, Command::Activate { .. })
            | (Stage::Suspended, Command::Suspend { .. })
            | (Stage::Left, Command::Leave { .. }) => true,
            (stage, Command::Nominate(nominate)) => {
                stage != Stage::Unknown && self.nominated.as_ref().is_some_and(|known| known.same_site(nominate))
            }
            _ => false,
        };
        if done {
            return Ok(vec![]);
        }
        if occurred_on.is_some_and(|date| self.latest.is_some_and(|latest| date < latest)) {
            return Err(Refusal::BeforeTheLastStep);
        }
        match (self.stage, command) {
            (Stage::Unknown, Command::Nominate(nominate)) => Ok(vec![nominate.nominated()]),
            (_, Command::Nominate(_)) => Err(Refusal::AlreadyKnown),
            (Stage::Unknown, _) => Err(Refusal::NotNominated),
            (Stage::Left, _) => Err(Refusal::HasLeft),
            (_, Command::StayCompany) => Ok(vec![]),
            (Stage::Nominated, Command::Orient { occurred_on }) => {
                Ok(vec![Event::Oriented { occurred_on: *occurred_on }])
            }
            (Stage::Oriented | Stage::Onboarded | Stage::Active | Stage::Suspended, Command::Orient { .. }) => {
                Ok(vec![])
            }
            // What a company wants changes: it is asked again as often as needed.
            (Stage::Oriented | Stage::Onboarded, Command::Onboard(onboard)) => self.onboard(onboard),
            (Stage::Active | Stage::Suspended, Command::Onboard(_)) => Err(Refusal::AlreadyActive),
            (Stage::Nominated, Command::Onboard(_)) => Err(Refusal::NotOriented),
            (Stage::Onboarded | Stage::Suspended, Command::Activate { occurred_on }) => {
                Ok(vec![Event::Activated { occurred_on: *occurred_on }])
            }
            (Stage::Active, Command::Activate { .. }) => Ok(vec![]),
            (Stage::Nominated | Stage::Oriented, Command::Activate { .. }) => Err(Refusal::NotOnboarded),
            (Stage::Active, Command::Suspend { reason, occurred_on }) => {
                Ok(vec![Event::Suspended { reason: reason.clone(), occurred_on: *occurred_on }])
            }
            (Stage::Suspended, Command::Suspend { .. }) => Ok(vec![]),
            (Stage::Nominated | Stage::Oriented | Stage::Onboarded, Command::Suspend { .. }) => Err(Refusal::NotActive),
            (_, Command::Leave { reason, occurred_on }) => {
                Ok(vec![Event::Left { reason: reason.clone(), occurred_on: *occurred_on }])
            }
        }
    }

    fn evolve(mut self, event: Event) -> Self {
        let (stage, date) = match event {
            Event::Nominated { name, kvk, branch, sector, sbi, address, coordinates, nominated_by, occurred_on } => {
                let nominate =
                    Nominate { name, kvk, branch, sector, sbi, address, coordinates, nominated_by, occurred_on };
                self.nominated = Some(nominate);
                (Stage::Nominated, occurred_on)
            }
            Event::Oriented { occurred_on } => (Stage::Oriented, occurred_on),
            Event::Onboarded { goals, target_groups, time_class, forms, places, occurred_on, .. } => {
                self.onboarded = Some(Onboard { goals, target_groups, time_class, forms, places, occurred_on });
                (Stage::Onboarded, occurred_on)
            }
            Event::Activated { occurred_on } => (Stage::Active, occurred_on),
            Event::Suspended { occurred_on, .. } => (Stage::Suspended, occurred_on),
            Event::Left { occurred_on, .. } => (Stage::Left, occurred_on),
        };
        self.stage = stage;
        self.latest = self.latest.max(Some(date));
        self
    }
}

#[cfg(test)]
mod tests;

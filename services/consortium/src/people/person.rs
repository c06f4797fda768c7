//! A person is a pupil, a member of staff or a company contact, until forgotten.
//!
//! Unknown ─register→ Pupil | Staff | Contact ─forget→ Forgotten
//!                    Pupil ─update→ Pupil
//!                    here ─leave→ left ─return, or told of again→ here
//!
//! **Invariant:** who it is, is sealed before it gets here; nothing of it is compared here.

pub(crate) mod api;
mod commands;
#[cfg(test)]
mod tests;

pub use commands::{Command, ELSEWHERE, Held, Pupil, Refusal, Who, Within};

use chrono::NaiveDate;
use decider::{Aggregate, CommandContext};
use proto_schemas::consortium::person::Event;
use vocabulary::{BranchCode, CompanyId, PersonId};

/// Somebody of the region.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Person {
    /// Nobody registered them.
    #[default]
    Unknown,
    /// As last told.
    Known(Known),
    /// Every key is destroyed.
    Forgotten,
}

/// Somebody who is or was here.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// As what.
    pub part: Part,
    /// The last day here, of who left.
    pub left: Option<NaiveDate>,
}

/// As what somebody takes part.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Leerling.
    Pupil(Box<Registered>),
    /// Medewerker.
    Staff(BranchCode),
    /// Contactpersoon.
    Contact(CompanyId),
}

/// A pupil as last told.
#[derive(Clone, Debug, PartialEq)]
pub struct Registered {
    /// What is open.
    pub pupil: Pupil,
    /// What is sealed.
    pub who: Who,
    /// Whether `who` was told in a correction: the vault opens it as what it was sealed as.
    pub corrected: bool,
}

impl Person {
    /// As a pupil, if that is what they are.
    #[must_use]
    pub fn pupil(&self) -> Option<&Registered> {
        match self {
            Self::Known(Known { part: Part::Pupil(known), .. }) => Some(known),
            Self::Unknown | Self::Known(_) | Self::Forgotten => None,
        }
    }

    fn here(part: Part) -> Self {
        Self::Known(Known { part, left: None })
    }
}

impl Known {
    /// What an administration says again is here again.
    fn returned(&self, asked: &CommandContext) -> Option<Event> {
        self.left.map(|_| Event::PersonReturned { occurred_on: asked.today() })
    }

    fn leave(&self, occurred_on: NaiveDate, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        match self.left {
            Some(on) if on == occurred_on => Ok(vec![]),
            Some(on) => Err(Refusal::AlreadyLeft { on }),
            None if occurred_on > asked.today() => Err(Refusal::InTheFuture),
            None => Ok(vec![Event::PersonLeft { occurred_on }]),
        }
    }

    fn told(&self, known: &Registered, pupil: &Pupil, corrected: Option<&Who>, asked: &CommandContext) -> Vec<Event> {
        let moved = (known.pupil != *pupil).then(|| pupil.moved());
        self.returned(asked).into_iter().chain(moved).chain(corrected.map(Who::corrected)).collect()
    }
}

impl Aggregate for Person {
    const CATEGORY: &'static str = "person";
    type Id = PersonId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        let known = match (self, command) {
            (Self::Known(known), _) => known,
            (Self::Forgotten, Command::Forget { .. }) => return Ok(vec![]),
            (Self::Forgotten, _) => return Err(Refusal::Forgotten),
            (Self::Unknown, Command::RegisterPupil { pupil, who, shares_number_with, .. }) => {
                pupil.check()?;
                return Ok(vec![pupil.registered(who, *shares_number_with)]);
            }
            (Self::Unknown, Command::RegisterStaff { school, name, email }) => {
                let (school, name, email) = (school.clone(), name.clone(), email.clone());
                return Ok(vec![Event::StaffRegistered { school, name, email }]);
            }
            (Self::Unknown, Command::RegisterContact { company, level, name, email, phone }) => {
                let (name, email, phone) = (name.clone(), email.clone(), phone.clone());
                return Ok(vec![Event::ContactRegistered { company: *company, level: *level, name, email, phone }]);
            }
            (
                Self::Unknown,
                Command::UpdatePupil { .. } | Command::Leave { .. } | Command::Return | Command::Forget { .. },
            ) => return Err(Refusal::NotRegistered),
        };
        Ok(match (&known.part, command) {
            (_, Command::Forget { held: Some(held), .. }) => return Err(Refusal::Held(held.clone())),
            (_, Command::Forget { reason, retention, held: None }) => {
                let (reason, retention) = (reason.clone(), retention.clone());
                vec![Event::PersonForgotten { reason, occurred_on: asked.today(), retention }]
            }
            (_, Command::Leave { occurred_on }) => known.leave(*occurred_on, asked)?,
            (_, Command::Return) => known.returned(asked).into_iter().collect(),
            // Both where a pupil is and where the pupil goes must be reached; `read_pupils` saw to the second.
            (Part::Pupil(registered), Command::RegisterPupil { within, .. } | Command::UpdatePupil { within, .. })
                if !within.reaches(&registered.pupil.home_school) =>
            {
                return Err(Refusal::Elsewhere);
            }
            // Two imports at once: who it is was told by the first.
            (Part::Pupil(registered), Command::RegisterPupil { pupil, .. }) => {
                pupil.check()?;
                known.told(registered, pupil, None, asked)
            }
            (Part::Pupil(registered), Command::UpdatePupil { pupil, corrected, .. }) => {
                pupil.check()?;
                known.told(registered, pupil, corrected.as_ref(), asked)
            }
            (Part::Staff(_), Command::RegisterStaff { .. }) | (Part::Contact(_), Command::RegisterContact { .. }) => {
                vec![]
            }
            (Part::Pupil(_), Command::RegisterStaff { .. } | Command::RegisterContact { .. })
            | (
                Part::Staff(_),
                Command::RegisterPupil { .. } | Command::UpdatePupil { .. } | Command::RegisterContact { .. },
            )
            | (
                Part::Contact(_),
                Command::RegisterPupil { .. } | Command::UpdatePupil { .. } | Command::RegisterStaff { .. },
            ) => return Err(Refusal::SomeoneElse),
        })
    }

    fn evolve(self, event: Event) -> Self {
        match (self, event) {
            (
                _,
                Event::PupilRegistered {
                    home_school,
                    host_school,
                    learning_path,
                    profile,
                    year,
                    group,
                    cohort,
                    name,
                    birth_date,
                    guardians,
                    ..
                },
            ) => Self::here(Part::Pupil(Box::new(Registered {
                pupil: Pupil { home_school, host_school, learning_path, profile, year, group, cohort },
                who: Who { name, birth_date, guardians },
                corrected: false,
            }))),
            (_, Event::StaffRegistered { school, .. }) => Self::here(Part::Staff(school)),
            (_, Event::ContactRegistered { company, .. }) => Self::here(Part::Contact(company)),
            (_, Event::PersonForgotten { .. }) => Self::Forgotten,
            (Self::Known(known), event) => Self::Known(known.evolve(event)),
            (other, _) => other,
        }
    }
}

impl Known {
    fn evolve(self, event: Event) -> Self {
        match (self.part, event) {
            (part, Event::PersonLeft { occurred_on }) => Self { part, left: Some(occurred_on) },
            (part, Event::PersonReturned { .. }) => Self { part, left: None },
            (
                Part::Pupil(mut known),
                Event::PupilMoved { home_school, host_school, learning_path, profile, year, group, cohort },
            ) => {
                known.pupil = Pupil { home_school, host_school, learning_path, profile, year, group, cohort };
                Self { part: Part::Pupil(known), left: self.left }
            }
            (Part::Pupil(mut known), Event::PupilCorrected { name, birth_date, guardians }) => {
                known.who = Who { name, birth_date, guardians };
                known.corrected = true;
                Self { part: Part::Pupil(known), left: self.left }
            }
            (part, _) => Self { part, left: self.left },
        }
    }
}

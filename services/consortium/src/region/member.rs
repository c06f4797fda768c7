//! A member is a school or another partner of the consortium, with a history of its own.
//!
//! Untold ─join→ School (again when its data change) | Partner ─leave→ Left ─join→ School | Partner
//!
//! Who joined before members had histories stands in the region's own stream, where nothing about members is written any
//! more: what that says comes along with what is asked, until the member's own history says something later.
//!
//! **Invariant:** nothing about one member is written into a stream that others share.

pub(crate) mod api;
mod commands;
mod id;
#[cfg(test)]
mod tests;

pub use commands::{Asking, Command, Earlier};

pub use id::MemberId;

use crate::region::consortium::{Refusal, school::School};
use chrono::NaiveDate;
use decider::{Aggregate, CommandContext};
use proto_schemas::consortium::consortium::{Event, Partner};
use vocabulary::{ActorId, BranchCode};

/// One member, as far as its own history tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Member {
    part: Part,
    seat: Seat,
}

/// Whether it takes part.
#[derive(Clone, Debug, Default, PartialEq)]
enum Part {
    /// Its own history does not say.
    #[default]
    Untold,
    School(Box<School>),
    Partner,
    Left,
}

/// A school's seat in the working group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Seat {
    #[default]
    Untold,
    Vacant,
    Taken(ActorId),
}

impl Member {
    /// Whether its own history tells all, so that no earlier one matters.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.part != Part::Untold && self.seat != Seat::Untold
    }

    /// The school it is, while it takes part.
    #[must_use]
    pub fn school<'a>(&'a self, earlier: &'a Earlier) -> Option<&'a School> {
        match &self.part {
            Part::School(school) => Some(school),
            Part::Untold => earlier.school.as_ref(),
            Part::Partner | Part::Left => None,
        }
    }

    /// Whether it takes part.
    #[must_use]
    pub fn takes_part(&self, earlier: &Earlier) -> bool {
        match &self.part {
            Part::School(_) | Part::Partner => true,
            Part::Untold => earlier.school.is_some() || earlier.partner,
            Part::Left => false,
        }
    }

    /// Who holds its seat in the working group.
    #[must_use]
    pub fn seat(&self, earlier: &Earlier) -> Option<ActorId> {
        match self.seat {
            Seat::Untold => earlier.seat,
            Seat::Vacant => None,
            Seat::Taken(member) => Some(member),
        }
    }

    fn take_seat(&self, earlier: &Earlier, school: &BranchCode, member: ActorId) -> Result<Vec<Event>, Refusal> {
        match self.seat(earlier) {
            _ if self.school(earlier).is_none() => Err(Refusal::NotAMember),
            Some(holder) if holder == member => Ok(vec![]),
            Some(_) => Err(Refusal::SeatTaken),
            None => Ok(vec![Event::SeatTaken { school: school.clone(), member }]),
        }
    }

    fn vacated(&self, earlier: &Earlier, school: &BranchCode) -> Option<Event> {
        self.seat(earlier).map(|member| Event::SeatVacated { school: school.clone(), member })
    }

    fn leave(&self, earlier: &Earlier, partner: &Partner, occurred_on: NaiveDate) -> Vec<Event> {
        let left = || Event::PartnerLeft { partner: partner.clone(), occurred_on };
        if self.takes_part(earlier) { vec![left()] } else { vec![] }
    }
}

impl Aggregate for Member {
    // What happens to a member is published where it always was.
    const CATEGORY: &'static str = "consortium";
    type Id = MemberId;
    type Command = Asking;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, Asking { earlier, command }: &Asking, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        if command.occurred_on().is_some_and(|date| date > asked.today()) {
            return Err(Refusal::InTheFuture);
        }
        if self.part == Part::Untold && !earlier.founded {
            return Err(Refusal::NotFounded);
        }
        Ok(match command {
            Command::JoinSchool { school, details, occurred_on } => {
                details.news(school, self.school(earlier), *occurred_on)?.into_iter().collect()
            }
            Command::RemoveSchool { school, occurred_on } => match self.school(earlier) {
                None => vec![],
                Some(_) => {
                    let left = Event::SchoolLeft { school: school.clone(), occurred_on: *occurred_on };
                    self.vacated(earlier, school).into_iter().chain([left]).collect()
                }
            },
            Command::Join { .. } if self.takes_part(earlier) => vec![],
            Command::Join { partner, occurred_on } => vec![partner.joined(*occurred_on)],
            Command::Leave { partner, occurred_on } => self.leave(earlier, partner, *occurred_on),
            Command::TakeSeat { school, member } => self.take_seat(earlier, school, *member)?,
            Command::VacateSeat { school, member } if self.seat(earlier) == Some(*member) => {
                self.vacated(earlier, school).into_iter().collect()
            }
            Command::VacateSeat { .. } => vec![],
            Command::Stay if self.takes_part(earlier) => vec![],
            Command::Stay => return Err(Refusal::NotAMember),
            Command::Lead { board } => match self.school(earlier) {
                None => return Err(Refusal::NotAMember),
                Some(school) if !school.vmbo => return Err(Refusal::LeadIsNotVmbo),
                Some(school) if school.board != *board => return Err(Refusal::BoardChanged),
                Some(_) => vec![],
            },
        })
    }

    fn evolve(mut self, event: Event) -> Self {
        match event {
            Event::SchoolJoined { name, board, vmbo, profiles, address, coordinates, .. } => {
                self.part = Part::School(Box::new(School { name, board, vmbo, profiles, address, coordinates }));
                // Who joins holds no seat, and gave up the one of before when it left.
                self.seat = Seat::Vacant;
            }
            Event::SchoolChanged { name, board, vmbo, profiles, address, coordinates, .. } => {
                self.part = Part::School(Box::new(School { name, board, vmbo, profiles, address, coordinates }));
            }
            Event::SchoolLeft { .. } | Event::PartnerLeft { .. } => {
                self = Self { part: Part::Left, seat: Seat::Vacant };
            }
            Event::PrimarySchoolJoined { .. }
            | Event::MboJoined { .. }
            | Event::CompanyJoined { .. }
            | Event::OtherPartnerJoined { .. } => self = Self { part: Part::Partner, seat: Seat::Vacant },
            Event::SeatTaken { member, .. } => self.seat = Seat::Taken(member),
            Event::SeatVacated { .. } => self.seat = Seat::Vacant,
            // Of the region, not of a member.
            Event::Founded { .. }
            | Event::LeadPartnerNamed { .. }
            | Event::PlanAdopted { .. }
            | Event::TargetSet { .. }
            | Event::PeriodOpened { .. }
            | Event::PeriodClosed { .. } => {}
        }
        self
    }
}

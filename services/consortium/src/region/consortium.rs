//! A consortium is one region: who leads it, the plan its partners adopted, and the periods it is told in.
//!
//! Unfounded ─found→ Founded ─adopt plan→ Planned (adopted anew as often as needed)
//!
//! **Invariant:** no policy, grants, companies or people: those live their own lives. So do its members; those that joined
//! in this stream before they did are folded here, and nothing more is written of them.

pub(crate) mod api;
mod commands;
pub mod plan;
pub mod school;

pub use commands::{Command, NewPartner, Partners, Refusal};

use crate::region::member::{Earlier, MemberId};
use chrono::NaiveDate;
use decider::{Aggregate, CommandContext};
use plan::Plan;
use proto_schemas::consortium::consortium::{Event, Partner};
use school::School;
use std::collections::{BTreeMap, BTreeSet};
use vocabulary::{ActorId, BasisPoints, BranchCode, Euros, RegionId};

/// One region.
#[derive(Default)]
pub struct Consortium {
    name: Option<vocabulary::Label>,
    schools: BTreeMap<BranchCode, School>,
    partners: BTreeSet<Partner>,
    lead: Option<Lead>,
    seats: BTreeMap<BranchCode, ActorId>,
    plan: Option<Adopted>,
    target: Option<Target>,
    periods: BTreeMap<String, Period>,
}

/// The site whose board is the lead partner.
struct Lead {
    school: BranchCode,
    board: String,
}

struct Adopted {
    version: u32,
    plan: Plan,
}

#[derive(PartialEq)]
struct Target {
    amount: Euros,
    share: BasisPoints,
    of: Euros,
    from: NaiveDate,
    until: NaiveDate,
}

struct Period {
    from: NaiveDate,
    until: NaiveDate,
    closed: bool,
}

impl Consortium {
    /// Whether the region exists.
    #[must_use]
    pub fn is_founded(&self) -> bool {
        self.name.is_some()
    }

    /// What this stream says of a member.
    #[must_use]
    pub fn earlier(&self, id: &MemberId) -> Earlier {
        let founded = self.is_founded();
        match id {
            MemberId::School(code) => {
                let (school, seat) = (self.schools.get(code).cloned(), self.seats.get(code).copied());
                Earlier { founded, school, seat, partner: false }
            }
            MemberId::Partner(partner) => {
                Earlier { founded, partner: self.partners.contains(partner), ..Earlier::default() }
            }
        }
    }

    /// Who takes part by this stream.
    pub fn members(&self) -> impl Iterator<Item = MemberId> {
        let schools = self.schools.keys().cloned().map(MemberId::School);
        schools.chain(self.partners.iter().cloned().map(MemberId::Partner))
    }

    /// The first day of the programme, once a plan is adopted.
    #[must_use]
    pub fn programme_from(&self) -> Option<NaiveDate> {
        self.plan.as_ref().map(|adopted| adopted.plan.programme_from)
    }

    /// Who must be there before a plan is adopted (S1, S5).
    fn may_adopt(&self, plan: &Plan, partners: Partners) -> Result<(), Refusal> {
        if partners.vmbo_schools < 2 {
            return Err(Refusal::TooFewVmboSchools { has: partners.vmbo_schools });
        }
        if !partners.mbo {
            return Err(Refusal::NoMbo);
        }
        if !partners.company {
            return Err(Refusal::NoCompany);
        }
        if plan::needs_primary_schools(plan.programme_from) && !partners.primary_school {
            return Err(Refusal::NoPrimarySchool);
        }
        if self.lead.is_none() {
            return Err(Refusal::NoLeadPartner);
        }
        Ok(())
    }

    fn open_period(&self, code: &str, from: NaiveDate, until: NaiveDate) -> Result<Vec<Event>, Refusal> {
        if let Some(period) = self.periods.get(code) {
            let same = period.from == from && period.until == until;
            return if same { Ok(vec![]) } else { Err(Refusal::PeriodTaken) };
        }
        if until < from {
            return Err(Refusal::EndsBeforeItBegins);
        }
        if self.periods.values().any(|other| from <= other.until && other.from <= until) {
            return Err(Refusal::PeriodsOverlap);
        }
        Ok(vec![Event::PeriodOpened { period: code.to_owned(), from, until }])
    }

    fn close_period(&self, code: &str, occurred_on: NaiveDate) -> Result<Vec<Event>, Refusal> {
        match self.periods.get(code) {
            None => Err(Refusal::NoSuchPeriod),
            Some(period) if period.closed => Ok(vec![]),
            Some(period) if occurred_on < period.until => Err(Refusal::PeriodNotOver { until: period.until }),
            Some(_) => Ok(vec![Event::PeriodClosed { period: code.to_owned(), occurred_on }]),
        }
    }

    fn name_lead_partner(&self, school: &BranchCode, board: &str, occurred_on: NaiveDate) -> Vec<Event> {
        if self.lead.as_ref().is_some_and(|lead| lead.school == *school && lead.board == board) {
            return vec![];
        }
        vec![Event::LeadPartnerNamed { school: school.clone(), board: board.to_owned(), occurred_on }]
    }

    fn set_target(&self, share: BasisPoints, from: NaiveDate, until: NaiveDate) -> Result<Vec<Event>, Refusal> {
        let plan = &self.plan.as_ref().ok_or(Refusal::NoPlan)?.plan;
        if until < from {
            return Err(Refusal::EndsBeforeItBegins);
        }
        if from < plan.programme_from || until > plan.programme_until {
            return Err(Refusal::OutsideTheProgramme);
        }
        let of = plan.subsidisable();
        let target = Target { amount: share.of(of), share, of, from, until };
        if self.target.as_ref() == Some(&target) {
            return Ok(vec![]);
        }
        Ok(vec![Event::TargetSet { amount: target.amount, share, of, from, until }])
    }
}

impl Aggregate for Consortium {
    const CATEGORY: &'static str = "consortium";
    type Id = RegionId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        if command.occurred_on().is_some_and(|date| date > asked.today()) {
            return Err(Refusal::InTheFuture);
        }
        if let Command::Found { name, occurred_on } = command {
            return match &self.name {
                None => Ok(vec![Event::Founded { name: name.clone(), occurred_on: *occurred_on }]),
                Some(known) if known == name => Ok(vec![]),
                Some(_) => Err(Refusal::AlreadyFounded),
            };
        }
        if !self.is_founded() {
            return Err(Refusal::NotFounded);
        }
        match command {
            Command::Found { .. } => Ok(vec![]),
            Command::LetGo { school } => match &self.lead {
                Some(lead) if lead.school == *school => Err(Refusal::LeadsTheRegion),
                _ => Ok(vec![]),
            },
            Command::NameLeadPartner { school, board, occurred_on } => {
                Ok(self.name_lead_partner(school, board, *occurred_on))
            }
            Command::AdoptPlan { plan, partners, occurred_on } => {
                plan.check()?;
                self.may_adopt(plan, *partners)?;
                match &self.plan {
                    Some(adopted) if adopted.plan == *plan => Ok(vec![]),
                    earlier => {
                        let version = earlier.as_ref().map_or(1, |adopted| adopted.version.saturating_add(1));
                        Ok(vec![plan.adopted(version, *occurred_on)])
                    }
                }
            }
            Command::SetTarget { share, from, until } => {
                let programme = self.plan.as_ref().ok_or(Refusal::NoPlan)?;
                let from = from.unwrap_or(programme.plan.programme_from);
                self.set_target(*share, from, until.unwrap_or(programme.plan.programme_until))
            }
            Command::OpenPeriod { period, from, until } => self.open_period(period, *from, *until),
            Command::ClosePeriod { period, occurred_on } => self.close_period(period, *occurred_on),
        }
    }

    fn evolve(mut self, event: Event) -> Self {
        match event {
            Event::Founded { name, .. } => self.name = Some(name),
            Event::SchoolJoined { school, name, board, vmbo, profiles, address, coordinates, .. }
            | Event::SchoolChanged { school, name, board, vmbo, profiles, address, coordinates, .. } => {
                self.schools.insert(school, School { name, board, vmbo, profiles, address, coordinates });
            }
            Event::SchoolLeft { school, .. } => {
                self.schools.remove(&school);
            }
            Event::PrimarySchoolJoined { school, .. } => {
                self.partners.insert(Partner::PrimarySchool(school));
            }
            Event::MboJoined { institution, .. } => {
                self.partners.insert(Partner::Mbo(institution));
            }
            Event::CompanyJoined { company, .. } => {
                self.partners.insert(Partner::Company(company));
            }
            Event::OtherPartnerJoined { partner, .. } => {
                self.partners.insert(Partner::Other(partner));
            }
            Event::PartnerLeft { partner, .. } => {
                self.partners.remove(&partner);
            }
            Event::LeadPartnerNamed { school, board, .. } => self.lead = Some(Lead { school, board }),
            Event::SeatTaken { school, member } => {
                self.seats.insert(school, member);
            }
            Event::SeatVacated { school, .. } => {
                self.seats.remove(&school);
            }
            Event::PlanAdopted { version, programme_from, programme_until, themes, activities, .. } => {
                let plan = Plan { programme_from, programme_until, themes, activities };
                self.plan = Some(Adopted { version, plan });
            }
            Event::TargetSet { amount, share, of, from, until } => {
                self.target = Some(Target { amount, share, of, from, until });
            }
            Event::PeriodOpened { period, from, until } => {
                self.periods.insert(period, Period { from, until, closed: false });
            }
            Event::PeriodClosed { period, .. } => {
                if let Some(known) = self.periods.get_mut(&period) {
                    known.closed = true;
                }
            }
        }
        self
    }
}

#[cfg(test)]
mod tests;

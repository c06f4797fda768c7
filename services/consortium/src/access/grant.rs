//! A grant is one role that one actor holds in the region, bound to a school, company or pupil.
//!
//! None ─give→ Given (again with another term) ─revoke→ Revoked ─give→ Given
//!
//! **Invariant:** nobody gives a role to themselves, except the operator to begin with.

pub(crate) mod api;
mod commands;

pub use commands::{Command, Give, Known, Refusal};

use chrono::NaiveDate;
use decider::{Aggregate, CommandContext};
use proto_schemas::consortium::grant::Event;
use vocabulary::{ActorId, BranchCode, CompanyId, GrantId, PersonId, Reach, RegionId, Role};

/// One role of one actor.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Grant {
    /// Never given.
    #[default]
    None,
    /// Held, as far as its term goes.
    Given(Held),
    /// Taken back.
    Revoked(Held),
}

/// What is held.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// By whom.
    pub actor: ActorId,
    /// What.
    pub role: Role,
    /// At which school.
    pub school: Option<BranchCode>,
    /// At which company.
    pub company: Option<CompanyId>,
    /// As or for which pupil.
    pub person: Option<PersonId>,
    /// From when.
    pub from: Option<NaiveDate>,
    /// Until when.
    pub until: Option<NaiveDate>,
}

impl Held {
    /// A school's seat in the working group.
    #[must_use]
    pub fn seat(actor: ActorId, school: BranchCode) -> Self {
        let role = Role::WorkingGroupMember;
        Self { actor, role, school: Some(school), company: None, person: None, from: None, until: None }
    }
}

impl Grant {
    /// What is or was held.
    #[must_use]
    pub fn held(&self) -> Option<&Held> {
        match self {
            Self::None => None,
            Self::Given(held) | Self::Revoked(held) => Some(held),
        }
    }
}

/// The id of the one grant of a role to an actor for what it is bound to.
#[must_use]
pub fn id_of(region: &RegionId, held: &Held) -> GrantId {
    let text = |id: Option<String>| id.unwrap_or_default();
    GrantId::derived(&[
        region.as_str(),
        &held.actor.to_string(),
        held.role.as_str(),
        &text(held.school.as_ref().map(ToString::to_string)),
        &text(held.company.as_ref().map(ToString::to_string)),
        &text(held.person.as_ref().map(ToString::to_string)),
    ])
}

impl Aggregate for Grant {
    const CATEGORY: &'static str = "grant";
    type Id = GrantId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        match (self, command) {
            (Self::Given(held), Command::Give(give)) if *held == give.held => Ok(vec![]),
            (_, Command::Give(give)) => {
                may_give(give, asked)?;
                fits(give)?;
                let Held { actor, role, school, company, person, from, until } = give.held.clone();
                Ok(vec![Event::Granted { actor, role, school, company, person, from, until }])
            }
            (Self::Given(_), Command::Revoke { reason }) => Ok(vec![Event::Revoked { reason: reason.clone() }]),
            (Self::Revoked(_), Command::Revoke { .. }) => Ok(vec![]),
            (Self::None, Command::Revoke { .. }) => Err(Refusal::NeverGiven),
        }
    }

    fn evolve(self, event: Event) -> Self {
        match (self, event) {
            (_, Event::Granted { actor, role, school, company, person, from, until }) => {
                Self::Given(Held { actor, role, school, company, person, from, until })
            }
            (Self::Given(held), Event::Revoked { .. }) => Self::Revoked(held),
            (other, Event::Revoked { .. }) => other,
        }
    }
}

fn may_give(give: &Give, asked: &CommandContext) -> Result<(), Refusal> {
    let role = give.held.role;
    if matches!(role, Role::Operator | Role::Hub) {
        return Err(Refusal::NotForGiving);
    }
    let first = asked.by.role == Role::Operator && role == Role::ProgrammeLeader && !give.known.leader;
    if give.held.actor == asked.by.id && !first {
        return Err(Refusal::ToOneself);
    }
    let allowed = match asked.by.role {
        Role::ProgrammeLeader => true,
        Role::Operator => role == Role::ProgrammeLeader,
        Role::AccountManager => role.reach() == Reach::Company,
        Role::SchoolSystem => matches!(role, Role::Teacher | Role::Pupil | Role::Parent),
        _ => false,
    };
    if allowed { Ok(()) } else { Err(Refusal::BeyondYourRole) }
}

fn fits(give: &Give) -> Result<(), Refusal> {
    let held = &give.held;
    let needs_school = held.role.reach() == Reach::School || held.role == Role::WorkingGroupMember;
    let needs_company = held.role.reach() == Reach::Company;
    let needs_person = held.role.reach() == Reach::Person;
    if (held.school.is_some(), held.company.is_some(), held.person.is_some())
        != (needs_school, needs_company, needs_person)
    {
        return Err(Refusal::WrongBinding { needs: needs(needs_school, needs_company, needs_person) });
    }
    if needs_school && !give.known.school {
        return Err(Refusal::NoSuchSchool);
    }
    if needs_company && !give.known.company {
        return Err(Refusal::NoSuchCompany);
    }
    if needs_person && !give.known.pupil {
        return Err(Refusal::NoSuchPupil);
    }
    match (held.from, held.until) {
        (Some(from), Some(until)) if until < from => Err(Refusal::EndsBeforeItBegins),
        (_, None) if held.role == Role::Inspector => Err(Refusal::NeedsAnEnd),
        _ => Ok(()),
    }
}

fn needs(school: bool, company: bool, person: bool) -> &'static str {
    match (school, company, person) {
        (true, _, _) => "school",
        (_, true, _) => "company",
        (_, _, true) => "person",
        _ => "region",
    }
}

#[cfg(test)]
mod tests;

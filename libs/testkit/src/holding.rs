//! The grants of a person in a test.

use proto_schemas::consortium::grant::Event;
use vocabulary::{ActorId, BranchCode, CompanyId, GrantId, PersonId, Role};

/// A role and what it is bound to.
#[derive(Clone, Debug)]
pub struct Holding {
    role: Role,
    school: Option<BranchCode>,
    company: Option<CompanyId>,
    person: Option<PersonId>,
}

impl Holding {
    /// A role, bound to nothing but the region.
    #[must_use]
    pub fn of(role: Role) -> Self {
        Self { role, school: None, company: None, person: None }
    }

    /// At a school.
    #[must_use]
    pub fn school(mut self, school: &BranchCode) -> Self {
        self.school = Some(school.clone());
        self
    }

    /// At a company.
    #[must_use]
    pub fn company(mut self, company: CompanyId) -> Self {
        self.company = Some(company);
        self
    }

    /// As, or for, a pupil.
    #[must_use]
    pub fn person(mut self, person: PersonId) -> Self {
        self.person = Some(person);
        self
    }

    pub(crate) fn event(self, actor: ActorId) -> (GrantId, Event) {
        let Self { role, school, company, person } = self;
        (GrantId::fresh(), Event::Granted { actor, role, school, company, person, from: None, until: None })
    }
}

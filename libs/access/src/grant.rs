//! A role that someone holds in a region, and how far it reaches.

use chrono::NaiveDate;
use decider::CommandContext;
use vocabulary::{Actor, ActorId, BranchCode, CompanyId, GrantId, Organisation, PersonId, Reach, Role};

/// One grant of a role in one region, as folded from the consortium's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The grant itself.
    pub id: GrantId,
    /// The actor who holds it.
    pub actor: ActorId,
    /// What they hold.
    pub role: Role,
    /// The school it is bound to.
    pub school: Option<BranchCode>,
    /// The company it is bound to.
    pub company: Option<CompanyId>,
    /// The pupil it is bound to.
    pub person: Option<PersonId>,
    /// The first day; at once when absent.
    pub from: Option<NaiveDate>,
    /// The last day, that day included; until revoked when absent.
    pub until: Option<NaiveDate>,
}

/// What a command or an answer is about, as far as grants are bound to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touches {
    schools: Vec<BranchCode>,
    companies: Vec<CompanyId>,
    persons: Vec<PersonId>,
}

impl Touches {
    /// The region as a whole: only region-wide grants reach it.
    #[must_use]
    pub fn region() -> Self {
        Self::default()
    }

    /// Also this school; any one of several suffices.
    #[must_use]
    pub fn school(mut self, school: &BranchCode) -> Self {
        self.schools.push(school.clone());
        self
    }

    /// Also these schools.
    #[must_use]
    pub fn schools<'a>(self, schools: impl IntoIterator<Item = &'a BranchCode>) -> Self {
        schools.into_iter().fold(self, Self::school)
    }

    /// Also this company.
    #[must_use]
    pub fn company(mut self, company: CompanyId) -> Self {
        self.companies.push(company);
        self
    }

    /// Also this pupil.
    #[must_use]
    pub fn person(mut self, person: PersonId) -> Self {
        self.persons.push(person);
        self
    }
}

/// What a caller may see in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Everything in the region.
    pub region_wide: bool,
    /// What touches these schools.
    pub schools: Vec<BranchCode>,
    /// What touches these companies.
    pub companies: Vec<CompanyId>,
    /// What touches these pupils.
    pub persons: Vec<PersonId>,
}

impl Scope {
    /// All that these grants reach together.
    #[must_use]
    pub fn of(grants: &[Grant]) -> Self {
        let mut scope = Self::default();
        for grant in grants {
            match grant.role.reach() {
                Reach::Region => scope.region_wide = true,
                Reach::School => scope.schools.extend(grant.school.clone().filter(|it| !scope.schools.contains(it))),
                Reach::Company => scope.companies.extend(grant.company.filter(|it| !scope.companies.contains(it))),
                Reach::Person => scope.persons.extend(grant.person.filter(|it| !scope.persons.contains(it))),
            }
        }
        scope
    }

    /// Whether something that touches this may be seen.
    #[must_use]
    pub fn includes(&self, touched: &Touches) -> bool {
        self.region_wide
            || touched.schools.iter().any(|school| self.schools.contains(school))
            || touched.companies.iter().any(|company| self.companies.contains(company))
            || touched.persons.iter().any(|person| self.persons.contains(person))
    }
}

impl Grant {
    /// What the operator named in the configuration holds in every region.
    #[must_use]
    pub fn operator(actor: ActorId) -> Self {
        let id = GrantId::derived(&["operator", &actor.to_string()]);
        Self { id, actor, role: Role::Operator, school: None, company: None, person: None, from: None, until: None }
    }

    /// Whether it holds on a day; the first and the last day count.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// Whether it reaches what is touched. A grant without its school, company or pupil reaches nothing.
    #[must_use]
    pub fn reaches(&self, touched: &Touches) -> bool {
        match self.role.reach() {
            Reach::Region => true,
            Reach::School => self.school.as_ref().is_some_and(|school| touched.schools.contains(school)),
            Reach::Company => self.company.is_some_and(|company| touched.companies.contains(&company)),
            Reach::Person => self.person.is_some_and(|person| touched.persons.contains(&person)),
        }
    }

    /// The grant to act under: of those that reach what is touched the narrowest one,
    /// so that a teacher who is also a programme leader acts as a teacher where that is enough.
    #[must_use]
    pub fn narrowest<'a>(grants: &'a [Self], touched: &Touches) -> Option<&'a Self> {
        let width = |grant: &Self| match grant.role.reach() {
            Reach::Person => 0,
            Reach::Company => 1,
            Reach::School => 2,
            Reach::Region => 3,
        };
        grants
            .iter()
            .filter(|grant| grant.reaches(touched))
            .min_by_key(|grant| (width(grant), grant.role.as_str(), grant.id))
    }

    /// The holder, in this role, for this organisation.
    #[must_use]
    pub fn acting(&self) -> Actor {
        let organisation = match self.role.reach() {
            Reach::Company => self.company.map(Organisation::Company),
            _ => self.school.clone().map(Organisation::School),
        };
        Actor { id: self.actor, role: self.role, organisation }
    }

    /// The command under this grant; a parent acts for the pupil.
    #[must_use]
    pub fn asking(&self, at: chrono::DateTime<chrono::Utc>) -> CommandContext {
        let mut asked = CommandContext::new(self.acting(), at);
        asked.on_behalf_of = self.person.filter(|_| self.role == Role::Parent);
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn school(code: &str) -> BranchCode {
        code.parse().unwrap()
    }

    fn grant(role: Role) -> Grant {
        Grant { role, ..Grant::operator(ActorId::derived(&["someone"])) }
    }

    fn teacher(code: &str) -> Grant {
        Grant { school: Some(school(code)), ..grant(Role::Teacher) }
    }

    #[test]
    fn a_teacher_reaches_what_touches_the_own_school_only() {
        assert!(teacher("02LB00").reaches(&Touches::region().school(&school("01AB00")).school(&school("02LB00"))));
        assert!(!teacher("02LB00").reaches(&Touches::region().school(&school("02LB01"))));
        assert!(!teacher("02LB00").reaches(&Touches::region()));
    }

    #[test]
    fn a_bound_grant_without_what_it_is_bound_to_reaches_nothing() {
        let everything =
            Touches::region().school(&school("02LB00")).company(CompanyId::fresh()).person(PersonId::fresh());
        for role in Role::ALL {
            assert_eq!(grant(role).reaches(&everything), role.reach() == Reach::Region, "{role}");
        }
    }

    #[test]
    fn a_school_in_a_company_grant_gives_no_reach_to_that_school() {
        let odd = Grant { school: Some(school("02LB00")), ..grant(Role::CompanySupervisor) };
        assert!(!odd.reaches(&Touches::region().school(&school("02LB00"))));
    }

    #[test]
    fn a_grant_holds_on_its_first_and_last_day() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 9, d).unwrap();
        let boxed = Grant { from: Some(day(2)), until: Some(day(4)), ..grant(Role::Inspector) };
        let days: Vec<_> = (1..=5).map(|d| boxed.holds_on(day(d))).collect();
        assert_eq!(days, [false, true, true, true, false]);
    }

    #[test]
    fn the_narrowest_grant_is_acted_under() {
        let grants = [grant(Role::ProgrammeLeader), teacher("02LB00")];
        let acting = |touched: &Touches| Grant::narrowest(&grants, touched).map(|grant| grant.role);
        assert_eq!(acting(&Touches::region().school(&school("02LB00"))), Some(Role::Teacher));
        assert_eq!(acting(&Touches::region()), Some(Role::ProgrammeLeader));
    }

    #[test]
    fn a_parent_asks_on_behalf_of_the_child() {
        let child = PersonId::fresh();
        let at = chrono::DateTime::UNIX_EPOCH;
        let parent = Grant { person: Some(child), ..grant(Role::Parent) };
        assert_eq!(parent.asking(at).on_behalf_of, Some(child));
        assert_eq!(Grant { role: Role::Pupil, ..parent }.asking(at).on_behalf_of, None);
    }

    #[test]
    fn a_scope_is_what_the_grants_reach_together() {
        let scope = Scope::of(&[teacher("02LB00"), teacher("02LB00"), teacher("01AB00")]);
        assert_eq!(scope.schools, [school("02LB00"), school("01AB00")]);
        assert!(!scope.region_wide);
        assert!(scope.includes(&Touches::region().school(&school("01AB00"))));
        assert!(!scope.includes(&Touches::region()));
    }
}

//! A person is a pupil, a member of staff or a company contact, until forgotten.
//!
//! Unknown ─register→ Pupil | Staff | Contact ─forget→ Forgotten
//!                    Pupil ─update→ Pupil
//!
//! **Invariant:** who it is, is sealed before it gets here; nothing of it is compared here.

pub mod commands;

use commands::{Command, Pupil, Refusal, Who};
use decider::{Aggregate, Asked};
use proto_schemas::consortium::person::Event;
use vocabulary::{CompanyId, PersonId};

/// A pupil, a member of staff or a company contact.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Person {
    /// Nobody registered them.
    #[default]
    Unknown,
    /// Leerling.
    Pupil(Box<Registered>),
    /// Medewerker.
    Staff,
    /// Contactpersoon.
    Contact(CompanyId),
    /// Every key is destroyed.
    Forgotten,
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

impl Aggregate for Person {
    const CATEGORY: &'static str = "person";
    type Id = PersonId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &Asked) -> Result<Vec<Event>, Refusal> {
        Ok(match (self, command) {
            (Self::Forgotten, Command::Forget { .. }) => vec![],
            (Self::Forgotten, _) => return Err(Refusal::Forgotten),
            (Self::Unknown, Command::RegisterPupil { pupil, who }) => {
                pupil.check()?;
                vec![pupil.registered(who)]
            }
            (Self::Unknown, Command::UpdatePupil { .. } | Command::Forget { .. }) => {
                return Err(Refusal::NotRegistered);
            }
            // Two imports at once: who it is was told by the first.
            (Self::Pupil(known), Command::RegisterPupil { pupil, .. }) => {
                pupil.check()?;
                (known.pupil != *pupil).then(|| pupil.moved()).into_iter().collect()
            }
            (Self::Pupil(known), Command::UpdatePupil { pupil, corrected }) => {
                pupil.check()?;
                let moved = (known.pupil != *pupil).then(|| pupil.moved());
                moved.into_iter().chain(corrected.as_ref().map(Who::corrected)).collect()
            }
            (Self::Unknown, Command::RegisterStaff { school, name, email }) => {
                vec![Event::StaffRegistered { school: school.clone(), name: name.clone(), email: email.clone() }]
            }
            (Self::Unknown, Command::RegisterContact { company, level, name, email, phone }) => {
                vec![Event::ContactRegistered {
                    company: *company,
                    level: *level,
                    name: name.clone(),
                    email: email.clone(),
                    phone: phone.clone(),
                }]
            }
            (Self::Staff, Command::RegisterStaff { .. }) | (Self::Contact(_), Command::RegisterContact { .. }) => {
                vec![]
            }
            (Self::Pupil(_), Command::RegisterStaff { .. } | Command::RegisterContact { .. })
            | (
                Self::Staff,
                Command::RegisterPupil { .. } | Command::UpdatePupil { .. } | Command::RegisterContact { .. },
            )
            | (
                Self::Contact(_),
                Command::RegisterPupil { .. } | Command::UpdatePupil { .. } | Command::RegisterStaff { .. },
            ) => {
                return Err(Refusal::SomeoneElse);
            }
            (Self::Pupil(_) | Self::Staff | Self::Contact(_), Command::Forget { reason }) => {
                vec![Event::PersonForgotten { reason: reason.clone(), occurred_on: asked.today() }]
            }
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
                },
            ) => Self::Pupil(Box::new(Registered {
                pupil: Pupil { home_school, host_school, learning_path, profile, year, group, cohort },
                who: Who { name, birth_date, guardians },
                corrected: false,
            })),
            (
                Self::Pupil(known),
                Event::PupilMoved { home_school, host_school, learning_path, profile, year, group, cohort },
            ) => Self::Pupil(Box::new(Registered {
                pupil: Pupil { home_school, host_school, learning_path, profile, year, group, cohort },
                who: known.who,
                corrected: known.corrected,
            })),
            (Self::Pupil(known), Event::PupilCorrected { name, birth_date, guardians }) => {
                Self::Pupil(Box::new(Registered {
                    pupil: known.pupil,
                    who: Who { name, birth_date, guardians },
                    corrected: true,
                }))
            }
            (_, Event::StaffRegistered { .. }) => Self::Staff,
            (_, Event::ContactRegistered { company, .. }) => Self::Contact(company),
            (_, Event::PersonForgotten { .. }) => Self::Forgotten,
            (other, Event::PupilMoved { .. } | Event::PupilCorrected { .. }) => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use decider::given;
    use proto_schemas::{Sealed, consortium::person::LearningPath, sealed::Purpose};
    use vocabulary::Reason;

    fn pupil() -> Pupil {
        Pupil {
            home_school: "99AA00".parse().unwrap(),
            host_school: None,
            learning_path: LearningPath::Kb,
            profile: "PIE".into(),
            year: 3,
            group: "3K1".parse().unwrap(),
            cohort: "2026-2027".parse().unwrap(),
        }
    }

    fn who(text: &str) -> Who {
        let sealed = || Sealed { person: PersonId::derived(&["a"]), purpose: Purpose::Identity, sealed: text.into() };
        Who { name: sealed(), birth_date: sealed(), guardians: vec![] }
    }

    fn registered() -> Event {
        pupil().registered(&who("a"))
    }

    fn register() -> Command {
        Command::RegisterPupil { pupil: pupil(), who: who("a") }
    }

    fn update(pupil: Pupil, corrected: Option<Who>) -> Command {
        Command::UpdatePupil { pupil, corrected }
    }

    fn forget() -> Command {
        Command::Forget { reason: "Bewaartermijn verstreken".parse().unwrap() }
    }

    #[test]
    fn a_pupil_imported_again_is_not_registered_again() {
        given::<Person>([]).when(register()).then([registered()]);
        given::<Person>([registered()]).when(register()).then_nothing();
        given::<Person>([registered()]).when(update(pupil(), None)).then_nothing();
    }

    #[test]
    fn a_pupil_in_the_next_year_has_moved_and_a_new_name_is_a_correction() {
        let next = || Pupil { year: 4, ..pupil() };
        given::<Person>([registered()]).when(update(next(), None)).then([next().moved()]);
        given::<Person>([registered()]).when(update(pupil(), Some(who("b")))).then([who("b").corrected()]);
        given::<Person>([registered()])
            .when(update(next(), Some(who("b"))))
            .then([next().moved(), who("b").corrected()]);
    }

    // R012.
    #[test]
    fn a_host_school_is_another_school() {
        let own = Pupil { host_school: Some("99AA00".parse().unwrap()), ..pupil() };
        given::<Person>([registered()]).when(update(own, None)).then_refused(Refusal::HostIsHome);
    }

    #[test]
    fn who_is_forgotten_stays_forgotten() {
        let reason: Reason = "Bewaartermijn verstreken".parse().unwrap();
        let forgotten = Event::PersonForgotten { reason, occurred_on: "2026-09-01".parse().unwrap() };
        given::<Person>([]).when(forget()).then_refused(Refusal::NotRegistered);
        given::<Person>([registered()]).when(forget()).then([forgotten.clone()]);
        given::<Person>([registered(), forgotten.clone()]).when(forget()).then_nothing();
        given::<Person>([registered(), forgotten]).when(register()).then_refused(Refusal::Forgotten);
    }

    #[test]
    fn a_pupil_is_nobody_else() {
        let staff = Command::RegisterStaff { school: "99AA00".parse().unwrap(), name: who("a").name, email: None };
        given::<Person>([registered()]).when(staff).then_refused(Refusal::SomeoneElse);
    }
}

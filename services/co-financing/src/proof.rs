//! A proof is a paper, known by the hash of its content: it proves one living contribution.
//!
//! ```text
//! Free ─use→ Used ─release→ Free
//! ```
//!
//! The same invoice under two schemes, or twice under one, is the double funding that S13 forbids.

use decider::{Aggregate, Asked};
use proto_schemas::co_financing::proof::Event;
use vocabulary::{ContributionId, DocumentHash, Reach, SchemeCode};

/// A paper as its history left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proof {
    /// What it proves, and under which scheme.
    pub proves: Option<(ContributionId, SchemeCode)>,
}

/// What may be asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Let it prove this contribution.
    Use {
        /// Which contribution.
        contribution: ContributionId,
        /// Under which scheme.
        scheme: SchemeCode,
    },
    /// Its contribution ended.
    Release {
        /// Which contribution.
        contribution: ContributionId,
    },
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Nothing is funded twice. To a company it is not told whose contribution it is: perhaps another company's.
    #[error("this paper already proves {}", .by.as_ref().map_or("another contribution".to_owned(), |(contribution, scheme)| format!("the contribution {contribution} under the scheme {scheme}")))]
    InUse {
        /// Which contribution, under which scheme.
        by: Option<(ContributionId, SchemeCode)>,
    },
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        let Self::InUse { by } = self;
        by.as_ref().map_or("dit bewijsstuk hoort al bij een andere bijdrage".to_owned(), |(contribution, scheme)| {
            format!("dit bewijsstuk hoort al bij bijdrage {contribution} onder de regeling {scheme}")
        })
    }
}

impl Aggregate for Proof {
    const CATEGORY: &'static str = "proof";
    type Id = DocumentHash;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &Asked) -> Result<Vec<Event>, Refusal> {
        match (command, &self.proves) {
            (Command::Use { contribution, .. }, Some((other, _))) if contribution == other => Ok(vec![]),
            (Command::Use { .. }, Some((contribution, scheme))) => {
                let named = asked.by.role.reach() == Reach::Region;
                Err(Refusal::InUse { by: named.then(|| (*contribution, scheme.clone())) })
            }
            (Command::Use { contribution, scheme }, None) => {
                Ok(vec![Event::Used { contribution: *contribution, scheme: scheme.clone() }])
            }
            (Command::Release { contribution }, Some((held, _))) if contribution == held => {
                Ok(vec![Event::Released { contribution: *contribution }])
            }
            (Command::Release { .. }, _) => Ok(vec![]),
        }
    }

    fn evolve(mut self, event: Event) -> Self {
        self.proves = match event {
            Event::Used { contribution, scheme } => Some((contribution, scheme)),
            Event::Released { .. } => None,
        };
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use decider::given;
    use vocabulary::{Actor, ActorId, CompanyId, Organisation, Role};

    fn contribution(name: &str) -> ContributionId {
        ContributionId::derived(&[name])
    }

    fn used() -> Event {
        Event::Used { contribution: contribution("a"), scheme: SchemeCode::sto() }
    }

    #[test]
    fn a_paper_proves_one_contribution() {
        // S13.
        let use_it = |name| Command::Use { contribution: contribution(name), scheme: SchemeCode::sto() };
        given::<Proof>([]).when(use_it("a")).then([used()]);
        given::<Proof>([used()]).when(use_it("a")).then_nothing();
        given::<Proof>([used()])
            .when(use_it("b"))
            .then_refused(Refusal::InUse { by: Some((contribution("a"), SchemeCode::sto())) });
    }

    #[test]
    fn a_company_is_not_told_whose_contribution_its_paper_proves() {
        let company = CompanyId::derived(&["company"]);
        let (id, role) = (ActorId::derived(&["signatory"]), Role::CompanySignatory);
        let signatory = Actor { id, role, organisation: Some(Organisation::Company(company)) };
        let use_it = Command::Use { contribution: contribution("b"), scheme: SchemeCode::sto() };
        given::<Proof>([used()]).by(signatory).when(use_it).then_refused(Refusal::InUse { by: None });
    }

    #[test]
    fn a_paper_is_released_by_the_contribution_it_proved_only() {
        let release = |name| Command::Release { contribution: contribution(name) };
        given::<Proof>([used()]).when(release("b")).then_nothing();
        given::<Proof>([used()]).when(release("a")).then([Event::Released { contribution: contribution("a") }]);
    }
}

//! A scheme is what money is counted under: its terms as data, and the claims that were fixed under it.
//!
//! ```text
//! nothing ─register→ Registered ─register again→ Registered (new terms)
//!            claims of later and later years are fixed, one after another
//! ```
//!
//! The scheme `sto` is there from the start.

use decider::{Aggregate, Asked};
use proto_schemas::co_financing::scheme::{Event, Terms};
use vocabulary::{ClaimId, Label, SchemeCode};

/// A scheme as its history left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scheme {
    /// Name, source and terms; absent for one that was never registered.
    pub registered: Option<(Label, Label, Terms)>,
    /// Fixed claims, in order.
    pub fixed: Vec<(ClaimId, u16)>,
}

/// What may be asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Register it, or its terms anew.
    Register {
        /// Its name.
        name: Label,
        /// Where its terms can be read.
        source: Label,
        /// Its terms.
        terms: Terms,
    },
    /// A claim is being fixed that saw so many fixed ones.
    FixClaim {
        /// Which claim.
        claim: ClaimId,
        /// Its year.
        year: u16,
        /// How many fixed claims its lines were found beside.
        seen: usize,
    },
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Two at once would claim the same lines.
    #[error("another claim under this scheme is being fixed; ask again")]
    AnotherFixed,
    /// Forwards only.
    #[error("the claim of {year} is fixed already")]
    LaterFixed {
        /// The year that is fixed.
        year: u16,
    },
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::AnotherFixed => {
                "een andere staat onder deze regeling wordt net vastgesteld; vraag het opnieuw".into()
            }
            Self::LaterFixed { year } => format!("de staat van {year} is al vastgesteld"),
        }
    }
}

impl Scheme {
    /// Whether anything may be counted under it.
    #[must_use]
    pub fn exists(&self, code: &SchemeCode) -> bool {
        *code == SchemeCode::sto() || self.registered.is_some()
    }

    /// The last year that is fixed.
    #[must_use]
    pub fn last_fixed(&self) -> Option<u16> {
        self.fixed.last().map(|(_, year)| *year)
    }
}

impl Aggregate for Scheme {
    const CATEGORY: &'static str = "scheme";
    type Id = SchemeCode;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, _: &Asked) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Register { name, source, terms } => {
                let wanted = (name.clone(), source.clone(), terms.clone());
                if self.registered.as_ref() == Some(&wanted) {
                    return Ok(vec![]);
                }
                let (name, source, terms) = wanted;
                Ok(vec![Event::Registered { name, source, terms }])
            }
            Command::FixClaim { claim, year, seen } => match self.last_fixed() {
                _ if self.fixed.iter().any(|(fixed, _)| fixed == claim) => Ok(vec![]),
                Some(fixed) if fixed >= *year => Err(Refusal::LaterFixed { year: fixed }),
                _ if self.fixed.len() != *seen => Err(Refusal::AnotherFixed),
                _ => Ok(vec![Event::ClaimFixed { claim: *claim, year: *year }]),
            },
        }
    }

    fn evolve(mut self, event: Event) -> Self {
        match event {
            Event::Registered { name, source, terms } => self.registered = Some((name, source, terms)),
            Event::ClaimFixed { claim, year } => self.fixed.push((claim, year)),
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use decider::given;
    use vocabulary::Euros;

    fn claim(year: u16) -> ClaimId {
        ClaimId::derived(&[&year.to_string()])
    }

    fn fixed(year: u16) -> Event {
        Event::ClaimFixed { claim: claim(year), year }
    }

    fn fix(year: u16, seen: usize) -> Command {
        Command::FixClaim { claim: claim(year), year, seen }
    }

    fn register(per_week: i64) -> Command {
        let terms = Terms { per_week: Some(Euros(per_week)), ..Terms::default() };
        Command::Register { name: "A+O".parse().unwrap(), source: "ao-metalektro.nl".parse().unwrap(), terms }
    }

    #[test]
    fn sto_is_there_from_the_start_and_others_once_registered() {
        let other: SchemeCode = "ao-metalektro".parse().unwrap();
        assert!(Scheme::default().exists(&SchemeCode::sto()));
        assert!(!Scheme::default().exists(&other));
        assert!(Scheme::replay(given::<Scheme>([]).when(register(4000)).events()).exists(&other));
    }

    #[test]
    fn the_same_terms_are_registered_once() {
        let history = given::<Scheme>([]).when(register(4000)).events();
        given::<Scheme>(history.clone()).when(register(4000)).then_nothing();
        assert_eq!(given::<Scheme>(history).when(register(5000)).events().len(), 1);
    }

    #[test]
    fn two_claims_at_once_do_not_hold_the_same_lines() {
        given::<Scheme>([fixed(2025)]).when(fix(2026, 0)).then_refused(Refusal::AnotherFixed);
        given::<Scheme>([fixed(2025)]).when(fix(2026, 1)).then([fixed(2026)]);
    }

    #[test]
    fn claims_are_fixed_forwards_only() {
        given::<Scheme>([fixed(2026)]).when(fix(2025, 1)).then_refused(Refusal::LaterFixed { year: 2026 });
        given::<Scheme>([fixed(2026)]).when(fix(2026, 1)).then_nothing();
    }
}

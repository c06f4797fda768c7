//! An occasion is what one company does at one session on one date: it counts under one scheme.
//!
//! ```text
//! nothing ─assign→ Assigned
//! ```
//!
//! A contribution day belongs to a scheme by its id, so two days of two schemes could hold the same
//! attendance. Both are made in one append with their occasion, and an occasion has one scheme (S13).

use chrono::NaiveDate;
use decider::{Aggregate, Asked};
use proto_schemas::co_financing::occasion::Event;
use vocabulary::{CompanyId, OccasionId, SchemeCode, SessionId};

/// An occasion as its history left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Occasion {
    /// The scheme it counts under.
    pub scheme: Option<SchemeCode>,
}

/// Count it under this scheme.
#[derive(Clone, Debug, PartialEq)]
pub struct Assign {
    /// Which company.
    pub company: CompanyId,
    /// At which session.
    pub session: SessionId,
    /// On which date.
    pub date: NaiveDate,
    /// Under which scheme.
    pub scheme: SchemeCode,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// No line in two schemes.
    #[error("this company's part in this session counts under the scheme {scheme}; nothing counts under two")]
    OtherScheme {
        /// The one it has.
        scheme: SchemeCode,
    },
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        let Self::OtherScheme { scheme } = self;
        format!(
            "het aandeel van dit bedrijf in deze bijeenkomst telt onder de regeling {scheme}; niets telt onder twee"
        )
    }
}

impl Aggregate for Occasion {
    const CATEGORY: &'static str = "occasion";
    type Id = OccasionId;
    type Command = Assign;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Assign, _: &Asked) -> Result<Vec<Event>, Refusal> {
        match &self.scheme {
            Some(scheme) if *scheme == command.scheme => Ok(vec![]),
            Some(scheme) => Err(Refusal::OtherScheme { scheme: scheme.clone() }),
            None => Ok(vec![Event::Assigned {
                company: command.company,
                session: command.session,
                date: command.date,
                scheme: command.scheme.clone(),
            }]),
        }
    }

    fn evolve(mut self, event: Event) -> Self {
        let Event::Assigned { scheme, .. } = event;
        self.scheme = Some(scheme);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use decider::given;

    fn assign(scheme: &str) -> Assign {
        Assign {
            company: CompanyId::derived(&["company"]),
            session: SessionId::derived(&["session"]),
            date: NaiveDate::from_ymd_opt(2026, 9, 1).unwrap(),
            scheme: scheme.parse().unwrap(),
        }
    }

    #[test]
    fn nothing_counts_under_two_schemes() {
        // S13.
        let history = given::<Occasion>([]).when(assign("sto")).events();
        given::<Occasion>(history.clone()).when(assign("sto")).then_nothing();
        given::<Occasion>(history)
            .when(assign("ao-metalektro"))
            .then_refused(Refusal::OtherScheme { scheme: SchemeCode::sto() });
    }
}

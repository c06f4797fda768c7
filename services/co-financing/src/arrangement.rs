//! An arrangement is how a company's days are counted under a scheme unless a day says otherwise.
//!
//! ```text
//! nothing (forfait) ─agree→ Agreed from a date on ─agree→ …
//! ```

use chrono::NaiveDate;
use decider::{Aggregate, Asked};
use proto_schemas::co_financing::{arrangement::Event, contribution_day::Method};
use vocabulary::{ArrangementId, CompanyId, SchemeCode};

/// An arrangement as its history left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrangement {
    agreed: Vec<(NaiveDate, Method)>,
}

/// Count the company's days this way from a date on.
#[derive(Clone, Debug, PartialEq)]
pub struct AgreeMethod {
    /// Which company.
    pub company: CompanyId,
    /// Under which scheme.
    pub scheme: SchemeCode,
    /// How.
    pub method: Method,
    /// The first day it holds for.
    pub from: NaiveDate,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Forwards only.
    #[error("a method holds from today on at the earliest, {from} is past")]
    Backwards {
        /// The date given.
        from: NaiveDate,
    },
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        let Self::Backwards { from } = self;
        format!("een methode geldt op zijn vroegst vanaf vandaag, {from} is voorbij")
    }
}

impl Arrangement {
    /// How days on `date` are counted: by what was agreed last among what holds then, forfait before that.
    #[must_use]
    pub fn method_on(&self, date: NaiveDate) -> Method {
        let held = self.agreed.iter().filter(|(from, _)| *from <= date);
        held.max_by_key(|(from, _)| *from).map_or(Method::Forfait, |(_, method)| *method)
    }
}

impl Aggregate for Arrangement {
    const CATEGORY: &'static str = "arrangement";
    type Id = ArrangementId;
    type Command = AgreeMethod;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &AgreeMethod, asked: &Asked) -> Result<Vec<Event>, Refusal> {
        let AgreeMethod { company, scheme, method, from } = command.clone();
        if self.agreed.iter().rev().find(|(date, _)| *date == from).is_some_and(|(_, same)| *same == method) {
            return Ok(vec![]);
        }
        if from < asked.today() {
            return Err(Refusal::Backwards { from });
        }
        Ok(vec![Event::MethodAgreed { company, scheme, method, from }])
    }

    fn evolve(mut self, event: Event) -> Self {
        let Event::MethodAgreed { method, from, .. } = event;
        self.agreed.push((from, method));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use decider::given;

    fn date(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 9, day).unwrap()
    }

    fn agree(method: Method, day: u32) -> AgreeMethod {
        let company = CompanyId::derived(&["company"]);
        AgreeMethod { company, scheme: SchemeCode::sto(), method, from: date(day) }
    }

    #[test]
    fn days_are_counted_by_forfait_until_something_else_holds() {
        let events = given::<Arrangement>([]).when(agree(Method::Actual, 2)).events();
        let arrangement = Arrangement::replay(events);
        assert_eq!(Arrangement::default().method_on(date(1)), Method::Forfait);
        assert_eq!(arrangement.method_on(date(1)), Method::Forfait);
        assert_eq!(arrangement.method_on(date(2)), Method::Actual);
    }

    #[test]
    fn what_was_agreed_last_for_a_date_holds() {
        let first = given::<Arrangement>([]).when(agree(Method::Actual, 2)).events();
        let second = given::<Arrangement>(first.clone()).when(agree(Method::Forfait, 2)).events();
        given::<Arrangement>(first.clone()).when(agree(Method::Actual, 2)).then_nothing();
        assert_eq!(Arrangement::replay([first, second].concat()).method_on(date(2)), Method::Forfait);
    }

    #[test]
    fn a_method_holds_from_today_on_at_the_earliest() {
        assert_eq!(given::<Arrangement>([]).when(agree(Method::Actual, 1)).events().len(), 1);
        given::<Arrangement>([])
            .at("2026-09-02T10:00:00Z")
            .when(agree(Method::Actual, 1))
            .then_refused(Refusal::Backwards { from: date(1) });
    }
}

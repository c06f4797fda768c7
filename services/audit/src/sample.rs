//! A sample is one drawing of lines for an auditor to look at; once drawn it stands for ever.
//!
//! None ─draw→ Drawn

pub mod commands;

use commands::{Command, Refusal};
use decider::{Aggregate, Asked};
use proto_schemas::audit::sample::Event;
use vocabulary::SampleId;

/// One drawing.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Sample {
    /// Nothing was drawn yet.
    #[default]
    None,
    /// What was drawn.
    Drawn(Box<Event>),
}

impl Aggregate for Sample {
    const CATEGORY: &'static str = "sample";
    type Id = SampleId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, Command::Draw(drawn): &Command, _: &Asked) -> Result<Vec<Event>, Refusal> {
        let Event::Drawn { lines, .. } = &**drawn;
        match self {
            Self::Drawn(before) if before == drawn => Ok(vec![]),
            Self::Drawn(_) => Err(Refusal::AlreadyDrawn),
            Self::None if lines.is_empty() => Err(Refusal::NothingToDraw),
            Self::None => Ok(vec![(**drawn).clone()]),
        }
    }

    fn evolve(self, event: Event) -> Self {
        Self::Drawn(Box::new(event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use decider::given;
    use proto_schemas::audit::sample::{Line, Method};
    use vocabulary::Euros;

    fn drawn(seed: &str, lines: usize) -> Event {
        let line = Line { stream: "contribution/x".into(), position: 1, number: None, amount: Euros(100) };
        Event::Drawn {
            seed: seed.into(),
            method: Method::Random,
            claim: None,
            year: Some(2026),
            interval: None,
            start: None,
            cut_off: [("co-financing".to_owned(), 7)].into(),
            population: 3,
            total: Euros(300),
            size: 1,
            lines: vec![line; lines],
            under: None,
        }
    }

    fn draw(event: Event) -> Command {
        Command::Draw(Box::new(event))
    }

    #[test]
    fn what_was_drawn_stands_as_it_was_drawn() {
        given::<Sample>([]).when(draw(drawn("a", 1))).then([drawn("a", 1)]);
        given::<Sample>([drawn("a", 1)]).when(draw(drawn("a", 1))).then([]);
        given::<Sample>([drawn("a", 1)]).when(draw(drawn("b", 1))).then_refused(Refusal::AlreadyDrawn);
    }

    #[test]
    fn of_nothing_nothing_is_drawn() {
        given::<Sample>([]).when(draw(drawn("a", 0))).then_refused(Refusal::NothingToDraw);
    }
}

//! A sample is one drawing of lines for an auditor to look at; once drawn it stands for ever.
//!
//! None ─request→ Requested ─draw→ Drawn
//!
//! **Invariant:** the words are recorded before the checkpoint is signed that the drawing follows from as well, so nobody
//! tries words until a drawing suits. Drawings of before that rule have no request.

pub mod commands;

use commands::{Command, Refusal};
use decider::{Aggregate, CommandContext};
use proto_schemas::audit::sample::Event;
use vocabulary::SampleId;

/// One drawing.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Sample {
    /// Nothing was asked for yet.
    #[default]
    None,
    /// What was asked for; it is drawn after the next checkpoint.
    Requested(Box<Event>),
    /// What was drawn.
    Drawn(Box<Event>),
}

impl Aggregate for Sample {
    const CATEGORY: &'static str = "sample";
    type Id = SampleId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, _: &CommandContext) -> Result<Vec<Event>, Refusal> {
        match (self, command) {
            (Self::None, Command::Request(request)) => match **request {
                Event::Requested { population: 0, .. } => Err(Refusal::NothingToDraw),
                Event::Requested { .. } => Ok(vec![(**request).clone()]),
                Event::Drawn { .. } => Err(Refusal::NotRequested),
            },
            (Self::Requested(before), Command::Request(request)) if before == request => Ok(vec![]),
            (Self::Requested(_) | Self::Drawn(_), Command::Request(_)) => Err(Refusal::AlreadyDrawn),
            (Self::None, Command::Draw(_)) => Err(Refusal::NotRequested),
            (Self::Requested(request), Command::Draw(drawn)) if follows(request, drawn) => Ok(vec![(**drawn).clone()]),
            (Self::Requested(_), Command::Draw(_)) => Err(Refusal::NotAsRequested),
            (Self::Drawn(before), Command::Draw(drawn)) if before == drawn => Ok(vec![]),
            (Self::Drawn(_), Command::Draw(_)) => Err(Refusal::AlreadyDrawn),
        }
    }

    fn evolve(self, event: Event) -> Self {
        match event {
            Event::Requested { .. } => Self::Requested(Box::new(event)),
            Event::Drawn { .. } => Self::Drawn(Box::new(event)),
        }
    }
}

/// Whether a drawing is of what was asked for: words, method, size and population.
fn follows(request: &Event, drawn: &Event) -> bool {
    let Event::Drawn { seed, draw: Some(_), method, claim, year, cut_off, population, total, size, under, .. } = drawn
    else {
        return false;
    };
    let of = Event::Requested {
        seed: seed.clone(),
        method: *method,
        claim: *claim,
        year: *year,
        cut_off: cut_off.clone(),
        population: *population,
        total: *total,
        size: *size,
        under: *under,
    };
    of == *request
}

#[cfg(test)]
mod tests {
    use super::*;
    use decider::given;
    use proto_schemas::audit::sample::{Draw, Line, Method};
    use vocabulary::Euros;

    fn requested(seed: &str, population: u32) -> Event {
        Event::Requested {
            seed: seed.into(),
            method: Method::Random,
            claim: None,
            year: Some(2026),
            cut_off: [("co-financing".to_owned(), 7)].into(),
            population,
            total: Euros(300),
            size: 1,
            under: None,
        }
    }

    fn drawn(seed: &str, draw: Option<Draw>) -> Event {
        let line = Line { stream: "contribution/x".into(), position: 1, number: None, amount: Euros(100) };
        Event::Drawn {
            seed: seed.into(),
            draw,
            method: Method::Random,
            claim: None,
            year: Some(2026),
            interval: None,
            start: None,
            cut_off: [("co-financing".to_owned(), 7)].into(),
            population: 3,
            total: Euros(300),
            size: 1,
            lines: vec![line],
            under: None,
        }
    }

    fn signed(seed: &str) -> Option<Draw> {
        Some(Draw { requested_at: 4, checkpoint: "note".into(), seed: seed.into() })
    }

    fn request(event: Event) -> Command {
        Command::Request(Box::new(event))
    }

    fn draw(event: Event) -> Command {
        Command::Draw(Box::new(event))
    }

    #[test]
    fn a_drawn_sample_never_changes() {
        let before = || [requested("a", 3), drawn("a", signed("x"))];
        given::<Sample>([requested("a", 3)]).when(draw(drawn("a", signed("x")))).then([drawn("a", signed("x"))]);
        given::<Sample>(before()).when(draw(drawn("a", signed("x")))).then_nothing();
        given::<Sample>(before()).when(draw(drawn("a", signed("y")))).then_refused(Refusal::AlreadyDrawn);
        given::<Sample>(before()).when(request(requested("b", 3))).then_refused(Refusal::AlreadyDrawn);
    }

    #[test]
    fn nothing_is_drawn_that_was_not_asked_for_first() {
        given::<Sample>([]).when(draw(drawn("a", signed("x")))).then_refused(Refusal::NotRequested);
        given::<Sample>([]).when(request(drawn("a", signed("x")))).then_refused(Refusal::NotRequested);
        let asked = || [requested("a", 3)];
        given::<Sample>(asked()).when(draw(drawn("b", signed("x")))).then_refused(Refusal::NotAsRequested);
        given::<Sample>(asked()).when(draw(drawn("a", None))).then_refused(Refusal::NotAsRequested);
    }

    #[test]
    fn a_request_asked_again_is_one_request() {
        given::<Sample>([]).when(request(requested("a", 3))).then([requested("a", 3)]);
        given::<Sample>([requested("a", 3)]).when(request(requested("a", 3))).then_nothing();
        given::<Sample>([requested("a", 3)]).when(request(requested("b", 3))).then_refused(Refusal::AlreadyDrawn);
    }

    #[test]
    fn a_sample_drawn_before_requests_existed_stays_valid() {
        given::<Sample>([drawn("a", None)]).when(draw(drawn("a", None))).then_nothing();
        given::<Sample>([drawn("a", None)]).when(draw(drawn("a", signed("x")))).then_refused(Refusal::AlreadyDrawn);
    }

    #[test]
    fn of_nothing_nothing_is_drawn() {
        given::<Sample>([]).when(request(requested("a", 0))).then_refused(Refusal::NothingToDraw);
    }
}

//! What may be asked of a sample, and why not.

use proto_schemas::audit::sample::Event;

/// What may be asked.
#[derive(Clone, Debug)]
pub enum Command {
    /// Keep what was drawn; whoever asks has drawn it from the logs.
    Draw(Box<Event>),
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("There are no lines to draw from: nothing of this claim or year is verified.")]
    NothingToDraw,
    #[error("Something else was drawn under this id.")]
    AlreadyDrawn,
}

impl decider::Refusal for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NothingToDraw => "nothing-to-draw",
            Self::AlreadyDrawn => "already-drawn",
        }
    }

    fn in_dutch(&self) -> String {
        match self {
            Self::NothingToDraw => {
                "Er zijn geen regels om uit te trekken: niets van deze staat of dit jaar is geverifieerd.".to_owned()
            }
            Self::AlreadyDrawn => "Onder dit id is al iets anders getrokken.".to_owned(),
        }
    }
}

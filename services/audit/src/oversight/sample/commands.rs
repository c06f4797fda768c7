//! What may be asked of a sample, and why not.

use proto_schemas::audit::sample::Event;

/// What may be asked.
#[derive(Clone, Debug)]
pub enum Command {
    /// Ask for a sample of a population that whoever asks has counted in the logs.
    Request(Box<Event>),
    /// Keep what the request and the checkpoint after it drew from the logs.
    Draw(Box<Event>),
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    #[error("There are no lines to draw from: nothing of this claim or year is verified.")]
    NothingToDraw,
    #[error("This id belongs to another sample.")]
    AlreadyDrawn,
    #[error("The sample was not requested first.")]
    NotRequested,
    #[error("The drawn sample differs from the request.")]
    NotAsRequested,
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::NothingToDraw => {
                "Er zijn geen regels om uit te trekken: niets van deze staat of dit jaar is geverifieerd."
            }
            Self::AlreadyDrawn => "Onder dit id is al iets anders aangevraagd of getrokken.",
            Self::NotRequested => "Wat wordt getrokken, is niet eerst aangevraagd.",
            Self::NotAsRequested => "Wat is getrokken, is niet wat is aangevraagd.",
        }
        .to_owned()
    }
}

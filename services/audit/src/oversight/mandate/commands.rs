//! What may be asked of an auditor's mandate, and why not.

use chrono::NaiveDate;
use vocabulary::{ActorId, Reason, Service};

/// What may be asked.
#[derive(Clone, Debug)]
pub enum Command {
    /// Give the auditor a mandate.
    Open(Open),
    /// End it before its last day.
    End { reason: Reason },
}

/// A mandate to be given.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// To whom.
    pub auditor: ActorId,
    /// What for.
    pub assignment: Reason,
    /// The first day.
    pub from: NaiveDate,
    /// The last day, less than a year later.
    pub until: NaiveDate,
    /// Which logs it covers, each once.
    pub logs: Vec<Service>,
    /// Whether names may be revealed.
    pub names: bool,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    #[error("You cannot give a mandate to yourself; somebody else must.")]
    ToOneself,
    #[error("This auditor has a mandate until {until}; end that one first.")]
    OneAtATime { until: NaiveDate },
    #[error("A mandate covers one log at least.")]
    CoversNothing,
    #[error("A mandate begins today or later.")]
    BeginsInThePast,
    #[error("The last day lies before the first.")]
    EndsBeforeItBegins,
    #[error("A mandate lasts a year at most; open another one after it.")]
    LongerThanAYear,
    #[error("This auditor never had a mandate.")]
    NeverOpened,
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::ToOneself => "Niemand geeft zichzelf een mandaat; een ander moet dat doen.",
            Self::OneAtATime { until } => {
                return format!("Deze auditor heeft een mandaat tot en met {until}; beëindig dat eerst.");
            }
            Self::CoversNothing => "Een mandaat gaat over ten minste één logboek.",
            Self::BeginsInThePast => "Een mandaat begint vandaag of later.",
            Self::EndsBeforeItBegins => "De laatste dag ligt voor de eerste.",
            Self::LongerThanAYear => "Een mandaat duurt ten hoogste een jaar; open daarna een nieuw.",
            Self::NeverOpened => "Deze auditor heeft nooit een mandaat gehad.",
        }
        .to_owned()
    }
}

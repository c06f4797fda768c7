//! What may be asked of a region's claim, and why not.

use proto_schemas::co_financing::{claim::Target, figures::Line};
use vocabulary::{ActorId, ClaimId, Reason, SchemeCode};

/// A verified line that no claim holds yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimable {
    /// The line.
    pub line: Line,
    /// Who verified it; for a line taken back, who verified the line it takes back.
    pub verified_by: ActorId,
}

/// What may be asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Begin the claim of a calendar year.
    Draft {
        /// Under which scheme.
        scheme: SchemeCode,
        /// The calendar year.
        year: u16,
        /// The last year that is fixed under this scheme.
        last_fixed: Option<u16>,
    },
    /// Hand it to the controller.
    Submit,
    /// Give it back.
    Return { reason: Reason },
    /// Fix it.
    Fix(Box<Fix>),
}

/// What a claim is fixed with: all of it known by the hub, none of it said by the client.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// Its id.
    pub claim: ClaimId,
    /// The position up to which lines were considered.
    pub cut_off: i64,
    /// Its lines.
    pub lines: Vec<Claimable>,
    /// The target as it stands.
    pub target: Option<Target>,
    /// A claim of an earlier year that is begun and not fixed.
    pub earlier_open: Option<u16>,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Nobody began it.
    #[error("there is no such claim")]
    NotDrafted,
    /// Years of a programme.
    #[error("a claim is about a year from 2000 up to and including this one")]
    YearOutOfRange,
    /// Forwards only.
    #[error("the claim of {year} is fixed; a correction of an earlier year is a line of the next claim")]
    LaterFixed {
        /// The year that is fixed.
        year: u16,
    },
    /// It is still running.
    #[error("the year {year} is not over")]
    NotOver {
        /// The claim's year.
        year: u16,
    },
    /// Hand it in first.
    #[error("the claim was not submitted")]
    NotSubmitted,
    /// With the controller.
    #[error("the claim was submitted: fix it or return it")]
    IsSubmitted,
    /// It is done.
    #[error("the claim is fixed; a correction is a line of the next claim")]
    IsFixed,
    /// Never one person for both.
    #[error("the person who submitted a claim may not fix it")]
    OwnSubmission,
    /// Never one person for both.
    #[error("a person who verified a line of a claim may not fix it")]
    OwnVerification,
    /// One after another.
    #[error("fix the claim of {year} first")]
    EarlierOpen {
        /// The year that is open.
        year: u16,
    },
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::NotDrafted => "deze staat is niet opgesteld".into(),
            Self::YearOutOfRange => "een staat gaat over een jaar van 2000 tot en met dit jaar".into(),
            Self::LaterFixed { year } => {
                format!(
                    "de staat van {year} is vastgesteld; een correctie van een eerder jaar is een regel van de volgende staat"
                )
            }
            Self::NotOver { year } => format!("het jaar {year} is nog niet voorbij"),
            Self::NotSubmitted => "de staat is niet ingediend".into(),
            Self::IsSubmitted => "de staat is ingediend: stel hem vast of geef hem terug".into(),
            Self::IsFixed => "de staat is vastgesteld; een correctie is een regel van de volgende staat".into(),
            Self::OwnSubmission => "wie een staat heeft ingediend, mag hem niet vaststellen".into(),
            Self::OwnVerification => "wie een regel van een staat heeft geverifieerd, mag hem niet vaststellen".into(),
            Self::EarlierOpen { year } => format!("stel eerst de staat van {year} vast"),
        }
    }
}

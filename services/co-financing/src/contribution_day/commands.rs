//! What may be asked of a contribution day, and why not.

use proto_schemas::co_financing::contribution_day::{Attendance, Day, Method};
use vocabulary::{BasisPoints, DocumentHash, Euros, Minutes, Reason};

/// What the region's policy says about the date of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The part of a pupil's time that counts as supervision.
    pub share: BasisPoints,
    /// Euros an hour.
    pub rate: Euros,
    /// The version of the policy that says so.
    pub policy_version: u32,
}

/// What may be asked. `terms` is absent while the region has adopted no rate for the date.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Count the day this way.
    ChooseMethod {
        /// Which day.
        day: Day,
        method: Method,
        /// For attendances that wait.
        terms: Option<Terms>,
    },
    /// Make a line of a confirmed or corrected attendance.
    AccruePupil {
        /// Which day.
        day: Day,
        /// The attendance as it now stands.
        attendance: Attendance,
        /// How the company's days are counted unless this day says otherwise.
        usual: Method,
        /// What the policy says.
        terms: Option<Terms>,
        /// Why it was corrected, when it was.
        corrected: Option<Reason>,
    },
    /// Make lines of the attendances that waited for a rate.
    AccrueOpen {
        /// What the policy says.
        terms: Option<Terms>,
    },
    /// Make a line of a supervisor's minutes.
    AccrueSupervisor {
        /// Time with the group.
        minutes: Minutes,
        /// What the policy says.
        terms: Option<Terms>,
    },
    /// Take a line back.
    Reverse {
        /// Which line.
        line: u32,
        reason: Reason,
    },
    /// Sign for the company.
    Sign {
        /// What the signer saw.
        digest: DocumentHash,
    },
    /// Verify the signed lines.
    Verify,
    /// Do not accept the signed lines as they stand.
    Reject { reason: Reason },
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Nothing happened on such a day.
    #[error("no confirmed attendance is known for this day")]
    NothingKnown,
    /// A day has one method.
    #[error("this day is counted by the {} method; take its lines back before you choose another", english(*.method))]
    OtherMethod {
        /// The one it has.
        method: Method,
    },
    /// No minutes without a group.
    #[error("the supervisor's minutes need at least one confirmed attendance")]
    NothingConfirmed,
    /// There is no official rate and no default.
    #[error("the region has adopted no hourly rate that is valid on the date of this day")]
    NoRate,
    /// Between a minute and a day.
    #[error("a supervisor's time is between 1 minute and 24 hours a day")]
    MinutesOutOfRange,
    /// One living line per supervisor.
    #[error("you already entered minutes for this day; reverse that line first")]
    AlreadyEntered,
    /// The line is not there.
    #[error("this day has no line {line}")]
    NoSuchLine {
        /// The number asked for.
        line: u32,
    },
    /// Nothing to sign for.
    #[error("there is no line to sign for")]
    NothingToSign,
    /// The signer saw something else.
    #[error("the lines changed since you read them: read them again and sign the present ones")]
    Changed,
    /// These very lines were rejected.
    #[error("these lines were rejected; correct them before you sign again")]
    RejectedAsTheyStand,
    /// Signature first.
    #[error("the company has not signed the present lines")]
    NotSigned,
    /// Another person.
    #[error("a person who confirmed, entered or signed a line of this day may not verify it")]
    OwnWork,
    /// Never a teacher.
    #[error("a teacher may not verify contributions")]
    Teacher,
    /// Verified already.
    #[error("the lines are verified; reverse a line instead of rejecting them")]
    AlreadyVerified,
}

fn english(method: Method) -> &'static str {
    match method {
        Method::Forfait => "forfait",
        Method::Actual => "actual hours",
    }
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::NothingKnown => "voor deze dag is geen bevestigde aanwezigheid bekend".into(),
            Self::OtherMethod { method } => {
                let method = match method {
                    Method::Forfait => "forfaitair",
                    Method::Actual => "naar werkelijke uren",
                };
                format!(
                    "deze dag wordt {method} geteld; draai eerst de regels terug voordat u een andere methode kiest"
                )
            }
            Self::NothingConfirmed => {
                "de tijd van de begeleider telt alleen naast ten minste één bevestigde aanwezigheid".into()
            }
            Self::NoRate => "de regio heeft geen uurtarief vastgesteld dat op deze datum geldt".into(),
            Self::MinutesOutOfRange => "de tijd van een begeleider ligt tussen 1 minuut en 24 uur per dag".into(),
            Self::AlreadyEntered => "u heeft voor deze dag al tijd ingevoerd; draai die regel eerst terug".into(),
            Self::NoSuchLine { line } => format!("deze dag heeft geen regel {line}"),
            Self::NothingToSign => "er is geen geldige regel om voor te tekenen".into(),
            Self::Changed => "de regels zijn gewijzigd sinds u keek: lees ze opnieuw en teken wat er nu staat".into(),
            Self::RejectedAsTheyStand => {
                "deze regels zijn zo afgewezen; verbeter ze voordat er opnieuw wordt getekend".into()
            }
            Self::NotSigned => "het bedrijf heeft de regels zoals ze nu zijn niet ondertekend".into(),
            Self::OwnWork => {
                "wie een regel van deze dag heeft bevestigd, ingevoerd of ondertekend, mag die niet verifiëren".into()
            }
            Self::Teacher => "een docent mag bijdragen niet verifiëren".into(),
            Self::AlreadyVerified => {
                "de regels zijn geverifieerd; draai een regel terug in plaats van ze af te wijzen".into()
            }
        }
    }
}

//! What may be asked of a safety check, and why not.

use chrono::NaiveDate;
use proto_schemas::hotspots::safety_check::{Activity, Item, Party, Supervision};
use vocabulary::{CompanyId, HotspotId, Label, Reason};

/// What was found at the workplace.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings {
    /// The day it was looked at.
    pub checked_on: NaiveDate,
    /// For how many months a check is good, by the policy of that day.
    pub term_months: u8,
    /// Risks with what is done about them.
    pub items: Vec<Item>,
    /// What pupils must wear.
    pub protective_equipment: Vec<Label>,
    /// The supervision that the company gives.
    pub supervision: Supervision,
    /// What pupils may do.
    pub activities: Vec<Activity>,
}

/// What may be asked of a safety check.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The workplace was looked at (opstellen).
    DrawUp {
        /// Of which hotspot.
        hotspot: HotspotId,
        /// At which company.
        company: CompanyId,
        /// What was found.
        findings: Findings,
    },
    /// One side signs it (ondertekenen).
    Sign {
        /// Which side.
        party: Party,
    },
    /// The workplace was looked at again (vernieuwen).
    Renew(Findings),
    /// May a session rely on it for these activities? Nothing happens to the check itself.
    Rely {
        /// What the pupils will do.
        activities: Vec<Label>,
    },
    /// It no longer holds (laten vervallen), as after an incident.
    Lapse { reason: Reason },
}

/// Why a safety check says no.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Nobody drew it up.
    #[error("There is no such safety check.")]
    Unknown,
    /// It exists already.
    #[error("This safety check was drawn up before.")]
    AlreadyDrawnUp,
    /// The day is yet to come.
    #[error("The workplace cannot have been checked in the future.")]
    InTheFuture,
    /// It is older than the one it renews.
    #[error("The workplace was checked later than that already, on {checked_on}.")]
    Older {
        /// The day of the last look.
        checked_on: NaiveDate,
    },
    /// No risk is named.
    #[error("A safety check names at least one risk and what is done about it.")]
    NoItems,
    /// No activity is named.
    #[error("A safety check names at least one activity that pupils may do.")]
    NoActivities,
    /// Two activities have one name.
    #[error("Activity \"{name}\" is in the list twice.")]
    ActivityTwice {
        /// Which.
        name: Label,
    },
    /// An activity needs more supervision than there is.
    #[error("Activity \"{name}\" needs more supervision than the company gives.")]
    TooLittleSupervision {
        /// Which.
        name: Label,
    },
    /// Its term is over.
    #[error("The safety check was good until {valid_until}: renew it first.")]
    TooOld {
        /// The last day it was good for.
        valid_until: NaiveDate,
    },
    /// It lapsed before its term.
    #[error("The safety check has lapsed: renew it first.")]
    Lapsed,
    /// Not both sides signed it as it stands.
    #[error("The company and a school have not signed the present safety check.")]
    NotSigned,
    /// The check does not know what they want to do.
    #[error("Activity \"{name}\" does not stand in the safety check.")]
    UnknownActivity {
        /// Which.
        name: Label,
    },
    /// Another company's check.
    #[error("Only the company of this workplace signs for the company.")]
    AnotherCompany,
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::Unknown => "Deze veiligheidscontrole bestaat niet.".into(),
            Self::AlreadyDrawnUp => "Deze veiligheidscontrole is al opgesteld.".into(),
            Self::InTheFuture => "De werkplek kan niet bekeken zijn op een dag die nog moet komen.".into(),
            Self::Older { checked_on } => format!("De werkplek is later nog bekeken, op {checked_on}."),
            Self::NoItems => "Een veiligheidscontrole noemt ten minste één risico en de maatregel ertegen.".into(),
            Self::NoActivities => {
                "Een veiligheidscontrole noemt ten minste één werkzaamheid die leerlingen mogen doen.".into()
            }
            Self::ActivityTwice { name } => format!("Werkzaamheid \"{name}\" staat twee keer in de lijst."),
            Self::TooLittleSupervision { name } => {
                format!("Werkzaamheid \"{name}\" vraagt meer toezicht dan het bedrijf geeft.")
            }
            Self::TooOld { valid_until } => {
                format!("De veiligheidscontrole gold tot en met {valid_until}: vernieuw haar eerst.")
            }
            Self::Lapsed => "De veiligheidscontrole is vervallen: vernieuw haar eerst.".into(),
            Self::NotSigned => {
                "De veiligheidscontrole is zoals zij nu is niet door het bedrijf en een school ondertekend.".into()
            }
            Self::UnknownActivity { name } => format!("Werkzaamheid \"{name}\" staat niet in de veiligheidscontrole."),
            Self::AnotherCompany => "Alleen het bedrijf van deze werkplek tekent voor het bedrijf.".into(),
        }
    }
}

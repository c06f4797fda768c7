//! What may be asked about a person, and why not.

use chrono::NaiveDate;
use proto_schemas::{
    consortium::person::{ContactLevel, Event, Guardian, LearningPath},
    consortium::retention_schedule::Expired,
};
use std::collections::BTreeSet;
use vocabulary::{BranchCode, CompanyId, HoldId, Label, PersonId, Reason, SchoolYear, Sealed};

/// What may be asked.
#[derive(Clone, Debug)]
pub enum Command {
    /// A school's administration tells of a pupil who is new. `who` was sealed as of a registration.
    RegisterPupil { pupil: Pupil, who: Who, within: Within, shares_number_with: Option<PersonId> },
    /// It tells of a pupil who is known. `corrected` is given when the handler, which can open what
    /// is sealed, sees that it changed; it was sealed as of a correction.
    UpdatePupil { pupil: Pupil, corrected: Option<Who>, within: Within },
    /// Someone works at a school.
    RegisterStaff { school: BranchCode, name: Sealed, email: Option<Sealed> },
    /// Someone at a company can be talked to.
    RegisterContact {
        company: CompanyId,
        level: ContactLevel,
        name: Sealed,
        email: Option<Sealed>,
        phone: Option<Sealed>,
    },
    /// They are gone: the last day on which they were here.
    Leave { occurred_on: NaiveDate },
    /// They are back, or had not left after all.
    Return,
    /// Nothing may tell any more who this was. It is decided before the vault destroys the keys, and written after.
    Forget {
        reason: Reason,
        /// The term that was over, when that is why.
        retention: Option<Expired>,
        /// The hold that covers them, if any.
        held: Option<Held>,
    },
}

/// Whose pupils whoever asks may change.
#[derive(Clone, Debug, PartialEq)]
pub enum Within {
    /// Those of the whole region.
    Region,
    /// Those enrolled at these schools.
    Schools(BTreeSet<BranchCode>),
}

impl Within {
    /// Whether a pupil enrolled there may be changed.
    #[must_use]
    pub fn reaches(&self, home_school: &BranchCode) -> bool {
        match self {
            Self::Region => true,
            Self::Schools(schools) => schools.contains(home_school),
        }
    }
}

/// A hold as somebody is told of it who wants to forget whom it covers.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// Which one.
    pub hold: HoldId,
    /// Why it was placed.
    pub reason: Reason,
}

/// What of a pupil need not be sealed.
#[derive(Clone, Debug, PartialEq)]
pub struct Pupil {
    /// Where the pupil is enrolled.
    pub home_school: BranchCode,
    /// Where the profile is followed, if elsewhere.
    pub host_school: Option<BranchCode>,
    /// Leerweg.
    pub learning_path: LearningPath,
    /// Profile code.
    pub profile: String,
    /// 1 to 4.
    pub year: u8,
    /// Klas.
    pub group: Label,
    /// The school year in which year 3 begins.
    pub cohort: SchoolYear,
}

impl Pupil {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.host_school.as_ref() == Some(&self.home_school) {
            return Err(Refusal::HostIsHome);
        }
        Ok(())
    }

    pub(super) fn registered(&self, who: &Who, shares_number_with: Option<PersonId>) -> Event {
        let Self { home_school, host_school, learning_path, profile, year, group, cohort } = self.clone();
        let Who { name, birth_date, guardians } = who.clone();
        Event::PupilRegistered {
            home_school,
            host_school,
            learning_path,
            profile,
            year,
            group,
            cohort,
            name,
            birth_date,
            guardians,
            shares_number_with,
        }
    }

    pub(super) fn moved(&self) -> Event {
        let Self { home_school, host_school, learning_path, profile, year, group, cohort } = self.clone();
        Event::PupilMoved { home_school, host_school, learning_path, profile, year, group, cohort }
    }
}

/// What tells who a pupil is.
#[derive(Clone, Debug, PartialEq)]
pub struct Who {
    /// Opens to JSON with `given` and `family`.
    pub name: Sealed,
    /// Opens to a date.
    pub birth_date: Sealed,
    /// Parents and guardians.
    pub guardians: Vec<Guardian>,
}

impl Who {
    pub(super) fn corrected(&self) -> Event {
        let Self { name, birth_date, guardians } = self.clone();
        Event::PupilCorrected { name, birth_date, guardians }
    }
}

/// The problem of [`Refusal::Elsewhere`]. An import that meets it asks again whose its numbers are; nobody is shown it.
pub const ELSEWHERE: &str = "person-elsewhere";

/// Why not.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    #[error("Nobody is registered under this id.")]
    NotRegistered,
    #[error("This person was forgotten.")]
    Forgotten,
    #[error("This id belongs to someone in another part.")]
    SomeoneElse,
    #[error("This pupil is enrolled at a school that the caller does not reach.")]
    Elsewhere,
    #[error("The host school is another school than the home school.")]
    HostIsHome,
    #[error("The date lies in the future.")]
    InTheFuture,
    #[error("This person left on {on}. Take that back first if it is not right.")]
    AlreadyLeft { on: NaiveDate },
    #[error("A hold covers this person ({}): {}. Nothing of them is destroyed while it lasts.", .0.hold, .0.reason.as_str())]
    Held(Held),
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::NotRegistered => "Er is niemand met dit kenmerk.".to_owned(),
            Self::Forgotten => "Deze persoon is vergeten.".to_owned(),
            Self::SomeoneElse => "Dit kenmerk hoort bij iemand in een andere rol.".to_owned(),
            Self::Elsewhere => "Deze leerling staat ingeschreven bij een school buiten het bereik.".to_owned(),
            Self::HostIsHome => "De gastschool is een andere school dan de eigen school.".to_owned(),
            Self::InTheFuture => "De datum ligt in de toekomst.".to_owned(),
            Self::AlreadyLeft { on } => {
                format!("Deze persoon is op {on} vertrokken. Neem dat eerst terug als het niet klopt.")
            }
            Self::Held(Held { hold, reason }) => format!(
                "Voor deze persoon geldt een opschorting ({hold}): {}. Zolang die duurt wordt niets van hen vernietigd.",
                reason.as_str()
            ),
        }
    }
}

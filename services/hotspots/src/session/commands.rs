//! What may be asked of a session, and why not.

use chrono::{DateTime, Utc};
use proto_schemas::hotspots::safety_check::Activity;
use std::collections::BTreeSet;
use vocabulary::{BranchCode, CompanyId, HotspotId, PersonId, Reason};

/// What may be asked of a session.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A group goes there at that time (plannen).
    Plan {
        /// At which hotspot.
        hotspot: HotspotId,
        /// At which company.
        company: CompanyId,
        /// From when.
        starts_at: DateTime<Utc>,
        /// Until when.
        ends_at: DateTime<Utc>,
        /// How many pupils the company has room for.
        capacity: u8,
        /// The most pupils, by the policy of that day.
        group_max: u8,
        /// Fewer pupils need a reason at the start, by the policy of that day.
        group_min: u8,
        /// The theory is taught at the company.
        theory_at_company: bool,
        /// What the pupils will do, as the safety check has it.
        activities: Vec<Activity>,
    },
    /// A pupil takes part (inschrijven).
    EnrolPupil {
        pupil: PersonId,
        /// Where the pupil is registered.
        home_school: BranchCode,
        /// The school that answers for the pupil here.
        school: BranchCode,
        /// In whole years on the day; unknown when the birth date was forgotten.
        age: Option<u8>,
    },
    /// A pupil does not take part after all (uitschrijven).
    WithdrawPupil { pupil: PersonId },
    /// A teacher or instructor comes along (toewijzen).
    AssignTeacher {
        teacher: PersonId,
        /// Of which school.
        school: BranchCode,
    },
    /// It begins (beginnen).
    Start {
        at: DateTime<Utc>,
        /// Why with fewer pupils than the minimum.
        small_group: Option<Reason>,
    },
    /// It is over (afronden).
    Finish { at: DateTime<Utc> },
    /// It does not take place (annuleren).
    Cancel {
        reason: Reason,
        /// The pupils whose days are freed in the same append: all of them, or none.
        freed: BTreeSet<PersonId>,
    },
    /// Is this pupil expected here? Nothing happens to the session itself.
    Expect { pupil: PersonId },
}

/// Why a session says no.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Nobody planned it.
    #[error("There is no such session.")]
    Unknown,
    /// It exists already.
    #[error("This session was planned before.")]
    AlreadyPlanned,
    /// It ends before it starts.
    #[error("A session ends after it starts.")]
    BackToFront,
    /// It lasts over midnight.
    #[error("A session starts and ends on one day.")]
    OverMidnight,
    /// Its day is over.
    #[error("A session is planned for today or later.")]
    InThePast,
    /// The moment is yet to come.
    #[error("That moment is in the future.")]
    InTheFuture,
    /// Room for none, or for more than the policy allows.
    #[error("A group has 1 to {max} pupils.")]
    GroupSize {
        /// The most.
        max: u8,
    },
    /// There is nothing to do.
    #[error("Name what the pupils will do: at least one activity of the safety check.")]
    NoActivities,
    /// All places are taken.
    #[error("The session is full: {max} pupils at most.")]
    Full {
        /// The most.
        max: u8,
    },
    /// The pupil is too young for what will be done.
    #[error("The pupil must be {minimum} years old on the day for these activities.")]
    TooYoung {
        /// In whole years.
        minimum: u8,
    },
    /// The pupil's age is not known.
    #[error("The pupil's birth date is not known, so the minimum age cannot be checked.")]
    AgeUnknown,
    /// It began, so the list is closed.
    #[error("The session has started already.")]
    AlreadyStarted,
    /// It did not begin yet.
    #[error("The session has not started yet.")]
    NotStarted,
    /// It is over.
    #[error("The session is over.")]
    Finished,
    /// It did not take place.
    #[error("The session was cancelled.")]
    Cancelled,
    /// Its day has not come, or the moment is on another day.
    #[error("The session is on another day.")]
    AnotherDay,
    /// Too few pupils, and no reason.
    #[error("Only {enrolled} pupils are enrolled and the minimum is {min}: give the reason to start.")]
    SmallGroup {
        /// How many there are.
        enrolled: u8,
        /// How many there should be.
        min: u8,
    },
    /// Nobody is enrolled.
    #[error("Nobody is enrolled.")]
    Empty,
    /// Theory at the company and no teacher.
    #[error("Theory is taught at the company: assign a teacher or instructor first.")]
    NoTeacher,
    /// It would end before it began.
    #[error("A session ends after it started.")]
    BeforeStart,
    /// Someone was enrolled or withdrawn meanwhile.
    #[error("The list of pupils changed in the meantime: please try again.")]
    ListChanged,
    /// The pupil is not on the list.
    #[error("The pupil is not enrolled in this session.")]
    NotEnrolled,
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::Unknown => "Deze bijeenkomst bestaat niet.".into(),
            Self::AlreadyPlanned => "Deze bijeenkomst is al gepland.".into(),
            Self::BackToFront => "Een bijeenkomst eindigt nadat zij begint.".into(),
            Self::OverMidnight => "Een bijeenkomst begint en eindigt op dezelfde dag.".into(),
            Self::InThePast => "Een bijeenkomst wordt gepland voor vandaag of later.".into(),
            Self::InTheFuture => "Dat moment moet nog komen.".into(),
            Self::GroupSize { max } => format!("Een groep telt 1 tot {max} leerlingen."),
            Self::NoActivities => {
                "Zeg wat de leerlingen gaan doen: ten minste één werkzaamheid uit de veiligheidscontrole.".into()
            }
            Self::Full { max } => format!("De bijeenkomst is vol: hoogstens {max} leerlingen."),
            Self::TooYoung { minimum } => {
                format!("De leerling moet die dag {minimum} jaar zijn voor deze werkzaamheden.")
            }
            Self::AgeUnknown => {
                "De geboortedatum van de leerling is niet bekend, zodat de minimumleeftijd niet te controleren is."
                    .into()
            }
            Self::AlreadyStarted => "De bijeenkomst is al begonnen.".into(),
            Self::NotStarted => "De bijeenkomst is nog niet begonnen.".into(),
            Self::Finished => "De bijeenkomst is afgelopen.".into(),
            Self::Cancelled => "De bijeenkomst is geannuleerd.".into(),
            Self::AnotherDay => "De bijeenkomst is op een andere dag.".into(),
            Self::SmallGroup { enrolled, min } => format!(
                "Er zijn maar {enrolled} leerlingen ingeschreven en het minimum is {min}: zeg waarom het doorgaat."
            ),
            Self::Empty => "Er is niemand ingeschreven.".into(),
            Self::NoTeacher => {
                "De theorie wordt in het bedrijf gegeven: wijs eerst een docent of instructeur toe.".into()
            }
            Self::BeforeStart => "Een bijeenkomst eindigt nadat zij begonnen is.".into(),
            Self::ListChanged => "De lijst met leerlingen is intussen gewijzigd: probeer het opnieuw.".into(),
            Self::NotEnrolled => "De leerling is niet ingeschreven voor deze bijeenkomst.".into(),
        }
    }
}

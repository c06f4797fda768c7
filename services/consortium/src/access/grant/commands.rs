//! What may be asked of a grant, and why not.

use super::Held;
use vocabulary::Reason;

/// What may be asked.
#[derive(Clone, Debug)]
pub enum Command {
    /// Give the role, or give it another term.
    Give(Give),
    /// Take it back.
    Revoke { reason: Reason },
}

/// A role to be given, with what the hub knows of it.
#[derive(Clone, Debug)]
pub struct Give {
    /// What is to be held, by whom.
    pub held: Held,
    /// What the hub knows.
    pub known: Known,
}

/// What the hub knows of a grant's surroundings.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// The school is a member of the region.
    pub school: bool,
    /// The company is here.
    pub company: bool,
    /// The person is a pupil.
    pub pupil: bool,
    /// The region has had a programme leader.
    pub leader: bool,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    #[error("You cannot grant a role to yourself; somebody else must.")]
    ToOneself,
    #[error("This role cannot be granted: the configuration names the operator.")]
    NotForGiving,
    #[error("Your role cannot grant this role.")]
    BeyondYourRole,
    #[error("This role is bound to exactly one thing: {needs}.")]
    WrongBinding { needs: &'static str },
    #[error("The school is no member of the region.")]
    NoSuchSchool,
    #[error("The region does not know the company, or it left.")]
    NoSuchCompany,
    #[error("The region does not know the pupil.")]
    NoSuchPupil,
    #[error("The last day lies before the first.")]
    EndsBeforeItBegins,
    #[error("This role is granted for a limited time only: name the last day.")]
    NeedsAnEnd,
    #[error("This role was never granted.")]
    NeverGiven,
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::ToOneself => "Niemand geeft zichzelf een rol; een ander moet dat doen.",
            Self::NotForGiving => "Deze rol wordt niet toegekend: de beheerder staat in de configuratie.",
            Self::BeyondYourRole => "Uw rol kent deze rol niet toe.",
            Self::WrongBinding { needs } => {
                let what = match *needs {
                    "school" => "een school",
                    "company" => "een bedrijf",
                    "person" => "een leerling",
                    _ => "alleen de regio",
                };
                return format!("Deze rol hoort bij precies één ding: {what}.");
            }
            Self::NoSuchSchool => "De school is geen lid van de regio.",
            Self::NoSuchCompany => "De regio kent het bedrijf niet, of het is vertrokken.",
            Self::NoSuchPupil => "De regio kent de leerling niet.",
            Self::EndsBeforeItBegins => "De laatste dag ligt voor de eerste.",
            Self::NeedsAnEnd => "Deze rol geldt alleen tijdelijk: noem de laatste dag.",
            Self::NeverGiven => "Deze rol is nooit toegekend.",
        }
        .to_owned()
    }
}

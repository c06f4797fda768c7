//! What may be asked of a hotspot, and why not.

use chrono::NaiveDate;
use proto_schemas::hotspots::hotspot::{Education, TheoryPlace};
use vocabulary::{BranchCode, CompanyId, ContractId, DocumentHash, Label, Reason, SafetyCheckId};

/// What may be asked of a hotspot.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A hotspot should come at this company (voorstellen).
    Propose {
        /// The company.
        company: CompanyId,
        /// What it is called.
        name: Label,
        why: Reason,
        /// What a school could not buy.
        equipment: Vec<Label>,
        /// When it was proposed.
        occurred_on: NaiveDate,
    },
    /// This is what it teaches (koppelen).
    LinkEducation(Education),
    /// This is its plan of approach (plan van aanpak vaststellen).
    AdoptPlanOfApproach {
        /// The document.
        document_hash: DocumentHash,
        /// Where the theory is taught.
        theory_place: TheoryPlace,
        /// When it was adopted.
        occurred_on: NaiveDate,
    },
    /// The company and these schools signed a contract for it (contract koppelen).
    AttachContract {
        /// The contract.
        contract: ContractId,
        /// Who signed it besides the company.
        schools: Vec<BranchCode>,
    },
    /// The contract was amended: nobody has signed it as it stands (contract loskoppelen).
    DetachContract {
        /// The contract.
        contract: ContractId,
    },
    /// This safety check is for it (veiligheidscontrole koppelen). What is said of the check is what its own history says.
    AttachSafetyCheck {
        /// The check.
        check: SafetyCheckId,
        /// The day the workplace was looked at.
        checked_on: NaiveDate,
        /// The last day it is good for.
        valid_until: NaiveDate,
        /// The company and a school signed it.
        signed: bool,
    },
    /// This safety check holds no longer (veiligheidscontrole loskoppelen).
    DetachSafetyCheck {
        /// The check.
        check: SafetyCheckId,
    },
    /// Sessions may be planned from now on (openstellen).
    Open {
        /// For how many months a safety check is good, by the policy of today.
        safety_term_months: u8,
    },
    /// No new sessions for now (opschorten).
    Suspend { reason: Reason },
    /// It is no more (opheffen).
    Retire { reason: Reason },
    /// May a session be planned on this day? Nothing happens to the hotspot itself.
    AdmitSession {
        /// The day.
        date: NaiveDate,
        /// For how many months a safety check is good, by the policy of that day.
        safety_term_months: u8,
    },
    /// May this school's pupils be enrolled? Nothing happens to the hotspot itself.
    AdmitPupil {
        /// The school that answers for the pupil.
        school: BranchCode,
    },
}

/// What a hotspot needs before it opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// What it teaches.
    Education,
    /// The plan of approach.
    PlanOfApproach,
    /// A contract with the company and at least one school.
    Contract,
    /// A safety check.
    SafetyCheck,
}

impl Paper {
    const fn in_english(self) -> &'static str {
        match self {
            Self::Education => "a link to an elective or a profile part",
            Self::PlanOfApproach => "a plan of approach",
            Self::Contract => "a contract signed by the company and at least one school",
            Self::SafetyCheck => "a safety check signed by the company and a school",
        }
    }

    const fn in_dutch(self) -> &'static str {
        match self {
            Self::Education => "een koppeling aan een keuzevak of profieldeel",
            Self::PlanOfApproach => "een plan van aanpak",
            Self::Contract => "een contract dat het bedrijf en ten minste één school hebben ondertekend",
            Self::SafetyCheck => "een veiligheidscontrole die het bedrijf en een school hebben ondertekend",
        }
    }
}

fn listed(papers: &[Paper], word: fn(Paper) -> &'static str) -> String {
    papers.iter().map(|paper| word(*paper)).collect::<Vec<_>>().join("; ")
}

/// Why a hotspot says no.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Nobody proposed it.
    #[error("There is no such hotspot.")]
    Unknown,
    /// It exists already.
    #[error("This hotspot was proposed before.")]
    AlreadyProposed,
    /// It is no more.
    #[error("This hotspot was retired.")]
    Retired,
    /// The date is yet to come.
    #[error("The date lies in the future.")]
    InTheFuture,
    /// Papers are missing.
    #[error("The hotspot cannot open without: {}.", listed(.0, Paper::in_english))]
    PapersMissing(Vec<Paper>),
    /// Not both sides signed the check.
    #[error("The safety check is not signed by the company and a school yet.")]
    SafetyCheckNotSigned,
    /// The check is too old for the day.
    #[error("The safety check is good until {valid_until}: renew it first.")]
    SafetyCheckTooOld {
        /// The last day it is good for.
        valid_until: NaiveDate,
    },
    /// It takes no sessions.
    #[error("The hotspot is not open to sessions.")]
    NotOpen,
    /// The school did not sign.
    #[error("School {school} has not signed this hotspot's contract: its pupils cannot be enrolled yet.")]
    SchoolNotSigned {
        /// Which school.
        school: BranchCode,
    },
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::Unknown => "Deze hotspot bestaat niet.".into(),
            Self::AlreadyProposed => "Deze hotspot is al voorgesteld.".into(),
            Self::Retired => "Deze hotspot is opgeheven.".into(),
            Self::InTheFuture => "De datum ligt in de toekomst.".into(),
            Self::PapersMissing(papers) => {
                format!("De hotspot kan niet open zonder: {}.", listed(papers, Paper::in_dutch))
            }
            Self::SafetyCheckNotSigned => {
                "De veiligheidscontrole is nog niet door het bedrijf en een school ondertekend.".into()
            }
            Self::SafetyCheckTooOld { valid_until } => {
                format!("De veiligheidscontrole geldt tot en met {valid_until}: vernieuw haar eerst.")
            }
            Self::NotOpen => "De hotspot is niet opengesteld voor bijeenkomsten.".into(),
            Self::SchoolNotSigned { school } => format!(
                "School {school} heeft het contract van deze hotspot niet ondertekend: haar leerlingen kunnen nog niet worden ingeschreven."
            ),
        }
    }
}

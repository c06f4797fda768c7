//! What may be asked of a consortium, and why not.

use super::plan::Plan;
use chrono::NaiveDate;
use proto_schemas::consortium::consortium::{Event, Partner, PartnerKind};
use vocabulary::{BasisPoints, BranchCode, Brin, CompanyId, Label, PartnerId};

/// What may be asked.
#[derive(Clone, Debug)]
pub enum Command {
    /// Found the region.
    Found { name: Label, occurred_on: NaiveDate },
    /// This school may leave: it does not lead.
    LetGo { school: BranchCode },
    /// The board of this site, which is that of a member, becomes the lead partner.
    NameLeadPartner { school: BranchCode, board: String, occurred_on: NaiveDate },
    /// The partners adopt a plan.
    AdoptPlan { plan: Plan, partners: Partners, occurred_on: NaiveDate },
    /// Set the target as this share (the policy's) of the plan's subsidisable budget; the whole
    /// programme where no dates are given.
    SetTarget { share: BasisPoints, from: Option<NaiveDate>, until: Option<NaiveDate> },
    /// Open a period.
    OpenPeriod { period: String, from: NaiveDate, until: NaiveDate },
    /// Close it: from then on it takes corrections only.
    ClosePeriod { period: String, occurred_on: NaiveDate },
}

impl Command {
    /// The date of the fact, which is never after the moment asked.
    pub(super) fn occurred_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Found { occurred_on, .. }
            | Self::NameLeadPartner { occurred_on, .. }
            | Self::AdoptPlan { occurred_on, .. }
            | Self::ClosePeriod { occurred_on, .. } => Some(*occurred_on),
            Self::LetGo { .. } | Self::SetTarget { .. } | Self::OpenPeriod { .. } => None,
        }
    }
}

/// Who takes part, as far as a plan must know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Partners {
    /// How many schools teach vmbo; more than enough are not counted.
    pub vmbo_schools: usize,
    /// Whether there is an institution for mbo.
    pub mbo: bool,
    /// Whether there is a company.
    pub company: bool,
    /// Whether there is a primary school.
    pub primary_school: bool,
}

/// A partner that is no secondary school, on its way in.
#[derive(Clone, Debug)]
pub enum NewPartner {
    /// Po-school.
    PrimarySchool { school: BranchCode, name: Label, board: String },
    /// Mbo-instelling.
    Mbo { institution: Brin, name: Label },
    /// A company the region knows.
    Company { company: CompanyId },
    /// Government, association or citizens' initiative.
    Other { partner: PartnerId, kind: PartnerKind, name: Label },
}

impl NewPartner {
    pub(crate) fn key(&self) -> Partner {
        match self {
            Self::PrimarySchool { school, .. } => Partner::PrimarySchool(school.clone()),
            Self::Mbo { institution, .. } => Partner::Mbo(institution.clone()),
            Self::Company { company } => Partner::Company(*company),
            Self::Other { partner, .. } => Partner::Other(*partner),
        }
    }

    pub(crate) fn joined(&self, occurred_on: NaiveDate) -> Event {
        match self.clone() {
            Self::PrimarySchool { school, name, board } => {
                Event::PrimarySchoolJoined { school, name, board, occurred_on }
            }
            Self::Mbo { institution, name } => Event::MboJoined { institution, name, occurred_on },
            Self::Company { company } => Event::CompanyJoined { company, occurred_on },
            Self::Other { partner, kind, name } => Event::OtherPartnerJoined { partner, kind, name, occurred_on },
        }
    }
}

/// Why not.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    #[error("The region was founded under another name; choose another slug.")]
    AlreadyFounded,
    #[error("The region has not been founded.")]
    NotFounded,
    #[error("The date lies in the future.")]
    InTheFuture,
    #[error("The {part} of the school is not known yet: import the file of branches that holds it first, or give it.")]
    SchoolIncomplete { part: &'static str },
    #[error("The school is no member of the region.")]
    NotAMember,
    #[error("The board of this school is the lead partner; name another lead partner first.")]
    LeadsTheRegion,
    #[error("The lead partner is the board of a vmbo site, and this site has no vmbo.")]
    LeadIsNotVmbo,
    #[error("The board of this school has just changed; read it and try again.")]
    BoardChanged,
    #[error("The school's seat in the working group is taken; revoke that membership first.")]
    SeatTaken,
    #[error("A plan needs at least two vmbo schools; the region has {has}.")]
    TooFewVmboSchools { has: usize },
    #[error("A plan needs at least one institution for mbo.")]
    NoMbo,
    #[error("A plan needs at least one company as a partner.")]
    NoCompany,
    #[error("A programme from 2025 on needs at least one primary school.")]
    NoPrimarySchool,
    #[error("A plan needs a lead partner.")]
    NoLeadPartner,
    #[error("The programme or the period ends before it begins.")]
    EndsBeforeItBegins,
    #[error("The plan has two themes or activities with the code {code}.")]
    CodeTwice { code: String },
    #[error("Activity {activity} names a theme that the plan does not have.")]
    NoSuchTheme { activity: String },
    #[error("A result of activity {activity} is planned outside the programme.")]
    ResultOutsideTheProgramme { activity: String },
    #[error("The budget of activity {activity} has a negative price, or is too large.")]
    AmountOutOfRange { activity: String },
    #[error("Adopt a plan first.")]
    NoPlan,
    #[error("The dates lie outside the programme.")]
    OutsideTheProgramme,
    #[error("A period with this code was opened with other dates.")]
    PeriodTaken,
    #[error("The period overlaps with another one.")]
    PeriodsOverlap,
    #[error("There is no such period.")]
    NoSuchPeriod,
    #[error("The period runs until {until}; close it on or after that date.")]
    PeriodNotOver { until: NaiveDate },
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::AlreadyFounded => "De regio is onder een andere naam opgericht; kies een andere korte naam.".into(),
            Self::NotFounded => "De regio is nog niet opgericht.".into(),
            Self::InTheFuture => "De datum ligt in de toekomst.".into(),
            Self::SchoolIncomplete { part } => {
                let part = match *part {
                    "name" => "De naam",
                    "board" => "Het bevoegd gezag",
                    "address" => "Het adres",
                    _ => "Het onderwijsaanbod",
                };
                format!(
                    "{part} van de school is nog niet bekend: importeer eerst het vestigingenbestand waar het in staat, of vul het in."
                )
            }
            Self::NotAMember => "De school is geen lid van de regio.".into(),
            Self::LeadsTheRegion => {
                "Het bestuur van deze school is penvoerder; wijs eerst een andere penvoerder aan.".into()
            }
            Self::LeadIsNotVmbo => {
                "De penvoerder is het bestuur van een vmbo-vestiging; deze vestiging heeft geen vmbo.".into()
            }
            Self::BoardChanged => {
                "Het bestuur van deze school is zojuist gewijzigd; bekijk het en vraag het opnieuw.".into()
            }
            Self::SeatTaken => "De werkgroepzetel van de school is bezet; trek dat lidmaatschap eerst in.".into(),
            Self::TooFewVmboSchools { has } => {
                format!("Een plan vraagt minstens twee vmbo-scholen; de regio heeft er {has}.")
            }
            Self::NoMbo => "Een plan vraagt minstens één mbo-instelling.".into(),
            Self::NoCompany => "Een plan vraagt minstens één bedrijf als partner.".into(),
            Self::NoPrimarySchool => "Een programma vanaf 2025 vraagt minstens één basisschool.".into(),
            Self::NoLeadPartner => "Een plan vraagt een penvoerder.".into(),
            Self::EndsBeforeItBegins => "Het programma of de periode eindigt voor het begin.".into(),
            Self::CodeTwice { code } => format!("Het plan heeft twee thema's of activiteiten met de code {code}."),
            Self::NoSuchTheme { activity } => format!("Activiteit {activity} noemt een thema dat het plan niet heeft."),
            Self::ResultOutsideTheProgramme { activity } => {
                format!("Een resultaat van activiteit {activity} valt buiten het programma.")
            }
            Self::AmountOutOfRange { activity } => {
                format!("De begroting van activiteit {activity} heeft een negatieve prijs of is te groot.")
            }
            Self::NoPlan => "Stel eerst een plan vast.".into(),
            Self::OutsideTheProgramme => "De datums vallen buiten het programma.".into(),
            Self::PeriodTaken => "Een periode met deze code is met andere datums geopend.".into(),
            Self::PeriodsOverlap => "De periode overlapt met een andere.".into(),
            Self::NoSuchPeriod => "Deze periode bestaat niet.".into(),
            Self::PeriodNotOver { until } => {
                format!("De periode loopt tot en met {until}; sluit haar op of na die datum.")
            }
        }
    }
}

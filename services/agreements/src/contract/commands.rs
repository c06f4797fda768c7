//! What may be asked of a hotspot contract, and why not.

use chrono::NaiveDate;
use proto_schemas::agreements::contract::Terms;
use vocabulary::{CompanyId, ContractId, DocumentHash, HotspotId, KvkNumber, Label, Organisation};

/// What may be asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Put terms for a hotspot on paper.
    DrawUp(Box<DrawUp>),
    /// Sign the document as it stands.
    Sign(Sign),
    /// Put other terms in their place.
    Amend(Box<Terms>),
}

/// The first document of a contract.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawUp {
    /// What it is about.
    pub subject: Subject,
    /// What is to be agreed.
    pub terms: Terms,
}

/// What a contract is about: no amendment changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The contract's own id.
    pub contract: ContractId,
    /// For which hotspot.
    pub hotspot: HotspotId,
    /// The hotspot's name on the day it was drawn up.
    pub hotspot_name: Label,
    /// The company that hosts it.
    pub company: CompanyId,
    /// The company's name on that day.
    pub company_name: Label,
    /// The company's number at the Chamber of Commerce.
    pub kvk: Option<KvkNumber>,
}

/// A signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// The company, or one school.
    pub party: Organisation,
    /// What the signatory has read.
    pub document_hash: DocumentHash,
}

impl From<DrawUp> for Command {
    fn from(command: DrawUp) -> Self {
        Self::DrawUp(Box::new(command))
    }
}

impl From<Sign> for Command {
    fn from(command: Sign) -> Self {
        Self::Sign(command)
    }
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    #[error("there is no such contract")]
    Unwritten,
    #[error("this contract was drawn up with other content; amend it instead")]
    AlreadyDrawnUp,
    #[error("the last day lies before the first")]
    EndsBeforeStart,
    #[error("the contract ended on {ended}; amend it before it is signed")]
    Over { ended: NaiveDate },
    #[error("the signature is for another document; read the current one and sign that")]
    OtherDocument,
    #[error("this company is no party to the contract")]
    NotAParty,
    #[error("only its own signatory signs for the company")]
    NotItsSignatory,
    #[error("only its own teacher or working-group member signs for the school")]
    NotOfTheSchool,
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::Unwritten => "dit contract bestaat niet".to_owned(),
            Self::AlreadyDrawnUp => "dit contract is met een andere inhoud opgesteld; wijzig het".to_owned(),
            Self::EndsBeforeStart => "de laatste dag ligt voor de eerste".to_owned(),
            Self::Over { ended } => format!("het contract liep af op {ended}; wijzig het voordat u tekent"),
            Self::OtherDocument => {
                "de handtekening hoort bij een ander document; lees het huidige en teken dat".to_owned()
            }
            Self::NotAParty => "dit bedrijf is geen partij bij het contract".to_owned(),
            Self::NotItsSignatory => "alleen de eigen tekenbevoegde tekent voor het bedrijf".to_owned(),
            Self::NotOfTheSchool => "alleen een eigen docent of werkgroeplid tekent voor de school".to_owned(),
        }
    }
}

//! What may be asked of a contribution in kind or cash, and why not.

use chrono::NaiveDate;
use proto_schemas::co_financing::contribution::What;
use vocabulary::{CompanyId, ContributionId, DocumentHash, Euros, Label, Reason, SchemeCode};

/// What may be asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Record it.
    Record {
        /// Its new id.
        contribution: ContributionId,
        /// Who puts it in.
        company: CompanyId,
        /// Under which scheme.
        scheme: SchemeCode,
        /// When it was put in.
        date: NaiveDate,
        /// What; hours come with the rate the region adopted.
        what: What,
        /// In words.
        description: Label,
        /// Its worth; absent for hours, whose worth follows.
        worth: Option<Euros>,
    },
    /// Attach a paper that shows it.
    AttachProof {
        /// SHA-256 of the paper.
        hash: DocumentHash,
        /// What the paper is.
        title: Label,
    },
    /// Sign for the company.
    Sign {
        /// What the signer saw.
        digest: DocumentHash,
    },
    /// Verify it.
    Verify,
    /// Do not accept it.
    Reject { reason: Reason },
    /// Take it back.
    Reverse { reason: Reason },
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Nobody recorded it.
    #[error("there is no such contribution")]
    NotRecorded,
    /// It exists.
    #[error("this contribution is recorded already; it is never edited: reverse it and record another")]
    AlreadyRecorded,
    /// Facts are not in the future.
    #[error("a contribution is recorded on or after the day it was made, and {date} is in the future")]
    InTheFuture {
        /// The date given.
        date: NaiveDate,
    },
    /// Worth something.
    #[error("a contribution is worth at least one cent")]
    WorthNothing,
    /// Nothing is worth that much.
    #[error("a contribution is worth at most ten thousand million euros")]
    WorthTooMuch,
    /// Hours have their worth from the rate, other kinds from the one who records.
    #[error(
        "state the amount of a facility, material, travel or cash, and never that of hours: it follows from the rate"
    )]
    AmountMisplaced,
    /// It ended.
    #[error("this contribution was rejected or reversed")]
    Ended,
    /// The signer saw something else.
    #[error("the line has changed: read it again and sign the present one")]
    Changed,
    /// Signature first.
    #[error("the company has not signed the present contribution")]
    NotSigned,
    /// Papers first.
    #[error("attach a paper that proves it before it is verified")]
    NoProof,
    /// Another person.
    #[error("a person who recorded or signed a contribution may not verify it")]
    OwnWork,
    /// Never a teacher.
    #[error("a teacher may not verify contributions")]
    Teacher,
    /// Verified already.
    #[error("it is verified; reverse it instead of changing or rejecting it")]
    AlreadyVerified,
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::NotRecorded => "deze bijdrage is niet vastgelegd".into(),
            Self::AlreadyRecorded => {
                "deze bijdrage is al vastgelegd en wordt nooit gewijzigd: draai haar terug en leg haar opnieuw vast".into()
            }
            Self::InTheFuture { date } => {
                format!("een bijdrage wordt vastgelegd op of na de dag zelf, {date} moet nog komen")
            }
            Self::WorthNothing => "een bijdrage is ten minste één cent waard".into(),
            Self::WorthTooMuch => "een bijdrage is ten hoogste tien miljard euro waard".into(),
            Self::AmountMisplaced => {
                "geef het bedrag van een faciliteit, materiaal, reiskosten of geld, en nooit dat van uren: dat volgt uit het tarief".into()
            }
            Self::Ended => "deze bijdrage is afgewezen of teruggedraaid".into(),
            Self::Changed => "dit is niet de regel die er nu staat: lees haar opnieuw en teken die".into(),
            Self::NotSigned => "het bedrijf heeft haar zoals ze nu is niet ondertekend".into(),
            Self::NoProof => "voeg een bewijsstuk toe voordat de bijdrage wordt geverifieerd".into(),
            Self::OwnWork => "wie een bijdrage heeft vastgelegd of ondertekend, mag haar niet verifiëren".into(),
            Self::Teacher => "een docent mag bijdragen niet verifiëren".into(),
            Self::AlreadyVerified => {
                "de bijdrage is geverifieerd; draai haar terug in plaats van haar te wijzigen of af te wijzen".into()
            }
        }
    }
}

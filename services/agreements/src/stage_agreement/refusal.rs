//! Why a stage agreement says no.

use chrono::NaiveDate;
use proto_schemas::agreements::stage_agreement::{DisputeLevel, Heard};

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    #[error("there is no such stage agreement")]
    Unwritten,
    #[error("this agreement was drafted with other content; amend it instead")]
    AlreadyDrafted,
    #[error("the last day lies before the first")]
    EndsBeforeStart,
    #[error("a stage has at least one hour")]
    NoHours,
    #[error("a stage gives at least {least} minutes of active supervision a day")]
    TooLittleSupervision { least: u32 },
    #[error("the damage that the school is liable for is not negative and not more than its insurance covers")]
    DamageBeyondCover,
    #[error("a stipend is more than nothing; leave it out when there is none")]
    EmptyStipend,
    #[error("pupil, stagedocent and stagebegeleider are three different people")]
    SamePerson,
    #[error("the stagedocent works at another school")]
    TeacherOfOtherSchool,
    #[error("the stagebegeleider works at another company")]
    SupervisorOfOtherCompany,
    #[error("the agreement has not been offered to the parties yet")]
    NotOffered,
    #[error("the signature is for another document; read the current one and sign that")]
    OtherDocument,
    #[error("you do not speak for this party")]
    NotThisParty,
    #[error("the pupil is of age and speaks for themselves")]
    OfAge,
    #[error("{date} is in the future")]
    InFuture { date: NaiveDate },
    #[error("the agreement has not been in force")]
    NotInForce,
    #[error("the stage ended on {ended}")]
    Over { ended: NaiveDate },
    #[error("a stage ends today at the earliest and on its last day at the latest")]
    EndOutsideStage,
    #[error("the last dispute is not settled yet")]
    DisputeOpen,
    #[error("there is no such open dispute")]
    NoSuchDispute,
    #[error("no step is skipped: the dispute goes to the {} next", english(*.next))]
    SkipsStep { next: DisputeLevel },
    #[error("the dispute is with the representatives already")]
    TopOfLadder,
    #[error("first hear the {}", list(.missing, heard_english, " and the "))]
    NotHeard { missing: Vec<Heard> },
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::Unwritten => "deze stageovereenkomst bestaat niet".to_owned(),
            Self::AlreadyDrafted => "deze overeenkomst is met een andere inhoud opgesteld; wijzig haar".to_owned(),
            Self::EndsBeforeStart => "de laatste dag ligt voor de eerste".to_owned(),
            Self::NoHours => "een stage heeft ten minste één uur".to_owned(),
            Self::TooLittleSupervision { least } => {
                format!("een stage geeft ten minste {least} minuten actieve begeleiding per dag")
            }
            Self::DamageBeyondCover => {
                "de schade waarvoor de school instaat is niet negatief en niet hoger dan haar dekking".to_owned()
            }
            Self::EmptyStipend => "een vergoeding is meer dan niets; laat haar weg als er geen is".to_owned(),
            Self::SamePerson => "stagiair, stagedocent en stagebegeleider zijn drie verschillende mensen".to_owned(),
            Self::TeacherOfOtherSchool => "de stagedocent werkt bij een andere school".to_owned(),
            Self::SupervisorOfOtherCompany => "de stagebegeleider werkt bij een ander bedrijf".to_owned(),
            Self::NotOffered => "de overeenkomst is nog niet aan de partijen aangeboden".to_owned(),
            Self::OtherDocument => {
                "de handtekening hoort bij een ander document; lees het huidige en teken dat".to_owned()
            }
            Self::NotThisParty => "u spreekt niet voor deze partij".to_owned(),
            Self::OfAge => "de leerling is meerderjarig en spreekt voor zichzelf".to_owned(),
            Self::InFuture { date } => format!("{date} is nog niet geweest"),
            Self::NotInForce => "de overeenkomst is niet in werking geweest".to_owned(),
            Self::Over { ended } => format!("de stage eindigde op {ended}"),
            Self::EndOutsideStage => {
                "een stage eindigt op zijn vroegst vandaag en uiterlijk op de laatste dag".to_owned()
            }
            Self::DisputeOpen => "het vorige geschil is nog niet beslecht".to_owned(),
            Self::NoSuchDispute => "er is geen open geschil met dit nummer".to_owned(),
            Self::SkipsStep { next } => {
                format!("geen stap wordt overgeslagen: het geschil gaat nu naar de {}", dutch(*next))
            }
            Self::TopOfLadder => "het geschil ligt al bij de vertegenwoordigers".to_owned(),
            Self::NotHeard { missing } => format!("hoor eerst de {}", list(missing, heard_dutch, " en de ")),
        }
    }
}

fn english(level: DisputeLevel) -> &'static str {
    match level {
        DisputeLevel::StageSupervisor => "stage supervisor",
        DisputeLevel::StageTeacher => "stage teacher",
        DisputeLevel::Representatives => "representatives of school and company",
    }
}

fn dutch(level: DisputeLevel) -> &'static str {
    match level {
        DisputeLevel::StageSupervisor => "stagebegeleider",
        DisputeLevel::StageTeacher => "stagedocent",
        DisputeLevel::Representatives => "vertegenwoordigers van school en bedrijf",
    }
}

fn heard_english(who: Heard) -> &'static str {
    match who {
        Heard::Pupil => "pupil",
        Heard::StageSupervisor => "stage supervisor",
        Heard::StageTeacher => "stage teacher",
    }
}

fn heard_dutch(who: Heard) -> &'static str {
    match who {
        Heard::Pupil => "leerling",
        Heard::StageSupervisor => "stagebegeleider",
        Heard::StageTeacher => "stagedocent",
    }
}

fn list(all: &[Heard], name: fn(Heard) -> &'static str, and: &str) -> String {
    all.iter().map(|who| name(*who)).collect::<Vec<_>>().join(and)
}

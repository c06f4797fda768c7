//! What may be asked of a company, and why not.

use super::recommend::recommended;
use chrono::NaiveDate;
use proto_schemas::consortium::{
    company::{Event, Form, Goal, Place, TargetGroup, TimeClass},
    place::{Address, Coordinates},
};
use std::collections::BTreeSet;
use vocabulary::{BranchCode, KvkNumber, Label, Reason};

/// What may be asked.
#[derive(Clone, Debug)]
pub enum Command {
    /// Name a company that schools might work with.
    Nominate(Box<Nominate>),
    /// The orientation talk was held.
    Orient { occurred_on: NaiveDate },
    /// The company told what it wants and can.
    Onboard(Onboard),
    /// It takes part from now on, or again.
    Activate { occurred_on: NaiveDate },
    /// It takes no part for now.
    Suspend { reason: Reason, occurred_on: NaiveDate },
    /// It leaves.
    Leave { reason: Reason, occurred_on: NaiveDate },
    /// It is here while something else is written that rests on that.
    StayCompany,
}

impl Command {
    pub(super) fn occurred_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Nominate(nominate) => Some(nominate.occurred_on),
            Self::Onboard(onboard) => Some(onboard.occurred_on),
            Self::Orient { occurred_on }
            | Self::Activate { occurred_on }
            | Self::Suspend { occurred_on, .. }
            | Self::Leave { occurred_on, .. } => Some(*occurred_on),
            Self::StayCompany => None,
        }
    }
}

/// A site of a company, as it is nominated.
#[derive(Clone, Debug, PartialEq)]
pub struct Nominate {
    /// The name on the door.
    pub name: Label,
    /// KvK-nummer.
    pub kvk: KvkNumber,
    /// The Chamber's number of the site (vestigingsnummer).
    pub branch: Option<String>,
    /// Its sector in words.
    pub sector: Option<Label>,
    /// SBI codes.
    pub sbi: Vec<String>,
    /// Where it is.
    pub address: Address,
    /// Where it is on the map.
    pub coordinates: Option<Coordinates>,
    /// The school of the teacher who named it.
    pub nominated_by: Option<BranchCode>,
    pub occurred_on: NaiveDate,
}

impl Nominate {
    /// Whether both name one site: who named it and when does not matter.
    pub(super) fn same_site(&self, other: &Self) -> bool {
        let of = |nominate: &Self| (nominate.name.clone(), nominate.kvk.clone(), nominate.address.clone());
        of(self) == of(other)
    }

    pub(super) fn nominated(&self) -> Event {
        let Self { name, kvk, branch, sector, sbi, address, coordinates, nominated_by, occurred_on } = self.clone();
        Event::Nominated { name, kvk, branch, sector, sbi, address, coordinates, nominated_by, occurred_on }
    }
}

/// What a company wants and can (R053–R063, R070–R084).
#[derive(Clone, Debug, PartialEq)]
pub struct Onboard {
    /// One to seven goals.
    pub goals: Vec<Goal>,
    /// One to four target groups.
    pub target_groups: Vec<TargetGroup>,
    /// Exactly one time class.
    pub time_class: TimeClass,
    /// Forms of participation.
    pub forms: Vec<Form>,
    /// Places of cooperation.
    pub places: Vec<Place>,
    pub occurred_on: NaiveDate,
}

impl Onboard {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if !(1..=7).contains(&self.goals.len()) || twice(&self.goals) {
            return Err(Refusal::Goals);
        }
        if !(1..=4).contains(&self.target_groups.len()) || twice(&self.target_groups) {
            return Err(Refusal::TargetGroups);
        }
        if twice(&self.forms) || twice(&self.places) {
            return Err(Refusal::NamedTwice);
        }
        Ok(())
    }

    pub(super) fn onboarded(&self) -> Event {
        let recommended = recommended(self).into_iter().map(str::to_owned).collect();
        let Self { goals, target_groups, time_class, forms, places, occurred_on } = self.clone();
        Event::Onboarded { goals, target_groups, time_class, forms, places, recommended, occurred_on }
    }
}

fn twice<T: Ord>(items: &[T]) -> bool {
    items.iter().collect::<BTreeSet<_>>().len() < items.len()
}

/// Why not.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    #[error("The date lies in the future.")]
    InTheFuture,
    #[error("The company's last step is of a later date.")]
    BeforeTheLastStep,
    #[error("This site is known under another name or address.")]
    AlreadyKnown,
    #[error("Nominate the company first.")]
    NotNominated,
    #[error("Hold the orientation talk first.")]
    NotOriented,
    #[error("Onboard the company first.")]
    NotOnboarded,
    #[error("The company takes part already; its goals were recorded before.")]
    AlreadyActive,
    #[error("The company does not take part yet.")]
    NotActive,
    #[error("The company left the region.")]
    HasLeft,
    #[error("Name one to seven goals, each once.")]
    Goals,
    #[error("Name one to four target groups, each once.")]
    TargetGroups,
    #[error("A form or a place is named twice.")]
    NamedTwice,
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::InTheFuture => "De datum ligt in de toekomst.",
            Self::BeforeTheLastStep => "De laatste stap van het bedrijf is van een latere datum.",
            Self::AlreadyKnown => "Deze vestiging is bekend onder een andere naam of een ander adres.",
            Self::NotNominated => "Draag het bedrijf eerst aan.",
            Self::NotOriented => "Voer eerst het oriëntatiegesprek.",
            Self::NotOnboarded => "Leg eerst vast wat het bedrijf wil en kan.",
            Self::AlreadyActive => "Het bedrijf doet al mee; wat het wil is al vastgelegd.",
            Self::NotActive => "Het bedrijf doet nog niet mee.",
            Self::HasLeft => "Het bedrijf heeft de regio verlaten.",
            Self::Goals => "Noem één tot zeven doelen, elk één keer.",
            Self::TargetGroups => "Noem één tot vier doelgroepen, elk één keer.",
            Self::NamedTwice => "Een vorm of een plaats is dubbel genoemd.",
        }
        .to_owned()
    }
}

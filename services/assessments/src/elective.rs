//! An elective is one entry of the region's catalogue: national, or the region's own.
//!
//! Unknown ─import→ National ─import→ National (changed)
//!    └────add────→ Own ─────revise→ Own (changed)

pub(crate) mod api;
mod commands;
pub mod fit;

pub use commands::{Command, Refusal};

use decider::{Aggregate, CommandContext};
use proto_schemas::assessments::elective::{Elective as Description, Event};
use std::collections::HashSet;
use vocabulary::ElectiveId;

/// The entry as its history made it.
#[derive(Debug, Default, PartialEq)]
pub enum Elective {
    /// Nothing is known under this id.
    #[default]
    Unknown,
    /// It came from the files of SLO and changes with them only.
    National(Description),
    /// The region added it.
    Own(Description),
}

impl Elective {
    /// What the catalogue says now.
    #[must_use]
    pub fn description(&self) -> Option<&Description> {
        match self {
            Self::Unknown => None,
            Self::National(description) | Self::Own(description) => Some(description),
        }
    }
}

impl Aggregate for Elective {
    const CATEGORY: &'static str = "elective";
    type Id = ElectiveId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, _: &CommandContext) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Import { import, elective } => {
                sound(elective)?;
                match self {
                    Self::Unknown => Ok(vec![Event::Imported { import: *import, elective: elective.clone() }]),
                    Self::National(known) if known == elective => Ok(vec![]),
                    Self::National(_) => Ok(vec![Event::Changed { import: Some(*import), elective: elective.clone() }]),
                    Self::Own(_) => Err(Refusal::RegionsOwn),
                }
            }
            Command::Add { elective } => {
                sound(elective)?;
                own_code(&elective.code)?;
                match self {
                    Self::Unknown => Ok(vec![Event::Added { elective: elective.clone() }]),
                    Self::Own(known) if known == elective => Ok(vec![]),
                    Self::Own(_) | Self::National(_) => Err(Refusal::AlreadyThere { code: elective.code.clone() }),
                }
            }
            Command::Revise { elective } => {
                sound(elective)?;
                match self {
                    Self::Unknown => Err(Refusal::Unknown),
                    Self::National(_) => Err(Refusal::National),
                    Self::Own(known) if known == elective => Ok(vec![]),
                    Self::Own(known) if known.code != elective.code => {
                        Err(Refusal::CodeStays { code: known.code.clone() })
                    }
                    Self::Own(_) => Ok(vec![Event::Changed { import: None, elective: elective.clone() }]),
                }
            }
        }
    }

    fn evolve(self, event: Event) -> Self {
        match (self, event) {
            (_, Event::Imported { elective, .. }) => Self::National(elective),
            (Self::Own(_), Event::Changed { elective, .. }) | (_, Event::Added { elective }) => Self::Own(elective),
            (_, Event::Changed { elective, .. }) => Self::National(elective),
        }
    }
}

fn sound(elective: &Description) -> Result<(), Refusal> {
    if elective.deeltaken.is_empty() {
        return Err(Refusal::NoDeeltaken);
    }
    let mut seen = HashSet::new();
    match elective.deeltaken.iter().find(|deeltaak| !seen.insert(&deeltaak.code)) {
        Some(twice) => Err(Refusal::DeeltaakTwice { code: twice.code.clone() }),
        None => Ok(()),
    }
}

/// A region's elective must not pass for a national one.
fn own_code(code: &str) -> Result<(), Refusal> {
    let national =
        code.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("K/") || start.eq_ignore_ascii_case("P/"));
    if national { Err(Refusal::NationalCode { code: code.to_owned() }) } else { Ok(()) }
}

#[cfg(test)]
mod tests;

//! Where a hold stands: with the others on whom it covers.

use proto_schemas::consortium::retention_hold::Covers;
use proto_schemas::consortium::retention_schedule::Class;
use std::fmt::{Display, Formatter};
use std::str::FromStr;
use vocabulary::RegionId;

/// One stream of holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldsOf {
    /// Those that were placed before each that is covered had a stream: all of the region. They are lifted there.
    Earlier(RegionId),
    /// Those on one person, on one class, or on everybody. Written with a colon, which no region has.
    On(Covers),
}

impl Display for HoldsOf {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Earlier(region) => region.fmt(f),
            Self::On(Covers::Region) => f.write_str("region:all"),
            Self::On(Covers::Class { class }) => write!(f, "class:{}", class.as_str()),
            Self::On(Covers::Person { person }) => write!(f, "person:{person}"),
        }
    }
}

/// The text names no stream of holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("holds are of a region, or of region:all, class:… or person:…")]
pub struct NoHolds;

impl FromStr for HoldsOf {
    type Err = NoHolds;

    fn from_str(text: &str) -> Result<Self, NoHolds> {
        let on = match text.split_once(':') {
            None => return text.parse().map(Self::Earlier).map_err(|_| NoHolds),
            Some(("region", "all")) => Some(Covers::Region),
            Some(("class", class)) => {
                Class::ALL.into_iter().find(|it| it.as_str() == class).map(|class| Covers::Class { class })
            }
            Some(("person", person)) => person.parse().ok().map(|person| Covers::Person { person }),
            Some(_) => None,
        };
        on.map(Self::On).ok_or(NoHolds)
    }
}

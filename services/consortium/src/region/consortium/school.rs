//! What is known of a member school, and what of it is news.

use super::Refusal;
use chrono::NaiveDate;
use proto_schemas::consortium::{
    consortium::Event,
    place::{Address, Coordinates},
};
use vocabulary::{BranchCode, Label};

/// A secondary school of the region.
#[derive(Clone, Debug, PartialEq)]
pub struct School {
    /// The name of the site.
    pub name: Label,
    /// The number of its competent authority (bevoegd gezag).
    pub board: String,
    /// Whether vmbo is taught here.
    pub vmbo: bool,
    /// The vmbo profiles offered, sorted.
    pub profiles: Vec<String>,
    /// Where it is.
    pub address: Address,
    /// Where it is on the map.
    pub coordinates: Option<Coordinates>,
}

/// What one source says of a school: what it is silent about stays as it was.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Details {
    /// The name of the site.
    pub name: Option<Label>,
    /// The number of its competent authority.
    pub board: Option<String>,
    /// Whether vmbo is taught here.
    pub vmbo: Option<bool>,
    /// The vmbo profiles offered.
    pub profiles: Option<Vec<String>>,
    /// Where it is.
    pub address: Option<Address>,
    /// Where it is on the map.
    pub coordinates: Option<Coordinates>,
}

impl Details {
    /// The school as it is after this source, or which part nobody told yet.
    pub fn merged(&self, known: Option<&School>) -> Result<School, Refusal> {
        let known = known.cloned();
        let profiles = self.profiles.clone().or_else(|| known.as_ref().map(|school| school.profiles.clone()));
        let mut profiles = profiles.unwrap_or_default();
        profiles.sort();
        profiles.dedup();
        let school = School {
            name: self.name.clone().or_else(|| known.as_ref().map(|s| s.name.clone())).ok_or(missing("name"))?,
            board: self.board.clone().or_else(|| known.as_ref().map(|s| s.board.clone())).ok_or(missing("board"))?,
            vmbo: self.vmbo.or(known.as_ref().map(|s| s.vmbo)).ok_or(missing("vmbo"))?,
            address: self
                .address
                .clone()
                .or_else(|| known.as_ref().map(|s| s.address.clone()))
                .ok_or(missing("address"))?,
            coordinates: self.coordinates.or(known.and_then(|s| s.coordinates)),
            profiles,
        };
        Ok(school)
    }

    /// That it joined, that it changed, or nothing.
    pub(crate) fn news(
        &self,
        code: &BranchCode,
        known: Option<&School>,
        on: NaiveDate,
    ) -> Result<Option<Event>, Refusal> {
        let merged = self.merged(known)?;
        if known == Some(&merged) {
            return Ok(None);
        }
        let School { name, board, vmbo, profiles, address, coordinates } = merged;
        let (school, brin, occurred_on) = (code.clone(), code.brin(), on);
        Ok(Some(if known.is_none() {
            Event::SchoolJoined { school, name, board, brin, vmbo, profiles, address, coordinates, occurred_on }
        } else {
            Event::SchoolChanged { school, name, board, brin, vmbo, profiles, address, coordinates, occurred_on }
        }))
    }
}

fn missing(part: &'static str) -> Refusal {
    Refusal::SchoolIncomplete { part }
}

//! Brings the branches of a file in: what it says of those asked for, all of it or nothing.

pub(crate) mod api;

use crate::files::schools::{Read, read};
use crate::files::{Fault, Faults};
use crate::region::consortium::school::School;
use crate::region::member::{Command, Command::JoinSchool};
use decider::Refusal;
use std::collections::{BTreeMap, BTreeSet};
use vocabulary::BranchCode;

/// What a file brings to a region.
#[derive(Debug, Default)]
pub struct Brought {
    /// Schools that join or change.
    pub commands: Vec<(BranchCode, Command)>,
    /// Schools that are new.
    pub joined: Vec<BranchCode>,
    /// Schools that are told anew.
    pub changed: Vec<BranchCode>,
    /// Schools of which the file says nothing new.
    pub unchanged: Vec<BranchCode>,
    /// What is wrong.
    pub faults: Faults,
}

/// Holds a file against what the region knows.
#[must_use]
pub fn bring(
    bytes: &[u8],
    wanted: &BTreeSet<BranchCode>,
    known: &BTreeMap<BranchCode, School>,
    on: chrono::NaiveDate,
) -> Brought {
    let Read { schools, faults } = read(bytes, wanted);
    let mut brought = Brought { faults, ..Brought::default() };
    for (school, (line, details)) in schools {
        let known = known.get(&school);
        match details.merged(known) {
            Err(refusal) => {
                brought.faults.push(Fault::at(line, "", refusal.to_string(), refusal.in_dutch()));
                continue;
            }
            Ok(merged) if known == Some(&merged) => brought.unchanged.push(school.clone()),
            Ok(_) if known.is_some() => brought.changed.push(school.clone()),
            Ok(_) => brought.joined.push(school.clone()),
        }
        brought.commands.push((school.clone(), JoinSchool { school, details, occurred_on: on }));
    }
    brought.faults.told.sort();
    brought
}

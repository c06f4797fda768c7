//! A policy is what the region set, in versions that work forward only.
//!
//! None ─adopt→ Version 1 ─adopt→ Version 2 …
//!
//! **Invariant:** nothing is computed again under a later version.

pub(crate) mod api;
mod commands;

pub use commands::{Adopt, Refusal};

use chrono::NaiveDate;
use decider::{Aggregate, CommandContext};
use proto_schemas::consortium::policy::{Event, Policy};
use vocabulary::{BasisPoints, Euros, Minutes, RegionId};

/// The versions of one region's policy.
#[derive(Default)]
pub struct Policies {
    versions: Vec<(NaiveDate, Policy)>,
}

impl Policies {
    /// The version and policy for facts on `date`: the last adopted that is valid by then.
    #[must_use]
    pub fn on(&self, date: NaiveDate) -> Option<(u32, &Policy)> {
        let (index, (_, policy)) = self.versions.iter().enumerate().rev().find(|(_, (from, _))| *from <= date)?;
        Some((u32::try_from(index).ok()? + 1, policy))
    }
}

impl Aggregate for Policies {
    const CATEGORY: &'static str = "policy";
    type Id = RegionId;
    type Command = Adopt;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(
        &self,
        Adopt { valid_from, policy, programme_from }: &Adopt,
        asked: &CommandContext,
    ) -> Result<Vec<Event>, Refusal> {
        make_sense(policy)?;
        let tomorrow = asked.today() + chrono::Days::new(1);
        let earliest = match self.versions.last() {
            Some((from, last)) if from == valid_from && last == policy => return Ok(vec![]),
            Some((from, _)) => tomorrow.max(*from),
            // Until there is a first policy nothing was decided under another one.
            None => programme_from.map_or(tomorrow, |start| start.min(tomorrow)),
        };
        if *valid_from < earliest {
            return Err(Refusal::WorksBackward { earliest });
        }
        let version = u32::try_from(self.versions.len()).unwrap_or(u32::MAX - 1) + 1;
        Ok(vec![Event::Adopted { version, valid_from: *valid_from, policy: policy.clone() }])
    }

    fn evolve(mut self, event: Event) -> Self {
        let Event::Adopted { valid_from, policy, .. } = event;
        self.versions.push((valid_from, policy));
        self
    }
}

fn make_sense(policy: &Policy) -> Result<(), Refusal> {
    let shares = [policy.forfait_share, policy.target_share, policy.sample_share];
    let caps = [policy.hours_under_16, policy.hours_under_18];
    let rules = [
        ("groupMin", policy.group_min <= policy.group_max && policy.group_max > 0),
        ("forfaitShare, targetShare, sampleShare", shares.iter().all(|share| *share <= BasisPoints(10_000))),
        ("supervisorRate", policy.supervisor_rate.is_none_or(|rate| rate > Euros(0) && rate <= Euros::whole(1_000))),
        ("safetyTermMonths", (1..=60).contains(&policy.safety_term_months)),
        ("gradeDifferenceTenths", policy.grade_difference_tenths <= 90),
        ("codeValidSeconds", policy.code_seconds > 0 && policy.code_seconds <= policy.code_valid_seconds),
        (
            "hoursUnder16, hoursUnder18",
            caps.iter().all(|cap| cap.day <= cap.week && cap.day <= Minutes::hours(24) && cap.day > Minutes(0)),
        ),
    ];
    match rules.into_iter().find(|(_, holds)| !holds) {
        Some((setting, _)) => Err(Refusal::Senseless { setting }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;

//! A claim is what a region says its companies put in over one calendar year, under one scheme.
//!
//! ```text
//! nothing ─draft→ Draft ─submit→ Submitted ─fix→ Fixed
//!                   └────return────┘
//! ```
//!
//! **Invariant:** who verified a line or submitted the claim does not fix it, and a fixed claim never changes.

pub(crate) mod api;
mod commands;
#[cfg(test)]
mod tests;

pub use commands::{Claimable, Command, Fix, Refusal};

use chrono::{Datelike, NaiveDate};
use decider::{Aggregate, CommandContext};
use proto_schemas::co_financing::{
    claim::Event,
    figures::{self, Line},
};
use vocabulary::{ActorId, ClaimId, DocumentHash, RegionId, SchemeCode};

/// So many lines or days go in one event: it stays below the size that transports like.
const AT_A_TIME: usize = 200;

/// The id of the claim of a region over a calendar year under a scheme.
#[must_use]
pub fn id(region: &RegionId, scheme: &SchemeCode, year: u16) -> ClaimId {
    ClaimId::derived(&[region.as_str(), scheme.as_str(), &year.to_string()])
}

/// A claim as its history left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claim {
    /// What it is about; absent before it was begun.
    pub about: Option<About>,
    /// How far it is.
    pub standing: Standing,
}

/// What a claim is about.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// Under which scheme.
    pub scheme: SchemeCode,
    /// The calendar year.
    pub year: u16,
    /// Its last day.
    pub until: NaiveDate,
}

/// How far a claim is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Standing {
    /// Being made.
    #[default]
    Draft,
    /// With the controller.
    Submitted {
        /// Who handed it in.
        by: ActorId,
    },
    /// Done.
    Fixed {
        /// The position up to which lines were considered.
        cut_off: i64,
        /// Lines and total.
        sum: figures::Sum,
        /// Over the lines.
        digest: DocumentHash,
    },
}

impl Aggregate for Claim {
    const CATEGORY: &'static str = "claim";
    type Id = ClaimId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        let by = asked.by.id;
        match (command, &self.about) {
            (Command::Draft { .. }, Some(_)) => Ok(vec![]),
            (Command::Draft { scheme, year, last_fixed }, None) => draft(scheme, *year, *last_fixed, asked),
            (Command::Submit | Command::Return { .. } | Command::Fix(_), None) => Err(Refusal::NotDrafted),
            (Command::Submit, Some(about)) => match self.standing {
                Standing::Draft if asked.today() <= about.until => Err(Refusal::NotOver { year: about.year }),
                Standing::Draft => Ok(vec![Event::Submitted { by }]),
                Standing::Submitted { .. } => Ok(vec![]),
                Standing::Fixed { .. } => Err(Refusal::IsFixed),
            },
            (Command::Return { reason }, Some(_)) => match self.standing {
                Standing::Draft => Err(Refusal::NotSubmitted),
                Standing::Submitted { .. } => Ok(vec![Event::Returned { by, reason: reason.clone() }]),
                Standing::Fixed { .. } => Err(Refusal::IsFixed),
            },
            (Command::Fix(fix), Some(about)) => match self.standing {
                Standing::Draft => Err(Refusal::NotSubmitted),
                Standing::Submitted { by: submitted_by } => settle(about, fix, submitted_by, by),
                Standing::Fixed { .. } => Err(Refusal::IsFixed),
            },
        }
    }

    fn evolve(mut self, event: Event) -> Self {
        match event {
            Event::Drafted { scheme, year, until, .. } => self.about = Some(About { scheme, year, until }),
            Event::Submitted { by } => self.standing = Standing::Submitted { by },
            Event::Returned { .. } => self.standing = Standing::Draft,
            Event::Fixed { cut_off, count, total, digest, .. } => {
                self.standing = Standing::Fixed { cut_off, sum: figures::Sum { count, total }, digest };
            }
            Event::LinesFrozen { .. } | Event::DayClaimed { .. } => {}
        }
        self
    }
}

fn draft(
    scheme: &SchemeCode,
    year: u16,
    last_fixed: Option<u16>,
    asked: &CommandContext,
) -> Result<Vec<Event>, Refusal> {
    let this_year = asked.today().year();
    let bounds = NaiveDate::from_ymd_opt(year.into(), 1, 1).zip(NaiveDate::from_ymd_opt(year.into(), 12, 31));
    let Some((from, until)) = bounds.filter(|_| (2000..=this_year).contains(&i32::from(year))) else {
        return Err(Refusal::YearOutOfRange);
    };
    if let Some(fixed) = last_fixed.filter(|fixed| *fixed >= year) {
        return Err(Refusal::LaterFixed { year: fixed });
    }
    Ok(vec![Event::Drafted { scheme: scheme.clone(), year, from, until, by: asked.by.id }])
}

fn settle(about: &About, fix: &Fix, submitted_by: ActorId, by: ActorId) -> Result<Vec<Event>, Refusal> {
    if submitted_by == by {
        return Err(Refusal::OwnSubmission);
    }
    if fix.lines.iter().any(|claimable| claimable.verified_by == by) {
        return Err(Refusal::OwnVerification);
    }
    if let Some(year) = fix.earlier_open {
        return Err(Refusal::EarlierOpen { year });
    }
    let mut lines: Vec<Line> = fix.lines.iter().map(|claimable| claimable.line.clone()).collect();
    lines.sort_by(|a, b| a.reference.cmp(&b.reference));
    let figures::Sum { count, total } = figures::sum(&lines);
    let mut events = vec![Event::Fixed {
        claim: fix.claim,
        scheme: about.scheme.clone(),
        year: about.year,
        by,
        cut_off: fix.cut_off,
        count,
        total,
        subtotals: figures::subtotals(&lines),
        group_effect: figures::sum(lines.iter().filter(|line| line.group_effect)),
        digest: figures::digest(&lines),
        target: fix.target.clone(),
    }];
    let mut attendance_days: Vec<_> = lines.iter().filter_map(|line| line.attendance_day).collect();
    attendance_days.sort();
    attendance_days.dedup();
    events.extend(lines.chunks(AT_A_TIME).zip(1..).map(|(lines, part)| Event::LinesFrozen {
        claim: fix.claim,
        part,
        lines: lines.to_vec(),
    }));
    events.extend(
        attendance_days
            .chunks(AT_A_TIME)
            .map(|days| Event::DayClaimed { claim: fix.claim, attendance_days: days.to_vec() }),
    );
    Ok(events)
}

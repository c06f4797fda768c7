//! An attendance day is one pupil at one session.
//!
//! Expected ─check in→ In ─check out→ Out ─confirm→ Confirmed ─lock→ Locked
//!   │ ↑                └──────confirm──────────────↑  └↺ correct
//!   │ └─report resumption─┐
//!   └─report absence→ Absent ─check in→ In
//!
//! Only confirmed minutes count for money.

pub(crate) mod api;
mod code;
mod commands;
pub(crate) mod reactions;

pub use commands::{Command, Refusal};

use crate::session::Visit;
use chrono::{DateTime, Utc};
use decider::{Aggregate, CommandContext};
use proto_schemas::hotspots::attendance::Event;
use std::collections::BTreeSet;
use vocabulary::{ActorId, AttendanceDayId, ClaimId, Minutes, amsterdam_date};

/// An attendance day, as its history left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Attendance {
    /// Nothing happened yet.
    #[default]
    Expected,
    /// The pupil was reported absent.
    Absent,
    /// The pupil came in.
    In {
        at: DateTime<Utc>,
        /// Who entered that.
        by: ActorId,
    },
    /// The pupil came in and left.
    Out {
        /// Came in.
        from: DateTime<Utc>,
        /// Left.
        until: DateTime<Utc>,
        /// Who entered that.
        hands: BTreeSet<ActorId>,
    },
    /// The company confirmed.
    Confirmed(Figure),
    /// It was claimed.
    Locked {
        /// In which claim.
        claim: ClaimId,
    },
}

/// What counts, and who made it count.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What counts.
    pub minutes: Minutes,
    /// Who entered or confirmed: none of them corrects it.
    pub hands: BTreeSet<ActorId>,
    /// Who corrected it last: not the one to correct it next.
    pub corrected_by: Option<ActorId>,
}

impl Visit {
    fn length(&self) -> Minutes {
        Minutes::between(self.starts_at, self.ends_at)
    }

    /// The part of a stay that falls within the session.
    fn within(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Minutes {
        Minutes::between(from.max(self.starts_at), until.min(self.ends_at))
    }

    fn bounded(&self, minutes: Minutes) -> Result<Minutes, Refusal> {
        let max = self.length();
        if minutes > max { Err(Refusal::MoreThanSession { max }) } else { Ok(minutes) }
    }

    fn checked_in(&self, at: DateTime<Utc>, method: proto_schemas::hotspots::attendance::Method, by: ActorId) -> Event {
        Event::CheckedIn {
            pupil: self.pupil,
            session: self.session,
            hotspot: self.hotspot,
            company: self.company,
            school: self.school.clone(),
            date: self.date,
            at,
            method,
            by,
        }
    }

    fn absent(&self, late: bool) -> Event {
        Event::AbsenceReported {
            pupil: self.pupil,
            session: self.session,
            hotspot: self.hotspot,
            company: self.company,
            school: self.school.clone(),
            date: self.date,
            late,
        }
    }

    fn confirmed(&self, minutes: Minutes, by: ActorId) -> Event {
        Event::Confirmed {
            pupil: self.pupil,
            session: self.session,
            hotspot: self.hotspot,
            company: self.company,
            school: self.school.clone(),
            date: self.date,
            minutes,
            by,
        }
    }
}

impl Aggregate for Attendance {
    const CATEGORY: &'static str = "attendance-day";
    type Id = AttendanceDayId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        Ok(match (self, command) {
            (Self::Expected | Self::Absent, Command::CheckIn { visit, at, method }) => {
                if *at > asked.at {
                    return Err(Refusal::InTheFuture);
                }
                if amsterdam_date(*at) != visit.date {
                    return Err(Refusal::AnotherDay);
                }
                if *at >= visit.ends_at {
                    return Err(Refusal::Over);
                }
                let came = visit.checked_in(*at, *method, asked.by.id);
                if *self == Self::Absent {
                    // Who comes in after all has resumed: nobody needs to say so first.
                    let late = asked.today() > visit.date;
                    vec![Event::ResumptionReported { occurred_on: visit.date, late }, came]
                } else {
                    vec![came]
                }
            }
            (Self::In { .. }, Command::CheckIn { .. }) => vec![],
            (Self::Out { .. }, Command::CheckIn { .. }) => return Err(Refusal::AlreadyLeft),
            (Self::In { at: from, .. }, Command::CheckOut { at }) => {
                if *at > asked.at {
                    return Err(Refusal::InTheFuture);
                }
                if at < from {
                    return Err(Refusal::BeforeCheckIn);
                }
                if amsterdam_date(*at) != amsterdam_date(*from) {
                    return Err(Refusal::AnotherDay);
                }
                vec![Event::CheckedOut { at: *at, minutes: Minutes::between(*from, *at), by: asked.by.id }]
            }
            (Self::Out { .. }, Command::CheckOut { .. }) => vec![],
            (Self::Expected | Self::Absent, Command::CheckOut { .. }) => return Err(Refusal::NotCheckedIn),
            (Self::Expected, Command::ReportAbsence { visit }) => vec![visit.absent(asked.today() > visit.date)],
            (Self::Absent, Command::ReportAbsence { .. }) => vec![],
            (
                Self::In { .. } | Self::Out { .. } | Self::Confirmed(_) | Self::Locked { .. },
                Command::ReportAbsence { .. },
            ) => return Err(Refusal::WasThere),
            (Self::Absent, Command::ReportResumption { occurred_on }) => {
                if *occurred_on > asked.today() {
                    return Err(Refusal::InTheFuture);
                }
                vec![Event::ResumptionReported { occurred_on: *occurred_on, late: asked.today() > *occurred_on }]
            }
            (
                Self::Expected | Self::In { .. } | Self::Out { .. } | Self::Confirmed(_) | Self::Locked { .. },
                Command::ReportResumption { .. },
            ) => vec![],
            (Self::Expected, Command::Confirm { .. }) => return Err(Refusal::NotCheckedIn),
            (Self::Absent, Command::Confirm { .. }) => return Err(Refusal::Absent),
            (Self::In { .. }, Command::Confirm { visit, .. }) if asked.at < visit.ends_at => {
                return Err(Refusal::StillThere);
            }
            (Self::In { at, .. }, Command::Confirm { visit, minutes }) => {
                let minutes = visit.bounded(minutes.unwrap_or_else(|| visit.within(*at, visit.ends_at)))?;
                vec![visit.confirmed(minutes, asked.by.id)]
            }
            (Self::Out { from, until, .. }, Command::Confirm { visit, minutes }) => {
                let minutes = visit.bounded(minutes.unwrap_or_else(|| visit.within(*from, *until)))?;
                vec![visit.confirmed(minutes, asked.by.id)]
            }
            (Self::Confirmed(figure), Command::Confirm { minutes, .. }) => match minutes {
                Some(minutes) if *minutes != figure.minutes => {
                    return Err(Refusal::AlreadyConfirmed { minutes: figure.minutes });
                }
                Some(_) | None => vec![],
            },
            (Self::Confirmed(figure), Command::CheckIn { .. } | Command::CheckOut { .. }) => {
                return Err(Refusal::AlreadyConfirmed { minutes: figure.minutes });
            }
            (Self::Confirmed(figure), Command::Correct { minutes, .. }) if figure.minutes == *minutes => vec![],
            (Self::Confirmed(figure), Command::Correct { visit, minutes, reason }) => {
                let by = asked.by.id;
                if figure.hands.contains(&by) || figure.corrected_by == Some(by) {
                    return Err(Refusal::SamePerson);
                }
                vec![Event::Corrected {
                    pupil: visit.pupil,
                    session: visit.session,
                    hotspot: visit.hotspot,
                    company: visit.company,
                    school: visit.school.clone(),
                    date: visit.date,
                    minutes: visit.bounded(*minutes)?,
                    replaced: figure.minutes,
                    reason: reason.clone(),
                    by,
                }]
            }
            (
                Self::Expected | Self::Absent | Self::In { .. } | Self::Out { .. },
                Command::Correct { .. } | Command::Lock { .. },
            ) => return Err(Refusal::NotConfirmed),
            (Self::Confirmed(_), Command::Lock { claim }) => vec![Event::Locked { claim: *claim }],
            (Self::Locked { .. }, Command::Lock { .. }) => vec![],
            (
                Self::Locked { .. },
                Command::CheckIn { .. } | Command::CheckOut { .. } | Command::Confirm { .. } | Command::Correct { .. },
            ) => return Err(Refusal::Locked),
        })
    }

    fn evolve(self, event: Event) -> Self {
        match (self, event) {
            (Self::Expected, Event::CheckedIn { at, by, .. }) => Self::In { at, by },
            (Self::In { at: from, by: entered }, Event::CheckedOut { at, by, .. }) => {
                Self::Out { from, until: at, hands: BTreeSet::from([entered, by]) }
            }
            (Self::Expected, Event::AbsenceReported { .. }) => Self::Absent,
            (Self::Absent, Event::ResumptionReported { .. }) => Self::Expected,
            (Self::In { by: entered, .. }, Event::Confirmed { minutes, by, .. }) => {
                Self::Confirmed(Figure { minutes, hands: BTreeSet::from([entered, by]), corrected_by: None })
            }
            (Self::Out { mut hands, .. }, Event::Confirmed { minutes, by, .. }) => {
                hands.insert(by);
                Self::Confirmed(Figure { minutes, hands, corrected_by: None })
            }
            (Self::Confirmed(figure), Event::Corrected { minutes, by, .. }) => {
                Self::Confirmed(Figure { minutes, corrected_by: Some(by), ..figure })
            }
            (Self::Confirmed(_), Event::Locked { claim }) => Self::Locked { claim },
            // What was decided never brings these together.
            (same, _) => same,
        }
    }
}

#[cfg(test)]
mod tests;

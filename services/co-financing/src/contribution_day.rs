//! A contribution day is what one company puts in on one day of a session under one scheme.
//!
//! ```text
//! nothing ─confirmed, no rate→ Open ─rate adopted→ Accrued ─sign→ Signed ─verify→ Verified
//!     └────────confirmed, rate────────────────────────↑ ↑           │  └─reject→ Rejected
//!                                                     │ └──any line changes: the signature is void
//!                               correction: one line taken back, one made anew
//! ```
//!
//! **Invariant:** one method a day, at most one living line per attendance day, and no line without
//! confirmed minutes and an adopted rate.

pub(crate) mod api;
mod commands;
pub mod reactions;
mod state;
#[cfg(test)]
mod tests;

pub use commands::{Command, Refusal, Terms};
pub use state::{ContributionDay, DayLine, Signature};

use decider::{Aggregate, CommandContext};
use proto_schemas::co_financing::{
    contribution_day::{Attendance, Day, Event, Method, Unaccrued},
    figures,
};
use vocabulary::ranges::MAX_DAY_MINUTES;
use vocabulary::{ContributionDayId, DocumentHash, Minutes, Reason, Role};

impl Aggregate for ContributionDay {
    const CATEGORY: &'static str = "contribution-day";
    type Id = ContributionDayId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::ChooseMethod { day, method, terms } => self.choose(day, *method, *terms),
            Command::AccruePupil { day, attendance, usual, terms, corrected } => {
                Ok(self.accrue_pupil(day, attendance, *usual, *terms, corrected.as_ref()))
            }
            Command::AccrueOpen { terms } => self.accrue_open(*terms),
            Command::AccrueSupervisor { minutes, terms } => self.accrue_supervisor(*minutes, *terms, asked),
            Command::Reverse { line, reason } => self.reverse(*line, reason, asked),
            Command::Sign { digest } => self.sign(digest, asked),
            Command::Verify => self.verify(asked),
            Command::Reject { reason } => self.reject(reason, asked),
        }
    }

    fn evolve(self, event: Event) -> Self {
        self.after(event)
    }
}

impl ContributionDay {
    fn choose(&self, day: &Day, method: Method, terms: Option<Terms>) -> Result<Vec<Event>, Refusal> {
        match self.method {
            Some(same) if same == method => return Ok(vec![]),
            Some(other) if self.living().next().is_some() => return Err(Refusal::OtherMethod { method: other }),
            _ => {}
        }
        let mut events = vec![Event::MethodChosen { day: day.clone(), method }];
        if let (Method::Forfait, Some(terms)) = (method, terms) {
            // Whatever was confirmed begins anew with the new method, also what was taken back to get here.
            let all = self.attendances.values().map(|known| known.attendance.clone());
            events.extend(self.lines_for(day, all, terms));
        }
        Ok(events)
    }

    fn accrue_pupil(
        &self,
        day: &Day,
        attendance: &Attendance,
        usual: Method,
        terms: Option<Terms>,
        corrected: Option<&Reason>,
    ) -> Vec<Event> {
        let before = self.attendances.get(&attendance.attendance_day);
        if before.is_some_and(|known| known.attendance.position >= attendance.position) {
            return vec![]; // Delivered again, or overtaken.
        }
        let mut events = Vec::new();
        let method = self.method.unwrap_or(usual);
        if self.method.is_none() {
            events.push(Event::MethodChosen { day: day.clone(), method });
        }
        let old = self.living().find(|(_, line)| line.attendance_day == Some(attendance.attendance_day));
        if let Some((number, line)) = old {
            events.push(Event::Reversed {
                day: day.clone(),
                line: number,
                amount: line.taken_back(),
                attendance_day: line.attendance_day,
                correction: Some(attendance.event),
                reason: corrected.cloned().unwrap_or_else(confirmed_again),
                by: attendance.confirmed_by,
            });
        }
        // An old fact keeps the terms it was counted under.
        let terms = old.and_then(|(_, line)| line.terms()).or(terms);
        let why = match (method, terms) {
            _ if attendance.minutes == Minutes(0) => Some(Unaccrued::NoMinutes),
            _ if attendance.minutes.0 > MAX_DAY_MINUTES => Some(Unaccrued::OutOfRange),
            _ if before.is_some_and(|known| known.unaccrued == Some(Unaccrued::TakenBack)) => {
                Some(Unaccrued::TakenBack)
            }
            (Method::Actual, _) => Some(Unaccrued::Actual),
            (Method::Forfait, None) => Some(Unaccrued::NoRate),
            (Method::Forfait, Some(_)) => None,
        };
        match (why, terms) {
            (None, Some(terms)) => {
                let waiting = self.waiting().filter(|other| other.attendance_day != attendance.attendance_day);
                let all = std::iter::once(attendance.clone()).chain(waiting.cloned());
                events.extend(self.lines_for(day, all, terms));
            }
            (why, _) => {
                events.push(Event::AttendanceNoted {
                    day: day.clone(),
                    attendance: attendance.clone(),
                    why: why.unwrap_or(Unaccrued::NoRate),
                });
                events.extend(self.without_a_group(day, attendance, corrected));
            }
        }
        self.and_void_signature(day, events)
    }

    /// A supervisor's minutes count beside a confirmed attendance: with the last one they go.
    fn without_a_group(&self, day: &Day, attendance: &Attendance, corrected: Option<&Reason>) -> Vec<Event> {
        let others = self.attendances.values().map(|known| &known.attendance);
        let mut others = others.filter(|other| other.attendance_day != attendance.attendance_day);
        if attendance.minutes > Minutes(0) || others.any(|other| other.minutes > Minutes(0)) {
            return vec![];
        }
        let supervisors = self.living().filter(|(_, line)| line.attendance_day.is_none());
        supervisors
            .map(|(number, line)| Event::Reversed {
                day: day.clone(),
                line: number,
                amount: line.taken_back(),
                attendance_day: None,
                correction: Some(attendance.event),
                reason: corrected.cloned().unwrap_or_else(confirmed_again),
                by: attendance.confirmed_by,
            })
            .collect()
    }

    fn accrue_open(&self, terms: Option<Terms>) -> Result<Vec<Event>, Refusal> {
        let day = self.day.as_ref().ok_or(Refusal::NothingKnown)?;
        let (Some(Method::Forfait), Some(terms)) = (self.method, terms) else { return Ok(vec![]) };
        let events = self.lines_for(day, self.waiting().cloned(), terms);
        Ok(self.and_void_signature(day, events))
    }

    fn accrue_supervisor(
        &self,
        minutes: Minutes,
        terms: Option<Terms>,
        asked: &CommandContext,
    ) -> Result<Vec<Event>, Refusal> {
        let day = self.day.as_ref().ok_or(Refusal::NothingKnown)?;
        if let Some(method @ Method::Forfait) = self.method {
            return Err(Refusal::OtherMethod { method });
        }
        if !(1..=24 * 60).contains(&minutes.0) {
            return Err(Refusal::MinutesOutOfRange);
        }
        let attendance_days: Vec<_> = self
            .attendances
            .values()
            .filter(|known| known.attendance.minutes > Minutes(0))
            .map(|known| known.attendance.attendance_day)
            .collect();
        if attendance_days.is_empty() {
            return Err(Refusal::NothingConfirmed);
        }
        if self.living().any(|(_, line)| line.by == asked.by.id) {
            return Err(Refusal::AlreadyEntered);
        }
        let terms = terms.ok_or(Refusal::NoRate)?;
        let events = vec![Event::SupervisorAccrued {
            day: day.clone(),
            line: self.next_line(),
            minutes,
            rate: terms.rate,
            policy_version: terms.policy_version,
            amount: figures::actual(minutes, terms.rate),
            entered_by: asked.by.id,
            attendance_days,
        }];
        Ok(self.and_void_signature(day, events))
    }

    fn reverse(&self, number: u32, reason: &Reason, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        let day = self.day.as_ref().ok_or(Refusal::NothingKnown)?;
        let line = self.lines.get(&number).ok_or(Refusal::NoSuchLine { line: number })?;
        if !line.living {
            return Ok(vec![]);
        }
        let events = vec![Event::Reversed {
            day: day.clone(),
            line: number,
            amount: line.taken_back(),
            attendance_day: line.attendance_day,
            correction: None,
            reason: reason.clone(),
            by: asked.by.id,
        }];
        Ok(self.and_void_signature(day, events))
    }

    fn sign(&self, digest: &DocumentHash, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        let day = self.day.as_ref().ok_or(Refusal::NothingKnown)?;
        let lines = self.statement();
        let now = figures::digest(&lines);
        if lines.is_empty() {
            return Err(Refusal::NothingToSign);
        }
        if *digest != now {
            return Err(Refusal::Changed);
        }
        if self.rejected.as_ref() == Some(&now) {
            return Err(Refusal::RejectedAsTheyStand);
        }
        if self.signature.is_some() {
            return Ok(vec![]);
        }
        let figures::Sum { count, total } = figures::sum(&lines);
        let group_effect = lines.iter().any(|line| line.group_effect);
        Ok(vec![Event::Signed { day: day.clone(), by: asked.by.id, digest: now, lines: count, total, group_effect }])
    }

    fn verify(&self, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        let day = self.day.as_ref().ok_or(Refusal::NothingKnown)?;
        let signature = self.signature.as_ref().ok_or(Refusal::NotSigned)?;
        if self.verified_by.is_some() {
            return Ok(vec![]);
        }
        if asked.by.role == Role::Teacher {
            return Err(Refusal::Teacher);
        }
        let mine = asked.by.id;
        let confirmed = self.attendances.values().any(|known| known.attendance.confirmed_by == mine);
        if signature.by == mine || confirmed || self.living().any(|(_, line)| line.by == mine) {
            return Err(Refusal::OwnWork);
        }
        Ok(vec![Event::Verified {
            day: day.clone(),
            by: mine,
            digest: signature.digest.clone(),
            total: signature.total,
        }])
    }

    fn reject(&self, reason: &Reason, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        let day = self.day.as_ref().ok_or(Refusal::NothingKnown)?;
        let signature = self.signature.as_ref().ok_or(Refusal::NotSigned)?;
        if self.verified_by.is_some() {
            return Err(Refusal::AlreadyVerified);
        }
        Ok(vec![Event::Rejected {
            day: day.clone(),
            by: asked.by.id,
            digest: signature.digest.clone(),
            reason: reason.clone(),
        }])
    }

    fn lines_for(&self, day: &Day, all: impl Iterator<Item = Attendance>, terms: Terms) -> Vec<Event> {
        all.filter(|attendance| (1..=MAX_DAY_MINUTES).contains(&attendance.minutes.0))
            .zip(self.next_line()..)
            .map(|(attendance, line)| Event::PupilAccrued {
                day: day.clone(),
                line,
                amount: figures::forfait(attendance.minutes, terms.share, terms.rate),
                attendance,
                share: terms.share,
                rate: terms.rate,
                policy_version: terms.policy_version,
            })
            .collect()
    }

    /// A signature is over the lines as they stood: a line that comes or goes voids it.
    fn and_void_signature(&self, day: &Day, mut events: Vec<Event>) -> Vec<Event> {
        let changes = |event: &Event| {
            matches!(event, Event::PupilAccrued { .. } | Event::SupervisorAccrued { .. } | Event::Reversed { .. })
        };
        if let Some(signature) = &self.signature
            && events.iter().any(changes)
        {
            events.push(Event::SignatureVoided { day: day.clone(), digest: signature.digest.clone() });
        }
        events
    }
}

fn confirmed_again() -> Reason {
    match "confirmed again".parse() {
        Ok(reason) => reason,
        Err(_) => unreachable!("a reason has at least three characters"),
    }
}

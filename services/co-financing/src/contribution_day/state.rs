//! What is known of a contribution day.

use super::Terms;
use proto_schemas::co_financing::{
    contribution_day::{Attendance, Day, Event, Method, Unaccrued},
    figures::{self, Kind, Line},
};
use std::collections::BTreeMap;
use vocabulary::{ActorId, AttendanceDayId, BasisPoints, DocumentHash, Euros, Minutes};

/// A contribution day as its history left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContributionDay {
    /// Which day; absent before anything happened.
    pub day: Option<Day>,
    /// How it is counted.
    pub method: Option<Method>,
    /// Every confirmed attendance.
    pub attendances: BTreeMap<AttendanceDayId, Known>,
    /// Every line by its number, living or taken back.
    pub lines: BTreeMap<u32, DayLine>,
    /// The signature over the lines as they stand.
    pub signature: Option<Signature>,
    /// Who verified what is signed.
    pub verified_by: Option<ActorId>,
    /// The lines that were rejected last.
    pub rejected: Option<DocumentHash>,
}

/// A confirmed attendance and why it brings no line, if it does not.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// As last confirmed or corrected.
    pub attendance: Attendance,
    /// Absent while it has a living line.
    pub unaccrued: Option<Unaccrued>,
}

/// A line of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct DayLine {
    /// Its amount.
    pub amount: Euros,
    /// The minutes it was made of.
    pub minutes: Minutes,
    /// The share, for a pupil's line.
    pub share: Option<BasisPoints>,
    /// Euros an hour.
    pub rate: Euros,
    /// The policy that said so.
    pub policy_version: u32,
    /// The attendance, for a pupil's line.
    pub attendance_day: Option<AttendanceDayId>,
    /// Who confirmed or entered the minutes.
    pub by: ActorId,
    /// Not taken back.
    pub living: bool,
}

/// A company's signature.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    /// Who signed.
    pub by: ActorId,
    /// Over what.
    pub digest: DocumentHash,
    /// What it adds up to.
    pub total: Euros,
}

impl DayLine {
    pub(super) fn taken_back(&self) -> Euros {
        -self.amount
    }

    pub(super) fn terms(&self) -> Option<Terms> {
        self.share.map(|share| Terms { share, rate: self.rate, policy_version: self.policy_version })
    }
}

impl ContributionDay {
    /// The living lines as they are signed, verified and claimed.
    #[must_use]
    pub fn statement(&self) -> Vec<Line> {
        let Some(day) = &self.day else { return Vec::new() };
        let id = day.id();
        let group_effect = self.group_effect();
        self.living()
            .map(|(number, line)| Line {
                reference: figures::day_line(id, number),
                kind: if line.share.is_some() { Kind::Forfait } else { Kind::Actual },
                company: day.company,
                date: day.date,
                amount: line.amount,
                attendance_day: line.attendance_day,
                group_effect,
            })
            .collect()
    }

    /// Whether the pupils' shares count for more time than the longest attendance.
    #[must_use]
    pub fn group_effect(&self) -> bool {
        let pupils: Vec<_> = self.living().filter_map(|(_, line)| Some((line.minutes, line.share?))).collect();
        figures::group_effect(&pupils)
    }

    /// Lines that were not taken back.
    pub fn living(&self) -> impl Iterator<Item = (u32, &DayLine)> {
        self.lines.iter().filter(|(_, line)| line.living).map(|(number, line)| (*number, line))
    }

    /// Confirmed attendances that wait for a rate.
    pub fn waiting(&self) -> impl Iterator<Item = &Attendance> {
        let forfait = self.method == Some(Method::Forfait);
        self.attendances
            .values()
            .filter(move |known| forfait && known.unaccrued == Some(Unaccrued::NoRate))
            .map(|known| &known.attendance)
    }

    pub(super) fn next_line(&self) -> u32 {
        self.lines.last_key_value().map_or(1, |(last, _)| last.saturating_add(1))
    }

    pub(super) fn after(mut self, event: Event) -> Self {
        match event {
            Event::MethodChosen { day, method } => {
                self.day = Some(day);
                self.method = Some(method);
                for known in self.attendances.values_mut().filter(|known| known.attendance.minutes > Minutes(0)) {
                    known.unaccrued = Some(match method {
                        Method::Forfait => Unaccrued::NoRate,
                        Method::Actual => Unaccrued::Actual,
                    });
                }
            }
            Event::AttendanceNoted { day, attendance, why } => {
                self.day = Some(day);
                self.attendances.insert(attendance.attendance_day, Known { attendance, unaccrued: Some(why) });
            }
            Event::PupilAccrued { day, line, attendance, share, rate, policy_version, amount } => {
                self.day = Some(day);
                let entry = DayLine {
                    amount,
                    minutes: attendance.minutes,
                    share: Some(share),
                    rate,
                    policy_version,
                    attendance_day: Some(attendance.attendance_day),
                    by: attendance.confirmed_by,
                    living: true,
                };
                self.lines.insert(line, entry);
                self.attendances.insert(attendance.attendance_day, Known { attendance, unaccrued: None });
            }
            Event::SupervisorAccrued { day, line, minutes, rate, policy_version, amount, entered_by, .. } => {
                self.day = Some(day);
                let entry = DayLine {
                    amount,
                    minutes,
                    share: None,
                    rate,
                    policy_version,
                    attendance_day: None,
                    by: entered_by,
                    living: true,
                };
                self.lines.insert(line, entry);
            }
            Event::Reversed { line, attendance_day, correction, .. } => {
                if let Some(line) = self.lines.get_mut(&line) {
                    line.living = false;
                }
                // A correction says in its next event what becomes of the attendance.
                if let (None, Some(known)) = (correction, attendance_day.and_then(|id| self.attendances.get_mut(&id))) {
                    known.unaccrued = Some(Unaccrued::TakenBack);
                }
            }
            Event::Signed { by, digest, total, .. } => {
                self.signature = Some(Signature { by, digest, total });
                self.verified_by = None;
            }
            Event::SignatureVoided { .. } => {
                self.signature = None;
                self.verified_by = None;
            }
            Event::Verified { by, .. } => self.verified_by = Some(by),
            Event::Rejected { digest, .. } => {
                self.signature = None;
                self.rejected = Some(digest);
            }
        }
        self
    }
}

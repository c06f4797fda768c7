//! The books of a region, kept anew from its log of co-financing: every line, how far it got, and which claim holds it.
//!
//! **Invariant:** nothing here is taken from a read model; what a service decided is decided again by other code.

use chrono::NaiveDate;
use event_log::{Recorded, Unreadable};
use proto_schemas::co_financing::claim::{self, Target};
use proto_schemas::co_financing::contribution::{self, What};
use proto_schemas::co_financing::contribution_day::{self, Attendance, Day};
use proto_schemas::co_financing::figures::{self, Kind, Line};
use std::collections::BTreeMap;
use vocabulary::{BasisPoints, ClaimId, CompanyId, ContributionDayId, DocumentHash, Euros, Minutes, SchemeCode};

/// Every day and contribution, and every claim, as the log left them.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// By stream.
    pub entries: BTreeMap<String, Entry>,
    /// By id.
    pub claims: BTreeMap<ClaimId, Claim>,
    /// The position up to which it was kept.
    pub position: i64,
}

/// A contribution day, or a contribution apart from attendance.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Who puts it in.
    pub company: CompanyId,
    /// Under which scheme.
    pub scheme: SchemeCode,
    /// The date of the fact.
    pub date: NaiveDate,
    /// Which day, for a contribution day.
    pub day: Option<Day>,
    /// Its lines by number; a contribution has one, number 1.
    pub lines: BTreeMap<u32, Kept>,
    /// The position of the signature that stands.
    pub signed: Option<i64>,
    /// The position of the verification that stands.
    pub verified: Option<i64>,
}

/// A line, with the inputs of its amount.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What it is called in claims and statements.
    pub reference: String,
    /// What it is.
    pub kind: Kind,
    /// In euro cents, as recorded.
    pub amount: Euros,
    /// In euro cents, from its inputs; as recorded where there are none.
    pub recomputed: Euros,
    /// The position of the event that made it.
    pub position: i64,
    /// The minutes it was made of.
    pub minutes: Option<Minutes>,
    /// The share of the minutes that counts.
    pub share: Option<BasisPoints>,
    /// Euros an hour.
    pub rate: Option<Euros>,
    /// The version of the policy that share and rate are from.
    pub policy_version: Option<u32>,
    /// The attendance it rests on.
    pub attendance: Option<Attendance>,
    /// The position at which it was taken back.
    pub taken_back: Option<i64>,
    /// The flag of the last signature over it, as long as no claim held it.
    group_effect: bool,
    /// Verified as it stood, as long as no claim held it.
    verified: bool,
    claimed: bool,
    taking_back_claimed: bool,
}

/// A claim as far as its events tell.
#[derive(Clone, Debug, Default)]
pub struct Claim {
    /// What it was begun as: scheme, year, last day.
    pub about: Option<(SchemeCode, u16, NaiveDate)>,
    /// What was fixed.
    pub fixed: Option<Fixed>,
    /// The lines it froze, in the order in which they stand.
    pub lines: Vec<Line>,
}

/// What the event said that fixed a claim.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// Up to where lines were considered.
    pub cut_off: i64,
    /// How many lines.
    pub count: u32,
    /// What they add up to.
    pub total: Euros,
    /// SHA-256 over the lines.
    pub digest: DocumentHash,
    /// What should be put in.
    pub target: Option<Target>,
}

impl Book {
    /// Keeps one more event of the log.
    ///
    /// # Errors
    /// When the event does not read as its type says.
    pub fn keep(&mut self, happened: &Recorded) -> Result<(), Unreadable> {
        self.position = happened.position;
        match happened.category() {
            "contribution-day" => self.day(happened, happened.event()?),
            "contribution" => self.contribution(happened, happened.event()?),
            "claim" => self.claim(happened, happened.event()?),
            _ => {}
        }
        Ok(())
    }

    /// Lines that live, of a scheme and within dates, with their entry.
    pub fn living<'a>(
        &'a self,
        scheme: &'a SchemeCode,
        from: NaiveDate,
        until: NaiveDate,
    ) -> impl Iterator<Item = (&'a Entry, &'a Kept)> {
        let entries = self.entries.values();
        let counted = entries.filter(move |entry| entry.scheme == *scheme && (from..=until).contains(&entry.date));
        counted.flat_map(|entry| entry.lines.values().map(move |line| (entry, line))).filter(|(_, line)| line.lives())
    }

    /// What a claim of a scheme may hold now: lines dated up to its last day that are verified and in no claim yet,
    /// and the taking back of lines that a claim holds; sorted by reference.
    #[must_use]
    pub fn claimable(&self, scheme: &SchemeCode, until: NaiveDate) -> Vec<Line> {
        let mut lines = Vec::new();
        for entry in self.entries.values().filter(|entry| entry.scheme == *scheme && entry.date <= until) {
            for kept in entry.lines.values() {
                let back = kept.claimed && kept.taken_back.is_some() && !kept.taking_back_claimed;
                if back || (!kept.claimed && kept.verified && kept.lives()) {
                    lines.push(kept.line(entry, back));
                }
            }
        }
        lines.sort_by(|a, b| a.reference.cmp(&b.reference));
        lines
    }

    /// The entry and line that a reference names; `/reversed` names the line that is taken back.
    #[must_use]
    pub fn line(&self, reference: &str) -> Option<(&str, &Entry, &Kept)> {
        let named = reference.strip_suffix("/reversed").unwrap_or(reference);
        let stream = named.split_once('#').map_or(named, |(stream, _)| stream);
        let (stream, entry) = self.entries.get_key_value(stream)?;
        entry.lines.values().find(|line| line.reference == named).map(|line| (stream.as_str(), entry, line))
    }

    fn day(&mut self, happened: &Recorded, event: contribution_day::Event) {
        use contribution_day::Event as E;
        let id = ContributionDayId(happened.stream_id().unwrap_or_default());
        let (E::MethodChosen { day, .. }
        | E::AttendanceNoted { day, .. }
        | E::PupilAccrued { day, .. }
        | E::SupervisorAccrued { day, .. }
        | E::Reversed { day, .. }
        | E::Signed { day, .. }
        | E::SignatureVoided { day, .. }
        | E::Verified { day, .. }
        | E::Rejected { day, .. }) = &event;
        let entry = self.entries.entry(happened.stream.clone()).or_insert_with(|| Entry {
            company: day.company,
            scheme: day.scheme.clone(),
            date: day.date,
            day: Some(day.clone()),
            lines: BTreeMap::new(),
            signed: None,
            verified: None,
        });
        match event {
            E::MethodChosen { .. } | E::AttendanceNoted { .. } => {}
            E::PupilAccrued { line, attendance, share, rate, policy_version, amount, .. } => {
                let recomputed = figures::forfait(attendance.minutes, share, rate);
                let mut kept = Kept::new(figures::day_line(id, line), Kind::Forfait, amount, happened.position);
                kept.recomputed = recomputed;
                (kept.minutes, kept.share, kept.rate) = (Some(attendance.minutes), Some(share), Some(rate));
                (kept.policy_version, kept.attendance) = (Some(policy_version), Some(attendance));
                entry.lines.insert(line, kept);
            }
            E::SupervisorAccrued { line, minutes, rate, policy_version, amount, .. } => {
                let mut kept = Kept::new(figures::day_line(id, line), Kind::Actual, amount, happened.position);
                kept.recomputed = figures::actual(minutes, rate);
                (kept.minutes, kept.rate, kept.policy_version) = (Some(minutes), Some(rate), Some(policy_version));
                entry.lines.insert(line, kept);
            }
            E::Reversed { line, .. } => {
                if let Some(line) = entry.lines.get_mut(&line) {
                    line.taken_back = Some(happened.position);
                }
            }
            E::Signed { group_effect, .. } => {
                entry.signed = Some(happened.position);
                entry.verified = None;
                entry.free().for_each(|line| line.group_effect = group_effect);
            }
            E::SignatureVoided { .. } | E::Rejected { .. } => {
                (entry.signed, entry.verified) = (None, None);
                entry.free().for_each(|line| line.verified = false);
            }
            E::Verified { .. } => {
                entry.verified = Some(happened.position);
                entry.free().for_each(|line| line.verified = true);
            }
        }
    }

    fn contribution(&mut self, happened: &Recorded, event: contribution::Event) {
        use contribution::Event as E;
        if let E::Recorded { contribution, company, scheme, date, what, amount, .. } = event {
            let (kind, hours) = match what {
                What::Hours { minutes, rate, policy_version } => (Kind::Hours, Some((minutes, rate, policy_version))),
                What::Facility => (Kind::Facility, None),
                What::Material => (Kind::Material, None),
                What::Travel => (Kind::Travel, None),
                What::Cash => (Kind::Cash, None),
            };
            let mut kept = Kept::new(figures::contribution_line(contribution), kind, amount, happened.position);
            if let Some((minutes, rate, policy_version)) = hours {
                kept.recomputed = figures::actual(minutes, rate);
                (kept.minutes, kept.rate, kept.policy_version) = (Some(minutes), Some(rate), Some(policy_version));
            }
            let lines = BTreeMap::from([(1, kept)]);
            let entry = Entry { company, scheme, date, day: None, lines, signed: None, verified: None };
            self.entries.insert(happened.stream.clone(), entry);
            return;
        }
        let Some(entry) = self.entries.get_mut(&happened.stream) else { return };
        match event {
            E::Recorded { .. } | E::ProofAttached { .. } => {}
            E::Signed { .. } => entry.signed = Some(happened.position),
            E::SignatureVoided { .. } => {
                (entry.signed, entry.verified) = (None, None);
                entry.free().for_each(|line| line.verified = false);
            }
            E::Verified { .. } => {
                entry.verified = Some(happened.position);
                entry.free().for_each(|line| line.verified = true);
            }
            E::Rejected { .. } | E::Reversed { .. } => {
                entry.lines.values_mut().for_each(|line| line.taken_back = Some(happened.position));
            }
        }
    }

    fn claim(&mut self, happened: &Recorded, event: claim::Event) {
        use claim::Event as E;
        let Some(id) = happened.stream_id::<ClaimId>() else { return };
        let claim = self.claims.entry(id).or_default();
        match event {
            E::Drafted { scheme, year, until, .. } => claim.about = Some((scheme, year, until)),
            E::Submitted { .. } | E::Returned { .. } | E::DayClaimed { .. } => {}
            E::Fixed { cut_off, count, total, digest, target, .. } => {
                claim.fixed = Some(Fixed { cut_off, count, total, digest, target });
            }
            E::LinesFrozen { lines, .. } => {
                for line in &lines {
                    let back = line.reference.strip_suffix("/reversed");
                    let named = back.unwrap_or(&line.reference);
                    let stream = named.split_once('#').map_or(named, |(stream, _)| stream);
                    let entry = self.entries.get_mut(stream);
                    let kept = entry.and_then(|entry| entry.lines.values_mut().find(|kept| kept.reference == named));
                    if let Some(kept) = kept {
                        if back.is_some() { kept.taking_back_claimed = true } else { kept.claimed = true }
                    }
                }
                claim.lines.extend(lines);
            }
        }
    }
}

impl Entry {
    /// Lines that a signature or verification still reaches.
    fn free(&mut self) -> impl Iterator<Item = &mut Kept> {
        self.lines.values_mut().filter(|line| line.lives() && !line.claimed)
    }
}

impl Kept {
    fn new(reference: String, kind: Kind, amount: Euros, position: i64) -> Self {
        Self {
            reference,
            kind,
            amount,
            recomputed: amount,
            position,
            minutes: None,
            share: None,
            rate: None,
            policy_version: None,
            attendance: None,
            taken_back: None,
            group_effect: false,
            verified: false,
            claimed: false,
            taking_back_claimed: false,
        }
    }

    /// Whether it was not taken back.
    #[must_use]
    pub fn lives(&self) -> bool {
        self.taken_back.is_none()
    }

    /// As it stands in a claim.
    #[must_use]
    pub fn line(&self, entry: &Entry, back: bool) -> Line {
        Line {
            reference: if back { figures::reversed(&self.reference) } else { self.reference.clone() },
            kind: self.kind,
            company: entry.company,
            date: entry.date,
            amount: if back { -self.amount } else { self.amount },
            attendance_day: self.attendance.as_ref().map(|attendance| attendance.attendance_day),
            group_effect: self.group_effect,
        }
    }
}

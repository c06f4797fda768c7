//! Disputes go from stagebegeleider to stagedocent to the representatives, no step skipped (art. 9, R187).

use super::{Paper, Phase, Refusal};
use decider::CommandContext;
use proto_schemas::agreements::stage_agreement::{DisputeLevel, Event, Party};
use vocabulary::{Organisation, Role, Sealed};

/// A dispute, without what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// 1 for the agreement's first dispute.
    pub number: u32,
    /// Where it lies.
    pub level: DisputeLevel,
    /// Whether something came of it.
    pub settled: bool,
}

impl Dispute {
    pub(super) fn raised(number: u32) -> Self {
        Self { number, level: DisputeLevel::StageSupervisor, settled: false }
    }
}

impl Paper {
    pub(super) fn raise_dispute(
        &self,
        by: Party,
        subject: &Sealed,
        asked: &CommandContext,
    ) -> Result<Vec<Event>, Refusal> {
        if !(by == Party::Company && self.is_its_supervisor(asked)) {
            self.speaks_for(by, asked)?;
        }
        self.in_force(asked)?;
        if self.disputes.iter().any(|dispute| !dispute.settled) {
            return Err(Refusal::DisputeOpen);
        }
        let number = self.disputes.last().map_or(1, |dispute| dispute.number.saturating_add(1));
        Ok(vec![Event::DisputeRaised { number, by, subject: subject.clone(), raised_on: asked.today() }])
    }

    pub(super) fn escalate_dispute(
        &self,
        number: u32,
        to: DisputeLevel,
        asked: &CommandContext,
    ) -> Result<Vec<Event>, Refusal> {
        let dispute = self.open_dispute(number)?;
        match step_above(dispute.level) {
            _ if to == dispute.level => Ok(vec![]),
            Some(next) if to == next => Ok(vec![Event::DisputeEscalated { number, to, escalated_on: asked.today() }]),
            Some(next) => Err(Refusal::SkipsStep { next }),
            None => Err(Refusal::TopOfLadder),
        }
    }

    pub(super) fn settle_dispute(
        &self,
        number: u32,
        outcome: &Sealed,
        asked: &CommandContext,
    ) -> Result<Vec<Event>, Refusal> {
        let dispute = self.open_dispute(number)?;
        let (at, outcome) = (dispute.level, outcome.clone());
        Ok(vec![Event::DisputeSettled { number, at, outcome, settled_on: asked.today() }])
    }

    /// The first step is between pupil and stagebegeleider, so those of the company that guide pupils may raise one.
    fn is_its_supervisor(&self, asked: &CommandContext) -> bool {
        let company = Organisation::Company(self.subject.company);
        asked.by.role == Role::CompanySupervisor && asked.by.organisation == Some(company)
    }

    /// Disputes outlive the stage: only their beginning needs an agreement in force.
    fn open_dispute(&self, number: u32) -> Result<&Dispute, Refusal> {
        self.disputes.iter().find(|dispute| dispute.number == number && !dispute.settled).ok_or(Refusal::NoSuchDispute)
    }

    pub(super) fn dispute_now(&mut self, number: u32, change: impl FnOnce(&mut Dispute)) {
        if let Some(dispute) = self.disputes.iter_mut().find(|dispute| dispute.number == number) {
            change(dispute);
        }
    }

    /// It has been in force, also while an amendment waits for signatures, and has not ended.
    pub(super) fn in_force(&self, asked: &CommandContext) -> Result<(), Refusal> {
        match self.phase {
            Phase::Draft | Phase::Offered | Phase::Active if !self.begun => Err(Refusal::NotInForce),
            _ => self.still_open(asked),
        }
    }
}

fn step_above(level: DisputeLevel) -> Option<DisputeLevel> {
    match level {
        DisputeLevel::StageSupervisor => Some(DisputeLevel::StageTeacher),
        DisputeLevel::StageTeacher => Some(DisputeLevel::Representatives),
        DisputeLevel::Representatives => None,
    }
}

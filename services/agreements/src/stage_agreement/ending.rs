//! How a stage ends before its last day: by consent, by the school, by the company (art. 13, R191–R193).

use super::{End, Paper, Phase, Refusal};
use chrono::NaiveDate;
use decider::CommandContext;
use proto_schemas::agreements::stage_agreement::{Event, Heard, Party};

impl Paper {
    pub(super) fn hear(&self, who: Heard, heard_on: NaiveDate, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        self.speaks_for(Party::School, asked)?;
        if self.heard.contains(&who) {
            return Ok(vec![]);
        }
        self.in_force(asked)?;
        if heard_on > asked.today() {
            return Err(Refusal::InFuture { date: heard_on });
        }
        Ok(vec![Event::PartyHeard { who, heard_on }])
    }

    pub(super) fn consent_to_end(
        &self,
        party: Party,
        ends_on: NaiveDate,
        pupil_minor: bool,
        asked: &CommandContext,
    ) -> Result<Vec<Event>, Refusal> {
        self.speaks_for(party, asked)?;
        if self.phase == Phase::Ended(ends_on) || self.end_consents.contains(&(party, ends_on)) {
            return Ok(vec![]);
        }
        self.ends_within(ends_on, asked)?;
        if party == Party::Parent && !pupil_minor {
            return Err(Refusal::OfAge);
        }
        let consented = Event::EndConsented { party, by: asked.by.id, ends_on };
        let then = self.clone().after(consented.clone());
        let ended = then.all_consent(ends_on, pupil_minor).then_some(Event::EndedByConsent { ends_on });
        Ok([consented].into_iter().chain(ended).collect())
    }

    /// For a minor either the pupil or a parent speaks: an end takes nothing from the pupil that a
    /// parent would have to guard.
    fn all_consent(&self, ends_on: NaiveDate, pupil_minor: bool) -> bool {
        let consents = |party| self.end_consents.contains(&(party, ends_on));
        let pupils_side = consents(Party::Pupil) || (pupil_minor && consents(Party::Parent));
        consents(Party::School) && consents(Party::Company) && pupils_side
    }

    pub(super) fn end_by_school(&self, end: &End, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        self.speaks_for(Party::School, asked)?;
        self.ends_within(end.ends_on, asked)?;
        let missing: Vec<_> = [Heard::Pupil, Heard::StageSupervisor, Heard::StageTeacher]
            .into_iter()
            .filter(|who| !self.heard.contains(who))
            .collect();
        if !missing.is_empty() {
            return Err(Refusal::NotHeard { missing });
        }
        let End { ends_on, reasons } = end.clone();
        Ok(vec![Event::EndedBySchool { ends_on, reasons, by: asked.by.id }])
    }

    pub(super) fn end_by_company(&self, end: &End, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        self.speaks_for(Party::Company, asked)?;
        self.ends_within(end.ends_on, asked)?;
        let End { ends_on, reasons } = end.clone();
        Ok(vec![Event::EndedByCompany { ends_on, reasons, by: asked.by.id }])
    }

    fn ends_within(&self, ends_on: NaiveDate, asked: &CommandContext) -> Result<(), Refusal> {
        self.in_force(asked)?;
        if (asked.today()..=self.terms.until).contains(&ends_on) { Ok(()) } else { Err(Refusal::EndOutsideStage) }
    }
}

//! What terms must satisfy before they are put on paper.

use super::{Draft, Paper, Phase, Proposal, Refusal, Subject, document};
use decider::CommandContext;
use proto_schemas::agreements::stage_agreement::{Event, Party};
use vocabulary::Euros;

pub(super) fn draft(draft: &Draft) -> Result<Vec<Event>, Refusal> {
    let Draft { subject, proposal } = draft.clone();
    check(&subject, &proposal)?;
    let document_hash = document::newest(&subject, 1, &proposal.terms).hash().into();
    let Subject { agreement, pupil, school, school_name, company, company_name } = subject;
    Ok(vec![Event::Drafted {
        agreement,
        pupil,
        school,
        school_name,
        company,
        company_name,
        terms: proposal.terms,
        wording: document::WORDING,
        document_hash,
    }])
}

impl Paper {
    pub(super) fn is(&self, draft: &Draft) -> bool {
        self.subject == draft.subject && self.terms == draft.proposal.terms
    }

    pub(super) fn offer(&self, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        self.speaks_for(Party::School, asked)?;
        self.still_open(asked)?;
        Ok(match self.phase {
            Phase::Draft => vec![Event::Offered { document_hash: self.document_hash.clone() }],
            Phase::Offered | Phase::Active | Phase::Ended(_) => vec![],
        })
    }

    /// Also after the last day: a longer stage is a new document.
    pub(super) fn amend(&self, proposal: &Proposal, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        self.speaks_for(Party::School, asked)?;
        if let Phase::Ended(ended) = self.phase {
            return Err(Refusal::Over { ended });
        }
        check(&self.subject, proposal)?;
        if proposal.terms == self.terms {
            return Ok(vec![]);
        }
        let edition = self.edition.saturating_add(1);
        let terms = proposal.terms.clone();
        let document_hash = document::newest(&self.subject, edition, &terms).hash().into();
        let mut voided: Vec<_> = self.signatures.iter().map(|signature| signature.party).collect();
        voided.sort();
        voided.dedup();
        Ok(vec![Event::Amended { edition, terms, wording: document::WORDING, document_hash, voided }])
    }
}

fn check(subject: &Subject, proposal: &Proposal) -> Result<(), Refusal> {
    let Proposal { terms, teacher_of, supervisor_of, least_supervision } = proposal;
    let people = [subject.pupil, terms.stage_teacher, terms.stage_supervisor];
    if terms.until < terms.from {
        return Err(Refusal::EndsBeforeStart);
    }
    if terms.hours == 0 {
        return Err(Refusal::NoHours);
    }
    if terms.supervision < *least_supervision {
        return Err(Refusal::TooLittleSupervision { least: least_supervision.0 });
    }
    if terms.damage_cap < Euros(0) || terms.damage_cap > terms.insured {
        return Err(Refusal::DamageBeyondCover);
    }
    if terms.stipend.is_some_and(|stipend| stipend.amount <= Euros(0)) {
        return Err(Refusal::EmptyStipend);
    }
    if people[0] == people[1] || people[1] == people[2] || people[0] == people[2] {
        return Err(Refusal::SamePerson);
    }
    if *teacher_of != subject.school {
        return Err(Refusal::TeacherOfOtherSchool);
    }
    if *supervisor_of != subject.company {
        return Err(Refusal::SupervisorOfOtherCompany);
    }
    Ok(())
}

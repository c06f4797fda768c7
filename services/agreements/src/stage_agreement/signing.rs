//! Who signs, and when enough have signed.

use super::{Paper, Phase, RecordConsentForm, Refusal, Sign};
use chrono::NaiveDate;
use decider::CommandContext;
use proto_schemas::agreements::stage_agreement::{Event, Party, Permission};
use vocabulary::{ActorId, Organisation, Role};

/// A signature under the current document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub party: Party,
    pub by: ActorId,
    pub signed_on: NaiveDate,
    /// Whether the pupil was under 18 on that day.
    pub pupil_minor: bool,
}

impl Paper {
    /// Role and organisation of the grant acted under decide who speaks, not what the request says.
    /// That a pupil or a parent acts for this pupil and no other, the access table has seen to.
    pub(super) fn speaks_for(&self, party: Party, asked: &CommandContext) -> Result<(), Refusal> {
        let of = asked.by.organisation.as_ref();
        let speaks = match (party, asked.by.role) {
            (Party::School, Role::Teacher) => of == Some(&Organisation::School(self.subject.school.clone())),
            (Party::Company, Role::CompanySignatory) => of == Some(&Organisation::Company(self.subject.company)),
            (Party::Pupil, Role::Pupil) => true,
            (Party::Parent, Role::Parent) => asked.on_behalf_of == Some(self.subject.pupil),
            _ => false,
        };
        if speaks { Ok(()) } else { Err(Refusal::NotThisParty) }
    }

    pub(super) fn sign(&self, sign: &Sign, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        self.speaks_for(sign.party, asked)?;
        if self.phase == Phase::Draft {
            return Err(Refusal::NotOffered);
        }
        if sign.document_hash != self.document_hash {
            return Err(Refusal::OtherDocument);
        }
        if self.has_signed(sign, asked.by.id) {
            return Ok(vec![]);
        }
        self.still_open(asked)?;
        if sign.party == Party::Parent && !sign.pupil_minor {
            return Err(Refusal::OfAge);
        }
        Ok(self.and_activated(Event::Signed {
            party: sign.party,
            by: asked.by.id,
            document_hash: self.document_hash.clone(),
            signed_on: asked.today(),
            pupil_minor: sign.pupil_minor,
        }))
    }

    pub(super) fn record_consent_form(
        &self,
        form: &RecordConsentForm,
        asked: &CommandContext,
    ) -> Result<Vec<Event>, Refusal> {
        self.speaks_for(Party::School, asked)?;
        if self.phase == Phase::Draft {
            return Err(Refusal::NotOffered);
        }
        if form.document_hash != self.document_hash {
            return Err(Refusal::OtherDocument);
        }
        if self.consent_form == Some(form.given_on) {
            return Ok(vec![]);
        }
        self.still_open(asked)?;
        if form.given_on > asked.today() {
            return Err(Refusal::InFuture { date: form.given_on });
        }
        if !form.pupil_minor {
            return Err(Refusal::OfAge);
        }
        Ok(self.and_activated(Event::ConsentFormRecorded {
            document_hash: self.document_hash.clone(),
            given_on: form.given_on,
            form_hash: form.form_hash.clone(),
            by: asked.by.id,
        }))
    }

    /// One signature a party; each parent may sign, and a pupil who came of age signs again.
    fn has_signed(&self, sign: &Sign, by: ActorId) -> bool {
        self.signatures.iter().filter(|signature| signature.party == sign.party).any(|signature| match sign.party {
            Party::School | Party::Company => true,
            Party::Parent => signature.by == by,
            Party::Pupil => signature.pupil_minor == sign.pupil_minor,
        })
    }

    fn and_activated(&self, happened: Event) -> Vec<Event> {
        let then = self.clone().after(happened.clone());
        let activated = (then.phase == Phase::Offered).then(|| then.activated()).flatten();
        [happened].into_iter().chain(activated).collect()
    }

    fn activated(&self) -> Option<Event> {
        let signed = |party| self.signatures.iter().any(|signature| signature.party == party);
        let permission = self.permission()?;
        (signed(Party::School) && signed(Party::Company)).then(|| Event::Activated {
            pupil: self.subject.pupil,
            school: self.subject.school.clone(),
            company: self.subject.company,
            document_hash: self.document_hash.clone(),
            permission,
            from: self.terms.from,
            until: self.terms.until,
        })
    }

    /// Whose word stands for the pupil's side: of age on the day of signing, the pupil's own;
    /// before that a parent's, under the agreement or on a form.
    #[must_use]
    pub fn permission(&self) -> Option<Permission> {
        let signed = |party, minor| {
            self.signatures.iter().any(|signature| signature.party == party && signature.pupil_minor == minor)
        };
        if signed(Party::Pupil, false) {
            Some(Permission::Pupil)
        } else if signed(Party::Parent, true) {
            Some(Permission::Parent)
        } else {
            self.consent_form.map(|_| Permission::ConsentForm)
        }
    }
}

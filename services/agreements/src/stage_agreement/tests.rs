//! What a stage agreement does and refuses.

use super::*;
use decider::{Given, given};
use proto_schemas::agreements::stage_agreement::{DisputeLevel, Kind, Payee, Permission, Stipend};
use vocabulary::{Actor, ActorId, CompanyId, Euros, Minutes, Organisation, PersonId, Purpose, Role, Sealed};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn pupil() -> PersonId {
    PersonId::derived(&["pupil"])
}

fn subject() -> Subject {
    Subject {
        agreement: AgreementId::derived(&["agreement"]),
        pupil: pupil(),
        school: "02LB00".parse().unwrap(),
        school_name: "Voorbeeldschool".parse().unwrap(),
        company: CompanyId::derived(&["cooling"]),
        company_name: "Voorbeeld Koeling".parse().unwrap(),
    }
}

fn terms() -> Terms {
    Terms {
        kind: Kind::Block,
        stage_teacher: PersonId::derived(&["teacher"]),
        stage_supervisor: PersonId::derived(&["supervisor"]),
        goals: "Mount and test a board.".parse().unwrap(),
        activities: "Helps without voltage.".parse().unwrap(),
        from: day("2026-08-31"),
        until: day("2026-09-11"),
        hours: 70,
        place: "The workshop.".parse().unwrap(),
        times: "08:00 to 15:30.".parse().unwrap(),
        supervision: Minutes(60),
        conduct: "House rules.".parse().unwrap(),
        insured: Euros::whole(1_000_000),
        damage_cap: Euros::whole(500),
        stipend: None,
    }
}

fn proposal(terms: Terms) -> Proposal {
    let Subject { school, company, .. } = subject();
    Proposal { terms, teacher_of: school, supervisor_of: company, least_supervision: Minutes(60) }
}

fn drafted() -> Event {
    proposal::draft(&Draft { subject: subject(), proposal: proposal(terms()) }).unwrap().remove(0)
}

fn hash() -> DocumentHash {
    document::newest(&subject(), 1, &terms()).hash().into()
}

fn offered() -> Event {
    Event::Offered { document_hash: hash() }
}

fn actor(party: Party) -> Actor {
    let (role, organisation) = match party {
        Party::School => (Role::Teacher, Some(Organisation::School(subject().school))),
        Party::Company => (Role::CompanySignatory, Some(Organisation::Company(subject().company))),
        Party::Pupil => (Role::Pupil, None),
        Party::Parent => (Role::Parent, None),
    };
    Actor { id: ActorId::derived(&[role.as_str()]), role, organisation }
}

/// By this party at noon on 1 September 2026; a parent for the pupil.
fn asked(party: Party) -> CommandContext {
    let mut asked = CommandContext::new(actor(party), "2026-09-01T10:00:00Z".parse().unwrap());
    asked.on_behalf_of = (party == Party::Parent).then(pupil);
    asked
}

fn signed(party: Party, pupil_minor: bool) -> Event {
    let by = actor(party).id;
    Event::Signed { party, by, document_hash: hash(), signed_on: day("2026-09-01"), pupil_minor }
}

fn sign(party: Party, pupil_minor: bool) -> Sign {
    Sign { party, document_hash: hash(), pupil_minor }
}

fn form(given_on: &str, pupil_minor: bool) -> RecordConsentForm {
    RecordConsentForm { document_hash: hash(), given_on: day(given_on), form_hash: None, pupil_minor }
}

fn activated(permission: Permission) -> Event {
    Event::Activated {
        pupil: pupil(),
        school: subject().school,
        company: subject().company,
        document_hash: hash(),
        permission,
        from: terms().from,
        until: terms().until,
    }
}

fn after(more: impl IntoIterator<Item = Event>) -> Given<StageAgreement> {
    given([drafted(), offered()].into_iter().chain(more))
}

/// In force, signed for a minor by a parent.
fn active(more: impl IntoIterator<Item = Event>) -> Given<StageAgreement> {
    let signed = [Party::School, Party::Company, Party::Parent].map(|party| signed(party, true));
    after(signed.into_iter().chain([activated(Permission::Parent)]).chain(more))
}

fn sealed() -> Sealed {
    Sealed { person: pupil(), purpose: Purpose::Judgement, sealed: "bWFkZSB1cA".to_owned() }
}

#[test]
fn of_a_pupil_of_age_the_own_signature_is_enough() {
    after([signed(Party::School, false), signed(Party::Company, false)])
        .asked(asked(Party::Pupil))
        .when(sign(Party::Pupil, false))
        .then([signed(Party::Pupil, false), activated(Permission::Pupil)]);
}

#[test]
fn a_minor_without_guardian_or_form_stays_inactive() {
    after([signed(Party::School, true), signed(Party::Company, true)])
        .asked(asked(Party::Pupil))
        .when(sign(Party::Pupil, true))
        .then([signed(Party::Pupil, true)]);
    after([signed(Party::Pupil, true), signed(Party::School, true)])
        .asked(asked(Party::Company))
        .when(sign(Party::Company, true))
        .then([signed(Party::Company, true)]);
}

#[test]
fn for_a_minor_a_parent_or_a_form_suffices() {
    let both = || after([signed(Party::School, true), signed(Party::Company, true)]);
    both()
        .asked(asked(Party::Parent))
        .when(sign(Party::Parent, true))
        .then([signed(Party::Parent, true), activated(Permission::Parent)]);
    let recorded = Event::ConsentFormRecorded {
        document_hash: hash(),
        given_on: day("2026-08-20"),
        form_hash: None,
        by: actor(Party::School).id,
    };
    both()
        .asked(asked(Party::School))
        .when(form("2026-08-20", true))
        .then([recorded, activated(Permission::ConsentForm)]);
}

#[test]
fn a_pupil_who_signed_as_a_minor_signs_again_when_of_age() {
    after([signed(Party::School, true), signed(Party::Company, true), signed(Party::Pupil, true)])
        .asked(asked(Party::Pupil))
        .when(sign(Party::Pupil, false))
        .then([signed(Party::Pupil, false), activated(Permission::Pupil)]);
}

#[test]
fn a_parent_does_not_sign_for_a_pupil_of_age() {
    after([]).asked(asked(Party::Parent)).when(sign(Party::Parent, false)).then_refused(Refusal::OfAge);
    after([]).asked(asked(Party::School)).when(form("2026-08-20", false)).then_refused(Refusal::OfAge);
}

#[test]
fn neither_school_nor_company_can_be_missed() {
    after([signed(Party::School, true)])
        .asked(asked(Party::Parent))
        .when(sign(Party::Parent, true))
        .then([signed(Party::Parent, true)]);
    after([signed(Party::Company, true)])
        .asked(asked(Party::Parent))
        .when(sign(Party::Parent, true))
        .then([signed(Party::Parent, true)]);
}

#[test]
fn a_signature_over_another_hash_and_one_before_the_offer_are_refused() {
    let other = Sign { document_hash: [7; 32].into(), ..sign(Party::School, true) };
    after([]).asked(asked(Party::School)).when(other).then_refused(Refusal::OtherDocument);
    given::<StageAgreement>([drafted()])
        .asked(asked(Party::School))
        .when(sign(Party::School, true))
        .then_refused(Refusal::NotOffered);
}

#[test]
fn only_the_own_organisation_and_the_own_parent_speak() {
    let mut foreign = asked(Party::Company);
    foreign.by.organisation = Some(Organisation::Company(CompanyId::derived(&["other"])));
    after([]).asked(foreign).when(sign(Party::Company, true)).then_refused(Refusal::NotThisParty);

    let mut supervisor = asked(Party::Company);
    supervisor.by.role = Role::CompanySupervisor;
    after([]).asked(supervisor).when(sign(Party::Company, true)).then_refused(Refusal::NotThisParty);

    let mut other_child = asked(Party::Parent);
    other_child.on_behalf_of = Some(PersonId::derived(&["other"]));
    after([]).asked(other_child).when(sign(Party::Parent, true)).then_refused(Refusal::NotThisParty);
}

#[test]
fn a_form_is_not_from_the_future() {
    after([]).asked(asked(Party::School)).when(form("2026-09-01", true)).events();
    after([])
        .asked(asked(Party::School))
        .when(form("2026-09-02", true))
        .then_refused(Refusal::InFuture { date: day("2026-09-02") });
}

#[test]
fn an_amendment_voids_signatures_and_forms() {
    let longer = Terms { hours: 71, ..terms() };
    let amended = Event::Amended {
        edition: 2,
        terms: longer.clone(),
        wording: 1,
        document_hash: document::newest(&subject(), 2, &longer).hash().into(),
        voided: vec![Party::School, Party::Company, Party::Parent],
    };
    active([]).asked(asked(Party::School)).when(proposal(longer)).then([amended.clone()]);
    active([amended.clone()])
        .asked(asked(Party::Parent))
        .when(sign(Party::Parent, true))
        .then_refused(Refusal::OtherDocument);
    let StageAgreement::Written(paper) =
        StageAgreement::replay([drafted(), offered(), signed(Party::School, true), amended])
    else {
        unreachable!()
    };
    assert_eq!((paper.phase, paper.signatures, paper.consent_form), (Phase::Offered, vec![], None));
}

/// Art. 2, 8, 12 and the policy's supervision, each at its boundary and just beyond.
#[test]
fn terms_are_checked_at_their_boundaries() {
    let draft = |terms| given::<StageAgreement>([]).when(Draft { subject: subject(), proposal: proposal(terms) });
    let one_day = Terms { until: terms().from, hours: 1, damage_cap: Euros(0), insured: Euros(0), ..terms() };
    assert_eq!(draft(one_day).events().len(), 1);
    draft(Terms { until: day("2026-08-30"), ..terms() }).then_refused(Refusal::EndsBeforeStart);
    draft(Terms { hours: 0, ..terms() }).then_refused(Refusal::NoHours);
    draft(Terms { supervision: Minutes(59), ..terms() }).then_refused(Refusal::TooLittleSupervision { least: 60 });
    assert_eq!(draft(Terms { damage_cap: terms().insured, ..terms() }).events().len(), 1);
    draft(Terms { damage_cap: terms().insured + Euros(1), ..terms() }).then_refused(Refusal::DamageBeyondCover);
    draft(Terms { damage_cap: Euros(-1), ..terms() }).then_refused(Refusal::DamageBeyondCover);
    let stipend = |cents| Some(Stipend { amount: Euros(cents), payee: Payee::StageFund });
    assert_eq!(draft(Terms { stipend: stipend(1), ..terms() }).events().len(), 1);
    draft(Terms { stipend: stipend(0), ..terms() }).then_refused(Refusal::EmptyStipend);
    draft(Terms { stage_teacher: pupil(), ..terms() }).then_refused(Refusal::SamePerson);
}

#[test]
fn teacher_and_supervisor_work_at_the_parties() {
    let draft = |proposal| given::<StageAgreement>([]).when(Draft { subject: subject(), proposal });
    draft(Proposal { teacher_of: "03XF00".parse().unwrap(), ..proposal(terms()) })
        .then_refused(Refusal::TeacherOfOtherSchool);
    draft(Proposal { supervisor_of: CompanyId::derived(&["other"]), ..proposal(terms()) })
        .then_refused(Refusal::SupervisorOfOtherCompany);
}

#[test]
fn a_dispute_skips_no_step() {
    let raised = Event::DisputeRaised { number: 1, by: Party::Pupil, subject: sealed(), raised_on: day("2026-09-01") };
    let to = |to| Command::EscalateDispute { number: 1, to };
    let up = |to| Event::DisputeEscalated { number: 1, to, escalated_on: day("2026-09-01") };
    let teacher = DisputeLevel::StageTeacher;
    active([])
        .asked(asked(Party::Pupil))
        .when(Command::RaiseDispute { by: Party::Pupil, subject: sealed() })
        .then([raised.clone()]);
    active([raised.clone()]).when(to(DisputeLevel::Representatives)).then_refused(Refusal::SkipsStep { next: teacher });
    active([raised.clone()]).when(to(teacher)).then([up(teacher)]);
    active([raised.clone(), up(teacher)])
        .when(to(DisputeLevel::Representatives))
        .then([up(DisputeLevel::Representatives)]);
    active([raised.clone(), up(teacher)])
        .when(Command::SettleDispute { number: 1, outcome: sealed() })
        .then([Event::DisputeSettled { number: 1, at: teacher, outcome: sealed(), settled_on: day("2026-09-01") }]);
    active([raised])
        .asked(asked(Party::Pupil))
        .when(Command::RaiseDispute { by: Party::Pupil, subject: sealed() })
        .then_refused(Refusal::DisputeOpen);
}

#[test]
fn the_school_ends_a_stage_after_hearing_all_three() {
    let heard = |who| Event::PartyHeard { who, heard_on: day("2026-09-01") };
    let end = || Command::EndBySchool(End { ends_on: day("2026-09-04"), reasons: sealed() });
    active([heard(Heard::Pupil), heard(Heard::StageTeacher)])
        .asked(asked(Party::School))
        .when(end())
        .then_refused(Refusal::NotHeard { missing: vec![Heard::StageSupervisor] });
    active([heard(Heard::Pupil), heard(Heard::StageTeacher), heard(Heard::StageSupervisor)])
        .asked(asked(Party::School))
        .when(end())
        .then([Event::EndedBySchool { ends_on: day("2026-09-04"), reasons: sealed(), by: actor(Party::School).id }]);
}

#[test]
fn the_company_ends_it_with_reasons_from_today_to_the_last_day() {
    let end = |ends_on| Command::EndByCompany(End { ends_on: day(ends_on), reasons: sealed() });
    for allowed in ["2026-09-01", "2026-09-11"] {
        assert_eq!(active([]).asked(asked(Party::Company)).when(end(allowed)).events().len(), 1);
    }
    for refused in ["2026-08-31", "2026-09-12"] {
        active([]).asked(asked(Party::Company)).when(end(refused)).then_refused(Refusal::EndOutsideStage);
    }
    after([]).asked(asked(Party::Company)).when(end("2026-09-04")).then_refused(Refusal::NotInForce);
    active([]).asked(asked(Party::School)).when(end("2026-09-04")).then_refused(Refusal::NotThisParty);
}

#[test]
fn it_ends_by_consent_when_all_three_agree_on_one_day() {
    let consent = |party, ends_on| Event::EndConsented { party, by: actor(party).id, ends_on: day(ends_on) };
    let ask = |party, ends_on| Command::ConsentToEnd { party, ends_on: day(ends_on), pupil_minor: true };
    active([consent(Party::School, "2026-09-04"), consent(Party::Company, "2026-09-07")])
        .asked(asked(Party::Pupil))
        .when(ask(Party::Pupil, "2026-09-04"))
        .then([consent(Party::Pupil, "2026-09-04")]);
    active([consent(Party::School, "2026-09-04"), consent(Party::Parent, "2026-09-04")])
        .asked(asked(Party::Company))
        .when(ask(Party::Company, "2026-09-04"))
        .then([consent(Party::Company, "2026-09-04"), Event::EndedByConsent { ends_on: day("2026-09-04") }]);
}

#[test]
fn after_the_last_day_nothing_is_left_to_sign_or_end() {
    let mut late = asked(Party::Pupil);
    late.at = "2026-09-11T22:00:00Z".parse().unwrap(); // Midnight in Amsterdam.
    active([]).asked(late).when(sign(Party::Pupil, true)).then_refused(Refusal::Over { ended: day("2026-09-11") });
}

#[test]
fn the_first_wording_never_changes() {
    // Signatures rest on it: a changed text must be a new wording beside this one.
    assert_eq!(hash().as_str(), "00eb903b7a2c9d590564564e80cef1ae1eacf80cd9f99381137426cffe20acbf");
}

use super::*;
use decider::given;
use vocabulary::{Actor, Minutes, Reason};

fn id() -> ContributionId {
    ContributionId::derived(&["contribution"])
}

fn date(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 9, day).unwrap()
}

fn person(name: &str, role: Role) -> Actor {
    Actor { id: ActorId::derived(&[name]), role, organisation: None }
}

fn hash(digit: char) -> DocumentHash {
    digit.to_string().repeat(64).parse().unwrap()
}

fn hours() -> What {
    What::Hours { minutes: Minutes(90), rate: Euros::whole(40), policy_version: 1 }
}

fn record(what: What, worth: Option<Euros>, date: NaiveDate) -> Command {
    Command::Record {
        contribution: id(),
        company: CompanyId::derived(&["company"]),
        scheme: SchemeCode::sto(),
        date,
        what,
        description: "Guest lesson".parse().unwrap(),
        worth,
    }
}

fn recorded(what: What, worth: Option<Euros>) -> Vec<Event> {
    given::<Contribution>([]).when(record(what, worth, date(1))).events()
}

fn signed(history: Vec<Event>) -> Vec<Event> {
    let digest = figures::digest(&[Contribution::replay(history.clone()).recorded.unwrap().line()]);
    let events = given::<Contribution>(history.clone())
        .by(person("signatory", Role::CompanySignatory))
        .when(Command::Sign { digest })
        .events();
    [history, events].concat()
}

fn proof(digit: char) -> Command {
    Command::AttachProof { hash: hash(digit), title: "Invoice".parse().unwrap() }
}

fn verify_by(history: Vec<Event>, name: &str, role: Role) -> decider::Outcome<Contribution> {
    given::<Contribution>(history).by(person(name, role)).when(Command::Verify)
}

#[test]
fn hours_have_their_worth_from_the_adopted_rate() {
    let events = recorded(hours(), None);
    let [Event::Recorded { amount, .. }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(*amount, Euros::whole(60));
    given::<Contribution>([]).when(record(hours(), Some(Euros(1)), date(1))).then_refused(Refusal::AmountMisplaced);
}

#[test]
fn other_kinds_state_an_amount_of_at_least_a_cent() {
    for what in [What::Facility, What::Material, What::Travel, What::Cash] {
        given::<Contribution>([]).when(record(what.clone(), None, date(1))).then_refused(Refusal::AmountMisplaced);
        given::<Contribution>([])
            .when(record(what.clone(), Some(Euros(0)), date(1)))
            .then_refused(Refusal::WorthNothing);
        assert_eq!(recorded(what, Some(Euros(1))).len(), 1);
    }
}

#[test]
fn a_contribution_is_not_recorded_before_its_day() {
    given::<Contribution>([]).when(record(hours(), None, date(2))).then_refused(Refusal::InTheFuture { date: date(2) });
}

#[test]
fn a_contribution_is_never_recorded_twice() {
    given::<Contribution>(recorded(hours(), None))
        .when(record(hours(), None, date(1)))
        .then_refused(Refusal::AlreadyRecorded);
}

#[test]
fn a_paper_that_comes_after_the_signature_voids_it() {
    let history = signed(recorded(hours(), None));
    let events = given::<Contribution>(history.clone()).when(proof('a')).events();
    assert!(matches!(events.as_slice(), [Event::ProofAttached { .. }, Event::SignatureVoided { .. }]));
    verify_by([history, events].concat(), "leader", Role::ProgrammeLeader).then_refused(Refusal::NotSigned);
}

#[test]
fn the_same_paper_is_attached_once() {
    let history = recorded(hours(), None);
    let events = given::<Contribution>(history.clone()).when(proof('a')).events();
    given::<Contribution>([history, events].concat()).when(proof('a')).then_nothing();
}

#[test]
fn material_is_verified_with_a_paper_only() {
    let bare = recorded(What::Material, Some(Euros::whole(500)));
    verify_by(signed(bare.clone()), "leader", Role::ProgrammeLeader).then_refused(Refusal::NoProof);
    let papers = given::<Contribution>(bare.clone()).when(proof('a')).events();
    assert_eq!(verify_by(signed([bare, papers].concat()), "leader", Role::ProgrammeLeader).events().len(), 1);
}

#[test]
fn the_recorder_signer_or_a_teacher_does_not_verify() {
    verify_by(signed(recorded(hours(), None)), "tester", Role::ProgrammeLeader).then_refused(Refusal::OwnWork);
    verify_by(signed(recorded(hours(), None)), "signatory", Role::ProgrammeLeader).then_refused(Refusal::OwnWork);
    verify_by(signed(recorded(hours(), None)), "teacher", Role::Teacher).then_refused(Refusal::Teacher);
    verify_by(recorded(hours(), None), "leader", Role::ProgrammeLeader).then_refused(Refusal::NotSigned);
}

#[test]
fn a_reversed_contribution_accepts_no_commands() {
    let reason: Reason = "recorded twice".parse().unwrap();
    let history = recorded(hours(), None);
    let events = given::<Contribution>(history.clone()).when(Command::Reverse { reason: reason.clone() }).events();
    let [Event::Reversed { amount, .. }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(*amount, Euros::whole(-60));
    let ended = [history, events].concat();
    for command in
        [proof('a'), Command::Verify, Command::Reject { reason: reason.clone() }, Command::Reverse { reason }]
    {
        given::<Contribution>(ended.clone()).when(command).then_refused(Refusal::Ended);
    }
}

#[test]
fn nothing_is_asked_of_what_was_not_recorded() {
    given::<Contribution>([]).when(Command::Verify).then_refused(Refusal::NotRecorded);
}

#[test]
fn a_contribution_is_worth_at_most_ten_thousand_million_euros() {
    use vocabulary::ranges::{MAX_CENTS, MAX_MINUTES};
    let worth = |cents| given::<Contribution>([]).when(record(What::Cash, Some(Euros(cents)), date(1)));
    assert_eq!(worth(MAX_CENTS).events().len(), 1);
    worth(MAX_CENTS + 1).then_refused(Refusal::WorthTooMuch);
    worth(0).then_refused(Refusal::WorthNothing);
    // Each of them is in range.
    let hours = What::Hours { minutes: Minutes(MAX_MINUTES), rate: Euros(MAX_CENTS), policy_version: 1 };
    given::<Contribution>([]).when(record(hours, None, date(1))).then_refused(Refusal::WorthTooMuch);
}

#[test]
fn an_extreme_amount_of_an_old_log_is_reversed_unchanged() {
    let old = |amount| Event::Recorded {
        contribution: id(),
        company: CompanyId::derived(&["company"]),
        scheme: SchemeCode::sto(),
        date: date(1),
        what: What::Cash,
        description: "Machine".parse().unwrap(),
        amount,
        by: ActorId::derived(&["leader"]),
    };
    for (amount, back) in [(i64::MAX, -i64::MAX), (i64::MIN, i64::MAX)] {
        let reason: Reason = "Recorded wrongly".parse().unwrap();
        let events = given::<Contribution>([old(Euros(amount))]).when(Command::Reverse { reason }).events();
        assert!(matches!(&events[..], [Event::Reversed { amount, .. }] if *amount == Euros(back)), "{events:?}");
    }
}

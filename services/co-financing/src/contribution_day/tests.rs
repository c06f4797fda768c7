use super::*;
use decider::given;
use vocabulary::{
    Actor, ActorId, AttendanceDayId, BasisPoints, BranchCode, CompanyId, Euros, HotspotId, SchemeCode, SessionId,
};

const TERMS: Terms = Terms { share: BasisPoints(2500), rate: Euros::whole(40), policy_version: 1 };
const LATER_TERMS: Terms = Terms { share: BasisPoints(5000), rate: Euros::whole(80), policy_version: 2 };

fn day() -> Day {
    Day {
        company: CompanyId::derived(&["company"]),
        hotspot: HotspotId::derived(&["hotspot"]),
        session: SessionId::derived(&["session"]),
        date: chrono::NaiveDate::from_ymd_opt(2026, 9, 1).unwrap(),
        scheme: SchemeCode::sto(),
    }
}

fn person(name: &str) -> ActorId {
    ActorId::derived(&[name])
}

fn actor(name: &str, role: Role) -> Actor {
    Actor { id: person(name), role, organisation: None }
}

fn pupil(number: u32) -> AttendanceDayId {
    AttendanceDayId::derived(&[&number.to_string()])
}

/// What hotspots said at `position` about a pupil; positions only grow.
fn attendance(number: u32, position: i64, minutes: u32) -> Attendance {
    Attendance {
        attendance_day: pupil(number),
        event: uuid::Uuid::from_u128(position.unsigned_abs().into()),
        position,
        minutes: Minutes(minutes),
        school: "99XX00".parse::<BranchCode>().unwrap(),
        confirmed_by: person("supervisor"),
    }
}

fn confirmed(attendance: Attendance, terms: Option<Terms>) -> Command {
    Command::AccruePupil { day: day(), attendance, usual: Method::Forfait, terms, corrected: None }
}

fn corrected(attendance: Attendance, terms: Terms) -> Command {
    let corrected = Some("left early".parse().unwrap());
    Command::AccruePupil { day: day(), attendance, usual: Method::Forfait, terms: Some(terms), corrected }
}

fn chosen(method: Method) -> Event {
    Event::MethodChosen { day: day(), method }
}

fn choose(method: Method) -> Command {
    Command::ChooseMethod { day: day(), method, terms: Some(TERMS) }
}

fn accrued(line: u32, attendance: Attendance, cents: i64) -> Event {
    Event::PupilAccrued {
        day: day(),
        line,
        attendance,
        share: TERMS.share,
        rate: TERMS.rate,
        policy_version: TERMS.policy_version,
        amount: Euros(cents),
    }
}

fn noted(attendance: Attendance, why: Unaccrued) -> Event {
    Event::AttendanceNoted { day: day(), attendance, why }
}

fn taken_back(line: u32, number: u32, cents: i64, correction: Option<i64>) -> Event {
    Event::Reversed {
        day: day(),
        line,
        amount: Euros(-cents),
        attendance_day: Some(pupil(number)),
        correction: correction.map(|position| uuid::Uuid::from_u128(position.unsigned_abs().into())),
        reason: if correction.is_some() { "left early" } else { "not ours" }.parse().unwrap(),
        by: if correction.is_some() { person("supervisor") } else { person("tester") },
    }
}

/// A day of one pupil's six hours: € 60.00.
fn one_line() -> Vec<Event> {
    vec![chosen(Method::Forfait), accrued(1, attendance(1, 10, 360), 6000)]
}

fn digest_after(history: &[Event]) -> DocumentHash {
    figures::digest(&ContributionDay::replay(history.iter().cloned()).statement())
}

fn signed(mut history: Vec<Event>) -> Vec<Event> {
    let events = given::<ContributionDay>(history.clone())
        .by(actor("signatory", Role::CompanySignatory))
        .when(Command::Sign { digest: digest_after(&history) })
        .events();
    history.extend(events);
    history
}

#[test]
fn confirmed_minutes_become_cents_with_every_input_beside_them() {
    given::<ContributionDay>([]).when(confirmed(attendance(1, 10, 360), Some(TERMS))).then(one_line());
}

#[test]
fn an_amount_is_rounded_once_at_half_a_cent() {
    // 1 minute × 25 % × € 40.00 an hour = 16.67 cents.
    given::<ContributionDay>([])
        .when(confirmed(attendance(1, 10, 1), Some(TERMS)))
        .then([chosen(Method::Forfait), accrued(1, attendance(1, 10, 1), 17)]);
}

#[test]
fn the_same_confirmation_accrues_once() {
    given::<ContributionDay>(one_line()).when(confirmed(attendance(1, 10, 360), Some(TERMS))).then_nothing();
}

#[test]
fn without_a_rate_nothing_accrues_and_the_attendance_stays_visible() {
    // S12: no default rate.
    given::<ContributionDay>([])
        .when(confirmed(attendance(1, 10, 360), None))
        .then([chosen(Method::Forfait), noted(attendance(1, 10, 360), Unaccrued::NoRate)]);
}

#[test]
fn a_waiting_attendance_accrues_once_when_a_rate_is_adopted() {
    let open = vec![chosen(Method::Forfait), noted(attendance(1, 10, 360), Unaccrued::NoRate)];
    let line = accrued(1, attendance(1, 10, 360), 6000);
    given::<ContributionDay>(open.clone()).when(Command::AccrueOpen { terms: None }).then_nothing();
    given::<ContributionDay>(open.clone()).when(Command::AccrueOpen { terms: Some(TERMS) }).then([line.clone()]);
    given::<ContributionDay>([open, vec![line]].concat())
        .when(Command::AccrueOpen { terms: Some(TERMS) })
        .then_nothing();
}

#[test]
fn the_next_confirmation_takes_along_what_waited() {
    given::<ContributionDay>([chosen(Method::Forfait), noted(attendance(1, 10, 360), Unaccrued::NoRate)])
        .when(confirmed(attendance(2, 11, 60), Some(TERMS)))
        .then([accrued(1, attendance(2, 11, 60), 1000), accrued(2, attendance(1, 10, 360), 6000)]);
}

#[test]
fn a_correction_takes_the_line_back_and_makes_another() {
    given::<ContributionDay>(one_line())
        .when(corrected(attendance(1, 12, 300), TERMS))
        .then([taken_back(1, 1, 6000, Some(12)), accrued(2, attendance(1, 12, 300), 5000)]);
}

#[test]
fn an_old_fact_keeps_the_terms_it_was_counted_under() {
    given::<ContributionDay>(one_line())
        .when(corrected(attendance(1, 12, 300), LATER_TERMS))
        .then([taken_back(1, 1, 6000, Some(12)), accrued(2, attendance(1, 12, 300), 5000)]);
}

#[test]
fn a_correction_to_nothing_leaves_no_line() {
    given::<ContributionDay>(one_line())
        .when(corrected(attendance(1, 12, 0), TERMS))
        .then([taken_back(1, 1, 6000, Some(12)), noted(attendance(1, 12, 0), Unaccrued::NoMinutes)]);
}

#[test]
fn a_line_that_a_person_took_back_does_not_return_with_a_correction() {
    let history = [one_line(), vec![taken_back(1, 1, 6000, None)]].concat();
    given::<ContributionDay>(history)
        .when(corrected(attendance(1, 12, 300), TERMS))
        .then([noted(attendance(1, 12, 300), Unaccrued::TakenBack)]);
}

#[test]
fn a_day_with_a_line_refuses_the_other_method() {
    given::<ContributionDay>(one_line())
        .when(choose(Method::Actual))
        .then_refused(Refusal::OtherMethod { method: Method::Forfait });
    given::<ContributionDay>(one_line())
        .when(Command::AccrueSupervisor { minutes: Minutes(360), terms: Some(TERMS) })
        .then_refused(Refusal::OtherMethod { method: Method::Forfait });
}

#[test]
fn a_day_without_living_lines_may_change_its_method_and_back() {
    let emptied = [one_line(), vec![taken_back(1, 1, 6000, None)]].concat();
    given::<ContributionDay>(emptied.clone()).when(choose(Method::Actual)).then([chosen(Method::Actual)]);
    given::<ContributionDay>([emptied, vec![chosen(Method::Actual)]].concat())
        .when(choose(Method::Forfait))
        .then([chosen(Method::Forfait), accrued(2, attendance(1, 10, 360), 6000)]);
}

fn counted_by_actual() -> Vec<Event> {
    vec![chosen(Method::Actual), noted(attendance(1, 10, 360), Unaccrued::Actual)]
}

#[test]
fn a_supervisors_minutes_count_beside_a_confirmed_attendance_only() {
    let enter = Command::AccrueSupervisor { minutes: Minutes(360), terms: Some(TERMS) };
    given::<ContributionDay>([chosen(Method::Actual)]).when(enter.clone()).then_refused(Refusal::NothingConfirmed);
    given::<ContributionDay>(counted_by_actual()).when(enter).then([Event::SupervisorAccrued {
        day: day(),
        line: 1,
        minutes: Minutes(360),
        rate: TERMS.rate,
        policy_version: 1,
        amount: Euros::whole(240),
        entered_by: person("tester"),
        attendance_days: vec![pupil(1)],
    }]);
}

#[test]
fn a_supervisors_minutes_go_with_the_last_confirmed_attendance() {
    let enter = Command::AccrueSupervisor { minutes: Minutes(360), terms: Some(TERMS) };
    let entered = given::<ContributionDay>(counted_by_actual()).when(enter).events();
    let history = [counted_by_actual(), entered].concat();
    let events = given::<ContributionDay>(history.clone()).when(corrected(attendance(1, 12, 1), TERMS)).events();
    assert_eq!(events, [noted(attendance(1, 12, 1), Unaccrued::Actual)]);
    let events = given::<ContributionDay>(history).when(corrected(attendance(1, 12, 0), TERMS)).events();
    let [Event::AttendanceNoted { .. }, Event::Reversed { line: 1, amount, .. }] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(*amount, Euros::whole(-240));
}

#[test]
fn the_confirmer_does_not_verify_supervisor_minutes() {
    let enter = Command::AccrueSupervisor { minutes: Minutes(360), terms: Some(TERMS) };
    let entered = given::<ContributionDay>(counted_by_actual()).when(enter).events();
    given::<ContributionDay>(signed([counted_by_actual(), entered].concat()))
        .by(actor("supervisor", Role::ProgrammeLeader))
        .when(Command::Verify)
        .then_refused(Refusal::OwnWork);
}

#[test]
fn a_supervisors_day_has_between_one_minute_and_24_hours() {
    let enter = |minutes| Command::AccrueSupervisor { minutes: Minutes(minutes), terms: Some(TERMS) };
    for minutes in [0, 1441] {
        given::<ContributionDay>(counted_by_actual()).when(enter(minutes)).then_refused(Refusal::MinutesOutOfRange);
    }
    for minutes in [1, 1440] {
        let events = given::<ContributionDay>(counted_by_actual()).when(enter(minutes)).events();
        let history = [counted_by_actual(), events].concat();
        given::<ContributionDay>(history).when(enter(1)).then_refused(Refusal::AlreadyEntered);
    }
}

#[test]
fn without_a_rate_a_supervisors_minutes_are_refused() {
    given::<ContributionDay>(counted_by_actual())
        .when(Command::AccrueSupervisor { minutes: Minutes(360), terms: None })
        .then_refused(Refusal::NoRate);
}

#[test]
fn ten_pupils_of_six_hours_are_signed_for_as_fifteen_hours_and_flagged() {
    let mut history = vec![chosen(Method::Forfait)];
    history.extend((1..=10).map(|number| accrued(number, attendance(number, number.into(), 360), 6000)));
    let events =
        given::<ContributionDay>(history.clone()).when(Command::Sign { digest: digest_after(&history) }).events();
    let [Event::Signed { total, lines: 10, group_effect: true, .. }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(*total, TERMS.rate.per_hour_for(Minutes::hours(15)));
}

#[test]
fn a_signature_is_over_what_the_signer_saw() {
    given::<ContributionDay>(one_line())
        .when(Command::Sign { digest: figures::digest(&[]) })
        .then_refused(Refusal::Changed);
    let sign = Command::Sign { digest: figures::digest(&[]) };
    given::<ContributionDay>([]).when(sign.clone()).then_refused(Refusal::NothingKnown);
    given::<ContributionDay>([chosen(Method::Forfait)]).when(sign).then_refused(Refusal::NothingToSign);
}

#[test]
fn signing_twice_is_signing_once() {
    let history = signed(one_line());
    let digest = digest_after(&history);
    given::<ContributionDay>(history).when(Command::Sign { digest }).then_nothing();
}

#[test]
fn a_later_line_voids_the_signature_and_the_verification() {
    let digest = digest_after(&one_line());
    let verified = given::<ContributionDay>(signed(one_line())).when(Command::Verify).events();
    let history = [signed(one_line()), verified].concat();
    let events = given::<ContributionDay>(history.clone()).when(confirmed(attendance(2, 11, 60), Some(TERMS))).events();
    assert_eq!(events, [accrued(2, attendance(2, 11, 60), 1000), Event::SignatureVoided { day: day(), digest }]);
    given::<ContributionDay>([history, events].concat()).when(Command::Verify).then_refused(Refusal::NotSigned);
}

#[test]
fn the_confirmer_or_signer_does_not_verify() {
    for name in ["supervisor", "signatory"] {
        given::<ContributionDay>(signed(one_line()))
            .by(actor(name, Role::ProgrammeLeader))
            .when(Command::Verify)
            .then_refused(Refusal::OwnWork);
    }
}

#[test]
fn a_teacher_never_verifies() {
    given::<ContributionDay>(signed(one_line()))
        .by(actor("teacher", Role::Teacher))
        .when(Command::Verify)
        .then_refused(Refusal::Teacher);
}

#[test]
fn another_person_verifies_what_was_signed() {
    let digest = digest_after(&one_line());
    given::<ContributionDay>(one_line()).when(Command::Verify).then_refused(Refusal::NotSigned);
    given::<ContributionDay>(signed(one_line())).when(Command::Verify).then([Event::Verified {
        day: day(),
        by: person("tester"),
        digest,
        total: Euros::whole(60),
    }]);
}

#[test]
fn rejected_lines_are_signed_again_only_after_they_changed() {
    let reject = Command::Reject { reason: "one pupil was at school".parse().unwrap() };
    given::<ContributionDay>(one_line()).when(reject.clone()).then_refused(Refusal::NotSigned);
    let events = given::<ContributionDay>(signed(one_line())).when(reject).events();
    let mut history = [signed(one_line()), events].concat();
    let digest = digest_after(&history);
    given::<ContributionDay>(history.clone()).when(Command::Sign { digest }).then_refused(Refusal::RejectedAsTheyStand);
    history.extend(given::<ContributionDay>(history.clone()).when(corrected(attendance(1, 12, 300), TERMS)).events());
    let digest = digest_after(&history);
    assert_eq!(given::<ContributionDay>(history).when(Command::Sign { digest }).events().len(), 1);
}

#[test]
fn verified_lines_are_taken_back_and_not_rejected() {
    let verified = given::<ContributionDay>(signed(one_line())).when(Command::Verify).events();
    given::<ContributionDay>([signed(one_line()), verified].concat())
        .when(Command::Reject { reason: "too late".parse().unwrap() })
        .then_refused(Refusal::AlreadyVerified);
}

#[test]
fn a_line_is_taken_back_once() {
    let reverse = |line| Command::Reverse { line, reason: "not ours".parse().unwrap() };
    given::<ContributionDay>(one_line()).when(reverse(1)).then([taken_back(1, 1, 6000, None)]);
    given::<ContributionDay>(one_line()).when(reverse(2)).then_refused(Refusal::NoSuchLine { line: 2 });
    let history = [one_line(), vec![taken_back(1, 1, 6000, None)]].concat();
    given::<ContributionDay>(history).when(reverse(1)).then_nothing();
}

#[test]
fn more_minutes_than_a_day_has_bring_no_line() {
    let events = given::<ContributionDay>([]).when(confirmed(attendance(1, 7, 1_440), Some(TERMS))).events();
    assert!(events.iter().any(|event| matches!(event, Event::PupilAccrued { .. })), "{events:?}");
    for minutes in [1_441, u32::MAX] {
        let events = given::<ContributionDay>([]).when(confirmed(attendance(1, 7, minutes), Some(TERMS))).events();
        let noted = |event: &Event| matches!(event, Event::AttendanceNoted { why: Unaccrued::OutOfRange, .. });
        assert!(events.iter().any(noted), "{events:?}");
        assert!(!events.iter().any(|event| matches!(event, Event::PupilAccrued { .. })), "{events:?}");
        // Whoever corrects it gets the line.
        let events = given::<ContributionDay>(events).when(corrected(attendance(1, 8, 360), TERMS)).events();
        assert!(events.iter().any(|event| matches!(event, Event::PupilAccrued { .. })), "{events:?}");
    }
}

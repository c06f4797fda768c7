//! Claims about an attendance day.

use super::*;
use decider::given;
use proto_schemas::hotspots::attendance::Method;
use vocabulary::{Actor, CompanyId, HotspotId, PersonId, Role, SessionId};

const BEGIN: &str = "2026-10-06T06:30:00Z";
const END: &str = "2026-10-06T12:30:00Z";

fn text<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

fn visit() -> Visit {
    Visit {
        pupil: PersonId::derived(&["pupil"]),
        session: SessionId::derived(&["session"]),
        hotspot: HotspotId::derived(&["hotspot"]),
        company: CompanyId::derived(&["company"]),
        school: text("99XX00"),
        date: text("2026-10-06"),
        starts_at: text(BEGIN),
        ends_at: text(END),
    }
}

fn id(name: &str) -> ActorId {
    ActorId::derived(&[name])
}

fn actor(name: &str) -> Actor {
    Actor { id: id(name), role: Role::CompanySupervisor, organisation: None }
}

fn came(at: &str) -> Event {
    visit().checked_in(text(at), Method::Code, id("pupil"))
}

fn left(at: &str, minutes: u32) -> Event {
    Event::CheckedOut { at: text(at), minutes: Minutes(minutes), by: id("pupil") }
}

fn confirmed(minutes: u32) -> Event {
    visit().confirmed(Minutes(minutes), id("supervisor"))
}

fn corrected(minutes: u32, replaced: u32, by: &str) -> Event {
    Event::Corrected {
        pupil: visit().pupil,
        session: visit().session,
        hotspot: visit().hotspot,
        company: visit().company,
        school: visit().school,
        date: visit().date,
        minutes: Minutes(minutes),
        replaced: Minutes(replaced),
        reason: text("Went home early"),
        by: id(by),
    }
}

fn check_in(at: &str) -> Command {
    Command::CheckIn { visit: visit(), at: text(at), method: Method::Code }
}

fn check_out(at: &str) -> Command {
    Command::CheckOut { at: text(at) }
}

fn confirm(minutes: Option<u32>) -> Command {
    Command::Confirm { visit: visit(), minutes: minutes.map(Minutes) }
}

fn correct(minutes: u32) -> Command {
    Command::Correct { visit: visit(), minutes: Minutes(minutes), reason: text("Went home early") }
}

fn day(history: impl IntoIterator<Item = Event>) -> decider::Given<Attendance> {
    given::<Attendance>(history).at("2026-10-06T13:00:00Z").by(actor("supervisor"))
}

#[test]
fn a_pupil_checks_in_once() {
    day([]).at(BEGIN).by(actor("pupil")).when(check_in(BEGIN)).then([came(BEGIN)]);
    day([came(BEGIN)]).when(check_in(BEGIN)).then_nothing();
    day([came(BEGIN), left(END, 360)]).when(check_in(BEGIN)).then_refused(Refusal::AlreadyLeft);
}

#[test]
fn nobody_checks_in_before_the_moment_on_another_day_or_after_the_end() {
    day([]).at(BEGIN).when(check_in("2026-10-06T06:30:01Z")).then_refused(Refusal::InTheFuture);
    day([]).when(check_in("2026-10-05T06:30:00Z")).then_refused(Refusal::AnotherDay);
    day([]).when(check_in(END)).then_refused(Refusal::Over);
    day([]).by(actor("pupil")).when(check_in("2026-10-06T12:29:59Z")).then([came("2026-10-06T12:29:59Z")]);
}

#[test]
fn check_out_comes_after_check_in() {
    day([]).when(check_out(END)).then_refused(Refusal::NotCheckedIn);
    day([came(BEGIN)]).when(check_out("2026-10-06T06:29:59Z")).then_refused(Refusal::BeforeCheckIn);
    day([came(BEGIN)]).by(actor("pupil")).when(check_out(END)).then([left(END, 360)]);
    day([came(BEGIN)]).at(BEGIN).when(check_out(END)).then_refused(Refusal::InTheFuture);
    day([came(BEGIN), left(END, 360)]).when(check_out(BEGIN)).then_nothing();
}

#[test]
fn absence_is_reported_on_the_day_or_marked_late() {
    let absence = || Command::ReportAbsence { visit: visit() };
    day([]).at("2026-10-06T21:59:59Z").when(absence()).then([visit().absent(false)]);
    day([]).at("2026-10-06T22:00:00Z").when(absence()).then([visit().absent(true)]);
    day([visit().absent(false)]).when(absence()).then_nothing();
    day([came(BEGIN)]).when(absence()).then_refused(Refusal::WasThere);
}

#[test]
fn an_absent_pupil_who_comes_in_has_resumed() {
    day([visit().absent(false)])
        .at(BEGIN)
        .by(actor("pupil"))
        .when(check_in(BEGIN))
        .then([Event::ResumptionReported { occurred_on: text("2026-10-06"), late: false }, came(BEGIN)]);
    let resumed = |on: &str| Command::ReportResumption { occurred_on: text(on) };
    day([visit().absent(false)])
        .when(resumed("2026-10-05"))
        .then([Event::ResumptionReported { occurred_on: text("2026-10-05"), late: true }]);
    day([visit().absent(false)]).when(resumed("2026-10-07")).then_refused(Refusal::InTheFuture);
    day([visit().absent(false)]).when(confirm(None)).then_refused(Refusal::Absent);
}

#[test]
fn the_stay_within_the_session_counts_by_default() {
    let stay = |from, until| day([came(from), left(until, 0)]).when(confirm(None));
    stay("2026-10-06T06:00:00Z", "2026-10-06T12:45:00Z").then([confirmed(360)]);
    stay("2026-10-06T07:00:00Z", "2026-10-06T12:00:30Z").then([confirmed(300)]);
    stay("2026-10-06T06:00:00Z", "2026-10-06T06:15:00Z").then([confirmed(0)]);
}

#[test]
fn a_pupil_without_check_out_was_present_until_the_end() {
    day([came("2026-10-06T07:00:00Z")]).at(END).when(confirm(None)).then([confirmed(330)]);
    day([came(BEGIN)]).at("2026-10-06T12:29:59Z").when(confirm(None)).then_refused(Refusal::StillThere);
}

#[test]
fn no_more_than_the_session_counts() {
    let stay = || day([came(BEGIN), left(END, 360)]);
    stay().when(confirm(Some(360))).then([confirmed(360)]);
    stay().when(confirm(Some(361))).then_refused(Refusal::MoreThanSession { max: Minutes(360) });
    day([]).when(confirm(Some(360))).then_refused(Refusal::NotCheckedIn);
}

#[test]
fn confirmed_minutes_are_corrected_and_not_confirmed_again() {
    let stay = || day([came(BEGIN), left(END, 360), confirmed(360)]);
    stay().when(confirm(None)).then_nothing();
    stay().when(confirm(Some(360))).then_nothing();
    stay().when(confirm(Some(300))).then_refused(Refusal::AlreadyConfirmed { minutes: Minutes(360) });
    stay().when(check_in(BEGIN)).then_refused(Refusal::AlreadyConfirmed { minutes: Minutes(360) });
}

#[test]
fn a_second_person_corrects() {
    let stay = || [came(BEGIN), confirmed(360)];
    day(stay()).by(actor("teacher")).when(correct(300)).then([corrected(300, 360, "teacher")]);
    day(stay()).by(actor("supervisor")).when(correct(300)).then_refused(Refusal::SamePerson);
    day(stay()).by(actor("pupil")).when(correct(300)).then_refused(Refusal::SamePerson);
    day(stay()).by(actor("teacher")).when(correct(361)).then_refused(Refusal::MoreThanSession { max: Minutes(360) });
    day(stay()).by(actor("teacher")).when(correct(360)).then_nothing();
    day([came(BEGIN)]).by(actor("teacher")).when(correct(300)).then_refused(Refusal::NotConfirmed);
}

#[test]
fn a_correction_is_corrected_by_yet_another_person() {
    let stay = || [came(BEGIN), confirmed(360), corrected(300, 360, "teacher")];
    day(stay()).by(actor("teacher")).when(correct(330)).then_refused(Refusal::SamePerson);
    day(stay()).by(actor("supervisor")).when(correct(330)).then_refused(Refusal::SamePerson);
    day(stay()).by(actor("leader")).when(correct(330)).then([corrected(330, 300, "leader")]);
}

#[test]
fn a_claimed_day_stays_as_it_is() {
    let claim = ClaimId::derived(&["2026"]);
    let locked = Event::Locked { claim };
    day([came(BEGIN), confirmed(360)]).when(Command::Lock { claim }).then([locked.clone()]);
    let stay = || [came(BEGIN), confirmed(360), locked.clone()];
    day(stay()).by(actor("teacher")).when(correct(300)).then_refused(Refusal::Locked);
    day(stay()).when(confirm(None)).then_refused(Refusal::Locked);
    day(stay()).when(Command::Lock { claim }).then_nothing();
    day([came(BEGIN)]).when(Command::Lock { claim }).then_refused(Refusal::NotConfirmed);
}

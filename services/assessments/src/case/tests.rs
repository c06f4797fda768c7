use super::*;
use crate::made_up::{cohort, company, date, pupil, school, solar, supervisor_of, task, teacher_of};
use crate::pta::Standing;
use crate::rubric::Version;
use decider::given;
use proto_schemas::assessments::{
    case::{EvidenceKind, Outcome, TaskJudgement},
    pta::Place,
};
use vocabulary::{Actor, CompanyId, DocumentHash, PtaId};

// Asked at noon on 1 September 2026, unless a test says otherwise.
const TODAY: &str = "2026-09-01";

fn open() -> Open {
    Open {
        pupil: pupil(),
        elective: solar(),
        school: school(),
        cohort: cohort(),
        company: company(),
        rubric: Version { version: 2, learning_tasks: vec![task("L1")], work_tasks: vec![task("W1")] },
        deeltaken: vec!["K/PIE/05/01".into(), "K/PIE/05/02".into()],
        occurred_on: date("2026-08-24"),
    }
}

fn judged(tasks: &[&str]) -> Vec<TaskJudgement> {
    tasks.iter().map(|task| TaskJudgement { task: (*task).into(), outcome: Outcome::Good }).collect()
}

fn judgement(learning: &[&str], work: &[&str]) -> Judgement {
    Judgement { learning_tasks: judged(learning), work_tasks: judged(work), remarks: None, occurred_on: date(TODAY) }
}

fn codes(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|code| format!("K/PIE/05/{code}")).collect()
}

fn by_company(done: &[&str], at_school: &[&str]) -> Command {
    Command::JudgeByCompany { judgement: judgement(&["L1"], &["W1"]), done: codes(done), at_school: codes(at_school) }
}

fn company_judged() -> Event {
    Event::JudgedByCompany {
        company: company(),
        by: supervisor_of(company()).id,
        occurred_on: date(TODAY),
        learning_tasks: judged(&["L1"]),
        work_tasks: judged(&["W1"]),
        done: codes(&["01"]),
        at_school: codes(&["02"]),
        remarks: None,
    }
}

fn fix(tenths: u8, counts: Counts) -> FixGrade {
    FixGrade { grade: Grade::tenths(tenths).unwrap(), counts, occurred_on: date(TODAY) }
}

fn fixed(tenths: u8) -> Event {
    let by = teacher_of(school()).id;
    Event::GradeFixed { grade_tenths: Grade::tenths(tenths).unwrap(), by, occurred_on: date(TODAY), exam: None }
}

fn counting(standing: Standing) -> Counts {
    Counts::ForExam { pta: PtaId::derived(&["pta"]), standing }
}

fn teacher() -> Actor {
    teacher_of(school())
}

fn supervisor() -> Actor {
    supervisor_of(company())
}

fn refused(history: Vec<Event>, by: Actor, command: Command, refusal: Refusal) {
    given::<Case>(history).by(by).when(command).then_refused(refusal);
}

fn opened() -> Vec<Event> {
    vec![open().event()]
}

fn weighed() -> Vec<Event> {
    vec![open().event(), company_judged()]
}

fn graded() -> Vec<Event> {
    vec![open().event(), company_judged(), fixed(75)]
}

#[test]
fn a_pupil_has_one_case_for_an_elective() {
    given::<Case>([]).by(teacher()).when(Command::Open(open())).then(opened());
    given::<Case>(opened()).by(teacher()).when(Command::Open(open())).then_nothing();
    let elsewhere = Open { company: CompanyId::derived(&["other"]), ..open() };
    refused(opened(), teacher(), Command::Open(elsewhere), Refusal::AlreadyOpen);
    assert_eq!(id(pupil(), solar()), id(pupil(), solar()));
}

#[test]
fn the_rubric_is_fixed_when_the_case_opens() {
    let mut later = open();
    later.rubric.version = 3;
    later.rubric.work_tasks.push(task("W2"));
    given::<Case>(opened()).by(teacher()).when(Command::Open(later)).then_nothing();
    // W2 came with version 3; this case has version 2.
    let with_w2 = Command::JudgeBySchool(judgement(&["L1"], &["W1", "W2"]));
    refused(opened(), teacher(), with_w2, Refusal::UnknownTask { task: "W2".into() });
}

#[test]
fn a_case_is_not_opened_in_the_future() {
    let tomorrow = Open { occurred_on: date("2026-09-02"), ..open() };
    refused(vec![], teacher(), Command::Open(tomorrow), Refusal::InTheFuture { date: date("2026-09-02") });
    let today = Open { occurred_on: date(TODAY), ..open() };
    given::<Case>([]).by(teacher()).when(Command::Open(today.clone())).then([today.event()]);
}

#[test]
fn the_same_evidence_is_handed_in_once() {
    let evidence = Evidence { kind: EvidenceKind::Photo, content_hash: DocumentHash::from([1; 32]), description: None };
    given::<Case>(opened()).when(Command::SubmitEvidence(evidence.clone())).then([evidence.event()]);
    given::<Case>([open().event(), evidence.event()]).when(Command::SubmitEvidence(evidence.clone())).then_nothing();
    refused(graded(), teacher(), Command::SubmitEvidence(evidence.clone()), Refusal::Graded);
    refused(vec![], teacher(), Command::SubmitEvidence(evidence), Refusal::NotOpen);
}

#[test]
fn the_company_judges_its_own_pupils_work_and_no_others() {
    given::<Case>(opened()).by(supervisor()).when(by_company(&["01"], &["02"])).then([company_judged()]);
    let other = supervisor_of(CompanyId::derived(&["other"]));
    refused(opened(), other, by_company(&["01"], &["02"]), Refusal::AnotherCompany);
    refused(opened(), teacher(), by_company(&["01"], &["02"]), Refusal::AnotherCompany);
}

// R253: both kinds are judged, each task once.
#[test]
fn learning_tasks_and_work_tasks_are_all_judged_once() {
    let judge = |learning: &[&str], work: &[&str]| Command::JudgeBySchool(judgement(learning, work));
    refused(opened(), teacher(), judge(&[], &["W1"]), Refusal::NotJudged { task: "L1".into() });
    refused(opened(), teacher(), judge(&["L1"], &[]), Refusal::NotJudged { task: "W1".into() });
    refused(opened(), teacher(), judge(&["L1", "L1"], &["W1"]), Refusal::JudgedTwice { task: "L1".into() });
    refused(opened(), teacher(), judge(&["W1"], &["L1"]), Refusal::UnknownTask { task: "W1".into() });
}

// R097, R241
#[test]
fn every_deeltaak_is_done_or_left_to_the_school() {
    let refuse = |done: &[&str], at_school: &[&str], refusal| {
        refused(opened(), supervisor(), by_company(done, at_school), refusal)
    };
    refuse(&["01"], &[], Refusal::DeeltaakOpen { code: "K/PIE/05/02".into() });
    refuse(&["01", "02"], &["02"], Refusal::DeeltaakTwice { code: "K/PIE/05/02".into() });
    refuse(&["01", "02", "03"], &[], Refusal::UnknownDeeltaak { code: "K/PIE/05/03".into() });
    for (done, at_school) in [(&["01", "02"][..], &[][..]), (&[], &["01", "02"])] {
        assert_eq!(given::<Case>(opened()).by(supervisor()).when(by_company(done, at_school)).events().len(), 1);
    }
}

#[test]
fn a_judgement_lies_between_the_opening_and_today() {
    let on = |day: &str| Command::JudgeBySchool(Judgement { occurred_on: date(day), ..judgement(&["L1"], &["W1"]) });
    refused(opened(), teacher(), on("2026-08-23"), Refusal::BeforeOpening { opened_on: date("2026-08-24") });
    refused(opened(), teacher(), on("2026-09-02"), Refusal::InTheFuture { date: date("2026-09-02") });
    for day in ["2026-08-24", TODAY] {
        assert_eq!(given::<Case>(opened()).by(teacher()).when(on(day)).events().len(), 1);
    }
}

#[test]
fn the_last_judgement_before_the_grade_counts() {
    let again = vec![open().event(), company_judged()];
    let judged_again = given::<Case>(again).by(supervisor()).when(by_company(&["01", "02"], &[])).events();
    let case = Case::replay([weighed(), judged_again].concat());
    assert_eq!(case.work().unwrap().company_judgement.as_ref().unwrap().done, codes(&["01", "02"]));
    refused(graded(), supervisor(), by_company(&["01"], &["02"]), Refusal::Graded);
}

// R243: the supervisor's judgement leads to the grade.
#[test]
fn without_the_companys_judgement_there_is_nothing_to_weigh() {
    refused(opened(), teacher(), Command::FixGrade(fix(75, Counts::No)), Refusal::CompanyHasNotJudged);
    given::<Case>(weighed()).by(teacher()).when(Command::FixGrade(fix(75, Counts::No))).then([fixed(75)]);
    let too_old = FixGrade { occurred_on: date("2026-08-31"), ..fix(75, Counts::No) };
    refused(weighed(), teacher(), Command::FixGrade(too_old), Refusal::BeforeJudgement { judged_on: date(TODAY) });
}

#[test]
fn only_the_pupils_school_fixes_the_grade() {
    let other = teacher_of("98ZZ00".parse().unwrap());
    refused(weighed(), other.clone(), Command::FixGrade(fix(75, Counts::No)), Refusal::AnotherSchool);
    refused(weighed(), supervisor(), Command::FixGrade(fix(75, Counts::No)), Refusal::AnotherSchool);
    refused(opened(), other, Command::JudgeBySchool(judgement(&["L1"], &["W1"])), Refusal::AnotherSchool);
}

#[test]
fn grades_go_from_1_0_to_10_0() {
    for tenths in [10, 100] {
        given::<Case>(weighed()).by(teacher()).when(Command::FixGrade(fix(tenths, Counts::No))).then([fixed(tenths)]);
    }
    for tenths in [9, 101] {
        assert_eq!(Grade::tenths(tenths), None);
    }
}

// R235
#[test]
fn a_grade_counts_for_the_exam_only_under_a_frozen_pta_item() {
    let count = |standing| Command::FixGrade(fix(75, counting(standing)));
    refused(weighed(), teacher(), count(Standing::Missing), Refusal::NotInPta);
    refused(weighed(), teacher(), count(Standing::NotFrozen), Refusal::PtaNotFrozen);
    for place in [Place::Company, Place::Both] {
        let events = given::<Case>(weighed()).by(teacher()).when(count(Standing::Frozen { weight: 2, place })).events();
        let [Event::GradeFixed { exam: Some(item), .. }] = &events[..] else { panic!("{events:?}") };
        assert_eq!((item.pta, item.weight), (PtaId::derived(&["pta"]), 2));
    }
}

// R236
#[test]
fn a_grade_earned_in_practice_does_not_count_for_a_pta_item_at_school() {
    let at_school = counting(Standing::Frozen { weight: 2, place: Place::School });
    refused(weighed(), teacher(), Command::FixGrade(fix(75, at_school)), Refusal::AtSchoolOnly);
    given::<Case>(weighed()).by(teacher()).when(Command::FixGrade(fix(75, Counts::No))).then([fixed(75)]);
}

#[test]
fn a_fixed_grade_changes_by_revision_only() {
    given::<Case>(graded()).by(teacher()).when(Command::FixGrade(fix(75, Counts::No))).then_nothing();
    refused(graded(), teacher(), Command::FixGrade(fix(76, Counts::No)), Refusal::Graded);
    let revise = |tenths| Command::ReviseGrade {
        fix: fix(tenths, Counts::No),
        reason: "A deeltaak was overlooked".parse().unwrap(),
    };
    refused(weighed(), teacher(), revise(78), Refusal::NotGraded);
    given::<Case>(graded()).by(teacher()).when(revise(75)).then_nothing();
    let revised = given::<Case>(graded()).by(teacher()).when(revise(78)).events();
    let [Event::GradeRevised { grade_tenths, replaced_tenths, by, .. }] = &revised[..] else { panic!("{revised:?}") };
    assert_eq!((grade_tenths.in_tenths(), replaced_tenths.in_tenths(), *by), (78, 75, teacher().id));
    let other = teacher_of("98ZZ00".parse().unwrap());
    refused(graded(), other, revise(78), Refusal::AnotherSchool);
}

// R235 holds for a revision as well.
#[test]
fn a_revision_cannot_make_a_grade_count_without_its_item() {
    let revise = |standing| Command::ReviseGrade {
        fix: fix(75, counting(standing)),
        reason: "It was meant to count".parse().unwrap(),
    };
    refused(graded(), teacher(), revise(Standing::Missing), Refusal::NotInPta);
    let frozen = Standing::Frozen { weight: 1, place: Place::Both };
    assert_eq!(given::<Case>(graded()).by(teacher()).when(revise(frozen)).events().len(), 1);
}

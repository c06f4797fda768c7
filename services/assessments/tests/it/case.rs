//! Cases, PTAs and grades over HTTP.

use crate::region::{Region, TODAY, company_judgement, forget, problem, pupil_of, rubric};
use serde_json::json;
use testkit::Holding;
use vocabulary::{PersonId, Role};

// R235
#[tokio::test]
async fn a_grade_counts_only_with_a_frozen_item_of_that_school_and_cohort() {
    let region = Region::new().await;
    let (case, elective) = region.judged().await;
    let grade = || region.grade(&region.teacher, case, 75, true);
    assert_eq!(problem(&grade().await), "409 case-not-in-pta");
    assert_eq!(region.register(elective, "both").await.status, 200);
    assert_eq!(problem(&grade().await), "409 case-pta-not-frozen");
    assert_eq!(region.freeze().await.status, 200);
    let fixed = grade().await;
    assert_eq!(fixed.status, 200, "{}", fixed.text());
    let shown = region.secretary.get(&region.path(&format!("cases/{case}"))).await.json();
    assert_eq!(shown["grade"], json!({ "tenths": 75, "countsForExam": true, "weight": 2 }));

    assert_eq!(problem(&region.register(elective, "school").await), "409 pta-frozen");
    let pta = region.teacher.get(&region.pta("")).await.json();
    assert_eq!((&pta["frozen"], &pta["items"][0]["place"]), (&json!(true), &json!("both")));
}

#[tokio::test]
async fn a_grade_goes_from_1_0_to_10_0_and_changes_by_revision_only() {
    let region = Region::new().await;
    let (case, _) = region.judged().await;
    for tenths in [9, 101] {
        let refused = region.grade(&region.teacher, case, tenths, false).await;
        assert_eq!(
            (problem(&refused), refused.json()["errors"][0]["pointer"].clone()),
            ("400 invalid".into(), json!("/gradeTenths"))
        );
    }
    assert_eq!(region.grade(&region.teacher, case, 10, false).await.status, 200);
    assert_eq!(problem(&region.grade(&region.teacher, case, 100, false).await), "409 case-graded");
    let revision = json!({ "gradeTenths": 100, "countsForExam": false, "occurredOn": TODAY, "reason": "Two tasks were overlooked" });
    let revised = region.teacher.post(&region.path(&format!("cases/{case}/grade/revisions")), &revision).await;
    assert_eq!(revised.status, 200, "{}", revised.text());
    let shown = region.teacher.get(&region.path(&format!("cases/{case}"))).await.json();
    assert_eq!(shown["grade"], json!({ "tenths": 100, "countsForExam": false }));
}

#[tokio::test]
async fn a_case_has_what_was_judged_when_it_opened() {
    let region = Region::new().await;
    let (case, elective) = region.case().await;
    let adopted =
        region.member.put(&region.path(&format!("electives/{elective}/rubric")), &rubric(&["W1", "W2"])).await;
    assert_eq!(adopted.json()["version"], 2);
    assert_eq!(region.judge(&region.supervisor, case).await.status, 200, "W2 came later");
    let shown = region.teacher.get(&region.path(&format!("cases/{case}"))).await;
    assert_eq!((shown.json()["rubricVersion"].clone(), shown.header("etag")), (json!(1), "\"2\""));
    let again = region.open(elective).await;
    assert_eq!((again.status.as_u16(), again.id::<vocabulary::CaseId>()), (201, case), "one case for an elective");
}

#[tokio::test]
async fn the_company_judges_its_own_and_sees_no_grade() {
    let region = Region::new().await;
    let (case, _) = region.case().await;
    let other = region.hub.granted(Holding::of(Role::CompanySupervisor).company(region.other_company)).await;
    assert_eq!(problem(&region.judge(&other, case).await), "403 not-allowed");
    assert_eq!(problem(&other.get(&region.path(&format!("cases/{case}"))).await), "403 not-allowed");
    assert_eq!(problem(&region.judge(&region.teacher, case).await), "403 not-allowed");

    let mut half = company_judgement();
    half["atSchool"] = json!([]);
    let refused = region.supervisor.post(&region.path(&format!("cases/{case}/company-judgement")), &half).await;
    assert_eq!(problem(&refused), "409 case-deeltaak-open");
    assert_eq!(region.judge(&region.supervisor, case).await.status, 200);
    assert_eq!(region.grade(&region.teacher, case, 82, false).await.status, 200);

    let shown = region.supervisor.get(&region.path(&format!("cases/{case}"))).await.json();
    assert_eq!(shown["companyJudgement"]["remarks"], "Werkt zelfstandig en let op anderen.");
    assert_eq!((shown.get("grade"), shown.get("schoolJudgement")), (None, None));
    assert_eq!(problem(&region.grade(&region.supervisor, case, 82, false).await), "403 not-allowed");
}

#[tokio::test]
async fn only_the_pupils_school_judges_and_grades() {
    let region = Region::new().await;
    let (case, elective) = region.judged().await;
    let elsewhere = region.hub.granted(Holding::of(Role::Teacher).school(&region.other_school)).await;
    let secretary = region.hub.granted(Holding::of(Role::ExamSecretary).school(&region.other_school)).await;
    assert_eq!(problem(&region.grade(&elsewhere, case, 75, false).await), "403 not-allowed");
    assert_eq!(problem(&elsewhere.get(&region.path(&format!("cases/{case}"))).await), "403 not-allowed");
    let item = json!({ "weight": 1, "place": "both" });
    let foreign = secretary.put(&region.pta(&format!("/items/{elective}")), &item).await;
    assert_eq!(problem(&foreign), "403 not-allowed");
    let judgement = json!({
        "occurredOn": TODAY, "remarks": "Kan meer dan hij denkt.",
        "learningTasks": [{ "task": "L1", "outcome": "good" }], "workTasks": [{ "task": "W1", "outcome": "good" }],
    });
    let path = region.path(&format!("cases/{case}/school-judgement"));
    assert_eq!(problem(&elsewhere.post(&path, &judgement).await), "403 not-allowed");
    assert_eq!(region.teacher.post(&path, &judgement).await.status, 200);
    let shown = region.teacher.get(&region.path(&format!("cases/{case}"))).await.json();
    assert_eq!(shown["schoolJudgement"]["remarks"], "Kan meer dan hij denkt.");
    assert_eq!(shown["schoolJudgement"]["by"], json!(region.teacher.actor));
}

#[tokio::test]
async fn nobody_of_the_region_has_anything_to_do_with_grades() {
    let region = Region::new().await;
    let (case, elective) = region.judged().await;
    for role in [Role::ProgrammeLeader, Role::Controller, Role::WorkingGroupMember, Role::AccountManager, Role::Auditor]
    {
        let someone = region.hub.holding(role).await;
        assert_eq!(problem(&region.grade(&someone, case, 75, false).await), "403 not-allowed", "{role}");
        for path in [format!("cases/{case}"), "cases".into()] {
            assert_eq!(problem(&someone.get(&region.path(&path)).await), "403 not-allowed", "{role}");
        }
        let new =
            json!({ "pupil": region.pupil, "elective": elective, "company": region.company, "occurredOn": TODAY });
        assert_eq!(problem(&someone.post(&region.path("cases"), &new).await), "403 not-allowed", "{role}");
    }
}

#[tokio::test]
async fn a_pupil_hands_in_evidence_and_what_is_said_stays_sealed() {
    let region = Region::new().await;
    let (case, _) = region.judged().await;
    let pupil = region.hub.granted(Holding::of(Role::Pupil).person(region.pupil)).await;
    let other = region.hub.granted(Holding::of(Role::Pupil).person(PersonId::fresh())).await;
    let evidence =
        json!({ "kind": "video", "contentHash": "ab".repeat(32), "description": "Zo zet ik de pionnen neer" });
    let path = region.path(&format!("cases/{case}/evidence"));
    assert_eq!(problem(&other.post(&path, &evidence).await), "403 not-allowed");
    assert_eq!(pupil.post(&path, &evidence).await.status, 200);
    assert_eq!(pupil.post(&path, &evidence).await.json()["version"], 3, "handed in once");
    let shown = region.supervisor.get(&region.path(&format!("cases/{case}"))).await.json();
    assert_eq!(shown["evidence"][0]["description"], "Zo zet ik de pionnen neer");
    for event in region.hub.events("assessments").await {
        assert!(!event.text.contains("pionnen") && !event.text.contains("zelfstandig"), "{}", event.event_type);
    }
    region.hub.settle().await;
    for someone in [&pupil, &region.teacher, &region.supervisor] {
        let lines = someone.get(&region.path("cases")).await.json()["items"].clone();
        assert_eq!((lines[0]["id"].clone(), lines[0]["evidence"].clone()), (json!(case), json!(1)));
        assert_eq!((lines[0]["judgedByCompany"].clone(), lines[0]["graded"].clone()), (json!(true), json!(false)));
    }
    assert_eq!(other.get(&region.path("cases")).await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_case_is_about_what_the_hub_knows() {
    let region = Region::new().await;
    let elective = region.elective().await;
    let new = |pupil, company| json!({ "pupil": pupil, "elective": elective, "company": company, "occurredOn": TODAY });
    let open = async |body| region.teacher.post(&region.path("cases"), &body).await;
    // Whether somebody is a pupil of another school or of none is not told.
    let elsewhere = PersonId::fresh();
    pupil_of(&region.hub, elsewhere, &region.other_school, None).await;
    for pupil in [elsewhere, PersonId::fresh()] {
        assert_eq!(problem(&open(new(pupil, region.company)).await), "403 not-allowed");
    }
    let unknown = open(new(region.pupil, vocabulary::CompanyId::fresh())).await;
    assert_eq!(unknown.json()["errors"][0]["pointer"], "/company");
    let tomorrow =
        json!({ "pupil": region.pupil, "elective": elective, "company": region.company, "occurredOn": "2026-09-02" });
    assert_eq!(problem(&open(tomorrow).await), "409 case-in-the-future");
    let plain = json!({ "code": "KAAL", "title": "Nog zonder model", "deeltaken": [{ "code": "KAAL/1", "title": "Een taak", "endTerms": 1 }] });
    let bare: vocabulary::ElectiveId = region.member.post(&region.path("electives"), &plain).await.id();
    assert_eq!(problem(&region.open(bare).await), "409 case-no-rubric");
}

#[tokio::test]
async fn the_guest_school_answers_for_a_pupil_who_has_one() {
    let region = Region::new().await;
    let guest = PersonId::fresh();
    pupil_of(&region.hub, guest, &region.school, Some(&region.other_school)).await;
    let host = region.hub.granted(Holding::of(Role::Teacher).school(&region.other_school)).await;
    let elective = region.elective().await;
    let new = json!({ "pupil": guest, "elective": elective, "company": region.company, "occurredOn": TODAY });
    assert_eq!(problem(&region.teacher.post(&region.path("cases"), &new).await), "403 not-allowed");
    let opened = host.post(&region.path("cases"), &new).await;
    assert_eq!(opened.status, 201, "{}", opened.text());
    assert_eq!(host.get(opened.header("location")).await.json()["school"], json!(region.other_school));
}

// P6: what was said about a forgotten pupil is gone, what was decided stays.
#[tokio::test]
async fn of_a_forgotten_pupil_the_grade_stays_and_the_words_are_gone() {
    let region = Region::new().await;
    let (case, elective) = region.judged().await;
    assert_eq!(region.grade(&region.teacher, case, 75, false).await.status, 200);
    forget(&region.hub, region.pupil).await;
    let shown = region.teacher.get(&region.path(&format!("cases/{case}"))).await.json();
    assert_eq!((shown["companyJudgement"].get("remarks"), &shown["grade"]["tenths"]), (None, &json!(75)));
    assert_eq!(region.open(elective).await.json()["errors"][0]["pointer"], "/pupil");
}

#[tokio::test]
async fn a_retried_grade_is_the_same_grade() {
    let region = Region::new().await;
    let (case, _) = region.judged().await;
    let teacher = region.teacher.clone().key("a-key-of-the-school-system");
    let first = region.grade(&teacher, case, 75, false).await;
    let again = region.grade(&teacher, case, 75, false).await;
    assert_eq!((first.status.as_u16(), first.json()), (again.status.as_u16(), again.json()));
    assert_eq!(region.grade(&teacher, case, 80, false).await.status, 422);
}

#[tokio::test]
async fn every_operation_has_its_row() {
    let hub = testkit::hub(assessments::service()).await;
    assert_eq!(web::unguarded(&hub.openapi), Vec::<String>::new());
}

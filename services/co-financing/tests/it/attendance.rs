//! From a confirmed attendance to verified cents.

use crate::play::Play;
use bus::{CannotReact, Reaction};
use co_financing::contribution_day::reactions::AccrueOnAdoption;
use proto_schemas::co_financing::contribution_day::{Event, Method, Unaccrued};
use serde_json::json;
use testkit::Holding;
use vocabulary::{BasisPoints, CompanyId, Euros, Role};

#[tokio::test]
async fn a_confirmed_attendance_accrues_cents_that_name_their_source() {
    let play = Play::new().await;
    play.confirmed(1, 360).await;
    let hotspots = play.hub.events("hotspots").await;
    let events = play.day_events().await;
    let [
        Event::MethodChosen { method: Method::Forfait, .. },
        Event::PupilAccrued { attendance, share, rate, policy_version, amount, .. },
    ] = events.as_slice()
    else {
        panic!("{events:?}")
    };
    // 360 minutes × 25 % × € 40.00 an hour.
    assert_eq!((*amount, *share, *rate, *policy_version), (Euros::whole(60), BasisPoints(2500), Euros::whole(40), 1));
    let confirmation = hotspots.last().unwrap();
    assert_eq!((attendance.event, attendance.position), (confirmation.id, confirmation.position));
    let recorded = play.hub.events("co-financing").await;
    let envelope = recorded.last().unwrap().envelope().unwrap();
    assert_eq!(envelope.causation, Some(confirmation.id));
}

#[tokio::test]
async fn a_redelivered_confirmation_accrues_once() {
    let play = Play::new().await;
    play.confirmed(1, 360).await;
    let before = play.hub.events("co-financing").await.len();
    let asked = decider::CommandContext::new(vocabulary::Actor::hub(), play.hub.now());
    let confirmation = play.hub.events("hotspots").await.pop().unwrap();
    let reaction = co_financing::contribution_day::reactions::AccrueAttendance { hub: play.hub.hub.clone() };
    // Under another command id: only the decision itself can know that it was here before.
    bus::Reaction::react(&reaction, &confirmation, asked).await.unwrap();
    assert_eq!(play.hub.events("co-financing").await.len(), before);
}

#[tokio::test]
async fn a_correction_takes_the_line_back_and_makes_another() {
    let play = Play::new().await;
    play.confirmed(1, 360).await;
    play.corrected(1, 300, 360).await;
    let events = play.day_events().await;
    let [_, _, Event::Reversed { amount: back, correction: Some(_), .. }, Event::PupilAccrued { amount, .. }] =
        events.as_slice()
    else {
        panic!("{events:?}")
    };
    assert_eq!((*back, *amount), (Euros::whole(-60), Euros::whole(50)));
    let shown = play.shown().await;
    assert_eq!((shown["total"].as_i64(), shown["lines"].as_array().map(Vec::len)), (Some(5000), Some(1)));
}

#[tokio::test]
async fn a_day_with_a_method_refuses_the_other() {
    let play = Play::new().await;
    play.confirmed(1, 360).await;
    let choice = json!({ "session": play.session, "method": "actual" });
    let answer = play.leader.post(&play.path("contribution-days"), &choice).await.expect(409);
    assert_eq!(answer.problem(), "contribution-day-other-method");
    let answer = play.ask(&play.signatory, "supervisor-minutes", json!({ "minutes": 360 })).await.expect(409);
    assert_eq!(answer.problem(), "contribution-day-other-method");
}

#[tokio::test]
async fn a_day_chosen_beforehand_is_counted_by_the_supervisors_minutes() {
    let play = Play::new().await;
    let choice = json!({ "session": play.session, "method": "actual" });
    play.signatory.post(&play.path("contribution-days"), &choice).await.expect(201);
    for number in 1..=10 {
        play.confirmed(number, 360).await;
    }
    assert_eq!(play.shown().await["total"], 0);
    play.ask(&play.signatory, "supervisor-minutes", json!({ "minutes": 360 })).await.expect(200);
    let shown = play.shown().await;
    assert_eq!((shown["total"].as_i64(), shown["groupEffect"].as_bool()), (Some(24_000), Some(false)));
}

#[tokio::test]
async fn a_company_agrees_once_how_its_days_are_counted() {
    let play = Play::new().await;
    let path = play.path(&format!("contribution-methods/{}/sto", play.company));
    play.signatory.put(&path, &json!({ "method": "actual", "from": "2026-09-01" })).await.expect(200);
    play.confirmed(1, 360).await;
    let events = play.day_events().await;
    assert!(matches!(
        events.as_slice(),
        [Event::MethodChosen { method: Method::Actual, .. }, Event::AttendanceNoted { why: Unaccrued::Actual, .. }]
    ));
}

#[tokio::test]
async fn ten_pupils_of_six_hours_are_flagged() {
    let play = Play::new().await;
    for number in 1..=10 {
        play.confirmed(number, 360).await;
    }
    let shown = play.shown().await;
    // 15 hours of € 40.00.
    assert_eq!((shown["total"].as_i64(), shown["groupEffect"].as_bool()), (Some(60_000), Some(true)));
}

#[tokio::test]
async fn without_a_rate_nothing_accrues_and_after_its_adoption_it_does() {
    // S12
    let play = Play::without_a_rate().await;
    play.confirmed(1, 360).await;
    play.adopt(1, None).await;
    let open = play.path("open-attendances");
    assert_eq!(play.shown().await["total"], 0);
    let listed = play.controller.get(&open).await.expect(200).json();
    assert_eq!(listed["items"][0]["attendanceDay"], json!(play.pupil(1).1));
    play.adopt(2, Some(Euros::whole(40))).await;
    assert_eq!(play.shown().await["total"], 6000);
    assert_eq!(play.controller.get(&open).await.expect(200).json()["items"], json!([]));
}

#[tokio::test]
async fn an_attendance_noted_just_before_the_policy_still_accrues() {
    let play = Play::without_a_rate().await;
    play.confirmed(1, 360).await;
    let noted = play.day_events().await.pop().unwrap();
    let Event::AttendanceNoted { day, mut attendance, why } = noted else { panic!("{noted:?}") };
    play.adopt(1, Some(Euros::whole(40))).await;
    // Decided before the adoption was known, written after everything that waited was swept up.
    attendance.attendance_day = play.pupil(2).1;
    let late = Event::AttendanceNoted { day, attendance, why };
    let stream = format!("contribution-day/{}", play.day());
    play.hub.happened("co-financing", &play.hub.region, &stream, &late).await;
    play.hub.settle().await;
    assert_eq!(play.shown().await["total"], 12_000);
}

#[tokio::test]
async fn the_same_method_for_the_same_session_counts_under_one_scheme() {
    // S13.
    let play = Play::new().await;
    play.confirmed(1, 360).await;
    let terms = json!({ "name": "A+O", "source": "ao-metalektro.nl", "terms": { "perWeek": 4000 } });
    let choice = json!({ "session": play.session, "scheme": "ao", "method": "actual" });
    let days = play.path("contribution-days");
    assert_eq!(play.leader.post(&days, &choice).await.expect(404).problem(), "scheme-not-found");
    play.controller.put(&play.path("schemes/ao"), &terms).await.expect(200);
    assert_eq!(play.leader.post(&days, &choice).await.expect(409).problem(), "occasion-other-scheme");
}

#[tokio::test]
async fn lines_are_signed_by_the_company_and_verified_by_another_person() {
    let play = Play::new().await;
    play.confirmed(1, 360).await;
    assert_eq!(
        play.ask(&play.leader, "verification", json!({})).await.expect(409).problem(),
        "contribution-day-not-signed"
    );
    let stale = json!({ "digest": "0".repeat(64) });
    assert_eq!(play.ask(&play.signatory, "signature", stale).await.expect(409).problem(), "contribution-day-changed");
    // The signatory becomes programme leader as well: one person for both is refused.
    play.hub.grant(&play.signatory, Holding::of(Role::ProgrammeLeader)).await;
    play.sign().await.expect(200);
    let own = play.ask(&play.signatory, "verification", json!({})).await.expect(409);
    assert_eq!(own.problem(), "contribution-day-own-work");
    play.ask(&play.leader, "verification", json!({})).await.expect(200);
    assert_eq!(play.shown().await["verified"], true);
    // Another line voids both.
    play.confirmed(2, 360).await;
    let shown = play.shown().await;
    assert_eq!((&shown["signed"], &shown["verified"]), (&json!(false), &json!(false)));
}

#[tokio::test]
async fn nobody_signs_for_another_company_and_no_teacher_verifies() {
    let play = Play::new().await;
    play.confirmed(1, 360).await;
    let other = play.hub.granted(Holding::of(Role::CompanySignatory).company(CompanyId::fresh())).await;
    let digest = play.shown().await["digest"].clone();
    play.ask(&other, "signature", json!({ "digest": digest })).await.expect(403);
    let teacher = play.hub.granted(Holding::of(Role::Teacher).school(&"99XX00".parse().unwrap())).await;
    play.sign().await.expect(200);
    play.ask(&teacher, "verification", json!({})).await.expect(403);
}

#[tokio::test]
async fn rejected_lines_are_not_signed_again_as_they_stand() {
    let play = Play::new().await;
    play.confirmed(1, 360).await;
    play.sign().await.expect(200);
    play.ask(&play.leader, "rejection", json!({ "reason": "one pupil was at school" })).await.expect(200);
    assert_eq!(play.sign().await.expect(409).problem(), "contribution-day-rejected-as-they-stand");
    play.corrected(1, 300, 360).await;
    play.sign().await.expect(200);
}

#[tokio::test]
async fn an_adoption_waits_for_lookups_that_are_behind_and_parks_nothing() {
    let play = Play::without_a_rate().await;
    play.confirmed(1, 360).await;
    let reaction = AccrueOnAdoption { hub: play.hub.hub.clone() };
    let asked = || decider::CommandContext::new(vocabulary::Actor::hub(), play.hub.now());
    play.adopted(1, Some(Euros::whole(40))).await;
    let adoption = play.hub.events("consortium").await.pop().unwrap();
    let unknown = CannotReact::Later("version 1 of the policy is not known yet".to_owned());
    let before = play.day_events().await;
    assert_eq!(reaction.react(&adoption, asked()).await, Err(unknown));
    assert_eq!(play.day_events().await, before);

    play.hub.settle().await;
    assert_eq!(play.shown().await["total"], 6000);
    // An attendance is noted, and the list of those that wait for a rate has not read it.
    let is_noted = |event: &Event| matches!(event, Event::AttendanceNoted { .. });
    let Some(Event::AttendanceNoted { day, mut attendance, why }) = before.into_iter().find(is_noted) else { panic!() };
    attendance.attendance_day = play.pupil(2).1;
    let noted = Event::AttendanceNoted { day, attendance, why };
    let stream = format!("contribution-day/{}", play.day());
    play.hub.happened("co-financing", &play.hub.region, &stream, &noted).await;
    let behind = CannotReact::Later("the open attendances are not up to date".to_owned());
    assert_eq!(reaction.react(&adoption, asked()).await, Err(behind));
    play.hub.settle().await;
    assert_eq!(reaction.react(&adoption, asked()).await, Ok(()));
    assert_eq!(play.shown().await["total"], 12_000);
    assert_eq!(play.hub.projections.parked(&play.hub.region).await.unwrap(), []);
}

#[tokio::test]
async fn an_adoption_whose_policy_is_nowhere_although_the_lookup_has_read_it_is_parked_for_good() {
    let play = Play::new().await;
    let adoption = play.hub.events("consortium").await.pop().unwrap();
    let mut owner = play.hub.hub.db.acquire().await.unwrap().detach();
    let forget = "reset role; delete from known_policies.policy";
    sqlx::raw_sql(forget).execute(&mut owner).await.unwrap();
    let reaction = AccrueOnAdoption { hub: play.hub.hub.clone() };
    let asked = decider::CommandContext::new(vocabulary::Actor::hub(), play.hub.now());
    let never = CannotReact::Never("version 1 of the policy does not exist".to_owned());
    assert_eq!(reaction.react(&adoption, asked).await, Err(never));
}

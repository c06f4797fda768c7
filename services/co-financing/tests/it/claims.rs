//! From verified lines to a fixed claim, and what comes after it.

use crate::play::Play;
use co_financing::contribution_day::ContributionDay;
use proto_schemas::co_financing::{
    claim::Event,
    figures::{self, Line},
};
use serde_json::{Value, json};
use testkit::{Answer, Client, Holding};
use tokio_util::sync::CancellationToken;
use vocabulary::{AttendanceDayId, ClaimId, Euros, Role, SchemeCode};

async fn drafted(play: &Play, year: u16) -> ClaimId {
    let answer = play.leader.post(&play.path("claims"), &json!({ "year": year })).await.expect(201);
    play.hub.settle().await;
    answer.id()
}

async fn ask(play: &Play, who: &Client, claim: ClaimId, what: &str) -> Answer {
    let answer = who.post(&play.path(&format!("claims/{claim}/{what}")), &json!({})).await;
    play.hub.settle().await;
    answer
}

async fn fixed(play: &Play, year: u16) -> ClaimId {
    let claim = drafted(play, year).await;
    ask(play, &play.leader, claim, "submission").await.expect(200);
    ask(play, &play.controller, claim, "fixing").await.expect(200);
    claim
}

async fn lines(play: &Play, claim: ClaimId) -> Vec<Value> {
    let listed = play.controller.get(&play.path(&format!("claims/{claim}/lines?limit=200"))).await.expect(200).json();
    listed["items"].as_array().unwrap().clone()
}

// What concerns no lookup goes by without a transaction, and the log may be silent after it.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_shown_and_fixed_though_the_last_commands_concern_no_lookup() {
    let play = Play::new().await;
    play.confirmed(1, 360).await;
    play.signed_and_verified().await;
    play.hub.at("2027-01-15T10:00:00Z");
    let claim = drafted(&play, 2026).await;
    ask(&play, &play.leader, claim, "submission").await.expect(200);
    let (end, bus) = (CancellationToken::new(), play.hub.projections.clone());
    let token = end.clone();
    let running = tokio::spawn(async move { bus.run(token).await.unwrap() });
    for round in 1..=6 {
        let terms = json!({
            "name": format!("Regeling {round}"), "source": "https://example.nl",
            "terms": { "perWeek": 4000 + round },
        });
        play.controller.put(&play.path("schemes/ao"), &terms).await.expect(200);
        play.controller.get(&play.path(&format!("claims/{claim}"))).await.expect(200);
    }
    play.controller.post(&play.path(&format!("claims/{claim}/fixing")), &json!({})).await.expect(200);
    end.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn a_fixed_claim_has_the_digest_of_its_lines_and_names_the_days_to_lock() {
    let play = Play::new().await;
    for number in 1..=3 {
        play.confirmed(number, 360).await;
    }
    play.signed_and_verified().await;
    play.hub.at("2027-01-15T10:00:00Z");
    let claim = fixed(&play, 2026).await;
    let mut claimed: Vec<Event> = Vec::new();
    for event in play.hub.events("co-financing").await {
        if event.category() == "claim" {
            claimed.push(event.event().unwrap());
        }
    }
    let mut frozen: Vec<Line> = Vec::new();
    let mut days: Vec<AttendanceDayId> = Vec::new();
    let mut said = None;
    for event in claimed {
        match event {
            Event::Fixed { count, total, digest, cut_off, target, .. } => {
                said = Some((count, total, digest, cut_off, target))
            }
            Event::LinesFrozen { lines, .. } => frozen.extend(lines),
            Event::DayClaimed { attendance_days, .. } => days.extend(attendance_days),
            _ => {}
        }
    }
    let (count, total, digest, cut_off, target) = said.unwrap();
    assert_eq!((count, total), (3, Euros::whole(180)));
    assert_eq!(digest, figures::digest(&frozen));
    assert_eq!(target.unwrap().amount, Euros(5_000_000));
    // Recomputed from the days themselves, as an auditor would: the log up to the cut-off.
    let day = play.hub.hub.log.load::<ContributionDay>(&play.hub.region, &play.day()).await;
    assert_eq!(digest, figures::digest(&day.unwrap().state.statement()));
    let before =
        play.hub.events("co-financing").await.into_iter().rev().find(|event| event.position <= cut_off).unwrap();
    assert_eq!(before.category(), "claim", "the submission was the last event considered");
    let mut expected: Vec<_> = (1..=3).map(|number| play.pupil(number).1).collect();
    expected.sort();
    assert_eq!(days, expected);
    assert_eq!(lines(&play, claim).await.len(), 3);
}

#[tokio::test]
async fn a_later_correction_is_a_line_of_the_next_claim() {
    let play = Play::new().await;
    play.confirmed(1, 360).await;
    play.signed_and_verified().await;
    play.hub.at("2027-01-15T10:00:00Z");
    let first = fixed(&play, 2026).await;
    let before = lines(&play, first).await;
    play.corrected(1, 300, 360).await;
    play.signed_and_verified().await;
    assert_eq!(lines(&play, first).await, before, "a fixed claim never changes");
    play.hub.at("2028-01-15T10:00:00Z");
    let second = fixed(&play, 2027).await;
    let reference = before[0]["reference"].as_str().unwrap();
    let amounts: Vec<(String, i64)> = lines(&play, second)
        .await
        .iter()
        .map(|line| (line["reference"].as_str().unwrap().to_owned(), line["amount"].as_i64().unwrap()))
        .collect();
    let made_anew = reference.replace("#1", "#2");
    assert_eq!(amounts, [(figures::reversed(reference), -6000), (made_anew, 5000)]);
    // And it is claimed once.
    play.hub.at("2029-01-15T10:00:00Z");
    let third = fixed(&play, 2028).await;
    assert_eq!(lines(&play, third).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_correction_while_a_claim_is_fixed_belongs_to_the_next_claim() {
    let play = Play::new().await;
    play.confirmed(1, 360).await;
    play.signed_and_verified().await;
    let day = play.hub.hub.log.load::<ContributionDay>(&play.hub.region, &play.day()).await.unwrap();
    let lines = day.state.statement();
    let reference = lines[0].reference.clone();
    // Between the reading of the lines and the writing of the claim.
    play.corrected(1, 0, 360).await;
    let claim = co_financing::claim::id(&play.hub.region, &SchemeCode::sto(), 2026);
    let (sum, by) = (figures::sum(&lines), play.controller.actor);
    let (from, until) = ("2026-01-01".parse().unwrap(), "2026-12-31".parse().unwrap());
    for event in [
        Event::Drafted { scheme: SchemeCode::sto(), year: 2026, from, until, by },
        Event::Fixed {
            claim,
            scheme: SchemeCode::sto(),
            year: 2026,
            by,
            cut_off: 1,
            count: sum.count,
            total: sum.total,
            subtotals: figures::subtotals(&lines),
            group_effect: figures::Sum::default(),
            digest: figures::digest(&lines),
            target: None,
        },
        Event::LinesFrozen { claim, part: 1, lines },
    ] {
        play.hub.happened("co-financing", &play.hub.region, &format!("claim/{claim}"), &event).await;
    }
    play.hub.settle().await;
    play.hub.at("2028-01-15T10:00:00Z");
    let next = drafted(&play, 2027).await;
    let claimable = self::lines(&play, next).await;
    assert_eq!(claimable.len(), 1, "{claimable:?}");
    assert_eq!(claimable[0]["reference"], json!(figures::reversed(&reference)));
    assert_eq!(claimable[0]["amount"], -6000);
}

#[tokio::test]
async fn only_verified_lines_are_claimed() {
    let play = Play::new().await;
    play.confirmed(1, 360).await;
    play.sign().await.expect(200);
    play.hub.at("2027-01-15T10:00:00Z");
    let claim = drafted(&play, 2026).await;
    assert_eq!(lines(&play, claim).await, Vec::<Value>::new());
    play.ask(&play.leader, "verification", json!({})).await.expect(200);
    assert_eq!(lines(&play, claim).await.len(), 1);
}

#[tokio::test]
async fn never_one_person_verifies_or_submits_and_fixes() {
    let play = Play::new().await;
    play.confirmed(1, 360).await;
    play.signed_and_verified().await;
    play.hub.at("2027-01-15T10:00:00Z");
    let claim = drafted(&play, 2026).await;
    ask(&play, &play.leader, claim, "fixing").await.expect(403);
    // The programme leader, who verified, becomes controller as well.
    play.hub.grant(&play.leader, Holding::of(Role::Controller)).await;
    ask(&play, &play.controller, claim, "submission").await.expect(200);
    assert_eq!(ask(&play, &play.controller, claim, "fixing").await.expect(409).problem(), "claim-own-submission");
    assert_eq!(ask(&play, &play.leader, claim, "fixing").await.expect(409).problem(), "claim-own-verification");
    let other = play.hub.holding(Role::Controller).await;
    ask(&play, &other, claim, "fixing").await.expect(200);
}

#[tokio::test]
async fn a_claim_is_submitted_once_its_year_is_over() {
    let play = Play::new().await;
    let claim = drafted(&play, 2026).await;
    assert_eq!(ask(&play, &play.leader, claim, "submission").await.expect(409).problem(), "claim-not-over");
}

#[tokio::test]
async fn years_are_fixed_one_after_another() {
    let play = Play::new().await;
    play.hub.at("2028-01-15T10:00:00Z");
    let (earlier, later) = (drafted(&play, 2026).await, drafted(&play, 2027).await);
    for claim in [earlier, later] {
        ask(&play, &play.leader, claim, "submission").await.expect(200);
    }
    assert_eq!(ask(&play, &play.controller, later, "fixing").await.expect(409).problem(), "claim-earlier-open");
    ask(&play, &play.controller, earlier, "fixing").await.expect(200);
    ask(&play, &play.controller, later, "fixing").await.expect(200);
}

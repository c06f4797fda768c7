//! Contributions in kind and cash.

use crate::play::{DATE, Play, event};
use proto_schemas::consortium::consortium;
use serde_json::{Value, json};
use testkit::Answer;
use vocabulary::{CompanyId, ContributionId, Role};

fn material(play: &Play) -> Value {
    json!({ "company": play.company, "date": DATE, "kind": "material", "description": "Heat pump", "amount": 50_000 })
}

async fn recorded(play: &Play, body: Value) -> ContributionId {
    let account_manager = play.hub.holding(Role::AccountManager).await;
    let answer = account_manager.post(&play.path("contributions"), &body).await.expect(201);
    let id: ContributionId = answer.id();
    assert_eq!(answer.header("location"), play.path(&format!("contributions/{id}")));
    id
}

async fn ask(play: &Play, who: &testkit::Client, id: ContributionId, what: &str, body: Value) -> Answer {
    who.post(&play.path(&format!("contributions/{id}/{what}")), &body).await
}

async fn sign(play: &Play, id: ContributionId) -> Answer {
    let shown = play.leader.get(&play.path(&format!("contributions/{id}"))).await.expect(200).json();
    ask(play, &play.signatory, id, "signature", json!({ "digest": shown["digest"] })).await
}

fn paper(digit: &str) -> Value {
    json!({ "hash": digit.repeat(64), "title": "Invoice" })
}

#[tokio::test]
async fn material_is_recorded_shown_signed_and_verified() {
    let play = Play::new().await;
    let id = recorded(&play, material(&play)).await;
    sign(&play, id).await.expect(200);
    let bare = ask(&play, &play.leader, id, "verification", json!({})).await.expect(409);
    assert_eq!(bare.problem(), "contribution-no-proof");
    ask(&play, &play.signatory, id, "proofs", paper("a")).await.expect(200);
    // The paper came after the signature.
    let void = ask(&play, &play.leader, id, "verification", json!({})).await.expect(409);
    assert_eq!(void.problem(), "contribution-not-signed");
    sign(&play, id).await.expect(200);
    ask(&play, &play.leader, id, "verification", json!({})).await.expect(200);
}

#[tokio::test]
async fn one_paper_proves_one_contribution_until_that_ends() {
    // S13.
    let play = Play::new().await;
    let (first, second) = (recorded(&play, material(&play)).await, recorded(&play, material(&play)).await);
    ask(&play, &play.leader, first, "proofs", paper("a")).await.expect(200);
    let twice = ask(&play, &play.leader, second, "proofs", paper("a")).await.expect(409);
    assert_eq!(twice.problem(), "proof-in-use");
    ask(&play, &play.leader, first, "reversal", json!({ "reason": "recorded twice" })).await.expect(200);
    ask(&play, &play.leader, second, "proofs", paper("a")).await.expect(200);
}

#[tokio::test]
async fn hours_need_an_adopted_rate() {
    let play = Play::without_a_rate().await;
    let hours =
        json!({ "company": play.company, "date": DATE, "kind": "hours", "description": "Guest lesson", "minutes": 90 });
    let refused = play.leader.post(&play.path("contributions"), &hours).await.expect(409);
    assert_eq!(refused.problem(), "contribution-no-rate");
    play.adopt(1, Some(vocabulary::Euros::whole(40))).await;
    let id = recorded(&play, hours).await;
    let shown = play.leader.get(&play.path(&format!("contributions/{id}"))).await.expect(200).json();
    assert_eq!((shown["line"]["amount"].as_i64(), shown["what"]["rate"].as_i64()), (Some(6000), Some(4000)));
}

#[tokio::test]
async fn a_retry_answers_with_the_first_contribution() {
    let play = Play::new().await;
    let once = play.leader.clone().key("once");
    let first: ContributionId = once.post(&play.path("contributions"), &material(&play)).await.expect(201).id();
    let again: ContributionId = once.post(&play.path("contributions"), &material(&play)).await.expect(201).id();
    assert_eq!(first, again);
}

#[tokio::test]
async fn nothing_is_recorded_for_a_stranger_the_future_or_a_closed_period() {
    let play = Play::new().await;
    let post = async |body: Value| play.leader.post(&play.path("contributions"), &body).await;
    let mut body = material(&play);
    body["company"] = json!(CompanyId::fresh());
    assert_eq!(post(body).await.expect(404).problem(), "company-not-found");
    let mut body = material(&play);
    body["date"] = json!("2026-09-02");
    assert_eq!(post(body).await.expect(409).problem(), "contribution-in-the-future");
    let opened: consortium::Event = event(json!({
        "type": "nl.sterktechniekonderwijs.consortium.period-opened.v1",
        "data": { "period": "2026", "from": "2026-01-01", "until": "2026-12-31" },
    }));
    let closed: consortium::Event = event(json!({
        "type": "nl.sterktechniekonderwijs.consortium.period-closed.v1",
        "data": { "period": "2026", "occurredOn": "2026-09-01" },
    }));
    let stream = format!("consortium/{}", play.hub.region);
    play.hub.happened("consortium", &play.hub.region, &stream, &opened).await;
    play.hub.happened("consortium", &play.hub.region, &stream, &closed).await;
    play.hub.settle().await;
    assert_eq!(post(material(&play)).await.expect(409).problem(), "period-closed");
}

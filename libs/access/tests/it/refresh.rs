//! How keys come and go.

use crate::{
    issuer::{Silence, World},
    keys::{Pair, forged},
};
use access::Denied;
use chrono::TimeDelta;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

fn unknown(world: &World, n: usize) -> String {
    forged(&json!({ "alg": "ES256", "kid": format!("unknown-{n}") }), &world.claims(), &[0; 64])
}

#[tokio::test]
async fn a_flood_of_unknown_keys_asks_the_issuer_once_a_minute() {
    let pair = Pair::p256("a");
    let world = World::with(&[&pair]).await;
    assert!(world.issuers.verify(&pair.sign(&world.claims())).await.is_ok());
    assert_eq!(world.asked(), 1);
    for minute in 1..=2 {
        world.hand.advance(TimeDelta::minutes(1));
        let flood = (0..100).map(|n| {
            let (issuers, token) = (world.issuers.clone(), unknown(&world, n));
            tokio::spawn(async move { issuers.verify(&token).await })
        });
        for one in flood.collect::<Vec<_>>() {
            assert_eq!(one.await.unwrap(), Err(Denied::UnknownKey));
        }
        assert_eq!(world.asked(), 1 + minute);
    }
}

#[tokio::test]
async fn a_new_key_is_found_after_a_minute_at_most() {
    let (old, new) = (Pair::p256("old"), Pair::p256("new"));
    let world = World::with(&[&old]).await;
    assert!(world.issuers.verify(&old.sign(&world.claims())).await.is_ok());
    world.publish(&[&old, &new]);
    assert_eq!(world.issuers.verify(&new.sign(&world.claims())).await, Err(Denied::UnknownKey));
    world.hand.advance(TimeDelta::minutes(1));
    assert!(world.issuers.verify(&new.sign(&world.claims())).await.is_ok());
    assert!(world.issuers.verify(&old.sign(&world.claims())).await.is_ok());
}

#[tokio::test]
async fn a_withdrawn_key_stops_working_also_for_tokens_let_in_before() {
    let (old, new) = (Pair::p256("old"), Pair::p256("new"));
    let world = World::with(&[&old]).await;
    let token = old.sign(&world.claims());
    assert!(world.issuers.verify(&token).await.is_ok());
    world.publish(&[&new]);
    world.hand.advance(TimeDelta::minutes(10));
    assert_eq!(world.issuers.verify(&token).await, Err(Denied::UnknownKey));
    assert!(world.issuers.verify(&new.sign(&world.claims())).await.is_ok());
}

#[tokio::test]
async fn another_key_under_the_same_name_voids_the_old_tokens() {
    let (old, new) = (Pair::p256("a"), Pair::p256("a"));
    let world = World::with(&[&old]).await;
    let token = old.sign(&world.claims());
    assert!(world.issuers.verify(&token).await.is_ok());
    world.publish(&[&new]);
    world.hand.advance(TimeDelta::minutes(10));
    assert_eq!(world.issuers.verify(&token).await, Err(Denied::Signature));
}

#[tokio::test]
async fn an_issuer_that_is_away_is_missed_after_an_hour() {
    let pair = Pair::p256("a");
    let world = World::with(&[&pair]).await;
    let token = pair.sign(&world.claims_with("exp", i64::MAX));
    assert!(world.issuers.verify(&token).await.is_ok());
    world.away(true);
    world.hand.advance(TimeDelta::minutes(59));
    assert!(world.issuers.verify(&token).await.is_ok());
    world.hand.advance(TimeDelta::minutes(1));
    assert_eq!(world.issuers.verify(&token).await, Err(Denied::Unavailable));
    world.away(false);
    world.hand.advance(TimeDelta::minutes(1));
    assert!(world.issuers.verify(&token).await.is_ok());
}

#[tokio::test]
async fn a_document_about_another_issuer_is_not_believed() {
    let pair = Pair::p256("a");
    let world = World::with(&[&pair]).await;
    world.pretend("https://login.example");
    assert_eq!(world.issuers.verify(&pair.sign(&world.claims())).await, Err(Denied::Unavailable));
    assert_eq!(world.asked(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_silent_issuer_is_waited_for_five_seconds_and_asked_again_by_a_later_token_only() {
    let pair = Pair::p256("a");
    for (silence, named) in [(Silence::AtOnce, "says nothing"), (Silence::Midway, "stops in its answer")] {
        let world = World::silent(silence).await;
        let token = pair.sign(&world.claims());
        let began = Instant::now();
        assert_eq!(world.issuers.verify(&token).await, Err(Denied::Unavailable), "{named}");
        assert!(began.elapsed() <= Duration::from_secs(6), "{named}: {:?}", began.elapsed());
        // Whoever comes right after it waits for nothing.
        let began = Instant::now();
        assert_eq!(world.issuers.verify(&token).await, Err(Denied::Unavailable), "{named}");
        assert!(began.elapsed() < Duration::from_millis(100), "{named}: {:?}", began.elapsed());
    }
}

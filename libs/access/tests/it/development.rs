//! The development issuer.

use crate::{issuer::World, issuer::noon, keys::Pair};
use access::{Denied, DevIssuer, Identity, Issuers, Misconfigured, Oidc};
use chrono::TimeDelta;
use decider::Clock;

fn issuer() -> DevIssuer {
    DevIssuer::ephemeral().unwrap().at(Clock::fixed(noon()))
}

#[tokio::test]
async fn a_minted_token_is_let_in_until_it_expires() {
    let issuer = issuer();
    let (clock, hand) = Clock::settable(noon());
    let issuers = Issuers::development(&issuer, clock);
    let token = issuer.mint("leader", TimeDelta::hours(1));
    let expected = Identity { issuer: DevIssuer::ISSUER.into(), subject: "leader".into(), machine: false };
    assert_eq!(issuers.verify(&token).await, Ok(expected));
    hand.advance(TimeDelta::seconds(3600 + 30));
    assert_eq!(issuers.verify(&token).await, Err(Denied::Expired));
}

#[tokio::test]
async fn a_token_of_another_installation_is_denied() {
    let issuers = Issuers::development(&issuer(), Clock::fixed(noon()));
    let foreign = issuer().mint("leader", TimeDelta::hours(1));
    assert_eq!(issuers.verify(&foreign).await, Err(Denied::UnknownKey));
}

#[tokio::test]
async fn beside_a_real_issuer_it_is_refused_and_its_tokens_are_denied() {
    let world = World::with(&[&Pair::p256("a")]).await;
    let oidc = Oidc { issuer: world.issuer.clone(), audience: "regiohub".into() };
    let refused = Issuers::configured(vec![oidc], Some(&issuer()), Clock::fixed(noon()));
    assert!(matches!(refused, Err(Misconfigured::DevelopmentBesideReal)));
    let token = issuer().mint("leader", TimeDelta::hours(1));
    assert_eq!(world.issuers.verify(&token).await, Err(Denied::UnknownIssuer));
}

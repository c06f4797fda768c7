//! Which tokens are let in (promises.md, Security).

use crate::{
    issuer::{World, noon},
    keys::{Pair, forged, public_bytes, tampered, with_secret},
};
use access::{Denied, Identity, Issuers, Misconfigured, Oidc};
use decider::Clock;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

#[tokio::test]
async fn a_token_of_each_accepted_kind_is_let_in() {
    let pairs =
        [Pair::p256("ec"), Pair::ed25519("ed"), Pair::rsa("rs", Algorithm::RS256), Pair::rsa("ps", Algorithm::PS256)];
    let world = World::with(&pairs.iter().collect::<Vec<_>>()).await;
    for pair in pairs {
        let identity = world.issuers.verify(&pair.sign(&world.claims())).await;
        let expected = Identity { issuer: world.issuer.clone(), subject: "someone".into(), machine: false };
        assert_eq!(identity, Ok(expected), "{:?}", pair.algorithm);
    }
    assert_eq!(world.asked(), 1);
}

#[tokio::test]
async fn a_token_without_a_signature_is_denied() {
    let world = World::with(&[&Pair::p256("a")]).await;
    for alg in ["none", "None", "NONE", ""] {
        let head = json!({ "alg": alg, "kid": "a" });
        assert_eq!(world.issuers.verify(&forged(&head, &world.claims(), b"")).await, Err(Denied::Algorithm));
    }
    let head = json!({ "alg": "ES256", "kid": "a" });
    assert_eq!(world.issuers.verify(&forged(&head, &world.claims(), b"")).await, Err(Denied::Signature));
}

#[tokio::test]
async fn the_public_key_as_a_secret_is_denied() {
    let pair = Pair::rsa("a", Algorithm::RS256);
    let world = World::with(&[&pair]).await;
    let token = with_secret("a", &world.claims(), &public_bytes(&pair));
    assert_eq!(world.issuers.verify(&token).await, Err(Denied::Algorithm));
}

#[tokio::test]
async fn a_key_is_not_used_for_another_algorithm() {
    let pair = Pair::p256("a");
    let world = World::with(&[&pair]).await;
    for alg in ["RS256", "EdDSA", "ES384"] {
        let token = forged(&json!({ "alg": alg, "kid": "a" }), &world.claims(), &[0; 64]);
        assert_eq!(world.issuers.verify(&token).await, Err(Denied::UnknownKey), "{alg}");
    }
}

#[tokio::test]
async fn claims_that_are_not_right_are_denied() {
    let pair = Pair::p256("a");
    let world = World::with(&[&pair]).await;
    let now = noon().timestamp();
    let cases: [(&str, Value, Denied); 10] = [
        ("exp", json!((now + 3600).to_string()), Denied::NoEnd),
        ("exp", Value::Null, Denied::NoEnd),
        ("exp", json!(now - 31), Denied::Expired),
        ("nbf", json!(now + 31), Denied::NotYet),
        ("aud", json!("someone-else"), Denied::Audience),
        ("aud", Value::Null, Denied::Audience),
        ("aud", json!(["someone-else", "regiohub2"]), Denied::Audience),
        ("iss", json!("https://login.example"), Denied::UnknownIssuer),
        ("iss", json!(format!("{}/", world.issuer)), Denied::UnknownIssuer),
        ("sub", Value::Null, Denied::Nobody),
    ];
    for (claim, value, denied) in cases {
        let token = pair.sign(&world.claims_with(claim, value.clone()));
        assert_eq!(world.issuers.verify(&token).await, Err(denied), "{claim} {value}");
    }
}

#[tokio::test]
async fn a_token_without_exp_is_denied() {
    let pair = Pair::p256("a");
    let world = World::with(&[&pair]).await;
    let mut claims = world.claims();
    claims.as_object_mut().unwrap().remove("exp");
    assert_eq!(world.issuers.verify(&pair.sign(&claims)).await, Err(Denied::NoEnd));
}

#[tokio::test]
async fn a_token_that_was_let_in_before_expires_all_the_same() {
    let pair = Pair::p256("a");
    let world = World::with(&[&pair]).await;
    let token = pair.sign(&world.claims_with("exp", noon().timestamp() + 60));
    assert!(world.issuers.verify(&token).await.is_ok());
    world.hand.advance(chrono::TimeDelta::seconds(89));
    assert!(world.issuers.verify(&token).await.is_ok());
    world.hand.advance(chrono::TimeDelta::seconds(1));
    assert_eq!(world.issuers.verify(&token).await, Err(Denied::Expired));
}

#[tokio::test]
async fn changed_claims_are_denied_also_when_the_first_token_was_let_in() {
    let pair = Pair::p256("a");
    let world = World::with(&[&pair]).await;
    let token = pair.sign(&world.claims());
    assert!(world.issuers.verify(&token).await.is_ok());
    let other = tampered(&token, &world.claims_with("sub", "somebody-else"));
    assert_eq!(world.issuers.verify(&other).await, Err(Denied::Signature));
}

#[tokio::test]
async fn a_text_that_is_no_token_is_denied() {
    let world = World::with(&[&Pair::p256("a")]).await;
    let jwt = |head: Value| forged(&head, &world.claims(), b"x");
    for bad in [
        String::new(),
        "a".into(),
        "a.b.c".into(),
        format!("{}.extra", jwt(json!({ "alg": "ES256" }))),
        jwt(json!({ "alg": "ES256", "crit": ["exp"] })),
        jwt(json!({ "alg": "ES256", "typ": "logout+jwt" })),
        "é".into(),
        "x".repeat(20_000),
    ] {
        assert_eq!(world.issuers.verify(&bad).await, Err(Denied::Malformed), "{bad:.40}");
    }
}

#[tokio::test]
async fn one_issuer_does_not_speak_for_another() {
    let (ours, theirs) = (Pair::p256("a"), Pair::p256("a"));
    let world = World::with(&[&ours]).await;
    let other = World::with(&[&theirs]).await;
    let both = [&world, &other].map(|world| Oidc { issuer: world.issuer.clone(), audience: "regiohub".into() });
    let issuers = Issuers::oidc(both.to_vec(), Clock::fixed(noon())).unwrap();
    assert!(issuers.verify(&ours.sign(&world.claims())).await.is_ok());
    assert!(issuers.verify(&theirs.sign(&other.claims())).await.is_ok());
    assert_eq!(issuers.verify(&theirs.sign(&world.claims())).await, Err(Denied::Signature));
}

#[tokio::test]
async fn an_issuer_must_be_named_by_its_https_address() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let oidc = |issuer: &str| {
        let one = Oidc { issuer: issuer.into(), audience: "regiohub".into() };
        Issuers::oidc(vec![one], Clock::fixed(noon()))
    };
    assert!(oidc("https://login.example/realms/school").is_ok());
    for bad in ["http://login.example", "login.example", "https://login.example/?a=b", "file:///etc"] {
        assert!(matches!(oidc(bad), Err(Misconfigured::Address(_))), "{bad}");
    }
    assert!(matches!(Issuers::oidc(vec![], Clock::fixed(noon())), Err(Misconfigured::None)));
}

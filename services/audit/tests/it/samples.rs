//! Every drawing is listed, also those that somebody threw away.

use crate::world::World;
use event_log::Recorded;
use proto_schemas::audit::mandate::Under;
use proto_schemas::audit::sample::{Event, Line, Method};
use serde_json::{Value, json};
use vocabulary::{ClaimId, Euros, MandateId, Role, SampleId};

fn drawn(seed: &str, claim: Option<ClaimId>, year: Option<u16>) -> Event {
    let line = Line { stream: "contribution/x".into(), position: 1, number: None, amount: Euros(100) };
    Event::Drawn {
        seed: seed.into(),
        method: Method::Random,
        claim,
        year,
        interval: None,
        start: None,
        cut_off: [("co-financing".to_owned(), 7)].into(),
        population: 30,
        total: Euros(3_000),
        size: 2,
        lines: vec![line; 2],
        under: Some(Under { mandate: MandateId::derived(&["m"]), number: 1 }),
    }
}

async fn listed(world: &World, which: &str) -> Vec<Value> {
    world.list(&world.leader, &format!("samples{which}")).await
}

#[tokio::test]
async fn samples_are_listed_by_claim_year_seed_day_and_who_drew_a_page_at_a_time() {
    let world = World::mandated(false).await;
    let claim = ClaimId::fresh();
    for (seed, claim, year) in [("a", Some(claim), None), ("b", None, Some(2026)), ("a", None, Some(2027))] {
        let stream = format!("sample/{}", SampleId::fresh());
        world.hub.happened("audit", &world.hub.region, &stream, &drawn(seed, claim, year)).await;
    }
    let all = listed(&world, "").await;
    assert_eq!(all.len(), 3);
    let first = &all[0];
    let said = ["seed", "method", "claim", "year", "population", "total", "size", "lines", "number"];
    let said: Vec<&Value> = said.iter().map(|name| &first[*name]).collect();
    let claim_id = json!(claim);
    let expected =
        [json!("a"), json!("random"), claim_id, json!(null), json!(30), json!(3000), json!(2), json!(2), json!(1)];
    assert_eq!(said, expected.iter().collect::<Vec<_>>());
    let drawings: Vec<Recorded> = world.events("sample").await;
    assert_eq!(first["position"], drawings[0].position);
    assert!(drawings[0].stream.ends_with(first["sample"].as_str().unwrap()));

    for (which, count) in [
        (format!("?claim={claim}"), 1),
        ("?year=2027".to_owned(), 1),
        ("?seed=a".to_owned(), 2),
        ("?seed=c".to_owned(), 0),
        (format!("?drawnBy={}", drawings[0].actor.0), 3),
        (format!("?drawnBy={}", claim.0), 0),
        (format!("?from={0}&until={0}", world.hub.now().date_naive()), 3),
        ("?until=2020-01-01".to_owned(), 0),
        (format!("?after={}", drawings[0].position), 2),
    ] {
        assert_eq!(listed(&world, &which).await.len(), count, "{which}");
    }
    let page = world.auditor.get(&world.url("samples?limit=2")).await.expect(200).json();
    assert_eq!(
        (page["items"].as_array().unwrap().len(), page["next"].as_str()),
        (2, all[1]["position"].to_string().as_str().into())
    );
    for bad in ["?limit=0", "?limit=201", "?claim=x", "?year=x", "?nothing=1"] {
        world.leader.get(&world.url(&format!("samples{bad}"))).await.expect(400);
    }
    let teacher = world.hub.holding(Role::Teacher).await;
    teacher.get(&world.url("samples")).await.expect(403);
}

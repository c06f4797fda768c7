//! A sample is asked for before anybody can know what it draws; every one is listed, also those that were thrown away.

use crate::world::World;
use audit::trace::seed::effective;
use event_log::Recorded;
use proofs::{Checkpoint, Frontier, Kind, Note, Signer};
use proto_schemas::audit::mandate::Under;
use proto_schemas::audit::sample::{Draw, Event, Line, Method};
use proto_schemas::co_financing::contribution::{Event as OfContribution, What};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use vocabulary::{ActorId, ClaimId, CompanyId, ContributionId, Euros, MandateId, Role, SampleId, SchemeCode};

fn drawn(seed: &str, claim: Option<ClaimId>, year: Option<u16>) -> Event {
    let line = Line { stream: "contribution/x".into(), position: 1, number: None, amount: Euros(100) };
    Event::Drawn {
        seed: seed.into(),
        draw: None,
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
async fn samples_are_listed_by_page_and_filter() {
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
    ] {
        assert_eq!(listed(&world, &which).await.len(), count, "{which}");
    }
    let page = world.auditor.get(&world.url("samples?limit=2")).await.expect(200).json();
    assert_eq!(page["items"], json!(all[..2]));
    assert_eq!(listed(&world, &format!("?after={}", page["next"].as_str().unwrap())).await, all[2..]);
    for bad in ["?limit=0", "?limit=201", "?after=1", "?claim=x", "?year=x", "?nothing=1"] {
        world.leader.get(&world.url(&format!("samples{bad}"))).await.expect(400);
    }
    let teacher = world.hub.holding(Role::Teacher).await;
    teacher.get(&world.url("samples")).await.expect(403);
}

/// A region with twenty verified contributions of 2026.
async fn with_lines() -> World {
    let world = World::mandated(false).await;
    let (company, by) = (CompanyId::fresh(), |name: &str| ActorId::derived(&[name]));
    for number in 1..=20 {
        let contribution = ContributionId::fresh();
        let (amount, digest) = (Euros(number * 1_000), "ab".repeat(32).parse().unwrap());
        let recorded = OfContribution::Recorded {
            contribution,
            company,
            scheme: SchemeCode::sto(),
            date: "2026-03-04".parse().unwrap(),
            what: What::Facility,
            description: "Een lokaal".parse().unwrap(),
            amount,
            by: by("recorder"),
        };
        let signed = OfContribution::Signed { by: by("signatory"), digest, amount, proofs: vec![] };
        let digest = "ab".repeat(32).parse().unwrap();
        let verified = OfContribution::Verified { by: by("leader"), digest, amount };
        for event in [recorded, signed, verified] {
            let stream = format!("contribution/{contribution}");
            world.hub.happened("co-financing", &world.hub.region, &stream, &event).await;
        }
    }
    world
}

fn wish() -> Value {
    json!({ "seed": "controle-2026", "method": "random", "size": 5, "year": 2026 })
}

/// The database of the audit as its owner has it.
async fn owner(world: &World) -> PgConnection {
    PgConnection::connect_with(&world.hub.hub.db.connect_options()).await.unwrap()
}

/// What of a shown sample does not hold, as far as its seed and checkpoint are concerned.
fn found(shown: &Value) -> Vec<String> {
    let codes = shown["findings"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap().to_owned());
    codes
        .filter(|code| code.starts_with("seed") || code.starts_with("checkpoint") || code.starts_with("drawing"))
        .collect()
}

async fn recorded(world: &World) -> Vec<(i64, Event)> {
    world.events("sample").await.iter().map(|it| (it.position, it.event().unwrap())).collect()
}

#[tokio::test]
async fn a_sample_follows_from_a_checkpoint_signed_after_its_request() {
    let world = with_lines().await;
    let first: SampleId = world.auditor.post(&world.url("samples"), &wish()).await.expect(201).id();
    let second: SampleId = world.auditor.post(&world.url("samples"), &wish()).await.expect(201).id();
    let events = recorded(&world).await;
    let kinds: Vec<bool> = events.iter().map(|(_, event)| matches!(event, Event::Requested { .. })).collect();
    assert_eq!(kinds, [true, false, true, false]);
    let Event::Drawn { seed, draw: Some(draw), lines, .. } = &events[1].1 else { panic!("{:?}", events[1]) };
    assert_eq!((seed.as_str(), draw.requested_at, lines.len()), ("controle-2026", events[0].0, 5));
    assert_eq!(effective("controle-2026", &draw.checkpoint).as_ref(), Some(&draw.seed));
    let size: i64 = draw.checkpoint.lines().nth(1).unwrap().parse().unwrap();
    assert!(size >= events[0].0 && size < events[1].0, "{size}: {}", draw.checkpoint);
    // The same words draw others, since nobody has the root when they choose them.
    let seeds = [&events[1].1, &events[3].1].map(|it| match it {
        Event::Drawn { draw: Some(draw), .. } => draw.seed.clone(),
        other => panic!("{other:?}"),
    });
    assert_ne!(seeds[0], seeds[1]);
    for sample in [first, second] {
        let shown = world.auditor.get(&world.url(&format!("samples/{sample}"))).await.expect(200).json();
        assert_eq!((found(&shown), shown["lines"].as_array().unwrap().len()), (vec![], 5));
        assert!(shown.get("trial").is_none());
    }
    let listed = listed(&world, "?seed=controle-2026").await;
    assert!(listed.iter().all(|it| it["byCheckpoint"] == true && it["lines"] == 5 && it["role"] == "auditor"));
    assert_eq!(recorded(&world).await.len(), 4, "looking draws nothing again");
}

#[tokio::test]
async fn a_requested_sample_is_drawn_once_the_log_can_be_signed() {
    let world = with_lines().await;
    let mut owner = owner(&world).await;
    let hide = "alter table checkpoints.checkpoint rename to away";
    sqlx::raw_sql(hide).execute(&mut owner).await.unwrap();
    let client = world.auditor.clone().key("the same");
    let asked = client.post(&world.url("samples"), &wish()).await.expect(201);
    let sample: SampleId = asked.id();
    let address = world.url(&format!("samples/{sample}"));
    world.auditor.get(&address).await.expect(503);
    assert_eq!(recorded(&world).await.len(), 1, "the request stands");
    let waiting = listed(&world, "").await;
    assert_eq!((waiting[0]["sample"].clone(), waiting[0].get("lines")), (json!(sample), None));
    let back = "alter table checkpoints.away rename to checkpoint";
    sqlx::raw_sql(back).execute(&mut owner).await.unwrap();
    assert_eq!(client.post(&world.url("samples"), &wish()).await.expect(201).body, asked.body);
    let shown = world.auditor.get(&address).await.expect(200).json();
    assert_eq!((found(&shown), shown["lines"].as_array().unwrap().len()), (vec![], 5));
    assert_eq!(listed(&world, "").await[0]["lines"], 5);
}

#[tokio::test]
async fn a_drawing_from_another_checkpoint_or_seed_than_its_own_is_found() {
    let world = with_lines().await;
    let sample: SampleId = world.auditor.post(&world.url("samples"), &wish()).await.expect(201).id();
    // Somebody who wants another drawing cuts a later checkpoint and takes the first away.
    world.leader.post(&world.url("checkpoints"), &json!({})).await.expect(200);
    let first = "delete from checkpoints.checkpoint where service = 'audit'
                 and size = (select min(size) from checkpoints.checkpoint where service = 'audit')";
    sqlx::raw_sql(first).execute(&mut owner(&world).await).await.unwrap();
    let shown = world.auditor.get(&world.url(&format!("samples/{sample}"))).await.expect(200).json();
    assert_eq!(found(&shown), [] as [&str; 0], "the signer remembers which was the first");
    let later = world.leader.get(&world.url("checkpoints/audit/latest")).await.expect(200).text();
    let later: Note = later.parse().unwrap();
    let later = Note { signatures: vec![later.signatures[0].clone()], text: later.text }.to_string();

    let drawn = recorded(&world).await.remove(1).1;
    let Event::Drawn { draw: Some(draw), .. } = &drawn else { panic!("{drawn:?}") };
    let of_another_seed = Draw { seed: "00".repeat(32), ..draw.clone() };
    let seed = effective("controle-2026", &later).unwrap();
    let of_a_later = Draw { seed, checkpoint: later, ..draw.clone() };
    for (draw, expected) in [(of_another_seed, "seed-differs"), (of_a_later, "checkpoint-not-first")] {
        let found = found(&redrawn(&world, &drawn, draw).await);
        assert!(found.iter().any(|code| code == expected), "{found:?}");
        assert!(!found.iter().any(|code| code == "checkpoint-not-signed"), "{found:?}");
    }
}

/// What is shown of a sample that names another draw.
async fn redrawn(world: &World, drawn: &Event, other: Draw) -> Value {
    let mut forged = drawn.clone();
    if let Event::Drawn { draw, .. } = &mut forged {
        *draw = Some(other);
    }
    let stream = format!("sample/{}", SampleId::fresh());
    world.hub.happened("audit", &world.hub.region, &stream, &forged).await;
    world.auditor.get(&world.url(&stream.replace("sample/", "samples/"))).await.expect(200).json()
}

/// Lists an own key, and a checkpoint of the audit's log that it signed, as the owner of the database can.
async fn insert_forged(world: &World, size: i64) -> String {
    let (region, mut owner) = (&world.hub.region, owner(world).await);
    let name = format!("{}/{region}", world.hub.hub.domain);
    let signer = Signer::new(&name, &[9; 32]).unwrap();
    let checkpoint = Checkpoint {
        origin: format!("{name}/audit"),
        size: size.unsigned_abs(),
        root: Frontier::default().root(),
        epoch: 1,
    };
    let text = checkpoint.to_string();
    let note = Note { signatures: vec![signer.sign(&text)], text }.to_string();
    let key = "insert into checkpoints.signing_key (region, number, verifier, valid_from) values ($1, 60, $2, now())";
    let verifier = signer.verifier(Kind::Log).to_string();
    sqlx::query(key).bind(region.as_str()).bind(verifier).execute(&mut owner).await.unwrap();
    let row = "insert into checkpoints.checkpoint (region, service, epoch, size, cut_at, note, frontier)
               values ($1, 'audit', 1, $2, now(), $3, '')";
    sqlx::query(row).bind(region.as_str()).bind(size).bind(&note).execute(&mut owner).await.unwrap();
    note
}

#[tokio::test]
async fn a_note_and_its_key_put_into_the_database_choose_no_seed() {
    let world = with_lines().await;
    let note = insert_forged(&world, 1_000).await;
    let sample: SampleId = world.auditor.post(&world.url("samples"), &wish()).await.expect(201).id();
    let address = world.url(&format!("samples/{sample}"));
    world.auditor.get(&address).await.expect(503);
    assert_eq!(recorded(&world).await.len(), 1, "the request stands, and nothing is drawn from what nobody signed");
    for table in ["checkpoint where size = 1000", "signing_key where number = 60"] {
        let delete = sqlx::AssertSqlSafe(format!("delete from checkpoints.{table}"));
        sqlx::query(delete).execute(&mut owner(&world).await).await.unwrap();
    }
    let shown = world.auditor.get(&address).await.expect(200).json();
    assert_eq!(found(&shown), [] as [&str; 0]);
    let Event::Drawn { draw: Some(draw), .. } = recorded(&world).await.remove(1).1 else { panic!("it is drawn") };
    assert_ne!(draw.checkpoint, note);
}

#[tokio::test]
async fn a_drawing_from_a_note_of_a_key_that_never_signed_here_is_found() {
    let world = with_lines().await;
    world.auditor.post(&world.url("samples"), &wish()).await.expect(201);
    let (requested_at, drawn) = {
        let mut events = recorded(&world).await;
        (events[0].0, events.remove(1).1)
    };
    let Event::Drawn { draw: Some(draw), .. } = &drawn else { panic!("{drawn:?}") };
    let delete = "delete from checkpoints.checkpoint where service = 'audit'";
    sqlx::raw_sql(delete).execute(&mut owner(&world).await).await.unwrap();
    let checkpoint = insert_forged(&world, requested_at).await;
    let seed = effective("controle-2026", &checkpoint).unwrap();
    let shown = redrawn(&world, &drawn, Draw { checkpoint, seed, ..draw.clone() }).await;
    let found = found(&shown);
    assert!(
        ["checkpoint-not-signed", "checkpoint-not-first"].iter().all(|code| found.iter().any(|it| it == code)),
        "{found:?}"
    );
    let keys = world.list(&world.leader, "keys").await;
    let true_note: Note = draw.checkpoint.parse().unwrap();
    assert!(keys.len() == 1 && true_note.signed_by(&keys[0]["verifier"].as_str().unwrap().parse().unwrap()).is_ok());
}

#[tokio::test]
async fn a_sample_without_request_is_shown_as_drawn_from_the_words_alone() {
    let world = with_lines().await;
    let stream = format!("sample/{}", SampleId::fresh());
    world.hub.happened("audit", &world.hub.region, &stream, &drawn("controle-2025", None, Some(2026))).await;
    let shown = world.auditor.get(&world.url(&stream.replace("sample/", "samples/"))).await.expect(200).json();
    assert_eq!((shown.get("draw"), shown["seed"].as_str()), (None, Some("controle-2025")));
    assert_eq!(listed(&world, "").await[0]["byCheckpoint"], false);
}

//! What somebody is shown is in the log before they see it.

use crate::world::World;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{ConnectOptions, Executor};
use vocabulary::Role;

#[tokio::test]
async fn an_auditor_without_a_mandate_is_shown_nothing_and_leaves_no_look() {
    let world = World::new().await;
    let answer = world.auditor.get(&world.url("logs")).await.expect(403);
    assert_eq!(answer.problem(), "look-no-mandate");
    assert_eq!(world.events("look").await.len(), 0);
}

#[tokio::test]
async fn a_look_names_actor_operation_and_mandate() {
    let world = World::mandated(false).await;
    world.auditor.get(&world.url("logs")).await.expect(200);
    let looks = world.events("look").await;
    assert_eq!(looks.len(), 1);
    assert_eq!(looks[0].actor, world.auditor.actor);
    let text: Value = serde_json::from_str(&looks[0].text).unwrap();
    let mandate = &world.events("mandate").await[0].stream["mandate/".len()..];
    let under = json!({ "mandate": mandate, "number": 1 });
    let said = json!({ "operation": "list-logs", "service": "audit", "about": {}, "under": under });
    assert_eq!((&text["data"], &text["actorrole"]), (&said, &json!("auditor")));

    let listed = world.list(&world.leader, "looks").await;
    assert_eq!((&listed[0]["operation"], &listed[0]["mandate"]), (&json!("list-logs"), &json!(mandate)));
}

#[tokio::test]
async fn a_mandate_counts_from_its_first_day_until_it_ends() {
    let world = World::new().await;
    let opened = world.open(&world.leader, &json!({ "from": "2026-09-02", "until": "2026-09-03" })).await.expect(201);
    for (moment, status) in [
        ("2026-09-01T21:59:59Z", 403),
        ("2026-09-01T22:00:00Z", 200),
        ("2026-09-03T21:59:59Z", 200),
        ("2026-09-03T22:00:00Z", 403),
    ] {
        world.hub.at(moment);
        world.auditor.get(&world.url("logs")).await.expect(status);
    }
    world.hub.at("2026-09-02T10:00:00Z");
    let end = world.url(&format!("mandates/{}/end", opened.id::<uuid::Uuid>()));
    world.leader.put(&end, &json!({ "reason": "Eerder klaar" })).await.expect(200);
    world.auditor.get(&world.url("logs")).await.expect(403);
}

#[tokio::test]
async fn nothing_is_shown_while_the_log_of_the_audit_cannot_be_written() {
    let world = World::mandated(false).await;
    let name: String = sqlx::query_scalar("select current_database()").fetch_one(&world.hub.hub.db).await.unwrap();
    let url: sqlx::postgres::PgConnectOptions = std::env::var("REGIOHUB_TEST_POSTGRES_URL").unwrap().parse().unwrap();
    let mut owner = url.database(&name).connect().await.unwrap();
    owner.execute("alter table event_log.event rename to elsewhere").await.unwrap();
    for client in [&world.auditor, &world.leader] {
        // Somebody altered the table: that does not pass by itself.
        let answer = client.get(&world.url("logs")).await.expect(500);
        assert!(!answer.text().contains("items"), "{}", answer.text());
    }
    owner.execute("alter table event_log.elsewhere rename to event").await.unwrap();
    world.auditor.get(&world.url("logs")).await.expect(200);
}

#[tokio::test]
async fn the_programme_leader_needs_no_mandate_and_leaves_a_look() {
    let world = World::new().await;
    world.leader.get(&world.url("logs")).await.expect(200);
    let looks = world.list(&world.controller, "looks").await;
    assert_eq!((&looks[0]["role"], &looks[0]["mandate"]), (&json!("programme-leader"), &json!(null)));
}

#[tokio::test]
async fn looks_are_found_by_auditor_mandate_and_day_a_page_at_a_time() {
    let world = World::mandated(false).await;
    for moment in ["2026-09-01T10:00:00Z", "2026-09-02T10:00:00Z", "2026-09-03T10:00:00Z"] {
        world.hub.at(moment);
        world.auditor.get(&world.url("logs")).await.expect(200);
    }
    let auditor = world.auditor.actor;
    let mandate = world.list(&world.leader, "mandates").await[0]["mandate"].as_str().unwrap().to_owned();
    assert_eq!(world.list(&world.leader, &format!("looks?auditor={auditor}")).await.len(), 3);
    assert_eq!(world.list(&world.leader, &format!("looks?mandate={mandate}")).await.len(), 3);
    let second = format!("looks?auditor={auditor}&from=2026-09-02&until=2026-09-02");
    assert_eq!(world.list(&world.leader, &second).await.len(), 1);
    let first = world.leader.get(&world.url(&format!("looks?mandate={mandate}&limit=2"))).await.expect(200).json();
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let next = format!("looks?mandate={mandate}&limit=2&after={}", first["next"].as_str().unwrap());
    assert_eq!(world.list(&world.leader, &next).await.len(), 1);
    for wrong in ["limit=0", "limit=201", "after=x", "auditor=Jansen"] {
        world.leader.get(&world.url(&format!("looks?{wrong}"))).await.expect(400);
    }
    // An auditor sees what they did, and nothing of another.
    let seen = world.list(&world.auditor, "looks").await;
    assert!(seen.iter().all(|look| look["actor"] == json!(auditor)), "{seen:?}");
    assert_eq!(seen.len(), 3);
}

/// Every operation of this service, whichever is added: what an auditor is told is in the log by then.
#[tokio::test]
async fn no_operation_answers_an_auditor_without_a_look() {
    let world = World::mandated(true).await;
    let stranger = world.hub.holding(Role::Auditor).await;
    let document = serde_json::to_value(&world.hub.openapi).unwrap();
    let (mut asked, mut told) = (0, 0);
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, spec) in item.as_object().unwrap() {
            let id = spec["operationId"].as_str().unwrap();
            if !access::table::roles(id).contains(&Role::Auditor) {
                continue;
            }
            let fill = |part: &str| match part {
                "{region}" => world.hub.region.to_string(),
                "{service}" | "{log}" => "audit".to_owned(),
                "{position}" | "{size}" => "1".to_owned(),
                part if part.starts_with('{') => "01990000-0002-7000-8000-000000000001".to_owned(),
                part => part.to_owned(),
            };
            let path: String = path.split('/').map(fill).collect::<Vec<_>>().join("/");
            let method: Method = method.to_uppercase().parse().unwrap();
            let kind = spec.get("requestBody").map(|_| "application/json");
            let body = if kind.is_some() { "{}" } else { "" };
            let before = world.events("look").await.len();
            let answer = world.auditor.send(method.clone(), &path, body, kind).await;
            let after = world.events("look").await.len();
            let tells = answer.status.is_success() || answer.status == StatusCode::NOT_FOUND;
            assert_eq!(after - before, usize::from(tells), "{id}: {} {}", answer.status, answer.text());
            // Without a mandate nothing is told, whatever is asked.
            let denied = stranger.send(method, &path, body, kind).await;
            assert!(denied.status.is_client_error(), "{id}: {}", denied.status);
            assert_eq!(world.events("look").await.len(), after, "{id}");
            asked += 1;
            told += usize::from(tells);
        }
    }
    assert!(asked >= 4 && told >= 3, "{asked} asked, {told} told");
}

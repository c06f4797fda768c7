//! What is asked wrongly is told, and never reaches the database.

use crate::world::World;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const LISTS: [&str; 9] = [
    "companies",
    "pupils",
    "hotspots",
    "sessions",
    "attendance-days",
    "contracts",
    "open-signatures",
    "co-financing/figures/committed",
    "co-financing/figures/verified",
];

#[tokio::test]
async fn a_page_that_cannot_be_is_a_400() {
    let world = World::new().await;
    world.hub.settle().await;
    let nobody = "00000000-0000-0000-0000-000000000000";
    let extremes = [
        format!(r#"["+262142-12-31","{nobody}"]"#),
        format!(r#"["-262143-01-01","{nobody}"]"#),
        format!(r#"["+262142-12-31T00:00:00Z","{nobody}"]"#),
        format!(r#"["-262143-01-01T00:00:00Z","{nobody}","",""]"#),
        r#"["+262142-12-31","x"]"#.to_owned(),
        format!(r#"["\u0000","{nobody}"]"#),
        format!(r#"["2026-01-01T00:00:00Z","{nobody}","\u0000",""]"#),
        r#"["2026-01-01","\u0000"]"#.to_owned(),
        format!(r#""{nobody}x""#),
        "{}".to_owned(),
    ];
    for list in LISTS {
        let bad =
            ["limit=0", "limit=201", "limit=-1", "limit=x", "limit=70000", "after=!", "after=AA", "after=", "page=2"];
        for query in bad {
            let answer = world.leader.get(&world.url(&format!("{list}?{query}"))).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (400, "invalid"), "{list}?{query}");
        }
        // The key of another list may do as one of a list of names; it never gets the better of the database.
        for key in &extremes {
            let query = format!("after={}", URL_SAFE_NO_PAD.encode(key));
            let answer = world.leader.get(&world.url(&format!("{list}?{query}"))).await;
            let named = ["companies", "hotspots"].contains(&list) && !key.contains("\\u0000");
            assert!(answer.status == 400 || (named && answer.status == 200), "{list}: {key}: {}", answer.text());
        }
        world.leader.get(&world.url(&format!("{list}?limit=200"))).await.expect(200);
    }
}

#[tokio::test]
async fn a_day_that_the_database_cannot_hold_is_a_400() {
    let world = World::new().await;
    world.hub.settle().await;
    for list in ["sessions", "attendance-days", "co-financing/statement", "co-financing/figures/committed"] {
        for query in ["from=-262143-01-01", "until=%2B262142-12-31", "until=%2B10000-01-01", "from=x", "from="] {
            let answer = world.leader.get(&world.url(&format!("{list}?{query}"))).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (400, "invalid"), "{list}?{query}");
        }
        world.leader.get(&world.url(&format!("{list}?from=0000-01-01&until=9999-12-31"))).await.expect(200);
    }
    let answer = world.leader.get(&world.url("co-financing/figures/imagined")).await.expect(400);
    assert_eq!(answer.problem(), "invalid");
}

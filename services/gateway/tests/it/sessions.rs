//! Which sessions are coming up, are they full, and who comes?

use crate::world::{World, each};
use serde_json::json;
use vocabulary::{PersonId, Role};

#[tokio::test]
async fn upcoming_sessions_begin_on_the_day_asked_for() {
    let world = World::new().await;
    let (past, next, last) = (
        world.planned("2026-09-07", 360).await,
        world.planned("2026-09-08", 360).await,
        world.planned("2026-09-09", 360).await,
    );
    let ids = |items: &[serde_json::Value]| each(items, "id").iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(ids(&world.paged(&world.leader, "sessions").await), [past, next, last].map(|id| id.to_string()));
    let upcoming = world.paged(&world.leader, "sessions?from=2026-09-08").await;
    assert_eq!(ids(&upcoming), [next, last].map(|id| id.to_string()));
    let one = world.paged(&world.leader, "sessions?from=2026-09-08&until=2026-09-08").await;
    assert_eq!(ids(&one), [next.to_string()]);
}

#[tokio::test]
async fn a_day_begins_at_midnight_in_the_netherlands() {
    let world = World::new().await;
    let session = vocabulary::SessionId::fresh();
    let said = json!({ "hotspot": world.hotspot, "company": world.company, "date": "2026-09-08",
                       "startsAt": "2026-09-07T22:00:00Z", "endsAt": "2026-09-08T04:00:00Z" });
    world.fact("hotspots.session-planned", &format!("session/{session}"), said).await;
    assert_eq!(world.list(&world.leader, "sessions?from=2026-09-08&until=2026-09-08").await.len(), 1);
    assert_eq!(world.list(&world.leader, "sessions?until=2026-09-07").await.len(), 0);
    assert_eq!(world.list(&world.leader, "sessions?from=2026-09-09").await.len(), 0);
}

#[tokio::test]
async fn a_session_counts_its_whole_group_for_every_reader() {
    let world = World::new().await;
    let session = world.planned("2026-09-08", 360).await;
    let ours = world.pupil("Ada", "Appel", &world.school).await;
    let theirs = world.pupil("Bo", "Beer", &world.other_school).await;
    let gone = PersonId::fresh();
    for (pupil, school) in [(ours, &world.school), (theirs, &world.other_school), (gone, &world.school)] {
        world.enrolled(session, pupil, school).await;
    }
    let stream = format!("session/{session}");
    world.fact("hotspots.session-pupil-withdrawn", &stream, json!({ "pupil": gone })).await;
    let teacher = world.at_school(Role::Teacher).await;
    let shown = teacher.get(&world.url(&format!("sessions/{session}"))).await.expect(200).json();
    assert_eq!(shown["enrolled"], 2);
    assert_eq!(each(shown["pupils"].as_array().unwrap(), "givenName"), ["Ada"]);
    let shown = world.leader.get(&world.url(&format!("sessions/{session}"))).await.expect(200).json();
    assert_eq!(each(shown["pupils"].as_array().unwrap(), "givenName"), ["Ada", "Bo"]);

    world.fact("hotspots.session-started", &stream, json!({})).await;
    assert_eq!(world.list(&teacher, "sessions?status=running").await.len(), 1);
    assert_eq!(world.list(&teacher, "sessions?status=planned").await.len(), 0);
}

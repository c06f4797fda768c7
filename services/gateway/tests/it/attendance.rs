//! Who attended, how many minutes, and was it confirmed?

use crate::world::{World, each};
use proto_schemas::hotspots::attendance;
use serde_json::json;
use vocabulary::PersonId;

#[tokio::test]
async fn a_day_goes_from_check_in_to_its_claim() {
    let world = World::new().await;
    let session = world.planned("2026-09-08", 360).await;
    let pupil = world.pupil("Ada", "Appel", &world.school).await;
    let stream = format!("attendance-day/{}", attendance::id_of(session, pupil));
    let who = json!({ "pupil": pupil, "session": session, "hotspot": world.hotspot, "company": world.company,
                      "school": world.school, "date": "2026-09-08" });
    let status = async || {
        let days = world.list(&world.leader, &format!("attendance-days?pupil={pupil}")).await;
        (days[0]["status"].as_str().unwrap().to_owned(), days[0]["minutes"].clone())
    };
    world.fact("hotspots.attendance-day-checked-in", &stream, who.clone()).await;
    assert_eq!(status().await, ("present".into(), json!(null)));
    world.fact("hotspots.attendance-day-checked-out", &stream, json!({})).await;
    assert_eq!(status().await, ("left".into(), json!(null)));
    world.confirmed(session, pupil, &world.school, "2026-09-08").await;
    assert_eq!(status().await, ("confirmed".into(), json!(360)));
    let mut corrected = who.clone();
    corrected["minutes"] = json!(300);
    world.fact("hotspots.attendance-day-corrected", &stream, corrected).await;
    assert_eq!(status().await, ("corrected".into(), json!(300)));
    world.fact("hotspots.attendance-day-locked", &stream, json!({})).await;
    assert_eq!(status().await, ("locked".into(), json!(300)));
}

#[tokio::test]
async fn attendance_is_found_by_session_pupil_and_days() {
    let world = World::new().await;
    let (first, second) = (world.planned("2026-09-08", 360).await, world.planned("2026-09-09", 360).await);
    // Ties: ten pupils of one day.
    for _ in 0..10 {
        world.confirmed(first, PersonId::fresh(), &world.school, "2026-09-08").await;
    }
    let pupil = PersonId::fresh();
    let day = world.confirmed(second, pupil, &world.school, "2026-09-09").await;
    assert_eq!(world.paged(&world.leader, "attendance-days").await.len(), 11);
    assert_eq!(world.list(&world.leader, &format!("attendance-days?session={first}")).await.len(), 10);
    for query in [format!("pupil={pupil}"), "from=2026-09-09".into(), format!("session={second}&until=2026-09-09")] {
        let found = world.list(&world.leader, &format!("attendance-days?{query}")).await;
        assert_eq!(each(&found, "id"), [day.to_string()], "{query}");
    }
}

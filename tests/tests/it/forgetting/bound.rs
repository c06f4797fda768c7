//! How soon: the key is gone with the answer, the name with the event, whatever the clock says.

use crate::whole::{Whole, on_the_hub};
use crate::world::{PUPIL, World};
use serde_json::json;
use sqlx::types::Uuid;
use vocabulary::{RegionId, Role};

/// One pass of a service over what has been relayed to it, its own log relayed first.
async fn step(hub: &Whole, service: &str) {
    let (at, _) = (0..).zip(&hub.api.hubs).find(|(_, (name, _))| *name == service).unwrap();
    hub.api.projections[at].settle().await.unwrap();
}

/// Whether the pupil has a name: where the API finds it, and sealed where the audit finds it.
async fn names(hub: &Whole, region: &RegionId) -> (bool, bool) {
    let pupil: Uuid = PUPIL.parse().unwrap();
    let mut rows = event_log::tenant(&hub.hub("gateway").db, region).await.unwrap();
    let shown = sqlx::query_scalar(
        "select given_name is not null or family_name is not null from people.person where region = $1 and id = $2",
    );
    let shown = shown.bind(region.as_str()).bind(pupil).fetch_one(&mut *rows).await.unwrap();
    let mut rows = event_log::tenant(&hub.hub("audit").db, region).await.unwrap();
    let sealed =
        sqlx::query_scalar("select sealed is not null from sealed_names.name where region = $1 and person = $2");
    (shown, sealed.bind(region.as_str()).bind(pupil).fetch_one(&mut *rows).await.unwrap())
}

#[test]
fn forgetting_destroys_the_key_at_once_and_the_name_in_one_pass() {
    on_the_hub(async |hub| {
        let world = World::played(hub, "terstond").await;
        world.people(hub, false).await;
        hub.settle().await;
        let region = &world.region;
        assert_eq!(names(hub, region).await, (true, true));
        let before = hub.heads(region).await;

        let leader = hub.client(&world.subject(Role::ProgrammeLeader, false));
        let path = format!("/v1/regions/{region}/persons/{PUPIL}/forgetting");
        let answer = leader.post(&path, &json!({ "reason": "Bewaartermijn verstreken" })).await.expect(200);
        let position = answer.header("hub-position").to_owned();
        // No step: nothing that is sealed for them opens any more.
        assert_eq!(opened(hub, region).await, 0);
        assert_eq!(names(hub, region).await, (true, true), "nobody has read it yet");

        // One event; the writer relays it, and each reader reads once.
        step(hub, "consortium").await;
        assert_eq!(position, format!("consortium={}", before["consortium"] + 1));
        step(hub, "gateway").await;
        assert_eq!(names(hub, region).await, (false, true));
        step(hub, "audit").await;
        assert_eq!(names(hub, region).await, (false, false));
        let mut after = hub.heads(region).await;
        *after.get_mut("consortium").unwrap() -= 1;
        assert_eq!(after, before, "nothing else had to happen");

        // Who asks for that position is shown no name, and nothing is left for later.
        let shown = leader.clone().with("hub-min-position", &position);
        let shown = shown.get(&format!("/v1/regions/{region}/pupils?limit=200")).await.expect(200).json();
        let shown = shown["items"].as_array().unwrap().iter().find(|pupil| pupil["id"] == PUPIL).unwrap();
        assert_eq!((&shown["givenName"], &shown["familyName"]), (&json!(null), &json!(null)), "{shown}");
        hub.settle().await;
        assert_eq!(hub.parked(region).await, [""; 0]);
    });
}

/// How many of their sealed names in the log of the consortium the vault opens.
async fn opened(hub: &Whole, region: &RegionId) -> usize {
    let mut opened = 0;
    for event in hub.hub("consortium").log.history(region, &format!("person/{PUPIL}")).await.unwrap() {
        let json: serde_json::Value = serde_json::from_str(&event.text).unwrap();
        let Ok(sealed) = serde_json::from_value(json["data"]["name"].clone()) else { continue };
        let field = format!("{}#name", event.event_type);
        opened += usize::from(hub.vault.open(region, &field, &sealed).await.unwrap().is_some());
    }
    opened
}

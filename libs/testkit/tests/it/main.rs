//! The kit itself, on a service without routes.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod grants;
mod inside;

use chassis::Service;
use proto_schemas::consortium::policy::{Event, Policy};
use vocabulary::Role;

#[tokio::test]
async fn a_fact_of_another_service_is_known_once_settled() {
    let hub = testkit::hub(Service::new("hotspots").projection(known::KnownPolicies)).await;
    let day = hub.now().date_naive();
    assert_eq!(hub.hub.known.policy(&hub.region, day).await.unwrap(), None);
    let adopted = Event::Adopted { version: 1, valid_from: day, policy: Policy::shipped() };
    hub.happened("consortium", &hub.region, "policy/voorbeeld", &adopted).await;
    hub.settle().await;
    assert_eq!(hub.hub.known.policy(&hub.region, day).await.unwrap(), Some((1, Policy::shipped())));
    assert_eq!(hub.hub.known.policy(&hub.region, day.pred_opt().unwrap()).await.unwrap(), None);

    let leader = hub.holding(Role::ProgrammeLeader).await;
    let answer = leader.get("/v1/nothing").await.expect(404);
    assert_eq!(answer.problem(), "no-such-page");
    assert_eq!(hub.hub.known.book().of(&hub.region, leader.actor, day).len(), 1);
}

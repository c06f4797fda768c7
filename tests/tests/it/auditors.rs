//! What an auditor is shown, by whichever service: without names, and in the log of the audit before they see it.

use crate::openapi::{merged, operations};
use crate::request::least;
use crate::whole::{Bound, Whole, on_the_hub};
use crate::world::World;
use access::table::roles;
use chassis::{Secrets, kept_elsewhere};
use http::StatusCode;
use std::future::IntoFuture;
use vocabulary::{RegionId, Role};
use web::{Look, Problem};

/// The family name that the world seals, and that stands nowhere else.
const NAME: &str = "Persoon";

async fn looks(hub: &Whole, region: &RegionId) -> usize {
    let events = hub.hub("audit").log.page(region, 0, 100_000).await.unwrap();
    events.iter().filter(|event| event.event_type.ends_with(".looked.v1")).count()
}

#[test]
fn every_answer_to_an_auditor_is_recorded_and_has_no_name() {
    on_the_hub(async |hub| {
        let world = World::played(hub, "controle").await;
        world.people(hub, false).await;
        hub.settle().await;
        let auditor = hub.client(&world.subject(Role::Auditor, false));
        let document = merged();
        let (mut wrong, mut shown) = (Vec::new(), 0);
        for operation in operations().into_iter().filter(|it| roles(&it.id).contains(&Role::Auditor)) {
            let before = looks(hub, &world.region).await;
            let answer = least(&document, &operation, &world).by(&auditor).await;
            let kept = looks(hub, &world.region).await - before;
            let told = answer.status.is_success() || [404, 409, 410].contains(&answer.status.as_u16());
            shown += usize::from(answer.status.is_success());
            if kept != usize::from(told) {
                wrong.push(format!("{}: {} and {kept} looks", operation.id, answer.status));
            }
            // Revealing is what shows a name.
            let named = answer.text().contains(NAME);
            if named != (operation.id == "reveal-name") {
                wrong.push(format!("{} shows a name: {named}: {}", operation.id, answer.text()));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(shown > 15, "only {shown} showed anything");
    });
}

#[test]
fn without_a_mandate_no_service_shows_an_auditor_anything() {
    on_the_hub(async |hub| {
        let world = World::quiet(hub).await;
        hub.grant(&world.region, "auditor-without", Role::Auditor, Bound::default()).await;
        hub.settle().await;
        let auditor = hub.client("auditor-without");
        let (document, before) = (merged(), hub.heads(&world.region).await);
        let mut wrong = Vec::new();
        for operation in operations().into_iter().filter(|it| roles(&it.id).contains(&Role::Auditor)) {
            let answer = least(&document, &operation, world).by(&auditor).await;
            if !answer.status.is_client_error() || answer.status == StatusCode::NOT_FOUND {
                wrong.push(format!("{}: {} {}", operation.id, answer.status, answer.text()));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(hub.heads(&world.region).await, before);
    });
}

/// As a service does that runs in a process of its own.
#[test]
fn a_look_from_another_process_is_recorded_or_its_problem_returned() {
    on_the_hub(async |hub| {
        let world = World::played(hub, "elders-gekeken").await;
        world.people(hub, false).await;
        hub.settle().await;
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/services/audit", listener.local_addr().unwrap());
        let serving = tokio::spawn(axum::serve(listener, hub.api.internal.clone()).into_future());
        let look = |subject: &str| Look {
            region: world.region.clone(),
            actor: hub.actor(subject),
            role: Role::Auditor,
            at: hub.clock.now(),
            service: "co-financing".into(),
            operation: "show-claim".into(),
            about: [("claim".to_owned(), world.claim.to_string())].into(),
            traceparent: None,
        };
        let auditor = world.subject(Role::Auditor, false);
        let secret = Secrets::of([7; 32]).log_secret().unwrap();
        let keep = kept_elsewhere(&url, &secret, reqwest::Client::new());
        let before = looks(hub, &world.region).await;
        assert_eq!(keep(look(&auditor)).await, Ok(()));
        assert_eq!(looks(hub, &world.region).await, before + 1);

        let told = keep(look("nobody")).await.unwrap_err();
        assert_eq!((told.status(), told.code()), (StatusCode::FORBIDDEN, "look-no-mandate"));
        let away = Problem::unavailable("audit log");
        let stranger = kept_elsewhere(&url, "another secret", reqwest::Client::new());
        assert_eq!(stranger(look(&auditor)).await, Err(away.clone()));
        serving.abort();
        let nowhere = kept_elsewhere("http://127.0.0.1:1", &secret, reqwest::Client::new());
        assert_eq!(nowhere(look(&auditor)).await, Err(away));
        assert_eq!(looks(hub, &world.region).await, before + 1);
    });
}

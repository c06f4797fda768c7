//! Two listeners: what only the installation itself asks is nowhere on the public one.

use super::hub::{Hub, REGION, directory, program, up};
use crate::whole::services;
use reqwest::{Method, RequestBuilder, StatusCode};
use std::time::Duration;
use tokio::process::Command;
use tokio::time::timeout;

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

/// What `regiohub ready` ends with, and what it said.
async fn ready(hub: &Hub) -> (Option<i32>, String) {
    let asked = Command::new(program()).args(["ready", "--data-dir"]).arg(hub.data()).output().await.unwrap();
    (asked.status.code(), String::from_utf8_lossy(&[asked.stdout, asked.stderr].concat()).trim().to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_internal_route_is_public_or_opens_without_the_secret() {
    let hub = Hub::start().await;
    let (public, internal, secret) = (hub.url(), hub.internal_url(), hub.secret());
    let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let paths = chassis::internal_paths();
    for known in ["/log", "/log/{region}", "/log/{region}/restored", "/parked/{region}", "/looks"] {
        assert!(paths.contains(&known), "{known}");
    }
    for (service, path) in services().flat_map(|service| paths.iter().map(move |path| (service, path))) {
        let path = path.replace("{region}", REGION);
        let below = format!("/services/{service}{path}");
        for method in &methods {
            for address in [&below, &path] {
                // With the secret too: there is nothing to open.
                let asked = hub.http.request(method.clone(), format!("{public}{address}")).bearer_auth(&secret);
                assert_eq!(status(asked).await, 404, "{method} {address}");
            }
            // Looks are kept by one service.
            let expected = if path == "/looks" && service != "audit" { 404 } else { 401 };
            let asked = || hub.http.request(method.clone(), format!("{internal}{below}"));
            assert_eq!(status(asked()).await, expected, "{method} {below}");
            assert_eq!(status(asked().bearer_auth(&hub.leader)).await, expected, "{method} {below}");
        }
    }
    for (path, posts) in audit::signer_routes::PATHS {
        let below = format!("/services/audit{}", path.replace("{region}", REGION));
        let method = if posts { Method::POST } else { Method::GET };
        let asked = |at: &str| hub.http.request(method.clone(), format!("{at}{below}"));
        assert_eq!(status(asked(&public).bearer_auth(&secret)).await, 404, "{below}");
        assert_eq!(status(asked(&internal)).await, 401, "{below}");
        assert_eq!(status(asked(&internal).bearer_auth(&hub.leader)).await, 401, "{below}");
    }
    assert_eq!(status(hub.inside("/services/consortium/log")).await, 200);
    assert_eq!(status(hub.inside(&format!("/services/gateway/parked/{REGION}"))).await, 200);
    // No API on the internal one: what is asked there was not asked through the gateway's proxy and its limits.
    let region = hub.http.get(format!("{internal}/v1/regions/{REGION}")).bearer_auth(&hub.leader);
    assert_eq!(status(region).await, StatusCode::NOT_FOUND);
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_is_asked_inside_and_liveness_anywhere() {
    let mut hub = Hub::start().await;
    let (public, internal) = (hub.url(), hub.internal_url());
    for (url, expected) in [
        (format!("{public}/health/live"), 200),
        (format!("{internal}/health/live"), 200),
        (format!("{public}/health/ready"), 404),
        (format!("{internal}/health/ready"), 200),
    ] {
        assert_eq!(status(hub.http.get(&url)).await, expected, "{url}");
    }
    assert_eq!(ready(&hub).await, (Some(0), "ready".to_owned()));
    // The port that a dead hub noted may be a stranger's: nothing is asked, and no secret shown, there.
    hub.tell(rustix::process::Signal::KILL);
    hub.ended().await;
    let (code, said) = ready(&hub).await;
    assert!(code == Some(1) && said.contains("no hub runs on"), "{code:?} {said}");
    hub.start_again().await;
    assert_eq!(ready(&hub).await.0, Some(0));
    hub.stop().await;
}

#[tokio::test]
async fn an_internal_address_that_others_reach_is_refused() {
    let data = directory();
    let mut child = up(data.path(), 0).args(["--internal-address", "0.0.0.0"]).spawn().unwrap();
    let ended = timeout(Duration::from_secs(30), child.wait()).await.expect("it gives up").unwrap();
    let said = std::fs::read_to_string(data.path().join("hub.log")).unwrap();
    assert!(!ended.success() && said.contains("0.0.0.0"), "{said}");
}

//! A log and its histories as another process of the installation reads them: `GET /log/{region}`.

use axum::body::Body;
use chassis::{Secrets, Service};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use proto_schemas::consortium::policy::{Event, Policy};
use testkit::TestHub;
use tower::ServiceExt;

/// Three events of one stream, with one of another stream between them; the texts by position.
async fn written() -> (TestHub, Vec<String>) {
    let hub = testkit::hub(Service::new("consortium")).await;
    let day = hub.now().date_naive();
    for (stream, version) in [("policy/a", 1), ("policy/b", 1), ("policy/a", 2), ("policy/a", 3)] {
        let adopted = Event::Adopted { version, valid_from: day, policy: Policy::shipped() };
        hub.happened("consortium", &hub.region, stream, &adopted).await;
    }
    let texts = hub.events("consortium").await.into_iter().map(|event| event.text).collect();
    (hub, texts)
}

async fn ask(hub: &TestHub, path: &str, bearer: Option<&str>) -> (StatusCode, String) {
    let mut request = Request::get(path);
    if let Some(bearer) = bearer {
        request = request.header(header::AUTHORIZATION, bearer);
    }
    let answer = hub.internal.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = answer.status();
    (status, String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap())
}

/// What the secret of the installation opens, line by line.
async fn lines(hub: &TestHub, path: &str) -> Vec<String> {
    let (status, text) = ask(hub, path, Some(&format!("Bearer {}", secret()))).await;
    assert_eq!(status, StatusCode::OK, "{path}: {text}");
    text.lines().map(str::to_owned).collect()
}

fn secret() -> String {
    Secrets::of([7; 32]).log_secret().unwrap()
}

#[tokio::test]
async fn without_the_secret_of_the_installation_no_log_and_no_history_is_read() {
    let (hub, _) = written().await;
    let secret = secret();
    let other = Secrets::of([8; 32]).log_secret().unwrap();
    let half = &secret[..32];
    let wrong = [
        None,
        Some(String::new()),
        Some("Bearer ".to_owned()),
        Some(secret.clone()),
        Some(format!("Bearer {half}")),
        Some(format!("Bearer {secret}0")),
        Some(format!("Bearer {other}")),
        Some(format!("Basic {secret}")),
    ];
    for path in ["/log", "/log/voorbeeld", "/log/voorbeeld?stream=policy/a", "/log/elders?stream=policy/a"] {
        for bearer in &wrong {
            let answered = ask(&hub, path, bearer.as_deref()).await;
            assert_eq!(answered, (StatusCode::UNAUTHORIZED, String::new()), "{path} with {bearer:?}");
        }
    }
}

#[tokio::test]
async fn a_stream_is_answered_whole_and_alone_exactly_as_it_is_stored() {
    let (hub, texts) = written().await;
    let a = [&texts[0], &texts[2], &texts[3]];
    assert_eq!(lines(&hub, "/log/voorbeeld?stream=policy/a").await.iter().collect::<Vec<_>>(), a);
    assert_eq!(lines(&hub, "/log/voorbeeld?stream=policy%2Fb").await, texts[1..2]);
    // A history is no page of the log.
    let bounded = lines(&hub, "/log/voorbeeld?stream=policy/a&after=3&limit=1").await;
    assert_eq!(bounded.iter().collect::<Vec<_>>(), a);
}

#[tokio::test]
async fn an_unknown_stream_or_region_is_empty() {
    let (hub, _) = written().await;
    for nothing in [
        "/log/voorbeeld?stream=policy/c",
        "/log/voorbeeld?stream=policy",
        "/log/voorbeeld?stream=",
        "/log/voorbeeld?stream=policy/%25",
        "/log/voorbeeld?stream=policy/a'%20or%20true%20--",
        "/log/elders?stream=policy/a",
        "/log/elders",
    ] {
        assert_eq!(lines(&hub, nothing).await, [""; 0], "{nothing}");
    }
    for refused in ["/log/Geen%20Regio?stream=policy/a", "/log/voorbeeld?after=x", "/log/voorbeeld?limit=-1"] {
        let (status, text) = ask(&hub, refused, Some(&format!("Bearer {}", secret()))).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}: {text}");
    }
}

#[tokio::test]
async fn a_log_is_answered_page_by_page_without_a_gap() {
    let (hub, texts) = written().await;
    assert_eq!(lines(&hub, "/log/voorbeeld").await, texts);
    for (after, limit, from, to) in [(0, 2, 0, 2), (2, 2, 2, 4), (3, 5, 3, 4), (4, 5, 4, 4), (9, 5, 4, 4), (0, 0, 0, 0)]
    {
        let page = lines(&hub, &format!("/log/voorbeeld?after={after}&limit={limit}")).await;
        assert_eq!(page, texts[from..to], "after {after}, at most {limit}");
    }
}

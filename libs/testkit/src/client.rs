//! A client that asks over HTTP, with a real token, through the real router.

use access::DevIssuer;
use axum::Router;
use axum::body::Body;
use chrono::TimeDelta;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde::Serialize;
use serde_json::Value;
use tower::ServiceExt;
use uuid::Uuid;
use vocabulary::ActorId;

/// Someone who asks. Each change gives another client; the first stays as it was.
#[derive(Clone)]
pub struct Client {
    /// The pseudonym.
    pub actor: ActorId,
    /// `sub` of the token, for requests that name a person by it.
    pub subject: String,
    router: Router,
    issuer: DevIssuer,
    headers: Vec<(String, String)>,
    key: Option<String>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: Vec<u8>,
}

impl Client {
    /// Someone whom the issuer calls `subject` and the hub `actor`.
    #[must_use]
    pub fn new(router: Router, issuer: DevIssuer, actor: ActorId, subject: &str) -> Self {
        Self { actor, subject: subject.to_owned(), router, issuer, headers: vec![], key: None }
    }

    /// With a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Under this `Idempotency-Key` instead of a fresh one for each POST.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// Asked at another moment (`Hub-Now`).
    #[must_use]
    pub fn at(self, moment: &str) -> Self {
        self.with("Hub-Now", moment)
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Body::empty(), None).await
    }

    /// Commands.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Answer {
        self.send(Method::POST, path, json(body), Some("application/json")).await
    }

    /// Commands what is harmless to ask twice.
    pub async fn put(&self, path: &str, body: &impl Serialize) -> Answer {
        self.send(Method::PUT, path, json(body), Some("application/json")).await
    }

    /// Takes away.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, Body::empty(), None).await
    }

    /// Any request.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn send(&self, method: Method, path: &str, body: impl Into<Body>, content_type: Option<&str>) -> Answer {
        let token = self.issuer.mint(&self.subject, TimeDelta::hours(1));
        let mut request = Request::builder()
            .method(method.clone())
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        if let Some(key) = self.key.clone().or_else(|| (method == Method::POST).then(|| Uuid::now_v7().to_string())) {
            request = request.header("Idempotency-Key", key);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let answer =
            self.router.clone().oneshot(request.body(body.into()).expect("a request")).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.expect("a body").to_bytes().to_vec(),
        }
    }
}

fn json(body: &impl Serialize) -> Body {
    Body::from(serde_json::to_vec(body).expect("a JSON body"))
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The `id` of what was made or changed.
    ///
    /// # Panics
    /// When the answer has none of that kind.
    #[must_use]
    #[track_caller]
    pub fn id<T: std::str::FromStr>(&self) -> T {
        let json = self.json();
        let id = json["id"].as_str().unwrap_or_else(|| panic!("no id: {} {json}", self.status));
        id.parse().ok().unwrap_or_else(|| panic!("another kind of id: {id}"))
    }

    /// The code of a problem: what follows `/problems/`.
    ///
    /// # Panics
    /// When the answer is no problem.
    #[must_use]
    #[track_caller]
    pub fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{} {}", self.status, self.text());
        self.json()["type"]
            .as_str()
            .and_then(|code| code.strip_prefix("/problems/"))
            .expect("a problem's type")
            .to_owned()
    }

    /// The same answer, when it has this status.
    ///
    /// # Panics
    /// When it has another one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }
}

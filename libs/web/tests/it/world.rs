//! The tiny service behind guard and shell, and people who ask.

use crate::service::{Hub, roles, routes};
use access::{DevIssuer, Freshness, Grant, Grants, Identities, Issuers, Oidc};
use axum::{Router, body::Body, response::Response};
use chrono::{DateTime, TimeDelta, Utc};
use decider::{Clock, Hand};
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tower::ServiceExt;
use utoipa::openapi::OpenApi;
use vocabulary::{ActorId, GrantId, RegionId, Role};
use web::{Bounds, Check, Guard, Keep, Lag, Look, Looks, Peer, Problem, Rates, Shell, gate, guard_by, health, shell};

pub struct World {
    pub app: Router,
    pub api: OpenApi,
    pub hub: Hub,
    pub hand: Hand,
    /// Makes grants older.
    pub age: Hand,
    pub grants: Grants,
    pub looks: Arc<Mutex<Vec<Look>>>,
    /// How often lookups were waited for.
    pub waits: Arc<AtomicUsize>,
    issuers: Issuers,
    issuer: DevIssuer,
    identities: Identities,
}

/// Whose looks are kept, and whether that works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    OfAuditors,
    OfEveryone,
    Away,
    Nowhere,
}

pub fn noon() -> DateTime<Utc> {
    "2026-09-01T12:00:00Z".parse().unwrap()
}

pub fn here() -> RegionId {
    "here".parse().unwrap()
}

impl World {
    pub fn new() -> Self {
        Self::with(true, 60_000, Looked::OfAuditors)
    }

    /// Under a real issuer: no token of the development issuer counts.
    pub fn real() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self::with(false, 60_000, Looked::OfAuditors)
    }

    /// With little patience.
    pub fn hasty() -> Self {
        Self::with(true, 20, Looked::OfAuditors)
    }

    /// Where looks are kept as it says.
    pub fn looked_at(looked: Looked) -> Self {
        Self::with(true, 60_000, looked)
    }

    fn with(development: bool, milliseconds: u64, looked: Looked) -> Self {
        let (clock, hand) = Clock::settable(noon());
        let issuer = DevIssuer::ephemeral().unwrap().at(clock.clone());
        let oidc = Oidc { issuer: "http://127.0.0.1:1".into(), audience: "regiohub".into() };
        let issuers = if development {
            Issuers::development(&issuer, clock.clone())
        } else {
            Issuers::oidc(vec![oidc], clock.clone()).unwrap()
        };
        let identities = Identities::new([7; 32]);
        let (ages, age) = Clock::settable(noon());
        let grants = Grants::new(Some(identities.actor(DevIssuer::ISSUER, "operator")), Freshness::by(ages));
        grants.asked(noon(), &BTreeMap::new());
        let hub = Hub::default();
        let memory = hub.clone();
        let looks: Arc<Mutex<Vec<Look>>> = Arc::default();
        let (kept, away) = (looks.clone(), looked == Looked::Away);
        let keep: Keep = Arc::new(move |look| {
            kept.lock().unwrap().push(look);
            Box::pin(async move { if away { Err(Problem::unavailable("audit log")) } else { Ok(()) } })
        });
        let waits: Arc<AtomicUsize> = Arc::default();
        let waited = waits.clone();
        let guard = Guard {
            service: "things",
            issuers: issuers.clone(),
            identities: identities.clone(),
            grants: grants.clone(),
            clock,
            fingerprint_keys: [8; 32].into(),
            kept: std::sync::Arc::new(move |_, id| {
                let kept = memory.lock().unwrap().kept.get(&id).cloned();
                Box::pin(async move { Ok(kept) })
            }),
            wait: Some(std::sync::Arc::new(move |_, wanted| {
                waited.fetch_add(1, Ordering::Relaxed);
                let silent = wanted.iter().any(|(service, _)| service == "silent");
                let behind: Vec<_> = wanted.into_iter().filter(|(_, position)| *position > 100).collect();
                Box::pin(async move {
                    if silent {
                        std::future::pending::<()>().await;
                    }
                    if behind.is_empty() { Ok(()) } else { Err(Lag { behind }) }
                })
            })),
            looks: Looks {
                of_everyone: looked == Looked::OfEveryone,
                keep: Some(keep).filter(|_| looked != Looked::Nowhere),
            },
            bounds: Bounds { body: 1024 * 1024, waiters: 16 },
        };
        let (router, api) = guard_by(routes(), guard, roles);
        let slow = axum::routing::get(async || tokio::time::sleep(std::time::Duration::from_secs(3600)).await);
        let checks = vec![Check::new("database", || async { true }), Check::new("nats", || async { false })];
        let app =
            router.with_state(hub.clone()).merge(web::openapi(api.clone())).merge(health(checks)).route("/slow", slow);
        let limit = std::time::Duration::from_millis(milliseconds);
        let app = shell(app, Shell { version: "1.2.3", https: true, time_limit: limit });
        let world = Self { app, api, hub, hand, age, grants, looks, waits, issuers, issuer, identities };
        world.grant(vec![world.grant_of("leader", Role::ProgrammeLeader)]);
        world
    }

    /// The same behind a gate.
    pub fn behind_a_gate(mut self, rates: Rates) -> Self {
        let limited = gate(self.app.clone(), Some(self.issuers.clone()), rates);
        self.app = shell(limited, Shell::default());
        self
    }

    pub fn actor(&self, who: &str) -> ActorId {
        self.identities.actor(DevIssuer::ISSUER, who)
    }

    pub fn grant_of(&self, who: &str, role: Role) -> Grant {
        Grant { id: GrantId::fresh(), role, ..Grant::operator(self.actor(who)) }
    }

    /// From now on these are the grants of the region, and nobody has any in another.
    pub fn grant(&self, grants: Vec<Grant>) {
        self.grants.replace(&here(), grants);
    }

    pub fn token(&self, who: &str) -> String {
        self.issuer.mint(who, TimeDelta::hours(1))
    }

    /// Someone with a token asks.
    pub fn asking(&self, who: &str, method: Method, path: &str) -> Asking<'_> {
        self.anyone(method, path).header("authorization", &format!("Bearer {}", self.token(who)))
    }

    /// Someone without a token asks.
    pub fn anyone(&self, method: Method, path: &str) -> Asking<'_> {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        Asking { world: self, request }
    }

    pub fn get(&self, who: &str, path: &str) -> Asking<'_> {
        self.asking(who, Method::GET, path)
    }

    /// With a key of its own and a body.
    pub fn post(&self, path: &str, key: &str, body: &Value) -> Asking<'_> {
        self.asking("leader", Method::POST, path).header("idempotency-key", key).json(body)
    }
}

pub struct Asking<'w> {
    world: &'w World,
    request: Request<Body>,
}

impl Asking<'_> {
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request.headers_mut().append(name, value.parse().unwrap());
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.text("application/json", &body.to_string())
    }

    pub fn text(mut self, kind: &str, body: &str) -> Self {
        self = self.header("content-type", kind);
        *self.request.body_mut() = Body::from(body.to_owned());
        self
    }

    /// Over a connection from there.
    pub fn from(mut self, address: &str) -> Self {
        self.request.extensions_mut().insert(Peer(address.parse().unwrap()));
        self
    }

    pub async fn answer(self) -> Answer {
        let answer: Response = self.world.app.clone().oneshot(self.request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or(json!(text));
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    /// It is a problem of this status and code, in the form all problems have.
    #[track_caller]
    pub fn is_problem(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        assert_eq!(self.body["type"], format!("/problems/{code}"), "{self:?}");
        assert_eq!(self.body["status"], status);
        assert_eq!(self.body["instance"].as_str().unwrap().len(), 32);
        for member in ["title", "detail"] {
            assert!(!self.body[member].as_str().unwrap().is_empty());
        }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

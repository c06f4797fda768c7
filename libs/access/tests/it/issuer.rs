//! An OIDC issuer on loopback that publishes what the test wants.

use crate::keys::Pair;
use access::{Issuers, Oidc};
use axum::{Json, Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use chrono::{DateTime, Utc};
use decider::{Clock, Hand};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::io::AsyncWriteExt;

pub const AUDIENCE: &str = "regiohub";

/// The moment at which every test begins.
pub fn noon() -> DateTime<Utc> {
    "2026-09-01T12:00:00Z".parse().unwrap()
}

#[derive(Default)]
struct Published {
    keys: Vec<Value>,
    named: Option<String>,
    away: bool,
    asked: usize,
}

/// When an issuer falls silent.
#[derive(Clone, Copy)]
pub enum Silence {
    AtOnce,
    Midway,
}

/// The server, and a hub that trusts it.
pub struct World {
    pub issuer: String,
    pub issuers: Issuers,
    pub hand: Hand,
    published: Arc<Mutex<Published>>,
}

impl World {
    pub async fn with(pairs: &[&Pair]) -> Self {
        let world = Self::empty().await;
        world.publish(pairs);
        world
    }

    async fn empty() -> Self {
        // The second test finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let published = Arc::new(Mutex::new(Published::default()));
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(document))
            .route("/keys", get(keys))
            .with_state((issuer.clone(), published.clone()));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self::at(issuer, published)
    }

    /// An issuer that accepts every connection, and answers nothing or half of it until the test ends.
    pub async fn silent(silence: Silence) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let mut open = Vec::new();
            loop {
                let (mut connection, _) = listener.accept().await.unwrap();
                if matches!(silence, Silence::Midway) {
                    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{";
                    connection.write_all(half).await.unwrap();
                }
                open.push(connection);
            }
        });
        Self::at(issuer, Arc::default())
    }

    fn at(issuer: String, published: Arc<Mutex<Published>>) -> Self {
        let (clock, hand) = Clock::settable(noon());
        let oidc = Oidc { issuer: issuer.clone(), audience: AUDIENCE.into() };
        Self { issuer, issuers: Issuers::oidc(vec![oidc], clock).unwrap(), hand, published }
    }

    /// From now on the key set is this.
    pub fn publish(&self, pairs: &[&Pair]) {
        self.published.lock().unwrap().keys = pairs.iter().map(|pair| pair.published()).collect();
    }

    /// The discovery document names another issuer.
    pub fn pretend(&self, issuer: &str) {
        self.published.lock().unwrap().named = Some(issuer.into());
    }

    pub fn away(&self, away: bool) {
        self.published.lock().unwrap().away = away;
    }

    /// How often the key set was fetched.
    pub fn asked(&self) -> usize {
        self.published.lock().unwrap().asked
    }

    /// The claims of a good token, an hour long.
    pub fn claims(&self) -> Value {
        json!({ "iss": self.issuer, "aud": AUDIENCE, "sub": "someone", "exp": noon().timestamp() + 3600 })
    }

    /// The same with one claim changed.
    pub fn claims_with(&self, name: &str, value: impl Into<Value>) -> Value {
        let mut claims = self.claims();
        claims[name] = value.into();
        claims
    }
}

type Shared = State<(String, Arc<Mutex<Published>>)>;

async fn document(State((issuer, published)): Shared) -> impl IntoResponse {
    let published = published.lock().unwrap();
    let named = published.named.clone().unwrap_or_else(|| issuer.clone());
    let status = if published.away { StatusCode::BAD_GATEWAY } else { StatusCode::OK };
    (status, Json(json!({ "issuer": named, "jwks_uri": format!("{issuer}/keys") })))
}

async fn keys(State((_, published)): Shared) -> Json<Value> {
    let mut published = published.lock().unwrap();
    published.asked += 1;
    Json(json!({ "keys": published.keys }))
}

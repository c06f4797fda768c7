//! Counts requests before any work is done for them: by client and region, or by address.
//!
//! ```text
//! no token ─────────────────────────────→ counted by address
//! a token that is refused still ────────→ 429, and nothing is verified
//! a token that was verified a moment ago → counted by client and region
//! another token ─ the address may try ──→ verified: by client and region · refused: by address
//!               └ it may not ───────────→ 429, and nothing is verified
//! ```
//! **Invariant:** what a client may do is drained by its own tokens only: one that does not verify counts against the
//! address that sent it.

use crate::address::{self, Peer, Proxy};
use crate::at_work::{AtWork, Full};
use crate::buckets::{Buckets, Level, Quota, Spent};
use crate::refused::Refused;
use crate::{Problem, headers, telemetry};
use access::{Identity, Issuers};
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use std::hash::{BuildHasher, RandomState};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// What a quota is, and for how long (draft-ietf-httpapi-ratelimit-headers).
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left of it.
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// A client may ask in several regions at once, and in no more than that many as fast as in one: a region in an address
/// need not be there.
const REGIONS_AT_ONCE: u32 = 8;

/// How many clients or addresses are remembered, of each kind: a few megabytes.
const MAX_KEYS: usize = 65_536;

/// How much is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Of one client (whom a token is about) in one region.
    pub client: Quota,
    /// Of one address, without a token that verifies.
    pub address: Quota,
    /// Requests that are worked on at the same time; one client has a quarter of them.
    pub at_work: usize,
    /// The header that names the address of a client behind a proxy.
    pub proxy: Option<Proxy>,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            client: Quota { per_second: 100, burst: 1_000 },
            address: Quota { per_second: 200, burst: 2_000 },
            at_work: 1_024,
            proxy: None,
        }
    }
}

struct Gate {
    issuers: Option<Issuers>,
    proxy: Option<Proxy>,
    hashes: RandomState,
    /// By client and region.
    regions: Buckets,
    /// By client, whatever the region.
    clients: Buckets,
    addresses: Buckets,
    /// By token and region.
    refused: Refused,
    at_work: Arc<AtWork>,
}

/// What a request was counted as.
struct Counted {
    key: u64,
    policy: Policy,
    level: Level,
}

#[derive(Clone, Copy)]
struct Policy {
    name: &'static str,
    quota: Quota,
}

/// Puts the gate before a router; the shell goes around it. Without issuers every request counts by its address.
pub fn gate(router: Router, issuers: Option<Issuers>, rates: Rates) -> Router {
    let gate = Gate {
        issuers,
        proxy: rates.proxy,
        hashes: RandomState::new(),
        regions: Buckets::new(rates.client, MAX_KEYS),
        clients: Buckets::new(rates.client.times(REGIONS_AT_ONCE), MAX_KEYS),
        addresses: Buckets::new(rates.address, MAX_KEYS),
        refused: Refused::new(MAX_KEYS),
        at_work: AtWork::new(rates.at_work),
    };
    router.layer(middleware::from_fn_with_state(Arc::new(gate), pass))
}

async fn pass(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let counted = match gate.count(&parts).await {
        Ok(counted) => counted,
        Err((policy, spent)) => return policy.refuse(spent),
    };
    let _working = match gate.at_work.begin(counted.key) {
        Ok(working) => working,
        Err(Full::All) => {
            telemetry::limited("busy");
            return Problem::busy().into_response();
        }
        Err(Full::OfOne) => return counted.policy.refuse(Spent { again_in: Duration::from_secs(1) }),
    };
    let mut answer = next.run(Request::from_parts(parts, body)).await;
    counted.policy.tell(answer.headers_mut(), counted.level);
    answer
}

impl Gate {
    async fn count(&self, parts: &Parts) -> Result<Counted, (Policy, Spent)> {
        let now = Instant::now();
        let peer = parts.extensions.get::<Peer>().map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0);
        let address = address::network(address::of(&parts.headers, peer, self.proxy));
        let address = self.hashes.hash_one(("address", address));
        let (Some(issuers), Ok(token)) = (&self.issuers, headers::bearer(&parts.headers)) else {
            return self.by_address(address, now);
        };
        // A flood is nearly all of this: each asks before the refusal of the one before it has ended.
        let asks = self.hashes.hash_one(("token", token.as_str(), region(&parts.uri)));
        if let Some(spent) = self.refused.holds(asks, now) {
            return Err((self.of_client(), spent));
        }
        // Verifying costs more than counting: who has sent too much that does not verify is not verified any more.
        if let Some(spent) = self.addresses.spent(address, now).filter(|_| !issuers.remembers(&token)) {
            return Err((self.of_address(), spent));
        }
        match issuers.verify(&token).await {
            Ok(identity) => self
                .by_client(&identity, &parts.uri, now)
                .inspect_err(|(_, spent)| self.refused.remember(asks, now, *spent)),
            // The guard says what is wrong with it.
            Err(_) => self.by_address(address, now),
        }
    }

    fn by_address(&self, address: u64, now: Instant) -> Result<Counted, (Policy, Spent)> {
        let policy = self.of_address();
        match self.addresses.take(address, now) {
            Ok(level) => Ok(Counted { key: address, policy, level }),
            Err(spent) => Err((policy, spent)),
        }
    }

    fn by_client(&self, identity: &Identity, uri: &Uri, now: Instant) -> Result<Counted, (Policy, Spent)> {
        let Identity { issuer, subject, machine } = identity;
        let client = self.hashes.hash_one(("client", issuer, subject, machine));
        let in_region = self.hashes.hash_one(("region", client, region(uri)));
        let policy = self.of_client();
        let taken = self.clients.take(client, now).and_then(|_| self.regions.take(in_region, now));
        match taken {
            Ok(level) => Ok(Counted { key: client, policy, level }),
            Err(spent) => Err((policy, spent)),
        }
    }

    fn of_address(&self) -> Policy {
        Policy { name: "address", quota: self.addresses.quota() }
    }

    fn of_client(&self) -> Policy {
        Policy { name: "client", quota: self.regions.quota() }
    }
}

/// The region in the address, whether it exists or not.
fn region(uri: &Uri) -> &str {
    let below = uri.path().strip_prefix("/v1/regions/").unwrap_or_default();
    below.split_once('/').map_or(below, |(region, _)| region)
}

impl Policy {
    fn refuse(self, spent: Spent) -> Response {
        telemetry::limited(self.name);
        let mut answer = Problem::too_many(seconds(spent.again_in).max(1)).into_response();
        self.tell(answer.headers_mut(), Level { remaining: 0, full_in: spent.again_in });
        answer
    }

    /// For clients that slow down by themselves.
    fn tell(self, headers: &mut HeaderMap, level: Level) {
        let Self { name, quota } = self;
        let policy = format!("\"{name}\";q={};w={}", quota.burst, quota.window());
        let left = format!("\"{name}\";r={};t={}", level.remaining, seconds(level.full_in));
        for (name, text) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, left)] {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(name, value);
            }
        }
    }
}

/// Rounded up.
fn seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

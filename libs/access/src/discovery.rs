//! An issuer's keys by OIDC discovery, refreshed often enough and never too often.
//!
//! Unknown ─fetch→ Fresh ─10 minutes→ Due (used while it is tried again) ─1 hour→ Unknown
//!
//! An unknown `kid` also asks for a refresh, at most once a minute, however many tokens ask for it.

use crate::{
    keys::Keys,
    token::{Denied, Unverified},
};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::{Client, Url};
use serde_json::Value;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::timeout;

/// Keys older than this are fetched again, so that a withdrawn key stops working.
const DUE: TimeDelta = TimeDelta::minutes(10);
/// Keys older than this are not used: tokens fail closed when the issuer is away for long.
const TOO_OLD: TimeDelta = TimeDelta::hours(1);
/// Refreshes are at least this far apart.
const REFRESH_INTERVAL: TimeDelta = TimeDelta::minutes(1);
/// The same while there are no keys at all.
const PAUSE_WITHOUT_KEYS: TimeDelta = TimeDelta::seconds(5);
/// How long its documents are waited for, all together.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
/// An issuer that cannot be asked for so long needs somebody.
const ALARM_AFTER: TimeDelta = TimeDelta::seconds(30);
/// Bytes of a discovery document or a key set.
const MAX_BODY_BYTES: usize = 512 * 1024;

/// The keys as last fetched.
#[derive(Clone, Default)]
pub(crate) struct Known {
    pub keys: Arc<Keys>,
    /// Raised when the keys change.
    pub generation: u64,
    fetched: Option<DateTime<Utc>>,
    tried: Option<DateTime<Utc>>,
    failing: Option<Failing>,
}

/// Since when an issuer cannot be asked, and whether somebody was called.
#[derive(Clone, Copy)]
struct Failing {
    since: DateTime<Utc>,
    told: bool,
}

/// One issuer that is asked for its keys.
pub(crate) struct Discovered {
    /// Exactly as configured, and as its documents must name it.
    name: String,
    address: Url,
    http: Client,
    known: RwLock<Known>,
    /// One refresh at a time.
    refreshing: Mutex<()>,
}

impl Discovered {
    pub fn new(name: &str, address: Url, http: Client) -> Self {
        Self { name: name.into(), address, http, known: RwLock::default(), refreshing: Mutex::default() }
    }

    /// Whether keys may be fetched from there: https, or http on this very machine.
    pub fn may_ask(url: &Url) -> bool {
        url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
    }

    /// The keys to check a token with: the known ones where they will do, else fetched ones.
    pub async fn keys(&self, token: &Unverified<'_>, now: DateTime<Utc>) -> Result<Known, Denied> {
        let known = self.known();
        if !known.wants_refresh(token, now) {
            return known.usable(now);
        }
        let turn = if known.would_do(token, now) {
            // Somebody is at it already, and the old keys are good enough for this token.
            let Ok(turn) = self.refreshing.try_lock() else { return Ok(known) };
            turn
        } else {
            self.refreshing.lock().await
        };
        let known = self.known();
        if known.wants_refresh(token, now) {
            self.refresh(now).await;
        }
        drop(turn);
        self.known().usable(now)
    }

    async fn refresh(&self, now: DateTime<Utc>) {
        let late = |_| Err(format!("no answer in {} s", FETCH_TIMEOUT.as_secs()));
        let fetched = timeout(FETCH_TIMEOUT, self.fetch()).await.unwrap_or_else(late);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.tried = Some(now);
        match fetched {
            Ok(keys) => {
                if !known.keys.same_as(&keys) {
                    known.keys = Arc::new(keys);
                    known.generation += 1;
                }
                known.fetched = Some(now);
                known.failing = None;
            }
            Err(error) if known.calls_somebody(now) => {
                tracing::error!(alarm = true, issuer = self.name, %error, "who has a new token waits for the issuer's keys");
            }
            Err(error) => tracing::warn!(issuer = self.name, %error, "an issuer's keys cannot be had"),
        }
    }

    async fn fetch(&self) -> Result<Keys, String> {
        let mut well_known = self.address.clone();
        let path = format!("{}/.well-known/openid-configuration", self.address.path().trim_end_matches('/'));
        well_known.set_path(&path);
        let document = self.get(well_known).await?;
        // The document must be about this issuer, else another one could speak in its name.
        if document.get("issuer").and_then(Value::as_str) != Some(&self.name) {
            return Err("its discovery document names another issuer".into());
        }
        let keys_at = document.get("jwks_uri").and_then(Value::as_str).and_then(|uri| Url::parse(uri).ok());
        let keys_at = keys_at.ok_or("its discovery document has no jwks_uri")?;
        if !Self::may_ask(&keys_at) || (is_loopback(&keys_at) && !is_loopback(&self.address)) {
            return Err("its jwks_uri is not https".into());
        }
        let keys = Keys::published(&self.get(keys_at).await?).ok_or("its key set does not read")?;
        if keys.is_empty() { Err("its key set has no key that can be used".into()) } else { Ok(keys) }
    }

    async fn get(&self, url: Url) -> Result<Value, String> {
        let shown = |error: reqwest::Error| error.without_url().to_string();
        let mut answer =
            self.http.get(url).send().await.and_then(reqwest::Response::error_for_status).map_err(shown)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(shown)? {
            if body.len() + chunk.len() > MAX_BODY_BYTES {
                return Err("its answer is too large".into());
            }
            body.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&body).map_err(|_| "its answer is not JSON".into())
    }

    fn known(&self) -> Known {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Known {
    /// Keys that are there for good.
    pub fn fixed(keys: Arc<Keys>) -> Self {
        Self { keys, ..Self::default() }
    }

    /// Notes that it could not be asked, again; once it is so for too long, somebody is called.
    fn calls_somebody(&mut self, now: DateTime<Utc>) -> bool {
        let failing = self.failing.get_or_insert(Failing { since: now, told: false });
        let calls = !failing.told && now - failing.since >= ALARM_AFTER;
        failing.told |= calls;
        calls
    }

    fn usable(self, now: DateTime<Utc>) -> Result<Self, Denied> {
        if past(self.fetched, now, TOO_OLD) { Err(Denied::Unavailable) } else { Ok(self) }
    }

    fn would_do(&self, token: &Unverified<'_>, now: DateTime<Utc>) -> bool {
        !past(self.fetched, now, TOO_OLD) && self.keys.knows(token)
    }

    fn wants_refresh(&self, token: &Unverified<'_>, now: DateTime<Utc>) -> bool {
        let pause = if self.fetched.is_none() { PAUSE_WITHOUT_KEYS } else { REFRESH_INTERVAL };
        (past(self.fetched, now, DUE) || !self.keys.knows(token)) && past(self.tried, now, pause)
    }
}

/// Whether `since` is longer ago than `limit`; also when it lies ahead, which a clock set back makes it do.
fn past(since: Option<DateTime<Utc>>, now: DateTime<Utc>, limit: TimeDelta) -> bool {
    since.is_none_or(|since| now < since || now - since >= limit)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_that_cannot_be_asked_for_thirty_seconds_is_an_alarm_once() {
        let (mut known, began) = (Known::default(), DateTime::UNIX_EPOCH);
        let after = |seconds| began + TimeDelta::seconds(seconds);
        assert!(!known.calls_somebody(began) && !known.calls_somebody(after(29)));
        assert!(known.calls_somebody(after(30)));
        assert!(!known.calls_somebody(after(31)) && !known.calls_somebody(after(3_600)));
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        let may = |url: &str| Discovered::may_ask(&Url::parse(url).unwrap());
        assert!(may("https://login.example/realm"));
        assert!(may("http://127.0.0.1:8000/") && may("http://[::1]/") && may("http://localhost:1/"));
        assert!(!may("http://login.example/") && !may("http://localhost.example/") && !may("ftp://127.0.0.1/"));
    }
}

//! The issuers whose tokens identify callers.

use crate::{
    DevIssuer, Identity,
    cache::{Cache, Verified},
    discovery::{Discovered, Known},
    keys::Keys,
    token::{self, Denied, Unverified},
};
use chrono::{DateTime, Utc};
use decider::Clock;
use reqwest::{Client, Url, redirect};
use std::{sync::Arc, time::Duration};

/// A real issuer, as configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oidc {
    /// The exact `iss` of its tokens; its keys are found by OIDC discovery.
    pub issuer: String,
    /// The exact `aud` that means this hub.
    pub audience: String,
}

/// Why the issuers cannot be as configured.
#[derive(Debug, thiserror::Error)]
pub enum Misconfigured {
    /// A development token would count beside real ones.
    #[error("--development is refused beside a real issuer: development tokens would let anyone of this machine in")]
    DevelopmentBesideReal,
    /// Nobody could get in.
    #[error(
        "no issuer is configured, so nobody could get in: name one with --issuer https://login.example.nl \
         (REGIOHUB_ISSUERS), or on this machine only start with --development, where tokens of `regiohub token` count"
    )]
    None,
    /// Not a URL, not https, or with a query.
    #[error("the issuer {0} must be an https address without query (http on loopback only)")]
    Address(String),
    /// No audience to compare with.
    #[error("the issuer {0} needs an audience")]
    NoAudience(String),
    /// The same issuer twice.
    #[error("the issuer {0} is configured twice")]
    Twice(String),
    /// The HTTP client cannot be made.
    #[error("no HTTP client: {0}")]
    Client(String),
}

/// Verifies tokens of the configured issuers. Copies share keys and cache.
#[derive(Clone)]
pub struct Issuers(Arc<Inner>);

struct Inner {
    issuers: Vec<Issuer>,
    development: bool,
    clock: Clock,
    cache: Cache,
}

struct Issuer {
    name: String,
    audience: String,
    source: Source,
}

enum Source {
    Development(Arc<Keys>),
    Discovered(Box<Discovered>),
}

impl Issuers {
    /// The development issuer alone.
    #[must_use]
    pub fn development(issuer: &DevIssuer, clock: Clock) -> Self {
        let source = Source::Development(Arc::new(issuer.keys()));
        let issuer = Issuer { name: DevIssuer::ISSUER.into(), audience: DevIssuer::AUDIENCE.into(), source };
        Self(Arc::new(Inner { issuers: vec![issuer], development: true, clock, cache: Cache::default() }))
    }

    /// Real issuers. The program must have installed a rustls crypto provider.
    ///
    /// # Errors
    /// When there is none, or one of them is not as it should be.
    pub fn oidc(configured: Vec<Oidc>, clock: Clock) -> Result<Self, Misconfigured> {
        let http = Client::builder()
            .timeout(Duration::from_secs(5))
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|error| Misconfigured::Client(error.to_string()))?;
        let mut issuers: Vec<Issuer> = Vec::new();
        for Oidc { issuer, audience } in configured {
            let address = Url::parse(&issuer).ok().filter(|url| Discovered::may_ask(url) && url.query().is_none());
            let Some(address) = address else { return Err(Misconfigured::Address(issuer)) };
            if audience.is_empty() {
                return Err(Misconfigured::NoAudience(issuer));
            }
            if issuers.iter().any(|known| known.name == issuer) {
                return Err(Misconfigured::Twice(issuer));
            }
            let source = Source::Discovered(Box::new(Discovered::new(&issuer, address, http.clone())));
            issuers.push(Issuer { name: issuer, audience, source });
        }
        if issuers.is_empty() {
            return Err(Misconfigured::None);
        }
        Ok(Self(Arc::new(Inner { issuers, development: false, clock, cache: Cache::default() })))
    }

    /// What a configuration asks for: real issuers, or the development issuer, never both.
    ///
    /// # Errors
    /// When both or neither are given, or a real issuer is not as it should be.
    pub fn configured(real: Vec<Oidc>, development: Option<&DevIssuer>, clock: Clock) -> Result<Self, Misconfigured> {
        match development {
            Some(_) if !real.is_empty() => Err(Misconfigured::DevelopmentBesideReal),
            Some(development) => Ok(Self::development(development, clock)),
            None => Self::oidc(real, clock),
        }
    }

    /// Whether tokens are minted by the development issuer.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.0.development
    }

    /// Whether a token was verified a moment ago: to verify it again costs next to nothing. Checks no signature, and asks
    /// nobody.
    #[must_use]
    pub fn remembers(&self, token: &str) -> bool {
        let Inner { cache, clock, .. } = &*self.0;
        cache.get(&Cache::key(token), clock.now().timestamp()).is_some()
    }

    /// The identity that a bearer token is about.
    ///
    /// # Errors
    /// [`Denied::Unavailable`] when the issuer's keys cannot be had (503); everything else is final (401).
    pub async fn verify(&self, token: &str) -> Result<Identity, Denied> {
        let Inner { issuers, cache, clock, .. } = &*self.0;
        let now = clock.now();
        let read = token::read(token)?;
        let index = issuers.iter().position(|issuer| issuer.name == read.claims.iss).ok_or(Denied::UnknownIssuer)?;
        let issuer = &issuers[index];
        // Keys first: a token that was fine a moment ago is not when its key has been withdrawn.
        let known = issuer.keys(&read, now).await?;
        let hash = Cache::key(token);
        let remembered = cache.get(&hash, now.timestamp());
        if let Some(verified) = remembered.filter(|it| it.issuer == index && it.generation == known.generation) {
            read.claims.check(&issuer.audience, now.timestamp())?;
            return Ok(verified.identity);
        }
        known.keys.check(&read)?;
        let ends = read.claims.check(&issuer.audience, now.timestamp())?;
        let (subject, machine) = read.claims.subject()?;
        let identity = Identity { issuer: issuer.name.clone(), subject, machine };
        let verified = Verified { identity: identity.clone(), issuer: index, generation: known.generation, ends };
        cache.put(hash, verified, now.timestamp());
        Ok(identity)
    }
}

impl Issuer {
    async fn keys(&self, token: &Unverified<'_>, now: DateTime<Utc>) -> Result<Known, Denied> {
        match &self.source {
            Source::Development(keys) => Ok(Known::fixed(keys.clone())),
            Source::Discovered(discovered) => discovered.keys(token, now).await,
        }
    }
}

impl std::fmt::Debug for Issuers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.issuers.iter().map(|issuer| &issuer.name)).finish()
    }
}

//! Tokens that were verified a moment ago: the gateway and the service behind it both ask.

use crate::Identity;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// How many tokens are remembered at most: a few hundred bytes each.
const MAX_TOKENS: usize = 10_000;

/// What was found out about a token.
#[derive(Clone)]
pub(crate) struct Verified {
    pub identity: Identity,
    /// Index of the issuer.
    pub issuer: usize,
    /// Which of the issuer's key sets it was verified with; another set, and it is verified again.
    pub generation: u64,
    /// Seconds since 1970 from which the token is not accepted any more.
    pub ends: i64,
}

/// Keyed by the token's hash, so that no token lies in memory longer than its request.
#[derive(Default)]
pub(crate) struct Cache(Mutex<HashMap<[u8; 32], Verified>>);

impl Cache {
    pub fn key(token: &str) -> [u8; 32] {
        Sha256::digest(token.as_bytes()).into()
    }

    pub fn get(&self, key: &[u8; 32], now: i64) -> Option<Verified> {
        let verified = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        verified.get(key).filter(|known| now < known.ends).cloned()
    }

    pub fn put(&self, key: [u8; 32], verified: Verified, now: i64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_TOKENS {
            all.retain(|_, known| now < known.ends);
        }
        if all.len() >= MAX_TOKENS {
            // Full of tokens that are still good: starting over costs one verification each.
            all.clear();
        }
        all.insert(key, verified);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verified(ends: i64) -> Verified {
        let identity = Identity { issuer: "i".into(), subject: "s".into(), machine: false };
        Verified { identity, issuer: 0, generation: 1, ends }
    }

    #[test]
    fn a_token_is_forgotten_when_it_ends() {
        let cache = Cache::default();
        cache.put(Cache::key("a"), verified(10), 0);
        assert!(cache.get(&Cache::key("a"), 9).is_some());
        assert!(cache.get(&Cache::key("a"), 10).is_none());
    }

    #[test]
    fn no_more_tokens_are_kept_than_the_bound() {
        let cache = Cache::default();
        for i in 0..=MAX_TOKENS {
            cache.put(Cache::key(&i.to_string()), verified(10), 0);
        }
        assert!(cache.0.lock().unwrap().len() <= MAX_TOKENS);
        assert!(cache.get(&Cache::key(&MAX_TOKENS.to_string()), 0).is_some());
    }
}

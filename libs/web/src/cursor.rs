//! Where a page of a list ended: sealed, so that an address tells nothing of it and nobody makes one up.

use crate::{FieldError, Problem};
use axum::extract::FromRequestParts;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, KeyInit, Mac};
use http::request::Parts;
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;
use std::marker::PhantomData;
use std::sync::Arc;
use vocabulary::Generations;

/// A place is filled up to a multiple of this, so that its length tells little of what is in it.
const BLOCK: usize = 64;

/// Bytes of a nonce, in front of what is sealed.
const NONCE: usize = 24;

/// Seals the places in all lists of an installation.
#[derive(Clone)]
pub(crate) struct Cursors(Arc<Generations<Key>>);

struct Key {
    cipher: XChaCha20Poly1305,
    nonces: Hmac<Sha256>,
}

impl Cursors {
    /// With keys made of the installation's; what an older one sealed is still opened.
    pub fn new(keys: &Generations<[u8; 32]>) -> Self {
        Self(Arc::new(keys.map(Key::of)))
    }

    /// **Invariant:** a place in one list is none in another one.
    fn seal(&self, list: &str, place: &[u8]) -> Option<String> {
        let key = self.0.newest();
        let mut padded = place.to_vec();
        padded.resize(place.len().next_multiple_of(BLOCK), b' ');
        let nonce = key.nonce(list, &padded);
        let sealed = key.cipher.encrypt(&XNonce::from(nonce), Payload { msg: &padded, aad: list.as_bytes() }).ok()?;
        Some(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    fn open(&self, list: &str, cursor: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
        let payload = || Payload { msg: sealed, aad: list.as_bytes() };
        self.0.all().rev().find_map(|key| key.cipher.decrypt(&XNonce::from(*nonce), payload()).ok())
    }
}

impl Key {
    fn of(key: &[u8; 32]) -> Self {
        let part = |name: &[u8]| -> [u8; 32] {
            let mut block = [0_u8; 64];
            block[..32].copy_from_slice(key);
            Hmac::<Sha256>::new(&block.into()).chain_update(name).finalize().into_bytes().into()
        };
        let mut block = [0_u8; 64];
        block[..32].copy_from_slice(&part(b"nonces of cursors"));
        Self { cipher: XChaCha20Poly1305::new(&part(b"cursors").into()), nonces: Hmac::new(&block.into()) }
    }

    /// Follows from what is sealed: the same place has the same cursor, and no two places share a nonce.
    fn nonce(&self, list: &str, place: &[u8]) -> [u8; NONCE] {
        let length = (list.len() as u64).to_be_bytes();
        let mac = self.nonces.clone().chain_update(length).chain_update(list).chain_update(place).finalize();
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&mac.into_bytes()[..NONCE]);
        nonce
    }
}

/// Seals and opens places, of type `K`, in the list that the request asks for.
///
/// A place holds what the list is ordered by as it was when the page was cut: an item that is renamed or goes away later
/// moves no page.
pub struct Cursor<K> {
    cursors: Cursors,
    list: String,
    place: PhantomData<fn() -> K>,
}

impl<S: Sync, K> FromRequestParts<S> for Cursor<K> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let cursors = parts.extensions.get::<Cursors>().cloned().ok_or_else(Problem::internal)?;
        Ok(Self { cursors, list: parts.uri.path().to_owned(), place: PhantomData })
    }
}

impl<K: Serialize + DeserializeOwned> Cursor<K> {
    /// The place that `?after=` names; nothing without one.
    ///
    /// # Errors
    /// When it is not the `next` of an earlier answer of this list.
    pub fn open(&self, after: Option<&str>) -> Result<Option<K>, Problem> {
        let Some(after) = after else { return Ok(None) };
        let place = self.cursors.open(&self.list, after);
        place.and_then(|place| serde_json::from_slice(&place).ok()).map(Some).ok_or_else(foreign)
    }

    /// A place as `next` gives it.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn seal(&self, place: &K) -> Result<String, Problem> {
        let json = serde_json::to_vec(place).ok();
        json.and_then(|json| self.cursors.seal(&self.list, &json)).ok_or_else(Problem::internal)
    }
}

fn foreign() -> Problem {
    let (english, dutch) =
        ("is the `next` of an earlier answer of this list", "is de `next` van een eerder antwoord van deze lijst");
    Problem::invalid(vec![FieldError::new("?after", english, dutch)])
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Of a list, under a key.
    pub(crate) fn cursor<K>(list: &str, key: u8) -> Cursor<K> {
        Cursor { cursors: Cursors::new(&[key; 32].into()), list: list.into(), place: PhantomData }
    }

    #[test]
    fn a_cursor_is_read_in_its_own_list_only() {
        let place = ("Jansen".to_owned(), 7);
        let pupils = cursor::<(String, i32)>("/pupils", 1);
        let next = pupils.seal(&place).unwrap();
        assert_eq!(pupils.open(Some(&next)).unwrap(), Some(place));
        assert!(cursor::<(String, i32)>("/companies", 1).open(Some(&next)).is_err());
        assert!(cursor::<(String, i32)>("/pupils", 2).open(Some(&next)).is_err());
        assert!(cursor::<i32>("/pupils", 1).open(Some(&next)).is_err());
    }

    #[test]
    fn a_cursor_that_was_altered_is_refused() {
        let list = cursor::<i32>("/pupils", 1);
        let next = list.seal(&7).unwrap();
        assert_eq!(list.open(None).unwrap(), None);
        for wrong in ["", "!", "AA", &next[1..], &format!("{next}A"), &next.replacen(&next[40..41], "_", 1)] {
            assert!(*wrong == next || list.open(Some(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_cursor_tells_neither_what_it_holds_nor_how_long_that_is() {
        let list = cursor::<String>("/pupils", 1);
        let of = |name: &str| list.seal(&name.to_owned()).unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(of("Jansen")).unwrap();
        assert!(!bytes.windows(3).any(|part| part == b"Jan"));
        assert_eq!(of("Jansen").len(), of("Li").len());
        assert_eq!(of("Jansen"), of("Jansen"));
        assert_ne!(of("Jansen"), of("Li"));
    }

    #[test]
    fn a_cursor_of_an_older_key_is_still_read() {
        let old = cursor::<i32>("/pupils", 1);
        let keys = Generations::of(vec![[1; 32], [2; 32]], 1).unwrap();
        let new = Cursor::<i32> { cursors: Cursors::new(&keys), ..cursor("/pupils", 1) };
        assert_eq!(new.open(Some(&old.seal(&7).unwrap())).unwrap(), Some(7));
        assert!(old.open(Some(&new.seal(&7).unwrap())).is_err());
    }
}

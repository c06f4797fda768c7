//! Sealing and opening, without a database.
//!
//! XChaCha20-Poly1305 with random nonces of 24 bytes; what is sealed is tied to where it belongs by associated data.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox, zeroize::Zeroizing};
use sha2::Sha256;
use vocabulary::{PersonId, Purpose, RegionId, Sealed};

use crate::Error;

/// Wiped from memory when dropped.
pub(crate) type Key = SecretBox<[u8; 32]>;

const NONCE: usize = 24;

/// Whose key it is. A wrapped key opens only as this person's, for this purpose, in this region.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Owner {
    pub(crate) region: RegionId,
    pub(crate) person: PersonId,
    pub(crate) purpose: Purpose,
}

impl Owner {
    fn key_binding(&self) -> Vec<u8> {
        bytes(&["data key 1", self.region.as_str(), &self.person.to_string(), purpose(self.purpose)])
    }

    /// `field` is the event type as stored, a `#` and the field's name.
    fn field_binding(&self, field: &str) -> Vec<u8> {
        bytes(&["field 1", self.region.as_str(), &self.person.to_string(), purpose(self.purpose), field])
    }

    pub(crate) fn wrap(&self, master: &Key, key: &Key) -> Result<Vec<u8>, Error> {
        seal(master, &self.key_binding(), key.expose_secret())
    }

    pub(crate) fn unwrap(&self, master: &Key, wrapped: &[u8]) -> Result<Key, Error> {
        let opened = open(master, &self.key_binding(), wrapped).ok_or(Error::Broken("the key of this person"))?;
        let mut key = Key::default();
        match opened.len() {
            32 => key.expose_secret_mut().copy_from_slice(&opened),
            _ => return Err(Error::Broken("the key of this person")),
        }
        Ok(key)
    }

    pub(crate) fn seal(&self, key: &Key, field: &str, plain: &str) -> Result<Sealed, Error> {
        let sealed = seal(key, &self.field_binding(field), plain.as_bytes())?;
        Ok(Sealed { person: self.person, purpose: self.purpose, sealed: STANDARD_NO_PAD.encode(sealed) })
    }

    pub(crate) fn open(&self, key: &Key, field: &str, sealed: &str) -> Result<String, Error> {
        STANDARD_NO_PAD
            .decode(sealed)
            .ok()
            .and_then(|sealed| open(key, &self.field_binding(field), &sealed))
            .and_then(|plain| String::from_utf8(plain.to_vec()).ok())
            .ok_or(Error::Broken("a sealed field"))
    }
}

/// As the database knows it; never changed, since wrapped keys are bound to it.
pub(crate) fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Identity => "identity",
        Purpose::Judgement => "judgement",
        Purpose::Image => "image",
        Purpose::Report => "report",
    }
}

pub(crate) fn random_key() -> Result<Key, Error> {
    let mut key = Key::default();
    random(key.expose_secret_mut())?;
    Ok(key)
}

pub(crate) fn derive(key: &Key, using: &str) -> Key {
    let mut derived = Key::default();
    derived.expose_secret_mut().copy_from_slice(&mac(key, &["regiohub vault 1", using]));
    derived
}

/// The same for the same parts and key; says nothing about them to who lacks the key.
pub(crate) fn mac(key: &Key, parts: &[&str]) -> [u8; 32] {
    // HMAC fills a short key up with zeros to the length of a block.
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key.expose_secret());
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&(*block).into());
    mac.update(&bytes(parts));
    mac.finalize().into_bytes().into()
}

fn seal(key: &Key, binding: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error> {
    let mut nonce = [0; NONCE];
    random(&mut nonce)?;
    let sealed = cipher(key)
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: binding })
        .map_err(|_| Error::Broken("a field too long to seal"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn open(key: &Key, binding: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let opened = cipher(key).decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: binding });
    opened.ok().map(Zeroizing::new)
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&(*key.expose_secret()).into())
}

fn random(bytes: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(bytes).map_err(|_| Error::Broken("no randomness from this machine"))
}

/// Parts with their lengths: ("ab", "c") and ("a", "bc") must differ.
fn bytes(parts: &[&str]) -> Vec<u8> {
    let part = |part: &&str| [&(part.len() as u64).to_be_bytes(), part.as_bytes()].concat();
    parts.iter().flat_map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(region: &str, person: u128, purpose: Purpose) -> Owner {
        Owner { region: region.parse().unwrap(), person: PersonId(uuid::Uuid::from_u128(person)), purpose }
    }

    #[test]
    fn a_sealed_field_opens_only_where_it_belongs() {
        let key = random_key().unwrap();
        let owner_of_it = owner("gorinchem", 1, Purpose::Identity);
        let sealed = owner_of_it.seal(&key, "person-registered.v1#name", "canary").unwrap().sealed;
        assert_eq!(owner_of_it.open(&key, "person-registered.v1#name", &sealed).unwrap(), "canary");
        for (other, field) in [
            (owner("altena", 1, Purpose::Identity), "person-registered.v1#name"),
            (owner("gorinchem", 2, Purpose::Identity), "person-registered.v1#name"),
            (owner("gorinchem", 1, Purpose::Judgement), "person-registered.v1#name"),
            (owner("gorinchem", 1, Purpose::Identity), "person-registered.v1#birthDate"),
        ] {
            assert!(matches!(other.open(&key, field, &sealed), Err(Error::Broken(_))), "{other:?} {field}");
        }
    }

    #[test]
    fn one_changed_byte_anywhere_fails() {
        let key = random_key().unwrap();
        let owner = owner("gorinchem", 1, Purpose::Identity);
        let sealed = STANDARD_NO_PAD.decode(owner.seal(&key, "f", "Jansen").unwrap().sealed).unwrap();
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(owner.open(&key, "f", &STANDARD_NO_PAD.encode(changed)).is_err(), "byte {place}");
        }
        assert!(owner.open(&key, "f", "").is_err());
        assert!(owner.open(&key, "f", "not base64!").is_err());
    }

    #[test]
    fn a_wrapped_key_is_of_no_use_to_someone_else() {
        let master = random_key().unwrap();
        let wrapped = owner("gorinchem", 1, Purpose::Identity).wrap(&master, &random_key().unwrap()).unwrap();
        assert!(owner("gorinchem", 1, Purpose::Identity).unwrap(&master, &wrapped).is_ok());
        assert!(owner("gorinchem", 2, Purpose::Identity).unwrap(&master, &wrapped).is_err());
        assert!(owner("gorinchem", 1, Purpose::Identity).unwrap(&random_key().unwrap(), &wrapped).is_err());
    }

    #[test]
    fn the_same_text_is_sealed_differently_each_time() {
        let key = random_key().unwrap();
        let owner = owner("gorinchem", 1, Purpose::Identity);
        assert_ne!(owner.seal(&key, "f", "Jansen").unwrap(), owner.seal(&key, "f", "Jansen").unwrap());
    }

    #[test]
    fn the_border_between_parts_matters() {
        let key = random_key().unwrap();
        assert_ne!(mac(&key, &["ab", "c"]), mac(&key, &["a", "bc"]));
    }
}

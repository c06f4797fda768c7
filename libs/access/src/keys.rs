//! The public keys an issuer publishes, and which of them may have signed a token. Pure.

use crate::token::{Denied, Unverified};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, crypto};
use serde::Deserialize;
use serde_json::Value;

/// More keys than this are not read: no issuer publishes so many.
const MAX_KEYS: usize = 64;

/// RSA keys with fewer bytes are not accepted: 2048 bits.
const MIN_RSA_BYTES: usize = 256;

/// One key as it is published (RFC 7517).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
struct Published {
    kid: Option<String>,
    kty: String,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// One key that may sign tokens.
#[derive(Clone, Debug)]
struct Key {
    published: Published,
    decoding: DecodingKey,
}

/// The keys of one issuer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys(Vec<Key>);

impl Keys {
    /// Reads a key set; what it cannot use it leaves out, as the standard asks.
    pub fn published(set: &Value) -> Option<Self> {
        let keys = set.get("keys")?.as_array()?;
        Some(Self(keys.iter().take(MAX_KEYS).filter_map(key).collect()))
    }

    /// The one Ed25519 key of the development issuer.
    pub fn ed25519(kid: &str, public: &[u8; 32]) -> Self {
        let x = URL_SAFE_NO_PAD.encode(public);
        let published = Published {
            kid: Some(kid.into()),
            kty: "OKP".into(),
            crv: Some("Ed25519".into()),
            x: Some(x),
            ..Published::default()
        };
        Self(vec![Key { published, decoding: DecodingKey::from_ed_der(public) }])
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn same_as(&self, other: &Self) -> bool {
        self.0.iter().map(|key| &key.published).eq(other.0.iter().map(|key| &key.published))
    }

    /// Whether one of these keys may have signed the token.
    pub fn knows(&self, token: &Unverified<'_>) -> bool {
        self.fitting(token).is_some()
    }

    /// Checks the signature.
    pub fn check(&self, token: &Unverified<'_>) -> Result<(), Denied> {
        let key = self.fitting(token).ok_or(Denied::UnknownKey)?;
        match crypto::verify(token.signature, token.message.as_bytes(), &key.decoding, token.algorithm) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Denied::Signature),
        }
    }

    /// The key named by the token; without a name the only one that fits the algorithm.
    fn fitting(&self, token: &Unverified<'_>) -> Option<&Key> {
        let mut fitting = self.0.iter().filter(|key| key.published.fits(token.algorithm));
        match &token.kid {
            Some(kid) => fitting.find(|key| key.published.kid.as_ref() == Some(kid)),
            None => fitting.next().filter(|_| fitting.next().is_none()),
        }
    }
}

impl Published {
    /// **Invariant:** a key is used with the algorithms of its own type and curve only.
    fn fits(&self, algorithm: Algorithm) -> bool {
        let named = self.alg.as_deref().is_none_or(|alg| alg == format!("{algorithm:?}"));
        named
            && match algorithm {
                Algorithm::ES256 => self.crv.as_deref() == Some("P-256"),
                Algorithm::ES384 => self.crv.as_deref() == Some("P-384"),
                Algorithm::EdDSA => self.crv.as_deref() == Some("Ed25519"),
                other => other.family() == AlgorithmFamily::Rsa && self.kty == "RSA",
            }
    }
}

fn key(value: &Value) -> Option<Key> {
    let published =
        Published::deserialize(value).ok().filter(|key| key.purpose.as_deref().is_none_or(|it| it == "sig"))?;
    let decoding = match (published.kty.as_str(), published.crv.as_deref()) {
        ("RSA", _) => {
            let n = published.n.as_deref()?;
            URL_SAFE_NO_PAD.decode(n).ok().filter(|modulus| modulus.len() >= MIN_RSA_BYTES)?;
            DecodingKey::from_rsa_components(n, published.e.as_deref()?)
        }
        ("EC", Some("P-256" | "P-384")) => {
            DecodingKey::from_ec_components(published.x.as_deref()?, published.y.as_deref()?)
        }
        ("OKP", Some("Ed25519")) => DecodingKey::from_ed_components(published.x.as_deref()?),
        // Symmetric keys among them: a published secret is none.
        _ => return None,
    };
    Some(Key { decoding: decoding.ok()?, published })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_secret_a_weak_key_and_a_key_for_encryption_are_left_out() {
        let weak = URL_SAFE_NO_PAD.encode([0xff; 128]);
        let set = json!({ "keys": [
            { "kty": "oct", "kid": "a", "k": "c2VjcmV0" },
            { "kty": "RSA", "kid": "b", "n": weak, "e": "AQAB" },
            { "kty": "OKP", "crv": "Ed25519", "kid": "c", "use": "enc", "x": URL_SAFE_NO_PAD.encode([1; 32]) },
            { "kty": "EC", "crv": "secp256k1", "kid": "d", "x": "AA", "y": "AA" },
            "nonsense",
        ] });
        assert!(Keys::published(&set).unwrap().is_empty());
        assert!(Keys::published(&json!({})).is_none());
    }

    #[test]
    fn a_key_serves_its_own_algorithm_only() {
        let key = |alg: Option<&str>| Published { kty: "RSA".into(), alg: alg.map(Into::into), ..Published::default() };
        assert!(key(None).fits(Algorithm::RS256) && key(None).fits(Algorithm::PS512));
        assert!(!key(Some("RS256")).fits(Algorithm::PS256));
        assert!(
            !key(None).fits(Algorithm::ES256) && !key(None).fits(Algorithm::EdDSA) && !key(None).fits(Algorithm::HS256)
        );
    }
}

//! Keys of every accepted kind, and tokens signed with them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use p256::{elliptic_curve::rand_core::OsRng, pkcs8::EncodePrivateKey};
use rsa::pkcs1::EncodeRsaPrivateKey;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// A key pair with the name it is published under.
#[derive(Clone)]
pub struct Pair {
    pub kid: String,
    pub algorithm: Algorithm,
    private: EncodingKey,
    published: Value,
}

impl Pair {
    pub fn p256(kid: &str) -> Self {
        let private = p256::SecretKey::random(&mut OsRng).to_pkcs8_der().unwrap();
        let private = EncodingKey::from_ec_der(private.as_bytes());
        Self::named(
            kid,
            Algorithm::ES256,
            private.clone(),
            &Jwk::from_encoding_key(&private, Algorithm::ES256).unwrap(),
        )
    }

    /// Made once: it takes a while.
    pub fn rsa(kid: &str, algorithm: Algorithm) -> Self {
        static PRIVATE: LazyLock<EncodingKey> = LazyLock::new(|| {
            let private = rsa::RsaPrivateKey::new(&mut OsRng, 2048).unwrap();
            EncodingKey::from_rsa_der(private.to_pkcs1_der().unwrap().as_bytes())
        });
        Self::named(kid, algorithm, PRIVATE.clone(), &Jwk::from_encoding_key(&PRIVATE, algorithm).unwrap())
    }

    pub fn ed25519(kid: &str) -> Self {
        let mut seed = [0_u8; 32];
        getrandom::fill(&mut seed).unwrap();
        // PKCS#8: version, Ed25519, and the seed in two octet strings.
        let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
        der.extend_from_slice(&seed);
        let private = EncodingKey::from_ed_der(&der);
        Self::named(
            kid,
            Algorithm::EdDSA,
            private.clone(),
            &Jwk::from_encoding_key(&private, Algorithm::EdDSA).unwrap(),
        )
    }

    fn named(kid: &str, algorithm: Algorithm, private: EncodingKey, published: &Jwk) -> Self {
        let mut published = serde_json::to_value(published).unwrap();
        published["kid"] = kid.into();
        published["use"] = "sig".into();
        Self { kid: kid.into(), algorithm, private, published }
    }

    /// As it stands in a key set.
    pub fn published(&self) -> Value {
        self.published.clone()
    }

    /// Signs claims as they are.
    pub fn sign(&self, claims: &Value) -> String {
        let head = Header { kid: Some(self.kid.clone()), ..Header::new(self.algorithm) };
        jsonwebtoken::encode(&head, claims, &self.private).unwrap()
    }
}

/// A token with any head and any signature.
pub fn forged(head: &Value, claims: &Value, signature: &[u8]) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", part(head), part(claims), URL_SAFE_NO_PAD.encode(signature))
}

/// A token "signed" with a secret, for which an attacker takes the public key.
pub fn with_secret(kid: &str, claims: &Value, secret: &[u8]) -> String {
    let head = Header { kid: Some(kid.into()), ..Header::new(Algorithm::HS256) };
    jsonwebtoken::encode(&head, claims, &EncodingKey::from_secret(secret)).unwrap()
}

/// The same token with other claims under the old signature.
pub fn tampered(token: &str, claims: &Value) -> String {
    let parts: Vec<_> = token.split('.').collect();
    format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims.to_string()), parts[2])
}

/// The public key as the bytes an attacker would use as a secret.
pub fn public_bytes(pair: &Pair) -> Vec<u8> {
    json!(pair.published).to_string().into_bytes()
}

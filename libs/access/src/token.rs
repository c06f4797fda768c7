//! Reads a token and checks all of it but the signature. Pure.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde_json::Value;

/// Longer tokens are not read at all.
const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// Seconds that the clocks of issuer and hub may differ.
pub(crate) const LEEWAY: i64 = 30;

/// Why a token is not accepted. The text names no part of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Not three base64url parts of JSON, too long, or of a kind that is no access token.
    #[error("this is not an access token")]
    Malformed,
    /// `none`, an HMAC, or something unknown.
    #[error("the token is signed in a way that is not accepted")]
    Algorithm,
    /// An `iss` that is not configured.
    #[error("the token's issuer is not known here")]
    UnknownIssuer,
    /// A `kid` that the issuer does not publish, or does not publish any more.
    #[error("the token is signed with a key its issuer does not publish")]
    UnknownKey,
    /// The signature does not fit.
    #[error("the token's signature is not right")]
    Signature,
    /// No `exp`, or one that is no number.
    #[error("the token has no proper end")]
    NoEnd,
    /// After `exp`.
    #[error("the token has expired")]
    Expired,
    /// Before `nbf`, or an `nbf` that is no number.
    #[error("the token is not valid yet")]
    NotYet,
    /// `aud` names others, or nobody.
    #[error("the token is meant for someone else")]
    Audience,
    /// No `sub`, `client_id` or `azp`.
    #[error("the token names nobody")]
    Nobody,
    /// The issuer's keys cannot be had at the moment: try again later.
    #[error("the token's issuer cannot be reached")]
    Unavailable,
}

impl Denied {
    /// The same sentence in Dutch.
    #[must_use]
    pub const fn in_dutch(self) -> &'static str {
        match self {
            Self::Malformed => "dit is geen toegangstoken",
            Self::Algorithm => "het token is ondertekend op een manier die niet wordt aanvaard",
            Self::UnknownIssuer => "de uitgever van het token is hier niet bekend",
            Self::UnknownKey => "het token is ondertekend met een sleutel die de uitgever niet publiceert",
            Self::Signature => "de handtekening van het token klopt niet",
            Self::NoEnd => "het token heeft geen juiste einddatum",
            Self::Expired => "het token is verlopen",
            Self::NotYet => "het token is nog niet geldig",
            Self::Audience => "het token is voor een ander bedoeld",
            Self::Nobody => "het token noemt niemand",
            Self::Unavailable => "de uitgever van het token is niet bereikbaar",
        }
    }
}

/// A token as it reads, before its signature was checked.
pub(crate) struct Unverified<'t> {
    pub algorithm: Algorithm,
    pub kid: Option<String>,
    pub claims: Claims,
    pub message: &'t str,
    pub signature: &'t str,
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

/// What is read of a token; the rest is none of our business.
#[derive(Deserialize)]
pub(crate) struct Claims {
    pub iss: String,
    aud: Option<Value>,
    exp: Option<Value>,
    nbf: Option<Value>,
    sub: Option<String>,
    client_id: Option<String>,
    azp: Option<String>,
}

/// The algorithms that are accepted: signatures with a public key, nothing else.
fn accepted(name: &str) -> Option<Algorithm> {
    Some(match name {
        "RS256" => Algorithm::RS256,
        "RS384" => Algorithm::RS384,
        "RS512" => Algorithm::RS512,
        "PS256" => Algorithm::PS256,
        "PS384" => Algorithm::PS384,
        "PS512" => Algorithm::PS512,
        "ES256" => Algorithm::ES256,
        "ES384" => Algorithm::ES384,
        "EdDSA" => Algorithm::EdDSA,
        _ => return None,
    })
}

pub(crate) fn read(token: &str) -> Result<Unverified<'_>, Denied> {
    if token.len() > MAX_TOKEN_BYTES || !token.is_ascii() {
        return Err(Denied::Malformed);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(Denied::Malformed)?;
    let (head, claims) =
        message.split_once('.').filter(|(_, claims)| !claims.contains('.')).ok_or(Denied::Malformed)?;
    let head: Head = part(head)?;
    let algorithm = accepted(&head.alg).ok_or(Denied::Algorithm)?;
    // An extension that must be understood is not; a logout token is not for access.
    let kind = head.typ.as_deref().map(|typ| typ.trim_start_matches("application/").to_ascii_lowercase());
    if head.crit.is_some() || !matches!(kind.as_deref(), None | Some("jwt" | "at+jwt")) {
        return Err(Denied::Malformed);
    }
    Ok(Unverified { algorithm, kid: head.kid, claims: part(claims)?, message, signature })
}

fn part<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Denied> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Denied::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| Denied::Malformed)
}

impl Claims {
    /// Checks audience and time; gives the second from which the token is not accepted any more.
    pub fn check(&self, audience: &str, now: i64) -> Result<i64, Denied> {
        let meant = match &self.aud {
            Some(Value::String(one)) => one == audience,
            Some(Value::Array(several)) => several.iter().any(|one| one == audience),
            _ => false,
        };
        if !meant {
            return Err(Denied::Audience);
        }
        let ends = self.exp.as_ref().and_then(seconds).ok_or(Denied::NoEnd)?.saturating_add(LEEWAY);
        if now >= ends {
            return Err(Denied::Expired);
        }
        let begins = match &self.nbf {
            None => i64::MIN,
            Some(nbf) => seconds(nbf).ok_or(Denied::NotYet)?,
        };
        if now < begins.saturating_sub(LEEWAY) {
            return Err(Denied::NotYet);
        }
        Ok(ends)
    }

    /// The identity that the token is about, and whether it is a machine.
    pub fn subject(&self) -> Result<(String, bool), Denied> {
        let named = |name: &Option<String>| name.clone().filter(|name| !name.is_empty() && name.len() <= 255);
        named(&self.sub)
            .map(|sub| (sub, false))
            .or_else(|| named(&self.client_id).or_else(|| named(&self.azp)).map(|client| (client, true)))
            .ok_or(Denied::Nobody)
    }
}

/// Seconds since 1970. **Invariant:** a JSON number, never a text that looks like one.
#[expect(clippy::cast_possible_truncation, reason = "a float saturates, which is as good as for ever")]
fn seconds(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().map(|float| float.floor() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(extra: Value) -> Claims {
        let mut all = json!({ "iss": "i", "aud": "hub", "exp": 1000, "sub": "s" });
        for (key, value) in extra.as_object().unwrap() {
            all[key] = value.clone();
        }
        serde_json::from_value(all).unwrap()
    }

    #[test]
    fn a_token_ends_at_its_end_plus_the_leeway() {
        assert_eq!(claims(json!({})).check("hub", 1029), Ok(1030));
        assert_eq!(claims(json!({})).check("hub", 1030), Err(Denied::Expired));
    }

    #[test]
    fn an_end_must_be_there_and_be_a_number() {
        assert_eq!(claims(json!({ "exp": null })).check("hub", 0), Err(Denied::NoEnd));
        assert_eq!(claims(json!({ "exp": "1000" })).check("hub", 0), Err(Denied::NoEnd));
        assert_eq!(claims(json!({ "exp": 1000.5 })).check("hub", 0), Ok(1030));
    }

    #[test]
    fn a_token_begins_at_its_beginning_minus_the_leeway() {
        assert_eq!(claims(json!({ "nbf": 500 })).check("hub", 469), Err(Denied::NotYet));
        assert!(claims(json!({ "nbf": 500 })).check("hub", 470).is_ok());
        assert_eq!(claims(json!({ "nbf": "1" })).check("hub", 470), Err(Denied::NotYet));
    }

    #[test]
    fn the_audience_must_be_named_exactly() {
        assert!(claims(json!({ "aud": ["other", "hub"] })).check("hub", 0).is_ok());
        for foreign in
            [json!("other"), json!(["other"]), json!([]), json!("HUB"), json!("hub2"), json!(null), json!({ "hub": 1 })]
        {
            assert_eq!(claims(json!({ "aud": foreign })).check("hub", 0), Err(Denied::Audience));
        }
    }

    #[test]
    fn a_machine_is_known_by_its_client_id() {
        assert_eq!(claims(json!({ "azp": "portal" })).subject(), Ok(("s".into(), false)));
        assert_eq!(claims(json!({ "sub": null, "azp": "portal" })).subject(), Ok(("portal".into(), true)));
        assert_eq!(claims(json!({ "sub": "", "client_id": "sis", "azp": "b" })).subject(), Ok(("sis".into(), true)));
        assert_eq!(claims(json!({ "sub": null })).subject(), Err(Denied::Nobody));
    }
}

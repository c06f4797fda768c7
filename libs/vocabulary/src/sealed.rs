//! A personal field as it stands in an event: sealed with the person's own key.

use crate::PersonId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The use of a key; a person's keys are destroyed together or one purpose at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// The identity of a person: name, birth date, contact data.
    Identity,
    /// Texts about a person: assessments, reflections.
    Judgement,
    /// Photos and other recognisable evidence.
    Image,
    /// The identity of a person who reported a concern.
    Report,
}

/// A sealed text. Only the vault opens it, and only while the person's key exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sealed {
    /// The person whose key sealed the text.
    pub person: PersonId,
    /// The purpose of that key.
    pub purpose: Purpose,
    /// Nonce and ciphertext, base64 without padding.
    pub sealed: String,
}

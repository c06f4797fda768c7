//! A personal field as it stands in an event: sealed with the person's own key.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vocabulary::PersonId;

/// What a key is used for; a person's keys are destroyed together or one purpose at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Who someone is: name, birth date, contact data.
    Identity,
    /// What is written about someone: assessments, reflections.
    Judgement,
    /// Photos and other recognisable evidence.
    Image,
    /// Who reported a concern.
    Report,
}

/// A sealed text. Only the vault opens it, and only while the person's key exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sealed {
    /// Whose key.
    pub person: PersonId,
    /// Which of their keys.
    pub purpose: Purpose,
    /// Nonce and ciphertext, base64 without padding.
    pub sealed: String,
}

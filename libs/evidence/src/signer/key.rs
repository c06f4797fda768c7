//! A key that signs, as others see it.

use crate::verify::Key;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A key as it is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct SigningKey {
    /// From 1.
    pub number: i32,
    /// Its public half: `name+id+base64`.
    pub verifier: String,
    /// From when it signs.
    pub valid_from: DateTime<Utc>,
    /// Until when it signed; none while it does.
    pub valid_until: Option<DateTime<Utc>>,
}

impl SigningKey {
    /// For a check; nothing when it does not read.
    #[must_use]
    pub fn key(&self) -> Option<Key> {
        Some(Key { verifier: self.verifier.parse().ok()?, from: self.valid_from, until: self.valid_until })
    }
}

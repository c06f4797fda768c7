//! What money is counted under, and what a paper contains.

use crate::{Invalid, checked::checked_text};
use serde::{Deserialize, Serialize};

/// The code of a funding scheme (regeling), as in `sto`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SchemeCode(String);

impl SchemeCode {
    fn check(text: &str) -> Result<String, Invalid> {
        let fits = (2..=32).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits {
            Ok(text.to_owned())
        } else {
            Err(Invalid::new("scheme", "2 to 32 lower-case letters, digits or hyphens, a letter first"))
        }
    }

    /// The subsidy that every region has (Sterk Techniekonderwijs).
    #[must_use]
    pub fn sto() -> Self {
        Self("sto".to_owned())
    }
}
checked_text!(SchemeCode, pattern = "^[a-z][a-z0-9-]{1,31}$", example = "sto");

/// The SHA-256 of some content, 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentHash(String);

impl ContentHash {
    fn check(text: &str) -> Result<String, Invalid> {
        if text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            Ok(text.to_owned())
        } else {
            Err(Invalid::new("content hash", "a SHA-256 as 64 lower-case hexadecimal digits"))
        }
    }
}
checked_text!(
    ContentHash,
    pattern = "^[0-9a-f]{64}$",
    example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_code_is_a_slug_and_the_default_one_is_sto() {
        assert_eq!("sto".parse::<SchemeCode>().unwrap(), SchemeCode::sto());
        for bad in ["s", "Sto", "a_b", ""] {
            assert!(bad.parse::<SchemeCode>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_content_hash_has_64_lower_case_digits() {
        assert!("0".repeat(64).parse::<ContentHash>().is_ok());
        for bad in ["0".repeat(63), "0".repeat(65), "A".repeat(64), "g".repeat(64)] {
            assert!(bad.parse::<ContentHash>().is_err(), "{bad}");
        }
    }
}

//! The region: the partners that share one history.

use crate::{Invalid, checked::checked_text};
use serde::{Deserialize, Serialize};

/// A region's slug, chosen at its founding and never changed, as in `gorinchem`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegionId(String);

impl RegionId {
    fn check(text: &str) -> Result<String, Invalid> {
        let fits = (2..=32).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits {
            Ok(text.to_owned())
        } else {
            Err(Invalid::new("region", "2 to 32 lower-case letters, digits or hyphens, a letter first"))
        }
    }
}
checked_text!(RegionId, pattern = "^[a-z][a-z0-9-]{1,31}$", example = "gorinchem");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_has_2_to_32_characters() {
        assert!("ab".parse::<RegionId>().is_ok());
        assert!("a".repeat(32).parse::<RegionId>().is_ok());
        for bad in ["a", "A1", "1a", "a_b", "", &"a".repeat(33)] {
            assert!(bad.parse::<RegionId>().is_err(), "{bad}");
        }
    }
}

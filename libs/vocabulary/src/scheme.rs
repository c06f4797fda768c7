//! The funding schemes that money is counted under.

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
}

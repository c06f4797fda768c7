//! How schools are named in the Netherlands.

use crate::Invalid;
use crate::checked::checked_text;
use serde::{Deserialize, Serialize};

/// The number of a school's institution: two digits, two letters (BRIN-nummer), as in `02LB`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Brin(String);

impl Brin {
    fn check(text: &str) -> Result<String, Invalid> {
        let fits = text.len() == 4
            && text.bytes().take(2).all(|b| b.is_ascii_digit())
            && text.bytes().skip(2).all(|b| b.is_ascii_uppercase());
        if fits {
            Ok(text.to_owned())
        } else {
            Err(Invalid::new("BRIN", "two digits and two capital letters, such as 02LB"))
        }
    }
}
checked_text!(Brin, pattern = "^[0-9]{2}[A-Z]{2}$", example = "02LB");

/// One site of a school: its BRIN and two digits (vestigingscode), as in `02LB00`.
///
/// Schools are known by this public code everywhere in the hub.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BranchCode(String);

impl BranchCode {
    fn check(text: &str) -> Result<String, Invalid> {
        let fits = text.is_ascii()
            && text.len() == 6
            && Brin::check(&text[..4]).is_ok()
            && text.bytes().skip(4).all(|b| b.is_ascii_digit());
        if fits {
            Ok(text.to_owned())
        } else {
            Err(Invalid::new("branch code", "a BRIN and two digits, such as 02LB00"))
        }
    }

    /// The institution this site belongs to.
    #[must_use]
    pub fn brin(&self) -> Brin {
        Brin(self.0[..4].to_owned())
    }
}
checked_text!(BranchCode, pattern = "^[0-9]{2}[A-Z]{2}[0-9]{2}$", example = "02LB00");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_code_is_a_brin_and_two_digits() {
        assert_eq!("02LB00".parse::<BranchCode>().unwrap().brin().as_str(), "02LB");
        for bad in ["", "02LB", "02LB0", "02lb00", "0ALB00", "02LB000", "02LBéa", "02LB0x"] {
            assert!(bad.parse::<BranchCode>().is_err(), "{bad}");
        }
    }
}

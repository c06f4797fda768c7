//! How companies are named in the Netherlands.

use crate::{Invalid, checked::checked_text};
use serde::{Deserialize, Serialize};

/// A company's number at the Chamber of Commerce (KvK-nummer): eight digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KvkNumber(String);

impl KvkNumber {
    fn check(text: &str) -> Result<String, Invalid> {
        if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(text.to_owned())
        } else {
            Err(Invalid::new("KvK number", "eight digits"))
        }
    }
}
checked_text!(KvkNumber, pattern = "^[0-9]{8}$", example = "90001354");

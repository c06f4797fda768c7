//! Short texts that people type.

use crate::{Invalid, checked::checked_text};
use serde::{Deserialize, Serialize};

/// A name of a thing, never of a person: 1 to 200 characters, no control characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Label(String);

impl Label {
    fn check(text: &str) -> Result<String, Invalid> {
        short(text, 200).ok_or(Invalid::new("name", "1 to 200 characters on one line"))
    }
}
checked_text!(Label, pattern = r"^(?=.*\S)[^\u0000-\u001f\u007f]{1,200}$", example = "Koudetechniek");

/// Why something was done: 3 to 500 characters. **Invariant:** no names of people in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(String);

impl Reason {
    fn check(text: &str) -> Result<String, Invalid> {
        short(text, 500)
            .filter(|text| text.chars().count() >= 3)
            .ok_or(Invalid::new("reason", "3 to 500 characters on one line"))
    }
}
checked_text!(Reason, pattern = r"^(?=\s*\S.*\S.*\S)[^\u0000-\u001f\u007f]{3,500}$", example = "The bus broke down");

/// An address for mail.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    fn check(text: &str) -> Result<String, Invalid> {
        let fits = text.len() <= 254
            && text.bytes().all(|b| b.is_ascii_graphic())
            && text.split_once('@').is_some_and(|(who, domain)| {
                !who.is_empty()
                    && domain.contains('.')
                    && !domain.contains('@')
                    && !domain.starts_with('.')
                    && !domain.ends_with('.')
            });
        if fits { Ok(text.to_owned()) } else { Err(Invalid::new("e-mail address", "such as name@school.nl")) }
    }
}
checked_text!(Email, pattern = r"^[\x21-\x3f\x41-\x7e]+@[^@\s.]+(\.[^@\s.]+)+$", example = "name@school.nl");

/// A paragraph of an agreement or a rule: 1 to 2000 characters, lines allowed.
/// **Invariant:** no names of people in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Clause(String);

impl Clause {
    fn check(text: &str) -> Result<String, Invalid> {
        // Line ends as one sign: the text is hashed, and a browser sends others than a program.
        let text = text.replace("\r\n", "\n");
        let text = text.trim();
        let fits = (1..=2000).contains(&text.chars().count()) && !text.chars().any(|c| c.is_control() && c != '\n');
        if fits { Ok(text.to_owned()) } else { Err(Invalid::new("clause", "1 to 2000 characters")) }
    }
}
checked_text!(
    Clause,
    pattern = r"^(?=[\s\S]*\S)[^\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f]{1,2000}$",
    example = "Refrigerant is only handled by staff with a certificate."
);

/// The SHA-256 of a document: 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DocumentHash(String);

impl DocumentHash {
    fn check(text: &str) -> Result<String, Invalid> {
        let fits = text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if fits {
            Ok(text.to_owned())
        } else {
            Err(Invalid::new("document hash", "64 lower-case hexadecimal digits (SHA-256)"))
        }
    }
}
checked_text!(
    DocumentHash,
    pattern = "^[0-9a-f]{64}$",
    example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
);

impl From<[u8; 32]> for DocumentHash {
    /// A digest as it comes from SHA-256.
    fn from(digest: [u8; 32]) -> Self {
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

fn short(text: &str, most: usize) -> Option<String> {
    let trimmed = text.trim();
    let fits = !trimmed.is_empty() && trimmed.chars().count() <= most && !trimmed.chars().any(char::is_control);
    fits.then(|| trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_at_least_three_characters() {
        assert!("ab".parse::<Reason>().is_err());
        assert!("abc".parse::<Reason>().is_ok());
        assert!("a\nbc".parse::<Reason>().is_err());
    }

    #[test]
    fn an_address_has_one_at_and_a_domain_with_a_dot() {
        assert!("a@b.nl".parse::<Email>().is_ok());
        for bad in ["a", "a@b", "@b.nl", "a@b@c.nl", "a b@c.nl", "a@.nl", "a@nl."] {
            assert!(bad.parse::<Email>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_clause_has_lines_and_at_most_2000_characters() {
        assert_eq!("a\r\nb ".parse::<Clause>().unwrap().as_str(), "a\nb");
        assert!("é".repeat(2000).parse::<Clause>().is_ok());
        for bad in ["", " \n", "a\tb", &"a".repeat(2001)] {
            assert!(bad.parse::<Clause>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_document_hash_is_a_sha_256_in_lower_case() {
        assert_eq!("0a".repeat(32).parse::<DocumentHash>().unwrap(), DocumentHash::from([10; 32]));
        for bad in ["0A".repeat(32), "0a".repeat(31), "0g".repeat(32)] {
            assert!(bad.parse::<DocumentHash>().is_err(), "{bad}");
        }
    }
}

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
checked_text!(
    Label,
    typed = on_one_line,
    pattern = r"^(?=.*\S)[^\u0000-\u001f\u007f]{1,200}$",
    example = "Koudetechniek"
);

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
checked_text!(
    Reason,
    typed = |text| on_one_line(text) && text.chars().filter(|c| !is_space(*c)).count() >= 3,
    pattern = r"^(?=\s*\S.*\S.*\S)[^\u0000-\u001f\u007f]{3,500}$",
    example = "The bus broke down"
);

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
checked_text!(
    Email,
    typed = |text| !text.split_once('@').is_some_and(|(_, domain)| domain.split('.').any(str::is_empty)),
    pattern = r"^[\x21-\x3f\x41-\x7e]+@[^@\s.]+(\.[^@\s.]+)+$",
    example = "name@school.nl"
);

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
    typed = |text| !text.chars().all(is_space),
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

/// As regular expressions of JSON Schema (ECMA 262) see it.
fn is_space(letter: char) -> bool {
    letter == '\u{feff}' || (letter.is_whitespace() && letter != '\u{85}')
}

/// Without what ends a line in a regular expression, and not of blanks only.
fn on_one_line(text: &str) -> bool {
    !text.contains(['\u{2028}', '\u{2029}']) && !text.chars().all(is_space)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts in which blanks, controls, marks and letters come in every order that three places allow.
    fn odd_texts() -> Vec<String> {
        let parts =
            ["", " ", "a", "bc", "\u{feff}", "\u{85}", "\u{2028}", "\u{1680}", "\t", "\n", "@", ".", "é", "\u{7f}"];
        let mut texts: Vec<String> = ["a".repeat(200), "a".repeat(201), "é".repeat(2000), "b".repeat(500)].into();
        for one in parts {
            for two in parts {
                for three in parts {
                    texts.extend([format!("{one}{two}{three}"), format!("a{one}b{two}c{three}")]);
                    texts.push(format!("{one}@{two}.{three}.nl"));
                }
            }
        }
        texts
    }

    fn taken_fits<T: std::str::FromStr + schemars::JsonSchema + std::fmt::Display>() {
        let schema = schemars::schema_for!(T).to_value();
        let schema = jsonschema::validator_for(&schema).unwrap();
        for text in odd_texts() {
            if let Ok(taken) = text.parse::<T>() {
                assert!(schema.is_valid(&taken.to_string().into()), "{text:?} was taken as a {}", T::schema_name());
            }
        }
    }

    #[test]
    fn no_text_is_taken_that_its_published_pattern_refuses() {
        taken_fits::<Label>();
        taken_fits::<Reason>();
        taken_fits::<Email>();
        taken_fits::<Clause>();
    }

    #[test]
    fn a_text_from_before_the_pattern_still_reads() {
        assert!("a b".parse::<Reason>().is_err());
        assert_eq!(serde_json::from_str::<Reason>(r#""a b""#).unwrap().as_str(), "a b");
        assert!("\u{feff}".parse::<Label>().is_err());
        assert!(serde_json::from_str::<Label>("\"\u{feff}\"").is_ok());
    }

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

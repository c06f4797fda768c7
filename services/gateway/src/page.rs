//! Lists in pages: a page ends with a key, and the next one begins behind it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Datelike;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use web::{FieldError, Listed, Problem};

/// How many items a page has when nobody says.
const USUAL: u16 = 50;
/// How many it has at most.
const MOST: u16 = 200;

/// Which page of a list.
#[derive(Debug)]
pub struct Page {
    after: Option<Vec<u8>>,
    limit: usize,
}

impl Page {
    /// What the query string asks for.
    ///
    /// # Errors
    /// When `limit` is not 1 to 200, or `after` did not come from an answer.
    pub fn read(after: Option<&str>, limit: Option<u16>) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(wrong("limit", "is 1 to 200", "is 1 tot en met 200"));
        }
        let after = after.map(|text| URL_SAFE_NO_PAD.decode(text)).transpose().map_err(|_| foreign())?;
        Ok(Self { after, limit: usize::from(limit) })
    }

    /// The key that the page comes behind; nothing for the first page.
    ///
    /// # Errors
    /// When it is not the key of this list.
    pub fn key<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        let Some(after) = self.after.as_deref() else { return Ok(None) };
        // A zero byte is the one character that the database cannot hold.
        let text = std::str::from_utf8(after).ok().filter(|text| !text.contains("\\u0000"));
        text.and_then(|text| serde_json::from_str(text).ok()).map(Some).ok_or_else(foreign)
    }

    /// How many rows to ask for: one more than the page has tells whether another follows.
    #[must_use]
    pub fn one_more(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::from(MOST)) + 1
    }

    /// The page, from the rows that were asked for.
    pub fn answer<T, K: Serialize>(&self, mut items: Vec<T>, key: impl Fn(&T) -> K) -> Listed<T> {
        let more = items.len() > self.limit;
        items.truncate(self.limit);
        let next = items.last().filter(|_| more).and_then(|last| serde_json::to_vec(&key(last)).ok());
        Listed { items, next: next.map(|key| URL_SAFE_NO_PAD.encode(key)) }
    }
}

/// A day or moment that the database can hold: of the years that people write, 0 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Storable<T>(pub T);

impl<'de, T: Deserialize<'de> + Datelike> Deserialize<'de> for Storable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = T::deserialize(deserializer)?;
        if (0..=9999).contains(&read.year()) {
            Ok(Self(read))
        } else {
            Err(serde::de::Error::custom("a year has four digits"))
        }
    }
}

/// Not the `next` of an answer of this list, or what it named is gone.
pub(crate) fn foreign() -> Problem {
    wrong("after", "is the `next` of an earlier answer", "is de `next` van een eerder antwoord")
}

fn wrong(field: &str, english: &str, dutch: &str) -> Problem {
    Problem::invalid(vec![FieldError::new(format!("?{field}"), english, dutch)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_has_no_next() {
        let page = Page::read(None, Some(2)).unwrap();
        assert_eq!(page.answer(vec![1, 2], |n| *n).next, None);
        let first = page.answer(vec![1, 2, 3], |n| *n);
        assert_eq!(first.items, [1, 2]);
        let second = Page::read(first.next.as_deref(), Some(2)).unwrap();
        assert_eq!(second.key::<i32>().unwrap(), Some(2));
    }

    #[test]
    fn a_key_that_the_database_cannot_hold_is_none_of_ours() {
        let key = |json: &str| URL_SAFE_NO_PAD.encode(json);
        let day = |json: &str| {
            Page::read(Some(&key(json)), None).unwrap().key::<(Storable<chrono::NaiveDate>, String)>().is_ok()
        };
        assert!(day(r#"["9999-12-31", "a"]"#));
        assert!(!day(r#"["+10000-01-01", "a"]"#));
        assert!(!day(r#"["-0001-12-31", "a"]"#));
        assert!(!day(r#"["2026-01-01", "a\u0000"]"#));
        assert!(!day(r#"["2026-01-01"]"#));
    }

    #[test]
    fn a_page_has_1_to_200_items() {
        assert!(Page::read(None, Some(0)).is_err());
        assert!(Page::read(None, Some(1)).is_ok());
        assert!(Page::read(None, Some(200)).is_ok());
        assert!(Page::read(None, Some(201)).is_err());
        assert!(Page::read(Some("?"), None).is_err());
    }
}

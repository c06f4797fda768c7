//! Days and moments in a query that the database can hold.

use chrono::Datelike;
use serde::{Deserialize, Deserializer, Serialize};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_the_database_cannot_hold_is_none() {
        let day = |text: &str| serde_json::from_value::<Storable<chrono::NaiveDate>>(text.into()).is_ok();
        assert!(day("9999-12-31"));
        assert!(!day("+10000-01-01"));
        assert!(!day("-0001-12-31"));
    }
}

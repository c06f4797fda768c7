//! Where something is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::Label;

/// An address in the Netherlands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Address {
    /// The name of the street (straat).
    pub street: Label,
    /// House number with letter and addition (huisnummer), such as `12-A`.
    #[schemars(length(min = 1, max = 20))]
    #[schema(min_length = 1, max_length = 20)]
    pub number: String,
    /// Four digits and two capitals without a space, such as `4205AK`.
    #[schemars(regex(pattern = "^[0-9]{4}[A-Z]{2}$"))]
    #[schema(pattern = "^[0-9]{4}[A-Z]{2}$")]
    pub postcode: String,
    /// The name of the town (plaats).
    pub place: Label,
    /// The name of the municipality (gemeente); absent when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<Label>,
}

/// Whether an event may hold it as a house number: the bounds of [`Address::number`].
#[must_use]
pub fn is_house_number(text: &str) -> bool {
    (1..=20).contains(&text.chars().count())
}

/// Four digits and two capitals: the pattern of [`Address::postcode`].
#[must_use]
pub fn is_postcode(text: &str) -> bool {
    text.len() == 6
        && text.bytes().take(4).all(|b| b.is_ascii_digit())
        && text.bytes().skip(4).all(|b| b.is_ascii_uppercase())
}

/// A point in WGS84, in millionths of a degree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Coordinates {
    /// North of the equator, −90 000 000 to 90 000 000.
    #[schemars(range(min = -90_000_000, max = 90_000_000))]
    #[schema(minimum = -90_000_000, maximum = 90_000_000)]
    pub latitude_micro: i32,
    /// East of Greenwich, −180 000 000 to 180 000 000.
    #[schemars(range(min = -180_000_000, max = 180_000_000))]
    #[schema(minimum = -180_000_000, maximum = 180_000_000)]
    pub longitude_micro: i32,
}

//! Where something is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::Label;

/// An address in the Netherlands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Address {
    /// Street (straat).
    pub street: Label,
    /// House number with letter and addition (huisnummer), such as `12-A`.
    pub number: String,
    /// Four digits and two capitals without a space, such as `4205AK`.
    pub postcode: String,
    /// Town (plaats).
    pub place: Label,
    /// Municipality (gemeente).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<Label>,
}

/// A point in WGS84, in millionths of a degree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Coordinates {
    /// North of the equator, −90 000 000 to 90 000 000.
    pub latitude_micro: i32,
    /// East of Greenwich, −180 000 000 to 180 000 000.
    pub longitude_micro: i32,
}

//! A grade as Dutch schools give it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A grade from 1.0 to 10.0 in whole tenths (cijfer): 75 is 7.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Grade(u8);

impl Grade {
    /// The lowest: 1.0.
    pub const LOWEST: u8 = 10;
    /// The highest: 10.0.
    pub const HIGHEST: u8 = 100;

    /// The grade of so many tenths, if there is one.
    #[must_use]
    pub fn tenths(tenths: u8) -> Option<Self> {
        (Self::LOWEST..=Self::HIGHEST).contains(&tenths).then_some(Self(tenths))
    }

    /// In tenths.
    #[must_use]
    pub const fn in_tenths(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Grade {
    type Error = String;
    fn try_from(tenths: u8) -> Result<Self, String> {
        Self::tenths(tenths)
            .ok_or_else(|| format!("a grade is {} to {} tenths, not {tenths}", Self::LOWEST, Self::HIGHEST))
    }
}

impl From<Grade> for u8 {
    fn from(grade: Grade) -> Self {
        grade.0
    }
}

impl std::fmt::Display for Grade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

impl JsonSchema for Grade {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Grade".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "minimum": Self::LOWEST, "maximum": Self::HIGHEST, "description": "In tenths: 75 is 7.5." })
    }
}

impl utoipa::PartialSchema for Grade {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .minimum(Some(Self::LOWEST))
            .maximum(Some(Self::HIGHEST))
            .description(Some("In tenths: 75 is 7.5."))
            .examples([75])
            .into()
    }
}

impl utoipa::ToSchema for Grade {
    fn name() -> std::borrow::Cow<'static, str> {
        "Grade".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grade_goes_from_1_0_to_10_0() {
        assert_eq!(Grade::tenths(9), None);
        assert_eq!(Grade::tenths(10).unwrap().to_string(), "1.0");
        assert_eq!(Grade::tenths(100).unwrap().to_string(), "10.0");
        assert_eq!(Grade::tenths(101), None);
        assert!(serde_json::from_str::<Grade>("7.5").is_err(), "never a float");
    }
}

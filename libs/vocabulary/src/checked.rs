//! What a checked text value needs to be used in JSON, in paths and in schemas.

/// Gives a `struct Name(String)` with `fn check(&str) -> Result<String, Invalid>` its traits.
///
/// The texts of a log were checked when they were written, and are read by `check` alone. Input is also validated
/// against
/// `typed`, where that is stricter: it accepts nothing that `pattern` does not.
macro_rules! checked_text {
    ($name:ident, pattern = $pattern:literal, example = $example:literal) => {
        checked_text!($name, typed = |_| true, pattern = $pattern, example = $example);
    };
    ($name:ident, typed = $typed:expr, pattern = $pattern:literal, example = $example:literal) => {
        impl $name {
            /// The text as it is stored and shown.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::Invalid;
            fn from_str(text: &str) -> Result<Self, crate::Invalid> {
                let typed: fn(&str) -> bool = $typed;
                let checked = Self::check(text)?;
                if typed(&checked) {
                    Ok(Self(checked))
                } else {
                    Err(crate::Invalid::new(stringify!($name), concat!("of another form, such as: ", $example)))
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = crate::Invalid;
            fn try_from(text: String) -> Result<Self, crate::Invalid> {
                Self::check(&text).map(Self)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern, "examples": [$example] })
            }
        }

        #[cfg(feature = "sqlx")]
        crate::stored_as_text!($name);

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some($pattern))
                    .examples([$example])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}
pub(crate) use checked_text;

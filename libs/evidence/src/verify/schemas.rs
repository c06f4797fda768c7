//! The schema of every type and version, ready to hold events against.

use super::What;
use jsonschema::Validator;
use serde_json::Value;
use std::collections::HashMap;

/// A validator for each type.
pub struct Schemas(HashMap<String, Validator>);

impl Schemas {
    /// Those that were handed over, by type.
    ///
    /// # Errors
    /// When one is no schema.
    pub fn of(schemas: impl IntoIterator<Item = (String, Value)>) -> anyhow::Result<Self> {
        let made = schemas.into_iter().map(|(event_type, schema)| {
            let validator = jsonschema::options().should_validate_formats(true).build(&schema);
            let validator =
                validator.map_err(|error| anyhow::anyhow!("the schema of {event_type} cannot be used: {error}"))?;
            Ok((event_type, validator))
        });
        Ok(Self(made.collect::<anyhow::Result<_>>()?))
    }

    /// What is wrong with the text of an event of this type.
    pub(crate) fn wrong(&self, event_type: &str, text: &str) -> Option<(What, String)> {
        let Some(validator) = self.0.get(event_type) else {
            return Some((What::UnknownType, format!("no event of the type {event_type} is known")));
        };
        let value: Value = serde_json::from_str(text).ok()?;
        // Where, not what: the value may be what a person wrote.
        let error = validator.iter_errors(&value).next()?;
        let at = error.instance_path();
        Some((What::Nonconforming, format!("the schema of {event_type} refuses it at {at}")))
    }
}

impl std::fmt::Debug for Schemas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Schemas({})", self.0.len())
    }
}

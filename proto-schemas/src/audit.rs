//! Events of the audit service: who may look, what was looked at, which names were revealed, what was drawn.

pub mod disclosure;
pub mod look;
pub mod mandate;
pub mod sample;

use crate::{Contract, contract::of};

/// The contracts of this service.
pub(crate) fn contracts() -> Vec<Contract> {
    [
        of::<mandate::Event>("audit", "mandate"),
        of::<look::Event>("audit", "look"),
        of::<sample::Event>("audit", "sample"),
        of::<disclosure::Event>("audit", "disclosure"),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Serialize, de::DeserializeOwned};
    use serde_json::Value;

    fn again<E: DeserializeOwned + Serialize>(text: &str) -> Value {
        serde_json::to_value(serde_json::from_str::<E>(text).unwrap()).unwrap()
    }

    #[test]
    fn every_event_has_an_example_that_reads_and_is_written_back_the_same() {
        for contract in contracts() {
            let path = format!("{}/examples/{}.example.json", env!("CARGO_MANIFEST_DIR"), contract.event_type);
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
            let whole: Value = serde_json::from_str(&text).unwrap();
            let validator = jsonschema::validator_for(&contract.schema).unwrap();
            let errors: Vec<String> = validator.iter_errors(&whole).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{path}: {errors:?}");
            let written = match contract.category {
                "mandate" => again::<mandate::Event>(&text),
                "look" => again::<look::Event>(&text),
                "disclosure" => again::<disclosure::Event>(&text),
                "sample" => again::<sample::Event>(&text),
                other => panic!("{other}"),
            };
            assert_eq!(written["data"], whole["data"], "{path}");
        }
    }
}

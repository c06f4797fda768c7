//! Events of the consortium service: who is in the region, what was planned, who may do what.

pub mod company;
#[expect(clippy::module_inception, reason = "the aggregate bears the name of its service")]
pub mod consortium;
pub mod grant;
pub mod import;
pub mod person;
pub mod place;
pub mod policy;
pub mod retention_hold;
pub mod retention_run;
pub mod retention_schedule;

use crate::{Contract, contract::of};

/// The contracts of this service.
pub(crate) fn contracts() -> Vec<Contract> {
    [
        of::<consortium::Event>("consortium", "consortium"),
        of::<policy::Event>("consortium", "policy"),
        of::<company::Event>("consortium", "company"),
        of::<person::Event>("consortium", "person"),
        of::<grant::Event>("consortium", "grant"),
        of::<import::Event>("consortium", "import"),
        of::<retention_schedule::Event>("consortium", "retention-schedule"),
        of::<retention_hold::Event>("consortium", "retention-hold"),
        of::<retention_run::Event>("consortium", "retention-run"),
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
                "consortium" => again::<consortium::Event>(&text),
                "policy" => again::<policy::Event>(&text),
                "company" => again::<company::Event>(&text),
                "person" => again::<person::Event>(&text),
                "grant" => again::<grant::Event>(&text),
                "import" => again::<import::Event>(&text),
                "retention-schedule" => again::<retention_schedule::Event>(&text),
                "retention-hold" => again::<retention_hold::Event>(&text),
                "retention-run" => again::<retention_run::Event>(&text),
                other => panic!("{other}"),
            };
            assert_eq!(written["data"], whole["data"], "{path}");
        }
    }
}

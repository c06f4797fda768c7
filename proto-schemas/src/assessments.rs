//! Events of the assessments service: what was learned, and what it was worth.

pub mod case;
pub mod catalogue_import;
pub mod elective;
pub mod pta;
pub mod rubric;

mod grade;

pub use grade::Grade;

use crate::Contract;
use crate::contract::of;

/// The contracts of this service.
pub(crate) fn contracts() -> Vec<Contract> {
    [
        of::<elective::Event>("assessments", "elective"),
        of::<catalogue_import::Event>("assessments", "catalogue-import"),
        of::<rubric::Event>("assessments", "rubric"),
        of::<pta::Event>("assessments", "pta"),
        of::<case::Event>("assessments", "case"),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::DeserializeOwned;

    fn reads<E: DeserializeOwned + serde::Serialize>(text: &str) -> Option<serde_json::Value> {
        serde_json::from_str::<E>(text).ok().and_then(|event| serde_json::to_value(event).ok())
    }

    #[test]
    fn every_event_has_an_example_that_reads_and_is_written_back_the_same() {
        for contract in contracts() {
            let path = format!("{}/examples/{}.example.json", env!("CARGO_MANIFEST_DIR"), contract.event_type);
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
            let whole: serde_json::Value = serde_json::from_str(&text).unwrap();
            let errors: Vec<_> = jsonschema::validator_for(&contract.schema)
                .unwrap()
                .iter_errors(&whole)
                .map(|e| e.to_string())
                .collect();
            assert!(errors.is_empty(), "{path}: {errors:?}");
            let written = match contract.category {
                "elective" => reads::<elective::Event>(&text),
                "catalogue-import" => reads::<catalogue_import::Event>(&text),
                "rubric" => reads::<rubric::Event>(&text),
                "pta" => reads::<pta::Event>(&text),
                "case" => reads::<case::Event>(&text),
                other => panic!("{other}"),
            };
            assert_eq!(written.unwrap()["data"], whole["data"], "{path}");
        }
    }
}

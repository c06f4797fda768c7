//! Events of the co-financing service: what companies put in, and what a region claims of it.
//!
//! `figures` is not an event: it is how everyone who adds these events up arrives at the same cents.

pub mod arrangement;
pub mod claim;
pub mod contribution;
pub mod contribution_day;
pub mod figures;
pub mod occasion;
pub mod proof;
pub mod scheme;

use crate::{Contract, contract::of};

/// The contracts of this service.
pub(crate) fn contracts() -> Vec<Contract> {
    const SERVICE: &str = "co-financing";
    [
        of::<contribution_day::Event>(SERVICE, "contribution-day"),
        of::<contribution::Event>(SERVICE, "contribution"),
        of::<claim::Event>(SERVICE, "claim"),
        of::<scheme::Event>(SERVICE, "scheme"),
        of::<occasion::Event>(SERVICE, "occasion"),
        of::<proof::Event>(SERVICE, "proof"),
        of::<arrangement::Event>(SERVICE, "arrangement"),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Serialize, de::DeserializeOwned};

    fn round_trip<E: Serialize + DeserializeOwned>(text: &str) -> serde_json::Value {
        serde_json::to_value(serde_json::from_str::<E>(text).unwrap()).unwrap()
    }

    #[test]
    fn every_frozen_example_reads_and_writes_the_same_and_fits_its_schema() {
        for contract in contracts() {
            let path = format!("{}/examples/{}.example.json", env!("CARGO_MANIFEST_DIR"), contract.event_type);
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
            let whole: serde_json::Value = serde_json::from_str(&text).unwrap();
            let errors: Vec<_> = jsonschema::validator_for(&contract.schema)
                .unwrap()
                .iter_errors(&whole)
                .map(|error| format!("{} {error}", error.instance_path()))
                .collect();
            assert_eq!(errors, Vec::<String>::new(), "{}", contract.event_type);
            let again = match contract.category {
                "contribution-day" => round_trip::<contribution_day::Event>(&text),
                "contribution" => round_trip::<contribution::Event>(&text),
                "claim" => round_trip::<claim::Event>(&text),
                "scheme" => round_trip::<scheme::Event>(&text),
                "occasion" => round_trip::<occasion::Event>(&text),
                "proof" => round_trip::<proof::Event>(&text),
                "arrangement" => round_trip::<arrangement::Event>(&text),
                other => panic!("no such category: {other}"),
            };
            assert_eq!(again["data"], whole["data"], "{}", contract.event_type);
        }
    }
}

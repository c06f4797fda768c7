//! Events of the hotspots service: hotspots, safety checks, sessions, pupils' days and weeks, attendance.

pub mod attendance;
pub mod hotspot;
pub mod pupil_day;
pub mod pupil_week;
pub mod safety_check;
pub mod session;

use crate::{Contract, contract::of};

/// The contracts of this service.
pub(crate) fn contracts() -> Vec<Contract> {
    [
        of::<hotspot::Event>("hotspots", "hotspot"),
        of::<safety_check::Event>("hotspots", "safety-check"),
        of::<session::Event>("hotspots", "session"),
        of::<pupil_day::Event>("hotspots", "pupil-day"),
        of::<pupil_week::Event>("hotspots", "pupil-week"),
        of::<attendance::Event>("hotspots", "attendance-day"),
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
    fn every_frozen_example_fits_its_schema_and_is_written_back_the_same() {
        for contract in contracts() {
            let path = format!("{}/examples/{}.example.json", env!("CARGO_MANIFEST_DIR"), contract.event_type);
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
            let whole: Value = serde_json::from_str(&text).unwrap();
            let validator = jsonschema::validator_for(&contract.schema).unwrap();
            let errors: Vec<String> = validator.iter_errors(&whole).map(|error| error.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new(), "{path}");
            let written = match contract.category {
                "hotspot" => again::<hotspot::Event>(&text),
                "safety-check" => again::<safety_check::Event>(&text),
                "session" => again::<session::Event>(&text),
                "pupil-day" => again::<pupil_day::Event>(&text),
                "pupil-week" => again::<pupil_week::Event>(&text),
                "attendance-day" => again::<attendance::Event>(&text),
                other => panic!("no such category: {other}"),
            };
            assert_eq!(written["data"], whole["data"], "{path}");
        }
    }
}

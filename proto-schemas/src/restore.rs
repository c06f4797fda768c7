//! That a log was restored to an earlier point, and goes on from there as another epoch (hersteld).
//!
//! Every service that has a log writes it there itself, as the first event of the new epoch. One stream per epoch.

use crate::{Contract, contract::of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vocabulary::Service;
use vocabulary::restore::{CATEGORY, LogRestored};

/// The event in the log of each service: a line with its full type.
macro_rules! restored {
    ($($service:ident $event_type:tt),* $(,)?) => {
        $(
            #[doc = concat!("In the log of the service that writes `", $event_type, "`.")]
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
            #[serde(tag = "type", content = "data")]
            pub enum $service {
                /// The log was restored to an earlier point, and goes on from there (logboek hersteld).
                #[serde(rename = $event_type)]
                Restored(LogRestored),
            }
        )*

        /// The contracts of every service that has a log.
        pub(crate) fn contracts() -> Vec<Contract> {
            [$(of::<$service>(Service::$service.as_str(), CATEGORY)),*].concat()
        }
    };
}

restored! {
    Consortium "nl.sterktechniekonderwijs.consortium.log-restored.v1",
    Hotspots "nl.sterktechniekonderwijs.hotspots.log-restored.v1",
    Agreements "nl.sterktechniekonderwijs.agreements.log-restored.v1",
    Assessments "nl.sterktechniekonderwijs.assessments.log-restored.v1",
    CoFinancing "nl.sterktechniekonderwijs.co-financing.log-restored.v1",
    Audit "nl.sterktechniekonderwijs.audit.log-restored.v1",
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use vocabulary::restore::event_type;

    #[test]
    fn every_service_with_a_log_may_declare_that_it_was_restored() {
        let types: Vec<String> = contracts().into_iter().map(|contract| contract.event_type).collect();
        assert_eq!(types, Service::names().map(event_type));
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
            let data: LogRestored = serde_json::from_value(whole["data"].clone()).unwrap();
            assert_eq!(serde_json::to_value(data).unwrap(), whole["data"], "{path}");
        }
    }
}

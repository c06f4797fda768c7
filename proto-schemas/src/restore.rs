//! That a log was restored to an earlier point, and goes on from there as another epoch (hersteld).
//!
//! Every service that has a log writes it there itself, as the first event of the new epoch. One stream per epoch.

use crate::category::Category;
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

        /// One category for every service that has a log.
        pub(crate) const CATEGORIES: &[Category] = &[$(Category::of::<$service>(Service::$service, CATEGORY)),*];
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
    use vocabulary::restore::event_type;

    #[test]
    fn every_service_with_a_log_may_declare_that_it_was_restored() {
        let contracts = CATEGORIES.iter().flat_map(Category::contracts);
        let types: Vec<String> = contracts.map(|contract| contract.event_type).collect();
        assert_eq!(types, Service::names().map(event_type));
    }
}

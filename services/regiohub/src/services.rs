//! Every service of the hub.

use chassis::Service;

/// The services that decide, in the order in which their events usually happen.
#[must_use]
pub fn deciding() -> Vec<Service> {
    vec![
        consortium::service(),
        hotspots::service(),
        agreements::service(),
        assessments::service(),
        co_financing::service(),
        audit::service(),
    ]
}

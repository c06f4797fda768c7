//! Every service of the hub.

use vocabulary::Service;

/// The services that decide, in the order in which their events usually happen.
#[must_use]
pub fn deciding() -> Vec<chassis::Service> {
    let service = |service| match service {
        Service::Consortium => consortium::service(),
        Service::Hotspots => hotspots::service(),
        Service::Agreements => agreements::service(),
        Service::Assessments => assessments::service(),
        Service::CoFinancing => co_financing::service(),
        Service::Audit => audit::service(),
    };
    Service::ALL.into_iter().map(service).collect()
}

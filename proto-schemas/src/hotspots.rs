//! Events of the hotspots service: hotspots, safety checks, sessions, pupils' days and weeks, attendance.

pub mod attendance;
pub mod hotspot;
pub mod pupil_day;
pub mod pupil_week;
pub mod safety_check;
pub mod session;

use crate::{Contract, contracts::of};

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

//! Events of the hotspots service: hotspots, safety checks, sessions, pupils' days and weeks, attendance.

pub mod attendance;
pub mod hotspot;
pub mod pupil_day;
pub mod pupil_week;
pub mod safety_check;
pub mod session;

use crate::category::Category;
use vocabulary::Service;

/// The aggregates of this service: a line for each.
pub(crate) const CATEGORIES: &[Category] = &[
    Category::of::<hotspot::Event>(Service::Hotspots, "hotspot").collecting(hotspot::MEMBERS),
    Category::of::<safety_check::Event>(Service::Hotspots, "safety-check").collecting(safety_check::MEMBERS),
    Category::of::<session::Event>(Service::Hotspots, "session").collecting(session::MEMBERS),
    Category::of::<pupil_day::Event>(Service::Hotspots, "pupil-day").collecting(pupil_day::MEMBERS),
    Category::of::<pupil_week::Event>(Service::Hotspots, "pupil-week").collecting(pupil_week::MEMBERS),
    Category::of::<attendance::Event>(Service::Hotspots, "attendance-day"),
];

//! Where learning happens: hotspots, safety checks, sessions, attendance.

pub mod attendance;
pub mod code;
pub mod hotspot;
pub mod pupil_day;
pub mod safety_check;
pub mod session;

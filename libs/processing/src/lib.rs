//! Records each processing of personal data, as the Dutch standard Logboek Dataverwerkingen requires.
//!
//! ```text
//! Processing (activity, operation, region, trace) × people ─Logbook::write→ a line of all ─→ a file, put aside in time
//!                                                                        └→ a span each ─→ OTLP
//! ```
//!
//! **Invariant:** no span holds a name or an id of the hub: people stand in it under a keyed pseudonym.

mod logbook;
mod register;
mod rotation;
mod target;
mod unwritten;

pub use logbook::{Logbook, Processing};
pub use register::{Activity, Entry, Retention, Text, Whom};
pub use rotation::Rotation;
pub use target::{Target, WrongTarget};
pub use unwritten::Unwritten;

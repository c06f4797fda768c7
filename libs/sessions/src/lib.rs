//! How the hub talks to PostgreSQL: what a session waits for, and for how long it is waited for.
//!
//! **Invariant:** no session of the hub is configured anywhere else.

mod durable;
mod fault;
mod limits;
mod pool;
mod trust;

pub use durable::set_durable;
pub use fault::{is_outage, late, without_values};
pub use limits::{IN_BATCHES, Limits, ROWS_HELD};
pub use pool::Sessions;

//! How the hub talks to PostgreSQL: what a session waits for, and for how long it is waited for.
//!
//! **Invariant:** no session of the hub is configured anywhere else.

mod at_work;
mod durable;
mod fault;
mod limits;
mod place;
mod pool;
mod raw;
mod transaction;
mod trust;

pub use at_work::Pool;
pub use durable::set_durable;
pub use fault::{is_outage, late, without_values};
pub use limits::{IN_BATCHES, Limits, ROWS_HELD};
pub use place::Place;
pub use pool::Sessions;
pub use raw::{RawTransaction, begin};
pub use transaction::{Rows, Transaction};

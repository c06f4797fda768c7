//! Folds logs into tables that answer questions, and rebuilds them from the logs.
//!
//! ```text
//! log in Postgres ─relay→ stream ─follow→ projection: rows + checkpoint in one transaction
//!        └─────── every rebuild, and a projection with `READS = Reads::Log`, is read from Postgres
//! ```
//!
//! **Invariant:** nothing here decides what is true. Every read model can be thrown away and made again from the logs.

mod apply_batch;
mod applying;
mod direct;
mod fill;
mod group;
mod projection;
mod projections;
mod projector;
mod read_model;
mod rebuild;
mod rows;
mod run;
mod settle;
mod tables;

pub use projection::{CannotApply, Projection, Reads};
pub use projections::Projections;
pub use read_model::{ReadModel, Replayed, Watch, rebuild_into};
pub use rows::quoted;
pub use tables::{remove_filled, schemas_beginning};

//! The log against a real PostgreSQL.

mod counter;
mod scratch;

mod appending;
mod isolation;
mod reading;

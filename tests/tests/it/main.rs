//! What the hub as a whole promises.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod access;
mod architecture;
mod auditors;
mod bad_days;
mod bad_input;
mod contracts;
mod demo;
mod files;
mod isolation;
mod openapi;
mod reading;
mod request;
mod telemetry;
mod whole;
mod world;

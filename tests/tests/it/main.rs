//! What the hub as a whole promises.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod access;
mod access_export;
mod architecture;
mod asked;
mod auditors;
pub mod bad_days;
mod bad_input;
mod bounds;
mod contracts;
mod demo;
mod dependencies;
mod field;
mod files;
mod forgetting;
mod golden;
mod isolation;
mod nats_users;
mod open_names;
mod openapi;
mod opened;
mod promises;
mod read_models;
mod reading;
mod readmes;
mod refusals;
mod replay;
mod request;
mod requirements;
mod retention;
mod telemetry;
mod whole;
mod wide;
mod witnesses;
mod world;

//! The hub: all services in one process, and the commands around it.
//!
//! The only crate that knows every service.

pub mod audit;
pub mod contracts;
pub mod inside;
pub mod nats_users;
pub mod parked;
pub mod program;
pub mod ready;
pub mod restored;
pub mod secrets;
pub mod services;
pub mod token;
pub mod up;

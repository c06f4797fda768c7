//! Turns a service value into a running process.
//!
//! ```text
//! Service ─open→ Opened (migrated, its log can be read) ─start→ Started (router, bus)
//! ```
//! All services of a process are opened before the first one starts: each may read the logs of all.

mod age;
mod alone;
pub mod development;
mod durable;
mod hub;
mod inside;
mod looks;
mod nats;
mod opening;
mod operator;
mod platform;
mod restored;
mod secrets;
mod serve;
mod service;
mod settings;
mod signing;
pub mod telemetry;
pub mod transport;

pub use alone::{Alone, alone, alone_with};
pub use durable::durable;
pub use hub::Hub;
pub use inside::internal_paths;
pub use looks::kept_elsewhere;
pub use nats::nats;
pub use operator::{NoOperatorKey, operator_key, operator_key_in};
pub use platform::{Platform, message_keys};
pub use secrets::{Generation, NoSecrets, Purpose, Ring, Secrets};
pub use serve::{Listeners, Server, serve, shutdown_signal};
pub use service::{Opened, Service, Started};
pub use settings::{Listens, Settings};
pub use signing::Signing;

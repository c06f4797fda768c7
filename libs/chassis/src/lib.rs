//! Turns a service value into a running process.
//!
//! ```text
//! Service ─open→ Opened (migrated, its log can be read) ─start→ Started (router, bus)
//! ```
//! All services of a process are opened before the first one starts: each may read the logs of all.

mod age;
mod alone;
mod connections;
mod descriptors;
pub mod development;
mod durable;
mod http_limits;
mod hub;
mod inside;
mod listening;
mod looks;
mod nats;
mod opening;
mod operator;
mod patient;
mod peers;
mod platform;
mod registered;
mod restored;
mod secrets;
mod serve;
mod service;
mod settings;
mod signing;
mod steps;
pub mod telemetry;
pub mod transport;

pub use alone::{Alone, alone, alone_with};
pub use connections::Bounds;
pub use descriptors::raise_descriptors;
pub use durable::durable;
pub use http_limits::HttpLimits;
pub use hub::Hub;
pub use inside::internal_paths;
pub use listening::listen;
pub use looks::kept_elsewhere;
pub use nats::nats;
pub use operator::{NoOperatorKey, operator_key, operator_key_in};
pub use patient::Patience;
pub use peers::{PEER_TIMEOUT, peer_client};
pub use platform::{Platform, message_keys};
pub use registered::Registered;
pub use secrets::{Generation, NoSecrets, Purpose, Ring, Secrets};
pub use serve::{Listeners, Server, serve, serve_alone, shutdown_signal};
pub use service::{Opened, Service, Started};
pub use settings::{Listens, Settings};
pub use signing::Signing;
pub use steps::{Steps, UnderWay};

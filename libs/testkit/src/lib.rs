//! A service on fresh databases and its own streams, drained on demand.
//!
//! ```text
//! let hub = testkit::hub(hotspots::service()).await;
//! hub.happened("consortium", &hub.region, "policy/voorbeeld", &adopted).await;
//! hub.settle().await;
//! let leader = hub.holding(Role::ProgrammeLeader).await;
//! let answer = leader.post(&format!("/v1/regions/{}/hotspots", hub.region), &json!({ … })).await;
//! ```
//! **Invariant:** real PostgreSQL, real nats-server, real router; no sleeping, and a clock that the test sets.

mod before;
mod client;
mod databases;
mod heartbeat;
mod held;
mod holding;
mod hub;
mod way;

pub use before::written_before;
pub use client::{Answer, Client};
pub use databases::Databases;
pub use heartbeat::Heartbeat;
pub use held::Held;
pub use holding::Holding;
pub use hub::{TestHub, hub, hub_behind_a_way};
pub use way::Way;

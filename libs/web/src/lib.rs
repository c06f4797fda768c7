//! How any service speaks HTTP.
//!
//! ```text
//! request → shell (trace, language, time limit, panics, headers, problems)
//!             → guard (token, region, grants, operation, idempotency, version seen)
//!                 → handler: Path, Ask, Valid, Caller → Accepted | Created | Listed | Problem
//! ```
//!
//! **Invariant:** no answer with a status of 400 or more leaves in another form than `application/problem+json`.

mod address;
mod answer;
mod aside;
mod ask;
mod at_work;
mod bounds;
mod buckets;
mod caller;
mod check;
mod command;
mod cursor;
mod document;
mod errors;
mod gate;
mod guard;
mod headers;
mod health;
mod language;
mod looks;
mod operations;
mod page;
mod path;
mod path_parameters;
mod problem;
mod problems;
mod public;
mod ranges;
mod refused;
mod refuses;
mod roles;
mod shared;
mod shell;
mod telemetry;
mod terms;
mod trace;
mod valid;
mod waiting;

pub use access::{Scope, Touches};
pub use address::{Peer, Proxy, ProxyHeader};
pub use answer::{Accepted, Created, Shown};
pub use aside::aside;
pub use ask::Ask;
pub use bounds::Bounds;
pub use buckets::Quota;
pub use caller::Caller;
pub use cursor::Cursor;
pub use document::{dangling, openapi, promised, titled};
pub use errors::MAX_ERRORS;
pub use gate::{Rates, gate};
pub use guard::{Guard, KeptLookup, Roles, guard, guard_by, kept_in};
pub use headers::{HUB_MIN_POSITION, HUB_NOW, HUB_POSITION, IDEMPOTENCY_KEY, Positions, bearer};
pub use health::{Check, health, live};
pub use looks::{Keep, Look, Looks};
pub use operations::{operations, unguarded};
pub use page::{After, FixedPage, Listed, Page, Paged, Paging};
pub use path::Path;
pub use problem::{FieldError, Problem, Told};
pub use refuses::{Deciding, Refuses};
pub use shell::{Shell, shell};
pub use trace::Trace;
pub use valid::Valid;
pub use waiting::{Lag, Wait};

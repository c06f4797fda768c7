//! Verifies who a caller is, and decides what they may do.
//!
//! ```text
//! bearer token ─Issuers::verify→ Identity ─Identities::of→ ActorId ─Grants::of→ [Grant]
//!                                                                                  │
//!                 operation ─table::roles→ [Role] ───────── filter ────────────────┤
//!                                          what is touched ─reaches ───────────────┴→ yes or no
//! ```
//!
//! **Invariant:** a token says who; nothing in it says what one may do.

mod age;
mod cache;
mod development;
mod discovery;
mod grant;
mod grants;
mod identity;
mod issuers;
mod keys;
mod mark;
pub mod table;
mod token;

pub use age::{End, Freshness, Stale};
pub use development::{DevIssuer, NoKey};
pub use grant::{Grant, Scope, Touches};
pub use grants::Grants;
pub use identity::{Identities, Identity};
pub use issuers::{Issuers, Misconfigured, Oidc};
pub use mark::Mark;
pub use table::{PUBLIC, Row, row};
pub use token::Denied;

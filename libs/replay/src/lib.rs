//! Makes read models again as of a moment, digests them, and lists where they differ from what there is.
//!
//! **Invariant:** what is live is only read; what is made stands in a schema of its own, and goes afterwards.

mod difference;
mod digested;
mod digests;
mod finding;
mod replay;
mod scratch;
mod shape;
mod shelf;
mod snapshot;
mod table_digest;

pub use difference::{Column, Copies, Difference, What};
pub use digested::Digested;
pub use digests::Digests;
pub use finding::{Finding, Found};
pub use replay::{Error, Follow, Step, Until, replay};
pub use scratch::Scratch;
pub use shelf::Shelf;
pub use snapshot::{Snapshot, Standing};
pub use table_digest::{TableDigest, digest, digests};

//! Makes read models again as of a moment, digests them, and lists where they differ from what there is.
//!
//! **Invariant:** what is live is only read; what is made stands in a schema of its own, and goes afterwards.

mod difference;
mod digest;
mod scratch;
mod shape;
mod snapshot;

pub use difference::{Column, Copies, Difference, What};
pub use digest::{TableDigest, digest, digests};
pub use scratch::Scratch;
pub use snapshot::{Snapshot, Standing};

//! Proves that a log is complete and unaltered: the Merkle tree of RFC 6962 over its texts, proofs, and signed
//! checkpoints.
//!
//! **Invariant:** nothing here touches the world, so what it says can be checked anywhere.

mod checkpoint;
mod declaration;
mod note;
mod paths;
mod prove;
mod tree;

pub use checkpoint::Checkpoint;
pub use declaration::{Declaration, NotDeclared};
pub use note::{Kind, Malformed, NotSigned, Note, Signature, Signer, Verifier};
pub use paths::Paths;
pub use prove::{Prover, consistent, included};
pub use tree::{Frontier, Hash, leaf_hash};

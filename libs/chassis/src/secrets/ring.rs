//! The generations of the secret for one purpose.
//!
//! ```text
//! — ─prepare→ Prepared ─rotate→ In use ─retire→ Retired
//!     (known, not written with)      └ the newest is written with, each is looked up with
//! ```

use std::sync::Arc;
use vocabulary::Generations;

/// One generation of a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Generation {
    pub(super) number: u32,
    pub(super) key: [u8; 32],
    pub(super) prepared: bool,
}

/// The generations of the secret for one purpose, without the retired ones. Copies share the keys.
#[derive(Clone)]
pub struct Ring {
    all: Arc<[Generation]>,
    newest: Generation,
}

impl Generation {
    /// Counted from 1.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// The key.
    #[must_use]
    pub const fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// Whether it is known beforehand only: what is made with it is accepted, and nothing is made with it here.
    #[must_use]
    pub const fn is_prepared(&self) -> bool {
        self.prepared
    }
}

impl Ring {
    /// A ring of these generations, oldest first; nothing when none of them is in use.
    pub(super) fn of(all: Vec<Generation>) -> Option<Self> {
        let newest = all.iter().rev().find(|generation| !generation.prepared)?.clone();
        Some(Self { all: all.into(), newest })
    }

    /// The generation to write with.
    #[must_use]
    pub const fn newest(&self) -> &Generation {
        &self.newest
    }

    /// The generations to look up with, oldest first; a prepared one comes last.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Generation> + ExactSizeIterator {
        self.all.iter()
    }

    /// The generation of a number, unless it is retired or was never made.
    #[must_use]
    pub fn get(&self, number: u32) -> Option<&Generation> {
        self.all.iter().find(|generation| generation.number == number)
    }

    /// The keys, for what is made and looked up with them.
    #[must_use]
    pub fn keys(&self) -> Generations<[u8; 32]> {
        let newest = self.all.iter().position(|generation| generation.number == self.newest.number);
        let all = self.all.iter().map(|generation| generation.key).collect();
        newest.and_then(|newest| Generations::of(all, newest)).unwrap_or_else(|| Generations::one(self.newest.key))
    }
}

impl std::fmt::Debug for Generation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Generation({})", self.number)
    }
}

impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.all.iter()).finish()
    }
}

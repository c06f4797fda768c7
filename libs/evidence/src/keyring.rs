//! Where the secret halves of the keys are that sign.

use std::fmt;
use std::sync::Arc;

type Find = dyn Fn(&str) -> Result<Option<[u8; 32]>, NoKey> + Send + Sync;
type Make = dyn Fn(&str) -> Result<(), NoKey> + Send + Sync;
type Has = dyn Fn(&str) -> bool + Send + Sync;

/// A secret half cannot be read or made; says why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoKey(pub String);

/// Secret halves of keys, 32 bytes each, under a name such as `checkpoint-west-1`. Copies share it.
#[derive(Clone)]
pub struct Keyring {
    find: Arc<Find>,
    make: Arc<Make>,
    has: Arc<Has>,
}

impl Keyring {
    /// `find` gives the key that was made under a name, `make` makes it where there is none, `has` says whether it was kept
    /// in a file.
    pub fn new(
        find: impl Fn(&str) -> Result<Option<[u8; 32]>, NoKey> + Send + Sync + 'static,
        make: impl Fn(&str) -> Result<(), NoKey> + Send + Sync + 'static,
        has: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self { find: Arc::new(find), make: Arc::new(make), has: Arc::new(has) }
    }

    pub(crate) fn find(&self, name: &str) -> Result<Option<[u8; 32]>, NoKey> {
        (self.find)(name)
    }

    pub(crate) fn make(&self, name: &str) -> Result<(), NoKey> {
        (self.make)(name)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        (self.has)(name)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring")
    }
}

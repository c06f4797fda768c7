//! The process that signs checkpoints: one of an installation, which holds the keys and a memory of what it signed.

use std::path::{Path, PathBuf};

/// Where checkpoints are signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signing {
    /// In this process.
    Here {
        /// The folder of the memory: on a volume of its own, outside the database.
        folder: PathBuf,
        /// The file beside the keys which says that a memory was begun once.
        mark: PathBuf,
    },
    /// In another one: the address of the audit service that signs.
    There(String),
    /// Nowhere that this process knows.
    Nowhere,
}

impl Signing {
    /// In this process, with a memory in a folder; `secrets` is the directory of the keys.
    #[must_use]
    pub fn here(folder: &Path, secrets: &Path) -> Self {
        Self::Here { folder: folder.to_owned(), mark: secrets.join("signer.begun") }
    }

    /// As a hub signs that is one process: everything is in its data directory.
    #[must_use]
    pub fn in_data(data: &Path) -> Self {
        Self::here(&data.join("signer"), data)
    }
}

//! `regiohub contracts`: the contracts that others rely on, made from the code and committed.

mod asyncapi;
mod files;

use clap::Args;
use std::path::{Path, PathBuf};

/// The committed contracts in `folder` that are missing, changed, or none any more.
///
/// # Errors
/// When a contract cannot be written down.
pub fn stale(folder: &Path) -> anyhow::Result<Vec<String>> {
    files::differing(folder)
}

/// Write the contracts anew, or check that the committed ones are fresh.
#[derive(Clone, Debug, Args)]
pub struct Contracts {
    /// Write nothing; fail when a file would change.
    #[arg(long)]
    check: bool,
    /// The folder of the contracts.
    #[arg(long, default_value = "proto-schemas")]
    folder: PathBuf,
}

impl Contracts {
    /// Writes or checks.
    ///
    /// # Errors
    /// When a file cannot be written, or with --check when one is not fresh.
    pub fn run(self) -> anyhow::Result<()> {
        let stale = stale(&self.folder)?;
        if self.check {
            anyhow::ensure!(
                stale.is_empty(),
                "these contracts are not fresh, run `make schemas`:\n{}",
                stale.join("\n")
            );
            return Ok(());
        }
        files::write(&self.folder)?;
        for file in stale {
            println!("{file}");
        }
        Ok(())
    }
}

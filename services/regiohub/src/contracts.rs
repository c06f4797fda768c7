//! `regiohub contracts`: the contracts that others rely on, made from the code and committed.

mod access;
mod asyncapi;
mod files;
mod published;
mod shape;

use clap::Args;
use std::path::{Path, PathBuf};

/// The committed contracts in `folder` that are missing, changed, or none any more.
///
/// # Errors
/// When a contract cannot be written down.
pub fn stale(folder: &Path) -> anyhow::Result<Vec<String>> {
    files::differing(folder)
}

/// The changes in the code that break an event version published in `folder`, with the way to make them instead;
/// empty when nothing does.
///
/// # Errors
/// When a list of what was published does not read.
pub fn broken(folder: &Path) -> anyhow::Result<String> {
    let broken = published::broken(folder, &proto_schemas::contracts())?;
    let way_out = if broken.is_empty() { "" } else { published::WAY_OUT };
    Ok(broken.into_iter().map(|it| it + "\n").collect::<String>() + way_out)
}

/// Generate the contracts, or check that the committed ones are fresh.
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
    /// When a file cannot be written, a change breaks what was published, or with --check when a file is not fresh.
    pub fn run(self) -> anyhow::Result<()> {
        let broken = broken(&self.folder)?;
        anyhow::ensure!(broken.is_empty(), "{broken}");
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

//! The vault, for the commands that open names.

use super::reach::{Reach, Reached};
use vault::{MasterKey, Vault};

/// The vault with the key that the hub made; nothing is made here.
///
/// # Errors
/// When the key is not there or cannot be read.
pub(super) fn vault(reach: &Reach, reached: &Reached) -> anyhow::Result<Vault> {
    let key = reach.data_dir.join("vault.key");
    anyhow::ensure!(
        key.exists(),
        "{} is not there, and nothing is opened without it; name its folder with --data-dir",
        key.display()
    );
    Ok(Vault::connect(reached.options("vault"), 2, MasterKey::open_or_create(&key)?))
}

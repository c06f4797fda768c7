//! The operator's key: what a restore is declared with. It is in no database, so who owns one cannot declare anything.

use crate::{NoSecrets, Secrets};
use proofs::{Declaration, Signer};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Why there is no operator's key.
#[derive(Debug, thiserror::Error)]
pub enum NoOperatorKey {
    /// The file is not there, may be read by others, or holds something else.
    #[error(transparent)]
    Secret(#[from] NoSecrets),
    /// No key may be called after this domain.
    #[error("{0} is no name for a key ({1}); choose another --domain")]
    Name(String, proofs::Malformed),
}

/// The operator's key in the data directory, `operator.key`, made at its first use.
///
/// # Errors
/// See [`NoOperatorKey`].
pub fn operator_key(secrets: &Secrets, domain: &str) -> Result<Signer, NoOperatorKey> {
    named(domain, &secrets.kept("operator")?)
}

/// The operator's key in a file that the operator brings along: 64 hexadecimal digits, readable by its owner only.
///
/// # Errors
/// See [`NoOperatorKey`].
pub fn operator_key_in(file: &Path, domain: &str) -> Result<Signer, NoOperatorKey> {
    let shown = file.display().to_string();
    let failed = |error| NoSecrets::File(shown.clone(), error);
    if file.metadata().map_err(failed)?.permissions().mode() & 0o077 != 0 {
        return Err(NoSecrets::Exposed(shown).into());
    }
    let text = std::fs::read_to_string(file).map_err(failed)?;
    let secret = hex::decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
    named(domain, &secret.ok_or(NoSecrets::UnreadableKey(shown))?)
}

fn named(domain: &str, secret: &[u8; 32]) -> Result<Signer, NoOperatorKey> {
    let name = Declaration::key_name(domain);
    Signer::new(&name, secret).map_err(|error| NoOperatorKey::Name(name, error))
}

//! The notary of a hub: who cuts the checkpoints of its logs, with the keys and the memory that it has.

use bus::LogSource;
use chassis::{Hub, Secrets, Signing};
use evidence::checkpoint::Notary;
use evidence::keyring::{Keyring, NoKey};
use evidence::signer::Signer;

/// A notary over these logs.
#[must_use]
pub fn notary(hub: &Hub, logs: &[LogSource]) -> Notary {
    Notary {
        db: hub.db.clone(),
        keyring: keyring(&hub.secrets),
        domain: hub.domain.clone(),
        clock: hub.clock.clone(),
        logs: logs.into(),
        signer: signer(&hub.signing, &hub.secrets.log_secret().unwrap_or_default()),
        operator_key: hub.operator_key.clone(),
    }
}

/// The signing keys beside an installation's other secrets.
#[must_use]
pub fn keyring(secrets: &Secrets) -> Keyring {
    let (find, make, has) = (secrets.clone(), secrets.clone(), secrets.clone());
    Keyring::new(
        move |name| find.kept_before(name).map_err(|error| NoKey(error.to_string())),
        move |name| make.kept(name).map(drop).map_err(|error| NoKey(error.to_string())),
        move |name| has.has(name),
    )
}

/// Where checkpoints are signed, as this process is told; `secret` opens the internal routes of the one that signs.
#[must_use]
pub fn signer(signing: &Signing, secret: &str) -> Signer {
    match signing {
        Signing::Here { folder, mark } => Signer::here(folder, mark),
        Signing::There(url) => Signer::there(url, secret),
        Signing::Nowhere => Signer::nowhere(),
    }
}

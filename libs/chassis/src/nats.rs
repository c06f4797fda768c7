//! How the services of a process come to a NATS that was given.

use crate::transport;
use anyhow::Context;
use bus::NatsAccess;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A NATS at `url`: each service as its own user, whose passwords are in the file `users` (see `regiohub nats-users`);
/// without it all as the one user that the address names. The server may be away.
///
/// # Errors
/// When the address is none or of another machine without TLS, or the file cannot be read or may be read by others than its owner.
pub async fn nats(url: &str, users: Option<&Path>) -> anyhow::Result<NatsAccess> {
    transport::nats("--nats-url", url).await?;
    let Some(users) = users else {
        tracing::warn!(
            "all services publish as one NATS user: whoever has its password can empty, fill and silence every stream. \
             A user for each service: regiohub nats-users"
        );
        return Ok(bus::connect_when_there(url).await.context("NATS")?.into());
    };
    let shown = users.display();
    let mode = users.metadata().with_context(|| shown.to_string())?.permissions().mode();
    anyhow::ensure!(mode & 0o077 == 0, "{shown} may be read by others than its owner: `chmod 600` it");
    let text = std::fs::read(users).with_context(|| shown.to_string())?;
    let passwords: BTreeMap<String, String> =
        serde_json::from_slice(&text).with_context(|| format!("{shown} is not what `regiohub nats-users` wrote"))?;
    Ok(NatsAccess::with_users(url, passwords))
}

//! The private PostgreSQL of a hub that runs already, for commands beside it.

use std::{fs, path::Path};

use crate::{Error, home::Home, postgres};

/// Whether another process holds `data_dir`.
///
/// # Errors
/// The folder cannot be read.
pub fn in_use(data_dir: &Path) -> Result<bool, Error> {
    // A look creates nothing.
    Ok(data_dir.join("lock").exists() && Home::open(data_dir)?.lock_once()?.is_none())
}

/// The address of the private PostgreSQL that another process runs on `data_dir`; `None` when none runs there.
/// Holds a password: not for logs.
///
/// # Errors
/// The folder cannot be read, or its passwords are gone.
pub fn running(data_dir: &Path) -> Result<Option<String>, Error> {
    // A look creates nothing: a folder that does not exist has nothing running.
    if !data_dir.join("servers.json").exists() {
        return Ok(None);
    }
    let home = Home::open(data_dir)?;
    if home.lock_once()?.is_some() {
        return Ok(None);
    }
    let data = home.path("postgres");
    let text = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    // The server writes its port in the fourth line and its state in the eighth.
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let (Some(port), Some(&"ready")) = (lines.get(3).and_then(|port| port.parse().ok()), lines.get(7)) else {
        return Ok(None);
    };
    match &home.remembered.postgres_password {
        Some(password) => Ok(Some(postgres::url(password, port))),
        None => Err(Error::SecretsGone { dir: data, file: home.path("servers.json") }),
    }
}

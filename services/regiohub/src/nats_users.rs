//! `regiohub nats-users`: the NATS users of the hub, for a nats-server of one's own.

use crate::services;
use anyhow::Context;
use bus::Names;
use clap::Args;
use embedded::{NatsPasswords, NatsUser};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Make the NATS users of the hub, for a nats-server of your own: an account for each service, in which its user alone
/// publishes to its logs, and a user that reads them.
///
/// Prints the `accounts` block for the configuration of nats-server, with passwords: keep it as you keep the passwords.
/// The passwords themselves are put into FILE, which every process of the hub is given as --nats-users; users that are
/// there already keep theirs. A service that runs alone needs its own user and `<service>_reader` of those it reads.
/// The private nats-server of `regiohub up` has these users by itself. A partner who reads events is given a user with
/// the permissions of `<service>_reader`, and an inbox prefix of its own.
#[derive(Clone, Debug, Args)]
pub struct NatsUsers {
    /// The file with the passwords: a JSON object of users with their passwords, made when it does not exist (mode
    /// 0600).
    file: PathBuf,
    /// The prefix of the names of its streams and subjects, as for `up`.
    #[arg(long, env = "REGIOHUB_STREAMS", default_value = "hub")]
    streams: Names,
}

/// The users of the hub whose streams are called so.
#[must_use]
pub fn users(names: &Names) -> Vec<NatsUser> {
    let services: Vec<&str> =
        services::deciding().iter().map(chassis::Service::name).chain([gateway::service().name()]).collect();
    let users = bus::nats_users(names, &services).into_iter();
    users
        .map(|bus::NatsUser { account, name, publish, subscribe }| NatsUser { account, name, publish, subscribe })
        .collect()
}

impl NatsUsers {
    /// Prints the accounts.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn run(self) -> anyhow::Result<()> {
        let users = users(&self.streams);
        let known = match std::fs::read(&self.file) {
            Ok(text) => serde_json::from_slice(&text).with_context(|| self.file.display().to_string())?,
            Err(error) if error.kind() == ErrorKind::NotFound => NatsPasswords::new(),
            Err(error) => return Err(error).with_context(|| self.file.display().to_string()),
        };
        let passwords = embedded::nats_passwords(&users, &known)?;
        if passwords != known {
            put(&self.file, &serde_json::to_string_pretty(&passwords)?)
                .with_context(|| self.file.display().to_string())?;
        }
        print!("{}", embedded::nats_accounts(&users, &passwords));
        Ok(())
    }
}

/// Written beside and put in place at once, for its owner only.
fn put(file: &Path, text: &str) -> std::io::Result<()> {
    let fresh = file.with_added_extension("fresh");
    match std::fs::remove_file(&fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    writeln!(open, "{text}")?;
    open.sync_all()?;
    std::fs::rename(&fresh, file)
}

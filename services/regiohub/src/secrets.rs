//! `regiohub secrets`: what each secret of the installation is for, and how it is rotated.

use chassis::{Purpose, Secrets};
use clap::{Args, Subcommand};
use embedded::default_data_dir;
use serde_json::json;
use std::path::PathBuf;

/// List the secrets of the hub by purpose, and rotate them.
///
/// Each purpose has generations, numbered from 1. Everything is written with the newest generation and looked up with
/// each, so that a rotation loses nothing. The first generation is derived from `hub.secret` (for `natural-keys` from
/// `vault.key`); each further one is a file `<purpose>-<n>.key` beside it. Back the directory up after each rotation:
/// what was written with a lost generation is never found again.
///
/// A rotation counts from the next start of each process. A hub in one process: rotate, restart. Several processes that
/// are restarted one by one: `rotate PURPOSE --prepare`, copy the file to each, restart all; `rotate PURPOSE`, copy,
/// restart all.
///
/// What can never be re-keyed, because it is in events that do not change or was handed out: actor ids and command ids
/// in the logs and what is named after them, fingerprints of requests that were answered, pseudonyms in the log of
/// processing. The numbers of people who are not imported any more stay under the key with which they were imported
/// last.
///
/// Not rotated here: `hub.secret` itself and `vault.key` (they are the first generations, and the vault's keys are
/// wrapped with the latter: restore them from a backup when they are lost), the keys that sign checkpoints (`regiohub
/// audit key`), and the key of a witness (whose name says whose it is: a new one is a new witness).
#[derive(Clone, Debug, Args)]
pub struct SecretsCommand {
    /// The data directory of the hub.
    #[arg(long, global = true, env = "REGIOHUB_DATA", default_value_os_t = default_data_dir())]
    data_dir: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// List each purpose with its generations, one JSON object a line; never a key.
    List,
    /// Make a new generation, and print its number.
    Rotate {
        /// The purpose, such as `log`; `list` names them all.
        #[arg(value_parser = purpose)]
        purpose: Purpose,
        /// Only make the generation known: a second `rotate`, when every process knows it, makes it the one to write
        /// with.
        #[arg(long)]
        prepare: bool,
    },
    /// Refuse an older generation from the next start on: after a rotation, once every process was restarted.
    Retire {
        /// The purpose, such as `log`; only a secret that opens something can be retired.
        #[arg(value_parser = purpose)]
        purpose: Purpose,
        /// The number of the generation.
        number: u32,
    },
}

/// Every purpose of the hub.
fn purposes() -> Vec<Purpose> {
    let services: Vec<_> = crate::services::deciding().iter().map(chassis::Service::name).chain(["gateway"]).collect();
    Purpose::all(&services)
}

fn purpose(name: &str) -> Result<Purpose, String> {
    let known = purposes();
    let named = known.iter().find(|purpose| purpose.name() == name);
    named
        .copied()
        .ok_or_else(|| format!("it is one of {}", known.iter().map(|it| it.name()).collect::<Vec<_>>().join(", ")))
}

impl SecretsCommand {
    /// Prints what was asked, and never a key.
    ///
    /// # Errors
    /// When there is no hub in the directory, or a file cannot be read or written.
    pub fn run(self) -> anyhow::Result<()> {
        let secrets = Secrets::open(&self.data_dir)?;
        match self.command {
            Command::List => {
                for purpose in purposes() {
                    let (generations, newest, prepared) = secrets.numbers(purpose)?;
                    let line = json!({
                        "purpose": purpose.name(), "generations": generations, "newest": newest, "prepared": prepared,
                        "does": purpose.does(), "rotation": purpose.rotation(), "retires": purpose.retires(),
                    });
                    println!("{line}");
                }
            }
            Command::Rotate { purpose, prepare } => {
                println!("{}", secrets.rotate(purpose, prepare)?);
                if prepare {
                    eprintln!("Restart every process with it; then rotate {purpose} again, and it is written with.");
                } else {
                    eprintln!("It counts from the next start of each process: {}.", purpose.rotation());
                }
            }
            Command::Retire { purpose, number } => {
                secrets.retire(purpose, number)?;
                eprintln!("Generation {number} of {purpose} opens nothing from the next start of each process on.");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_log_of_the_hub_has_a_purpose_for_its_messages() {
        let named: Vec<String> = purposes().iter().map(|purpose| purpose.name().into_owned()).collect();
        for service in crate::services::deciding() {
            assert!(named.contains(&format!("messages-{}", service.name())), "{}", service.name());
        }
        assert!(named.iter().all(|name| purpose(name).is_ok()));
        assert!(purpose("messages-nowhere").unwrap_err().contains("messages-gateway"));
    }
}

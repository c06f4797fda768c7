//! `regiohub audit …`: what an auditor asks of the logs themselves, with or without a running hub.

mod access_export;
mod checkpoint;
mod consistency;
mod explain;
mod export;
mod exported;
mod figure;
mod key;
mod logs;
mod open_names;
mod operator;
mod operator_key;
mod page;
mod prove;
pub mod reach;
mod replay;
mod sample;
mod signer;
mod timeline;
mod tree;
mod verify;
mod verify_export;
mod witness;
mod witnesses;
mod written_down;

use clap::{Args, Subcommand, ValueEnum};

/// Prove, replay and explain the history of a region from its logs alone.
///
/// Exits with 0 when all is well, 1 when it failed, 2 when its arguments are wrong, 3 when something was found, 4 when
/// nothing was found and no given key vouches for it, 5 when nothing was altered and events do not conform to the
/// schema of their type.
#[derive(Clone, Debug, Args)]
pub struct Audit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    AccessExport(access_export::AccessExport),
    Logs(logs::Logs),
    Replay(replay::Replay),
    Export(export::ExportTo),
    Verify(verify::Verify),
    Explain(Box<explain::Explain>),
    Sample(Box<sample::Sample>),
    Timeline(timeline::Timeline),
    Checkpoint(checkpoint::Checkpoint),
    Keys(checkpoint::Keys),
    RotateKey(checkpoint::RotateKey),
    OperatorKey(operator_key::OperatorKey),
    Signer(signer::SignerOf),
    Witnesses(witnesses::Witnesses),
    Page(page::Page),
    Prove(prove::Prove),
    Consistency(consistency::Consistency),
    Check(prove::Check),
    Witness(witness::Witness),
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// What was looked at is not as it should be: the program ends with 3.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Found(pub String);

/// What was looked at is consistent in itself, and no key that was given vouches for it: the program ends with 4.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotVouched(pub String);

/// Nothing was altered, and events were written that the schema of their type refuses: the program ends with 5.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Nonconforming(pub String);

impl Audit {
    /// Runs the command.
    ///
    /// # Errors
    /// [`Found`] when something is not as it should be, [`Nonconforming`] when an event is not as the
    /// schema of its type says, [`NotVouched`] when nobody vouches for it, else what is in the way.
    pub async fn run(self) -> anyhow::Result<()> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        match self.command {
            Command::AccessExport(export) => export.run().await,
            Command::Logs(logs) => logs.run().await,
            Command::Replay(replay) => replay.run().await,
            Command::Export(export) => export.run().await,
            Command::Verify(verify) => verify.run().await,
            Command::Explain(explain) => explain.run().await,
            Command::Sample(sample) => sample.run().await,
            Command::Timeline(timeline) => timeline.run().await,
            Command::Checkpoint(checkpoint) => checkpoint.run().await,
            Command::Keys(keys) => keys.run().await,
            Command::RotateKey(rotate) => rotate.run().await,
            Command::OperatorKey(key) => key.run(),
            Command::Signer(signer) => signer.run().await,
            Command::Witnesses(witnesses) => witnesses.run().await,
            Command::Page(page) => {
                page.run();
                Ok(())
            }
            Command::Prove(prove) => prove.run().await,
            Command::Consistency(consistency) => consistency.run().await,
            Command::Check(check) => check.run(),
            Command::Witness(witness) => witness.run().await,
        }
    }
}

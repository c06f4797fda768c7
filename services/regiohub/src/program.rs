//! The commands of the program, in one place: `main` runs one of them, and a test reads their names.

use crate::audit::Audit;
use crate::contracts::Contracts;
use crate::nats_users::NatsUsers;
use crate::parked::Parked;
use crate::ready::Ready;
use crate::restored::Restored;
use crate::secrets::SecretsCommand;
use crate::token::Token;
use crate::up::Up;
use clap::{CommandFactory, Parser, Subcommand};
use regiohub_bench::Bench;
use regiohub_demo::Demo;

/// The event-sourced hub of a Sterk Techniekonderwijs region.
#[derive(Debug, Parser)]
#[command(name = "regiohub", version)]
pub struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Up(Box<Up>),
    Token(Token),
    NatsUsers(NatsUsers),
    Parked(Parked),
    Ready(Ready),
    Restored(Restored),
    Secrets(SecretsCommand),
    Contracts(Contracts),
    Demo(Demo),
    Bench(Bench),
    Audit(Box<Audit>),
}

impl Program {
    /// Every command with its subcommands and options.
    #[must_use]
    pub fn manual() -> clap::Command {
        Self::command()
    }

    /// Runs the command that was asked for.
    ///
    /// # Errors
    /// When the command fails, with its reasons.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Up(up) => up.run().await,
            Command::Token(token) => {
                println!("{}", token.mint()?);
                Ok(())
            }
            Command::NatsUsers(users) => users.run(),
            Command::Parked(parked) => parked.run().await,
            Command::Ready(ready) => ready.run().await,
            Command::Restored(restored) => restored.run().await,
            Command::Secrets(secrets) => secrets.run(),
            Command::Contracts(contracts) => contracts.run(),
            Command::Demo(demo) => demo.run().await,
            Command::Bench(bench) => bench.run().await,
            Command::Audit(audit) => audit.run().await,
        }
    }
}

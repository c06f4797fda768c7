//! The `regiohub` program.

use clap::{Parser, Subcommand};
use regiohub::audit::{Audit, Found, Nonconforming, NotVouched};
use regiohub::contracts::Contracts;
use regiohub::nats_users::NatsUsers;
use regiohub::parked::Parked;
use regiohub::ready::Ready;
use regiohub::restored::Restored;
use regiohub::secrets::SecretsCommand;
use regiohub::token::Token;
use regiohub::up::Up;
use regiohub_bench::Bench;
use regiohub_demo::Demo;
use std::process::ExitCode;

/// The event-sourced hub of a Sterk Techniekonderwijs region.
#[derive(Debug, Parser)]
#[command(version)]
struct Program {
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

/// Ends with 0 when all is well, 1 when it failed, 2 when it was asked wrongly, 3 when an audit found something, 4 when it
/// found nothing and no given key vouches for what it looked at, 5 when nothing was altered and events are not as their
/// schemas say.
#[tokio::main]
async fn main() -> ExitCode {
    let Err(error) = run().await else { return ExitCode::SUCCESS };
    // Its reasons in one line: a stack trace tells an auditor nothing.
    eprintln!("Error: {error:#}");
    ExitCode::from(match error {
        error if error.is::<Found>() => 3,
        error if error.is::<NotVouched>() => 4,
        error if error.is::<Nonconforming>() => 5,
        _ => 1,
    })
}

async fn run() -> anyhow::Result<()> {
    match Program::parse().command {
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

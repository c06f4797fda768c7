//! The `regiohub` program.

use clap::{Parser, Subcommand};
use regiohub::bench::Bench;
use regiohub::contracts::Contracts;
use regiohub::demo::Demo;
use regiohub::parked::Parked;
use regiohub::token::Token;
use regiohub::up::Up;

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
    Parked(Parked),
    Contracts(Contracts),
    Demo(Demo),
    Bench(Bench),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Program::parse().command {
        Command::Up(up) => up.run().await,
        Command::Token(token) => {
            println!("{}", token.mint()?);
            Ok(())
        }
        Command::Parked(parked) => parked.run().await,
        Command::Contracts(contracts) => contracts.run(),
        Command::Demo(demo) => demo.run().await,
        Command::Bench(bench) => bench.run().await,
    }
}

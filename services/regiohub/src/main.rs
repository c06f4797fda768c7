//! The `regiohub` program.

use clap::Parser;
use regiohub::audit::{Found, Nonconforming, NotVouched};
use regiohub::program::Program;
use std::process::ExitCode;

/// Ends with 0 when all is well, 1 when the command failed, 2 when its arguments are wrong, 3 when an audit found something,
/// 4 when it found nothing and no given key vouches for what it looked at, 5 when nothing was altered and events do not
/// conform to their schemas.
#[tokio::main]
async fn main() -> ExitCode {
    let Err(error) = Program::parse().run().await else { return ExitCode::SUCCESS };
    // Its reasons in one line: a stack trace tells an auditor nothing.
    eprintln!("Error: {error:#}");
    ExitCode::from(match error {
        error if error.is::<Found>() => 3,
        error if error.is::<NotVouched>() => 4,
        error if error.is::<Nonconforming>() => 5,
        _ => 1,
    })
}

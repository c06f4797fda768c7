//! `servers [--data-dir DIR] [--durable] [--] COMMAND…`: a command with its own PostgreSQL and nats-server around it.

use std::{env, ffi::OsString, process::ExitCode};

use embedded::{Config, default_bin_dir, within};

const USAGE: &str = "servers [--data-dir DIR] [--durable] [--] COMMAND…
  Runs COMMAND with REGIOHUB_TEST_POSTGRES_URL, REGIOHUB_TEST_NATS_URL and REGIOHUB_SERVERS set.
  --data-dir DIR  keep the data there (otherwise in a temporary folder)
  --durable       sync to disk, as in production
  From the environment: POSTGRES_BIN (an installed PostgreSQL), POSTGRES_URL, NATS_URL (running ones).";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut config = Config::new("", default_bin_dir());
    config.scratch = true;
    let given = |name| env::var(name).ok().filter(|value| !value.is_empty());
    config.postgres_bin = given("POSTGRES_BIN").map(Into::into);
    config.postgres_url = given("POSTGRES_URL");
    config.nats_url = given("NATS_URL");
    let mut arguments = env::args_os().skip(1).peekable();
    while let Some(option) = arguments.next_if(|argument| argument.as_encoded_bytes().starts_with(b"--")) {
        match option.to_str() {
            Some("--data-dir") => config.data_dir = arguments.next().unwrap_or_default().into(),
            Some("--durable") => config.scratch = false,
            Some("--") => break,
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    let command: Vec<OsString> = arguments.collect();
    if command.is_empty() {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    match within(config, &command).await {
        Ok(status) => ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

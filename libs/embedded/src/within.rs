//! Runs a command with servers of its own around it.

use std::{ffi::OsString, path::Path, process::ExitStatus};

use tokio::{
    process::Command,
    signal::unix::{SignalKind, signal},
    task::spawn_blocking,
};

use crate::{Config, Error, Servers};

/// Starts the servers of `config`, runs `command` with `REGIOHUB_TEST_POSTGRES_URL`, `REGIOHUB_TEST_NATS_URL` and
/// `REGIOHUB_SERVERS` set, stops them, and says how the command ended.
///
/// Without a data folder of its own choice (`data_dir` empty) the servers keep theirs in a temporary one.
///
/// # Errors
/// The servers do not start, or the command is not found.
pub async fn within(mut config: Config, command: &[OsString]) -> Result<ExitStatus, Error> {
    let mut temporary = None;
    if config.data_dir.as_os_str().is_empty() {
        let folder = tempfile::tempdir().map_err(Error::file("no room in", Path::new("the temporary folder")))?;
        config.data_dir = folder.path().to_owned();
        temporary = Some(folder);
    }
    let config = config.absolute()?;
    let bin_dir = config.bin_dir.clone();
    // Before the servers start: from here on Ctrl-C must not leave the folder behind.
    let handler = |kind| signal(kind).map_err(Error::file("no signals for", Path::new("this process")));
    let mut interrupted = handler(SignalKind::interrupt())?;
    let mut terminated = handler(SignalKind::terminate())?;

    let servers = spawn_blocking(move || Servers::start(&config))
        .await
        .map_err(|error| Error::Failed { program: "starting the servers", output: error.to_string() })??;
    let (program, arguments) = command.split_first().ok_or_else(|| Error::Failed {
        program: "the command",
        output: "there is none; name it after --".to_owned(),
    })?;
    let mut child = Command::new(program)
        .args(arguments)
        .env("REGIOHUB_TEST_POSTGRES_URL", &servers.postgres_url)
        .env("REGIOHUB_TEST_NATS_URL", &servers.nats_url)
        .env("REGIOHUB_SERVERS", bin_dir)
        .spawn()
        .map_err(Error::file("cannot run", Path::new(program)))?;
    let ended = loop {
        tokio::select! {
            ended = child.wait() => break ended,
            // The terminal has told the command as well.
            _ = interrupted.recv() => {}
            _ = terminated.recv() => tell(&child),
        }
    };
    let _ = spawn_blocking(move || (servers.stop(), drop(temporary))).await;
    ended.map_err(Error::file("lost", Path::new(program)))
}

fn tell(child: &tokio::process::Child) {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
}

//! The processes of one data directory, found by what stands in it.

use rustix::process::{Pid, Signal, kill_process};
use std::{fs, path::Path};

pub const POSTGRES: &str = "postgres/postmaster.pid";
pub const NATS: &str = "nats/nats-server.pid";

/// The number in a file of a server.
pub fn pid(data: &Path, file: &str) -> Option<i32> {
    fs::read_to_string(data.join(file)).ok()?.lines().next()?.trim().parse().ok()
}

/// Who has this directory among their arguments; one that has ended and is not yet reaped has none.
pub fn of(data: &Path) -> Vec<i32> {
    let folder = data.to_str().unwrap();
    let running = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let entry = entry.ok()?;
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let arguments = fs::read(entry.path().join("cmdline")).ok()?;
        String::from_utf8_lossy(&arguments).contains(folder).then_some(pid)
    });
    let mut running: Vec<i32> = running.collect();
    running.sort_unstable();
    running
}

pub fn signal(pid: i32, signal: Signal) {
    // It may have ended by itself.
    let _ = kill_process(Pid::from_raw(pid).unwrap(), signal);
}

/// Kills the server that a file names, when it is one of this directory.
pub fn kill_server(data: &Path, file: &str) -> Option<i32> {
    let server = pid(data, file).filter(|server| of(data).contains(server))?;
    signal(server, Signal::KILL);
    Some(server)
}

//! A server of an earlier start that is still on its way out.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::home::Home;

/// Waits until no PostgreSQL of an earlier start runs as `user` on the data folder.
pub(crate) fn postgres(home: &Home, user: u32) {
    let data = home.path("postgres");
    // Fast first, which is what the parent's death asked of it; then at once, then by force.
    wait_for(&data.join("postmaster.pid"), user, &data, &[(0, Signal::INT), (8, Signal::QUIT), (12, Signal::KILL)]);
}

/// Waits until no nats-server of an earlier start runs as `user` on the data folder.
pub(crate) fn nats(home: &Home, user: u32) {
    let (pid_file, settings) = (home.path("nats").join("nats-server.pid"), home.path("nats.conf"));
    wait_for(&pid_file, user, &settings, &[(0, Signal::TERM), (2, Signal::KILL)]);
}

/// Waits until the process named in the first line of `pid_file` has ended, pressing harder as it takes longer.
///
/// Only a process of `user` that has `marker` among its arguments is ours: numbers are used again.
/// `pressing` are signals, each with the seconds after which it is sent.
fn wait_for(pid_file: &Path, user: u32, marker: &Path, pressing: &[(u64, Signal)]) {
    let Ok(text) = fs::read_to_string(pid_file) else { return };
    let Some(pid) = text.lines().next().and_then(|line| line.trim().parse().ok()).and_then(Pid::from_raw) else {
        return;
    };
    let began = Instant::now();
    let mut pressing = pressing.iter().peekable();
    while is_ours(pid, user, marker) {
        if let Some((_, signal)) = pressing.next_if(|(after, _)| began.elapsed().as_secs() >= *after) {
            tracing::warn!(pid = pid.as_raw_pid(), ?signal, "a server of an earlier start is still there");
            let _ = kill_process(pid, *signal);
        }
        if pressing.peek().is_none() && began.elapsed() > Duration::from_secs(30) {
            return; // Starting will say what is wrong.
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn is_ours(pid: Pid, user: u32, marker: &Path) -> bool {
    let process = Path::new("/proc").join(pid.as_raw_pid().to_string());
    let Ok(folder) = fs::metadata(&process) else { return false };
    // A process that has ended but is not yet reaped has no arguments left.
    let arguments = fs::read(process.join("cmdline")).unwrap_or_default();
    let marker = marker.as_os_str().as_encoded_bytes();
    folder.uid() == user && arguments.split(|byte| *byte == 0).any(|argument| argument == marker)
}

//! What connections cost the hub: memory that is given back, and descriptors that it gets by itself.

use super::hub::{Hub, SEATS, directory, eventually, ready, up};
use futures_util::future::join_all;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

/// Connections without a request.
const IDLE: usize = 2_000;

/// Kilobytes that one of them may cost, and as much again for what else the hub does meanwhile.
const KILOBYTES: usize = 30 * 2;

/// Kilobytes of memory that a process has.
fn resident(pid: i32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}

/// Connections that have asked once, and stay.
async fn idle(hub: &Hub, count: usize) -> Vec<TcpStream> {
    let address = ("127.0.0.1", hub.port);
    join_all((0..count).map(async |_| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: hub\r\n\r\n").await.unwrap();
        assert!(stream.read(&mut [0; 4_096]).await.unwrap() > 0);
        stream
    }))
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_idle_connections_cost_little_and_give_their_memory_back() {
    chassis::raise_descriptors();
    let hub = Hub::start().await;
    drop(idle(&hub, 100).await);
    let before = resident(hub.number());
    let connections = idle(&hub, IDLE).await;
    let each = resident(hub.number()).saturating_sub(before) / IDLE;
    assert!(each <= KILOBYTES, "{each} kB each");
    drop(connections);
    let most = before + IDLE * KILOBYTES / 4;
    eventually("the memory is given back", Duration::from_secs(60), async || resident(hub.number()) <= most).await;
    eprintln!("{each} kB each; {before} kB before, {} kB after", resident(hub.number()));
    hub.stop().await;
}

#[tokio::test]
async fn the_hub_raises_its_limit_of_descriptors_itself() {
    let _seat = SEATS.acquire().await.unwrap();
    let data = directory();
    let hub = up(data.path(), 0);
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -S -n 256 && exec \"$0\" \"$@\""]).arg(hub.as_std().get_program());
    shell.args(hub.as_std().get_args());
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    for (name, value) in hub.as_std().get_envs() {
        assert!(value.is_none());
        shell.env_remove(name);
    }
    let mut hub = ready(shell).await.unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", hub.id().unwrap())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let [soft, hard] = [3, 4].map(|column| line.split_whitespace().nth(column).unwrap());
    assert!(soft == hard && soft != "256", "{line}");
    super::processes::signal(i32::try_from(hub.id().unwrap()).unwrap(), rustix::process::Signal::TERM);
    assert!(hub.wait().await.unwrap().success());
}

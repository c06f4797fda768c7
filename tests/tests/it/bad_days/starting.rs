//! A hub that cannot start says why, and leaves nothing running.

use super::{
    hub::{Hub, directory, up},
    processes,
};
use std::{fs, net::TcpListener, path::Path, process::ExitStatus, time::Duration};
use tokio::time::timeout;

/// Starts in vain; what it said.
async fn in_vain(data: &Path, port: u16) -> String {
    let log = data.join("hub.log");
    let before = fs::read(&log).unwrap_or_default().len();
    let mut child = up(data, port).spawn().unwrap();
    let ended: ExitStatus = timeout(Duration::from_secs(30), child.wait()).await.expect("it gives up").unwrap();
    assert!(!ended.success());
    String::from_utf8_lossy(&fs::read(&log).unwrap()[before..]).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_hub_on_the_same_data_is_refused_with_the_owner() {
    let hub = Hub::start().await;
    let said = in_vain(hub.data(), 0).await;
    assert!(said.contains("in use") && said.contains(&hub.number().to_string()), "{said}");
    // The first one never noticed.
    assert!(hub.is_alone());
    assert!(hub.http.get(format!("{}/health/ready", hub.internal_url())).send().await.unwrap().status().is_success());
    hub.stop().await;
}

#[tokio::test]
async fn a_taken_port_is_named_and_nothing_is_left_running() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let (data, port) = (directory(), taken.local_addr().unwrap().port());
    let said = in_vain(data.path(), port).await;
    assert!(said.contains(&port.to_string()) && said.contains("--port"), "{said}");
    assert_eq!(processes::of(data.path()), Vec::<i32>::new());
}

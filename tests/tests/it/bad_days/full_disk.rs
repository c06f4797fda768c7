//! The disk of PostgreSQL is full for a while: it cannot grow a table, and then not even write its own log.

use super::{
    compare::agree,
    hub::{self, Hub, eventually},
    load::Load,
};
use reqwest::StatusCode;
use sqlx::{Connection, PgConnection};
use std::{
    fs::File,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::process::Command;

const SOON: Duration = Duration::from_secs(30);

/// Has the program find what PostgreSQL keeps on a small disk, which nobody else sees.
const ON_A_SMALL_DISK: &str = r#"
    set -e
    mv "$1" "$1.before"
    mkdir "$1"
    mount -t tmpfs -o size=320m,mode=700 tmpfs "$1"
    cp -a "$1.before/." "$1"
    chown --reference="$1.before" "$1"
    rm -r "$1.before"
    shift
    exec "$@"
"#;

/// `regiohub up` in a mount namespace of its own.
fn on_a_small_disk(data: &Path, port: u16) -> Command {
    let usual = hub::up(data, port);
    let usual = usual.as_std();
    let log = File::options().append(true).open(data.join("hub.log")).unwrap();
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", ON_A_SMALL_DISK, "sh"]).arg(data.join("postgres"));
    command.arg(usual.get_program()).args(usual.get_args());
    for (name, value) in usual.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
    command
}

/// What takes the rest of the disk, as seen from outside the namespace.
fn ballast(hub: &Hub) -> PathBuf {
    let data = hub.data().join("postgres/ballast");
    Path::new(&format!("/proc/{}/root", hub.number())).join(data.strip_prefix("/").unwrap())
}

fn fill(ballast: &Path) {
    let mut file = File::create(ballast).unwrap();
    for block in [64 * 1024, 4 * 1024] {
        loop {
            match file.write_all(&vec![0; block]) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// Has PostgreSQL begin files of its own log until there is no room for another one, which ends it.
async fn begin_logs(mut admin: PgConnection) {
    for _ in 0..100 {
        let next = "select pg_logical_emit_message(false, 'full', 'disk'), pg_switch_wal()";
        if sqlx::raw_sql(next).execute(&mut admin).await.is_err() {
            return;
        }
    }
    panic!("PostgreSQL still writes its log");
}

async fn is_ready(hub: &Hub) -> bool {
    let asked = hub.http.get(format!("{}/health/ready", hub.internal_url())).send().await;
    asked.is_ok_and(|answer| answer.status() == StatusCode::OK)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_of_postgres_refuses_commands_until_there_is_space_and_loses_nothing() {
    if !rustix::process::geteuid().is_root() {
        assert!(std::env::var_os("CI").is_none(), "a small disk is mounted by root only");
        eprintln!("a small disk is mounted by root only");
        return;
    }
    let mut hub = Hub::start().await;
    assert!(hub.terminate().await.success());
    hub.start_again_by(on_a_small_disk).await;
    let load = Load::start(&hub, 17);
    for (what, log_too) in [("tables", false), ("tables and log", true)] {
        load.goes_on(50).await;
        let admin = PgConnection::connect(&hub.postgres("consortium")).await.unwrap();
        fill(&ballast(&hub));
        if log_too {
            begin_logs(admin).await;
        }
        let before = load.ledger.unknown();
        eventually("commands are refused", SOON, async || load.ledger.unknown() >= before + 40).await;
        eventually("the hub says that it is not ready", SOON, async || !is_ready(&hub).await).await;
        std::fs::remove_file(ballast(&hub)).unwrap();
        let began = Instant::now();
        load.goes_on(50).await;
        let goes_on = began.elapsed();
        eventually("the hub says that it is ready", SOON, async || is_ready(&hub).await).await;
        assert!(goes_on < SOON, "{what}: commands go on after {goes_on:?}");
        println!("no space for {what}: commands go on after {goes_on:.2?}, ready after {:.2?}", began.elapsed());
    }
    let ledger = load.end().await;
    ledger.resolve(&hub).await;
    let streams = agree(&hub, &ledger).await;
    println!("{}, streams whole after {streams:.2?}", ledger.summary());
    hub.stop().await;
}

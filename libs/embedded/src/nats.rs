//! The private nats-server with JetStream. What it keeps can be lost: Postgres has it all.

use std::{
    fs,
    io::{BufRead, BufReader, ErrorKind},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    time::Duration,
};

use rustix::process::Signal;

use crate::{
    Config, Error,
    account::Account,
    home::{Home, password, write_secret},
    keeper::Program,
    leftover, nats_accounts, nats_passwords,
    postgres::Prepared,
};

const USER: &str = "regiohub";

pub(crate) fn prepare(config: &Config, home: &mut Home, account: &Account) -> Result<Prepared, Error> {
    let server = config.bin_dir.join("bin/nats-server");
    if !server.is_file() {
        return Err(Error::Missing { program: "nats-server", dir: config.bin_dir.clone() });
    }
    account.must_reach(&server)?;
    let store = home.path("nats");
    account.own_folder(&store)?;

    let settings = home.path("nats.conf");
    let pid_file = store.join("nats-server.pid");
    leftover::nats(home, account.user_id());

    let port = Home::free_port(home.remembered.nats_port)?;
    home.remembered.nats_port = Some(port);
    let (who, url) = if config.nats_users.is_empty() {
        let password = match home.remembered.nats_password.clone() {
            Some(password) => password,
            None => password()?,
        };
        home.remembered.nats_password = Some(password.clone());
        let who = format!("authorization {{ user: {USER}, password: \"{password}\" }}\n");
        (who, format!("nats://{USER}:{password}@127.0.0.1:{port}"))
    } else {
        if home.remembered.nats_users.is_empty() {
            forget_the_only_account(&store)?;
        }
        home.remembered.nats_users = nats_passwords(&config.nats_users, &home.remembered.nats_users)?;
        home.remembered.nats_password = None;
        (nats_accounts(&config.nats_users, &home.remembered.nats_users), format!("nats://127.0.0.1:{port}"))
    };
    home.remember()?;
    let text = format!(
        "\
# Written at each start.
server_name: regiohub
listen: \"127.0.0.1:{port}\"
pid_file: \"{pid_file}\"
max_payload: 8MB
{who}\
# Written at once, synced every two seconds: a lost tail is refilled from Postgres.
jetstream {{ store_dir: \"{store}\", sync_interval: \"2s\" }}
",
        pid_file = pid_file.display(),
        store = store.display(),
    );
    write_secret(&settings, &text, Some(account))?;

    let kept = vec![pid_file.clone(), store.join("jetstream")];
    let (account, arguments) = (account.clone(), ["--config".into(), settings.into_os_string()]);
    Ok(Prepared {
        url,
        program: Program {
            name: "nats-server",
            command: Box::new(move || {
                // Its store may have been removed; it has no right to create the folder again.
                if let Err(error) = account.own_folder(&store) {
                    tracing::warn!(%error, "the store of nats-server");
                }
                let mut command = account.command(&server, "TERM");
                command.args(&arguments);
                command
            }),
            // It greets only when JetStream has been recovered.
            is_ready: Box::new(move |_| greets(port)),
            keeps: kept,
            log: home.path("nats.log"),
            endings: [
                (Signal::TERM, Duration::from_secs(10)),
                (Signal::INT, Duration::from_secs(5)),
                (Signal::KILL, Duration::from_secs(5)),
            ],
        },
    })
}

/// What one user for everything kept can be reached by nobody any more. It is all in PostgreSQL.
fn forget_the_only_account(store: &Path) -> Result<(), Error> {
    let kept = store.join("jetstream/$G");
    match fs::remove_dir_all(&kept) {
        Ok(()) => {
            tracing::info!("each service has its own user of nats-server from now on: the streams are made again");
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::file("cannot remove", &kept)(error)),
    }
}

fn greets(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let greeting = || {
        let stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line)?;
        std::io::Result::Ok(line)
    };
    greeting().is_ok_and(|line| line.starts_with("INFO ") && line.contains("\"jetstream\":true"))
}

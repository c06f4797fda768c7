//! A PostgreSQL behind TLS: Debian's, since the embedded one is built without it.

use super::{Field, ended, refused};
use crate::bad_days::hub::directory;
use embedded::{Config, Servers};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use tokio::task::spawn_blocking;

const ISSUER: [&str; 2] = ["--issuer", "http://127.0.0.1:9/realm"];

/// The programs of Debian's PostgreSQL, and whether there is an OpenSSL to make certificates with.
fn debian() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    found.retain(|bin| bin.join("postgres").is_file());
    found.sort();
    let openssl = Command::new("openssl").arg("version").output().is_ok_and(|it| it.status.success());
    if found.is_empty() || !openssl {
        let install = "apt-get install -y postgresql openssl";
        assert!(std::env::var_os("CI").is_none(), "there is no PostgreSQL with TLS: {install}");
        eprintln!("NOT TESTED: there is no PostgreSQL with TLS on this machine ({install})");
        return None;
    }
    found.pop()
}

/// An address of this machine that is not loopback, where it has one. Nothing is sent.
fn own_address() -> IpAddr {
    let route = || {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        socket.connect((Ipv4Addr::new(198, 51, 100, 1), 9))?;
        socket.local_addr()
    };
    route().map_or(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), |address| address.ip())
}

fn openssl(folder: &Path, arguments: &[&str]) {
    let ended = Command::new("openssl").args(arguments).current_dir(folder).output().unwrap();
    assert!(ended.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
}

const EC: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/// An authority of its own: `<name>.pem` and `<name>.key`.
fn authority(folder: &Path, name: &str) {
    let (key, pem, subject) = (format!("{name}.key"), format!("{name}.pem"), format!("/CN={name} of a test"));
    let request = ["req", "-x509", "-days", "2", "-keyout", &key, "-out", &pem, "-subj", &subject];
    openssl(folder, &[&request[..], &EC].concat());
}

/// A certificate for an address, signed by `authority`: `server.pem` and `server.key`.
fn certificate(folder: &Path, address: IpAddr) {
    fs::write(folder.join("names"), format!("subjectAltName=IP:{address}\n")).unwrap();
    let request = ["req", "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=a server of a test"];
    openssl(folder, &[&request[..], &EC].concat());
    let signed = ["x509", "-req", "-in", "server.csr", "-CA", "authority.pem", "-CAkey", "authority.key"];
    openssl(
        folder,
        &[&signed[..], &["-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "server.pem"]].concat(),
    );
}

async fn start(config: Config) -> Servers {
    spawn_blocking(move || Servers::start(&config)).await.unwrap().unwrap()
}

async fn stop(servers: Servers) {
    spawn_blocking(move || servers.stop()).await.unwrap();
}

async fn owner(servers: &Servers) -> PgConnection {
    servers.postgres_url.parse::<PgConnectOptions>().unwrap().connect().await.unwrap()
}

/// A cluster that other machines reach over TLS only.
async fn served(config: &Config, certificates: &Path) -> Servers {
    let servers = start(config.clone()).await;
    let data = config.data_dir.join("postgres");
    let account = fs::metadata(&data).unwrap();
    for name in ["server.pem", "server.key"] {
        let place = data.join(name);
        fs::copy(certificates.join(name), &place).unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o600)).unwrap();
        chown(&place, Some(account.uid()), Some(account.gid())).unwrap();
    }
    let mut admin = owner(&servers).await;
    for (name, value) in
        [("listen_addresses", "*"), ("ssl", "on"), ("ssl_cert_file", "server.pem"), ("ssl_key_file", "server.key")]
    {
        let set = format!("alter system set {name} = '{value}'");
        sqlx::raw_sql(AssertSqlSafe(set)).execute(&mut admin).await.unwrap();
    }
    admin.close().await.unwrap();
    stop(servers).await;
    let rules = data.join("pg_hba.conf");
    let told = fs::read_to_string(&rules).unwrap();
    fs::write(&rules, format!("hostssl all all 0.0.0.0/0 scram-sha-256\n{told}")).unwrap();
    start(config.clone()).await
}

/// Both PostgreSQLs are this one.
fn given(url: &str) -> [&str; 6] {
    ["--postgres-url", url, "--vault-url", url, ISSUER[0], ISSUER[1]]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_on_another_address_is_used_over_tls_that_checks_its_name() {
    let Some(bin) = debian() else { return };
    let field = Field::new().await;
    let (certificates, folder, address) = (directory(), directory(), own_address());
    authority(certificates.path(), "authority");
    authority(certificates.path(), "stranger");
    certificate(certificates.path(), address);
    let mut config = Config::new(folder.path(), std::env::var("REGIOHUB_SERVERS").unwrap());
    (config.postgres_bin, config.without_nats) = (Some(bin), true);
    let servers = served(&config, certificates.path()).await;

    let url = |host: IpAddr, parameters: &str| {
        let url = servers.postgres_url.replace("@127.0.0.1:", &format!("@{host}:"));
        format!("{url}?{parameters}")
    };
    let checked = |name: &str| format!("sslmode=verify-full&sslrootcert={}", certificates.path().join(name).display());
    let in_vain = async |url: String| refused(field.up(&given(&url))).await;

    let said = in_vain(url(address, &checked("stranger.pem"))).await;
    assert!(said.contains("UnknownIssuer"), "a certificate of another authority: {said}");
    let said = in_vain(url(address, "sslmode=verify-full")).await;
    assert!(said.contains("UnknownIssuer"), "no public authority signed it: {said}");
    let said = in_vain(url(Ipv4Addr::new(127, 0, 0, 3).into(), &checked("authority.pem"))).await;
    assert!(said.contains("not valid for name"), "a certificate for another name: {said}");

    let url = url(address, &checked("authority.pem"));
    let hub = field.started(&given(&url)).await;
    let mut admin = owner(&servers).await;
    let (encrypted, plain): (i64, i64) = sqlx::query_as(
        "select count(*) filter (where ssl), count(*) filter (where not ssl)
         from pg_stat_ssl join pg_stat_activity using (pid) where datname like 'regiohub\\_%'",
    )
    .fetch_one(&mut admin)
    .await
    .unwrap();
    assert!(encrypted >= 7 && plain == 0, "{encrypted} encrypted, {plain} not");
    admin.close().await.unwrap();
    ended(hub).await;
    stop(servers).await;
}

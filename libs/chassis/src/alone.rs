//! One service as a process of its own.

use crate::secrets::Needs;
use crate::{
    Listeners, Listens, PEER_TIMEOUT, Server, Service, Settings, development, durable, kept_elsewhere, listen,
    peer_client, serve, shutdown_signal, transport,
};
use access::Issuers;
use anyhow::Context;
use axum::Router;
use bus::{LogSource, There};
use clap::Parser;
use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};
use std::net::SocketAddr;
use std::path::PathBuf;
use utoipa::openapi::OpenApi;

/// One service of the hub as a process of its own.
#[derive(Debug, Parser)]
#[command(version)]
struct Config {
    /// The address to listen on. Only the gateway serves the public: another service has its internal routes here too,
    /// and listens on loopback. The gateway may listen on another address behind a proxy (--https).
    #[arg(long, env = "REGIOHUB_LISTEN", default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// The internal address of the gateway, for the installation itself and its monitoring: /log, /parked and
    /// /health/ready are here and nowhere else. On loopback. Another service does not use it.
    #[arg(long, env = "REGIOHUB_INTERNAL_LISTEN", default_value = "127.0.0.1:8082")]
    internal_listen: SocketAddr,
    /// The database of this service: postgres://user:password@host/database. The user owns it. On another machine with
    /// sslmode=verify-full.
    #[arg(long, env = "REGIOHUB_POSTGRES_URL", hide_env_values = true)]
    postgres_url: SecretString,
    /// The database of the vault, apart from the others and from their backups.
    #[arg(long, env = "REGIOHUB_VAULT_URL", hide_env_values = true)]
    vault_url: SecretString,
    /// NATS with JetStream: nats://user:password@host:4222. On another machine tls://.
    #[arg(long, env = "REGIOHUB_NATS_URL", hide_env_values = true)]
    nats_url: SecretString,
    /// The passwords of this service's NATS user and of `<service>_reader` for each peer: a file that
    /// `regiohub nats-users` wrote. Without it the user that the address names does everything.
    #[arg(long, env = "REGIOHUB_NATS_USERS")]
    nats_users: Option<PathBuf>,
    /// The directory with the secrets of the installation that this service needs: `hub.secret`, `vault.key` and what was
    /// rotated of them, its own `messages-*` and those of its peers; `checkpoint-*` where it signs. What it holds of others
    /// is reported.
    #[arg(long, env = "REGIOHUB_SECRETS")]
    secrets: PathBuf,
    /// The addresses of the other services, as NAME=URL, such as consortium=https://consortium:8081. May be repeated;
    /// http only on this machine. Without `audit` no auditor is shown anything.
    #[arg(long = "peer", env = "REGIOHUB_PEERS", value_delimiter = ',', value_parser = peer)]
    peers: Vec<(String, String)>,
    #[command(flatten)]
    settings: Settings,
}

impl Config {
    /// What is wrong before anything is connected to.
    async fn check(&self, asked: Asked) -> anyhow::Result<()> {
        let listens = match asked {
            Asked::ByEveryone => {
                vec![Listens::Publicly(self.listen.ip()), Listens::Internally(self.internal_listen.ip())]
            }
            Asked::Inside => vec![Listens::Internally(self.listen.ip())],
        };
        self.settings.check(&self.secrets, &listens).await?;
        transport::postgres("--postgres-url", &self.postgres_url.expose_secret().parse()?).await?;
        transport::postgres("--vault-url", &self.vault_url.expose_secret().parse()?).await?;
        transport::nats("--nats-url", self.nats_url.expose_secret()).await?;
        for (name, url) in &self.peers {
            transport::http(&format!("--peer {name}"), url).await?;
        }
        Ok(())
    }
}

impl Config {
    /// Reports secrets of others: whoever takes over this process would have them as well.
    fn report_shared_secrets(&self, service: &str) {
        let peers: Vec<&str> = self.peers.iter().map(|(name, _)| name.as_str()).collect();
        let needs = Needs { service, peers: &peers, signs: self.settings.signs_here() };
        match needs.superfluous(&self.secrets) {
            Ok(names) if names.is_empty() => {}
            Ok(names) => tracing::warn!(
                files = names.join(", "),
                "--secrets is shared with other services and holds keys that this one has no need of: give each service a \
                 directory of its own, as deploy/README.md says"
            ),
            Err(error) => tracing::warn!(%error, "what --secrets holds cannot be listed"),
        }
    }
}

fn peer(text: &str) -> Result<(String, String), String> {
    let (name, url) = text.split_once('=').ok_or("a peer is NAME=URL")?;
    Ok((name.to_owned(), url.to_owned()))
}

/// A started service that puts its router together itself, with what it needs for that.
pub struct Alone {
    /// Its guarded routes.
    pub router: Router,
    /// What they promise.
    pub openapi: OpenApi,
    /// Where the other services are: names with addresses.
    pub peers: Vec<(String, String)>,
    /// The issuers whose tokens identify callers.
    pub issuers: Issuers,
}

/// Runs one service behind the gateway until its shutdown. The whole of its `main`.
///
/// # Errors
/// When a setting is wrong, or something it needs does not answer at the start.
pub fn alone(service: Service) -> anyhow::Result<()> {
    run(service, Asked::Inside, |alone| Ok(alone.router))
}

/// Runs the gateway, whose public router is what `compose` makes of it.
///
/// # Errors
/// As [`alone`], or what `compose` says.
pub fn alone_with(service: Service, compose: impl FnOnce(Alone) -> anyhow::Result<Router>) -> anyhow::Result<()> {
    run(service, Asked::ByEveryone, compose)
}

/// Who asks a process.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    ByEveryone,
    Inside,
}

#[tokio::main]
async fn run(
    service: Service,
    asked: Asked,
    compose: impl FnOnce(Alone) -> anyhow::Result<Router>,
) -> anyhow::Result<()> {
    let config = Config::parse();
    let (name, development) = (service.name(), config.settings.is_development());
    config.check(asked).await?;
    if service.must_know_signer() {
        config.settings.check_signing()?;
    }
    let _telemetry = config.settings.begin(&format!("regiohub-{name}"))?;
    config.report_shared_secrets(name);
    let shutdown = shutdown_signal()?;
    let vault: PgConnectOptions = config.vault_url.expose_secret().parse()?;
    let database: PgConnectOptions = config.postgres_url.expose_secret().parse()?;
    for (setting, options) in [("--postgres-url", &database), ("--vault-url", &vault)] {
        let mut connection = options.connect().await.context(setting)?;
        durable(&mut connection, setting, development).await?;
        connection.close().await?;
    }
    let nats = crate::nats(config.nats_url.expose_secret(), config.nats_users.as_deref()).await?;
    let platform = config.settings.platform(&config.secrets, nats, vault).await?;
    let opened = service.open(&platform, database).await?;
    let http = peer_client(PEER_TIMEOUT)?;
    let secret = platform.log_secret()?;
    let there = config.peers.iter().map(|(name, url)| LogSource::There(There::new(name, url, &secret, http.clone())));
    let sources: Vec<LogSource> = there.chain([opened.source()]).collect();
    let audit = config.peers.iter().find(|(name, _)| name == "audit");
    let elsewhere = audit.map(|(_, url)| kept_elsewhere(url, &secret, http.clone()));
    let keep = opened.keeps().or(elsewhere);
    let started = opened.start(&platform, &sources, keep).await?;
    if development {
        // Roles are granted in its log alone.
        if name == "consortium" {
            development::only_development(&started.hub, &config.secrets, config.settings.development_subjects())
                .await?;
        }
        tracing::warn!("{}", development::REPORTED);
    }

    let backlog = config.settings.limits().backlog();
    let listener = listen(config.listen, backlog)?;
    tracing::info!(address = %listener.local_addr()?, "serving");
    let listeners = match asked {
        Asked::Inside => Listeners { public: None, internal: listener },
        Asked::ByEveryone => {
            let internal = listen(config.internal_listen, backlog)?;
            tracing::info!(address = %internal.local_addr()?, "serving what only the installation asks");
            Listeners { public: Some(listener), internal }
        }
    };
    let checks = started.checks();
    let router = compose(Alone {
        router: started.router,
        openapi: started.openapi,
        peers: config.peers,
        issuers: platform.issuers.clone(),
    })?;
    let (public, internal) = match asked {
        Asked::ByEveryone => (router, started.internal),
        Asked::Inside => (Router::new(), router.merge(started.internal)),
    };
    let server = config.settings.server(&platform.issuers);
    let server = Server { public, internal, checks, projections: vec![started.projections], ..server };
    serve(listeners, server, shutdown).await
}

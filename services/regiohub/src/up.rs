//! `regiohub up`: all services in one process, on private servers or on given ones.

mod databases;
pub mod together;

use crate::inside;
use anyhow::Context;
use bus::NatsAccess;
use chassis::{
    Listeners, Listens, Server, Settings, Signing, development, listen, operator_key, serve, shutdown_signal, transport,
};
use clap::Args;
use embedded::{Config, Servers, default_bin_dir, default_data_dir};
use proofs::Kind;
use secrecy::{ExposeSecret, SecretString};
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use together::Together;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

/// Run the hub.
#[derive(Clone, Debug, Args)]
pub struct Up {
    /// The data directory: the secrets of the hub, and the data of its private servers.
    #[arg(long, env = "REGIOHUB_DATA", default_value_os_t = default_data_dir())]
    data_dir: PathBuf,
    /// The public address. One that is not loopback needs a proxy before it that speaks TLS (--https).
    #[arg(long, env = "REGIOHUB_ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    /// The public port; 0 takes a free one.
    #[arg(long, env = "REGIOHUB_PORT", default_value_t = 8080)]
    port: u16,
    /// The internal address, for the installation itself and its monitoring: the logs, the parked events and
    /// /health/ready are here and nowhere else. Loopback only: a proxy on this machine may speak TLS for it.
    #[arg(long, env = "REGIOHUB_INTERNAL_ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    internal_address: IpAddr,
    /// The internal port; 0 takes a free one, which commands find in the data directory.
    #[arg(long, env = "REGIOHUB_INTERNAL_PORT", default_value_t = 0)]
    internal_port: u16,
    /// The folder with the programs of the private servers (`deploy/fetch-servers` puts them there).
    #[arg(long, env = "REGIOHUB_SERVERS", default_value_os_t = default_bin_dir())]
    servers: PathBuf,
    /// An installed PostgreSQL (15 or newer) for the private cluster: the folder with `postgres` and `initdb`.
    #[arg(long, env = "POSTGRES_BIN")]
    postgres_bin: Option<PathBuf>,
    /// An existing PostgreSQL instead: postgres://user:password@host/postgres. The user may create databases and roles.
    /// On another machine with ?sslmode=verify-full, and &sslrootcert=FILE for an authority of your own. It must keep
    /// what it acknowledges: fsync, full_page_writes and synchronous_commit are checked.
    #[arg(long, env = "REGIOHUB_POSTGRES_URL", hide_env_values = true)]
    postgres_url: Option<SecretString>,
    /// An existing PostgreSQL for the vault, apart from the other one and from its backups, with the same requirements.
    #[arg(long, env = "REGIOHUB_VAULT_URL", hide_env_values = true)]
    vault_url: Option<SecretString>,
    /// An existing nats-server with JetStream: nats://user:password@host:4222, on another machine tls://….
    #[arg(long, env = "REGIOHUB_NATS_URL", hide_env_values = true)]
    nats_url: Option<SecretString>,
    /// The passwords of its users, a file that `regiohub nats-users` wrote: each service has its own. Without it the
    /// user that --nats-url names does everything.
    #[arg(long, env = "REGIOHUB_NATS_USERS", requires = "nats_url")]
    nats_users: Option<PathBuf>,
    /// The prefix of the names of its databases; different prefixes let several hubs share a PostgreSQL.
    #[arg(long, env = "REGIOHUB_DATABASE_PREFIX", default_value = "regiohub_")]
    database_prefix: String,
    #[command(flatten)]
    settings: Settings,
}

impl Up {
    /// Runs until SIGINT or SIGTERM; prints `internal http://…` and `ready http://…` once it serves.
    ///
    /// # Errors
    /// When a setting is wrong, or a server does not start or answer.
    pub async fn run(self) -> anyhow::Result<()> {
        self.check().await?;
        let _telemetry = self.settings.begin("regiohub")?;
        let shutdown = shutdown_signal()?;
        // Before anything is started: a port that is taken is found out at once.
        let listeners = Listeners {
            public: Some(self.bound(self.address, self.port, "--port or --address")?),
            internal: self.bound(self.internal_address, self.internal_port, "--internal-port")?,
        };
        let config = self.servers();
        // Kept until the end: dropping it stops the servers.
        let servers = spawn_blocking(move || Servers::start(&config)).await??;
        // Of a hub that was killed.
        inside::forget(&self.data_dir);
        let ended = self.serve(listeners, &servers, shutdown).await;
        inside::forget(&self.data_dir);
        spawn_blocking(move || servers.stop()).await?;
        ended
    }

    /// What is wrong before anything is started.
    async fn check(&self) -> anyhow::Result<()> {
        let listens = [Listens::Publicly(self.address), Listens::Internally(self.internal_address)];
        self.settings.check(&self.data_dir, &listens).await?;
        for (setting, url) in [("--postgres-url", &self.postgres_url), ("--vault-url", &self.vault_url)] {
            if let Some(url) = url {
                transport::postgres(setting, &url.expose_secret().parse().context(setting)?).await?;
            }
        }
        if let Some(url) = &self.nats_url {
            transport::nats("--nats-url", url.expose_secret()).await?;
        }
        Ok(())
    }

    async fn serve(
        &self,
        listeners: Listeners,
        servers: &Servers,
        shutdown: tokio_util::sync::CancellationToken,
    ) -> anyhow::Result<()> {
        let vault = self.vault_url.as_ref().map_or(servers.postgres_url.as_str(), |url| url.expose_secret());
        for (setting, server) in [("--postgres-url", servers.postgres_url.as_str()), ("--vault-url", vault)] {
            databases::durable(setting, server, self.settings.is_development()).await?;
        }
        let vault = databases::ready(vault, &self.database_prefix, "vault").await?;
        let nats = match self.nats_url {
            Some(_) => chassis::nats(&servers.nats_url, self.nats_users.as_deref()).await?,
            None => NatsAccess::with_users(&servers.nats_url, servers.nats_passwords.clone()),
        };
        let mut platform = self.settings.platform(&self.data_dir, nats, vault).await?;
        if platform.operator_key.is_none() {
            let own = operator_key(&platform.secrets, &platform.domain)?;
            platform.operator_key = Some(own.verifier(Kind::Log));
        }
        if platform.signing == Signing::Nowhere {
            platform.signing = Signing::in_data(&self.data_dir);
        }
        if let Some(restart) = servers.restart_nats() {
            platform.settings.remedy = bus::Remedy::new(move || restart.now());
        }
        let hub = together::start(&platform, &servers.postgres_url, &self.database_prefix).await?;
        if self.settings.is_development() {
            self.only_development(&hub).await?;
        }
        let public = listeners.public.as_ref().context("no public listener")?.local_addr()?;
        let internal = listeners.internal.local_addr()?;
        let server = Server {
            public: hub.router,
            internal: hub.internal,
            checks: hub.checks,
            projections: hub.projections,
            ..self.settings.server(&platform.issuers)
        };
        let serving = serve(listeners, server, shutdown);
        inside::remember(&self.data_dir, internal)?;
        // The listeners hold requests until the first one is answered, so this is true from here on.
        writeln!(std::io::stdout(), "internal http://{internal}\nready http://{public}")?;
        std::io::stdout().flush()?;
        if self.postgres_url.is_none() {
            // A new cluster's files are still in memory: ending would have to write them, and the next start to wait.
            tokio::spawn(databases::written_down(servers.postgres_url.clone()));
        }
        serving.await
    }

    async fn only_development(&self, hub: &Together) -> anyhow::Result<()> {
        let (_, consortium) = hub.hubs.iter().find(|(name, _)| *name == "consortium").context("the consortium")?;
        let subjects = [regiohub_demo::subjects()?, self.settings.development_subjects().to_vec()].concat();
        development::only_development(consortium, &self.data_dir, &subjects).await?;
        writeln!(std::io::stdout(), "{}", development::REPORTED)?;
        Ok(())
    }

    fn bound(&self, address: IpAddr, port: u16, choose: &str) -> anyhow::Result<TcpListener> {
        let wanted = SocketAddr::new(address, port);
        listen(wanted, self.settings.limits().backlog())
            .with_context(|| format!("cannot listen on {wanted}; choose another {choose}"))
    }

    fn servers(&self) -> Config {
        let mut config = Config::new(&self.data_dir, &self.servers);
        config.postgres_bin.clone_from(&self.postgres_bin);
        config.postgres_url = self.postgres_url.as_ref().map(|url| url.expose_secret().to_owned());
        config.nats_users = crate::nats_users::users(self.settings.streams());
        config.nats_url = self.nats_url.as_ref().map(|url| url.expose_secret().to_owned());
        config
    }
}

//! `regiohub up`: all services in one process, on private servers or on given ones.

mod databases;
pub mod together;

use crate::inside;
use anyhow::Context;
use chassis::{Listeners, Server, Settings, operator_key, serve, shutdown_signal};
use clap::Args;
use embedded::{Config, Servers, default_bin_dir, default_data_dir};
use proofs::Kind;
use secrecy::{ExposeSecret, SecretString};
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

/// Run the hub.
#[derive(Clone, Debug, Args)]
pub struct Up {
    /// Everything the hub keeps: its secrets, and the data of its private servers.
    #[arg(long, env = "REGIOHUB_DATA", default_value_os_t = default_data_dir())]
    data_dir: PathBuf,
    /// Where it listens.
    #[arg(long, env = "REGIOHUB_ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    /// On which port; 0 takes a free one.
    #[arg(long, env = "REGIOHUB_PORT", default_value_t = 8080)]
    port: u16,
    /// Where it listens for the installation itself and for whoever watches over it: the logs, what is parked, and
    /// /health/ready are here and nowhere else. Loopback only: a proxy on this machine may speak TLS for it.
    #[arg(long, env = "REGIOHUB_INTERNAL_ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    internal_address: IpAddr,
    /// On which port; 0 takes a free one, which commands find in the data directory.
    #[arg(long, env = "REGIOHUB_INTERNAL_PORT", default_value_t = 0)]
    internal_port: u16,
    /// Where the programs of the private servers are (`deploy/fetch-servers` puts them there).
    #[arg(long, env = "REGIOHUB_SERVERS", default_value_os_t = default_bin_dir())]
    servers: PathBuf,
    /// An installed PostgreSQL (15 or newer) for the private cluster: the folder with `postgres` and `initdb`.
    #[arg(long, env = "POSTGRES_BIN")]
    postgres_bin: Option<PathBuf>,
    /// An existing PostgreSQL instead: postgres://user:password@host/postgres. The user may create databases and roles.
    #[arg(long, env = "REGIOHUB_POSTGRES_URL", hide_env_values = true)]
    postgres_url: Option<SecretString>,
    /// An existing PostgreSQL for the vault, apart from the other one and from its backups.
    #[arg(long, env = "REGIOHUB_VAULT_URL", hide_env_values = true)]
    vault_url: Option<SecretString>,
    /// An existing nats-server with JetStream: nats://user:password@host:4222.
    #[arg(long, env = "REGIOHUB_NATS_URL", hide_env_values = true)]
    nats_url: Option<SecretString>,
    /// What the names of its databases begin with; another one lets several hubs share a PostgreSQL.
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
        let _telemetry = self.settings.begin("regiohub")?;
        let shutdown = shutdown_signal()?;
        anyhow::ensure!(
            self.internal_address.to_canonical().is_loopback(),
            "--internal-address {} is reached from other machines, and the secret of the installation would be sent \
             there without TLS: listen on 127.0.0.1, and have a proxy on this machine speak TLS for it",
            self.internal_address
        );
        // Before anything is started: a port that is taken is found out at once.
        let listeners = Listeners {
            public: Some(bound(self.address, self.port, "--port or --address").await?),
            internal: bound(self.internal_address, self.internal_port, "--internal-port").await?,
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

    async fn serve(
        &self,
        listeners: Listeners,
        servers: &Servers,
        shutdown: tokio_util::sync::CancellationToken,
    ) -> anyhow::Result<()> {
        let vault = self.vault_url.as_ref().map_or(servers.postgres_url.as_str(), |url| url.expose_secret());
        let vault = databases::ready(vault, &self.database_prefix, "vault").await?;
        let mut platform = self.settings.platform(&self.data_dir, &servers.nats_url, vault).await?;
        if platform.operator_key.is_none() {
            let own = operator_key(&platform.secrets, &platform.domain)?;
            platform.operator_key = Some(own.verifier(Kind::Log));
        }
        let hub = together::start(&platform, &servers.postgres_url, &self.database_prefix).await?;
        let public = listeners.public.as_ref().context("no public listener")?.local_addr()?;
        let internal = listeners.internal.local_addr()?;
        let server = Server {
            public: hub.router,
            internal: hub.internal,
            checks: hub.checks,
            buses: hub.buses,
            shell: self.settings.shell(),
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

    fn servers(&self) -> Config {
        let mut config = Config::new(&self.data_dir, &self.servers);
        config.postgres_bin.clone_from(&self.postgres_bin);
        config.postgres_url = self.postgres_url.as_ref().map(|url| url.expose_secret().to_owned());
        config.nats_url = self.nats_url.as_ref().map(|url| url.expose_secret().to_owned());
        config
    }
}

async fn bound(address: IpAddr, port: u16, choose: &str) -> anyhow::Result<TcpListener> {
    let wanted = SocketAddr::new(address, port);
    TcpListener::bind(wanted).await.with_context(|| format!("cannot listen on {wanted}; choose another {choose}"))
}

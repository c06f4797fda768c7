//! One service as a process of its own.

use crate::telemetry::{self, LogFormat};
use crate::{Platform, Secrets, Server, Service, serve, shutdown_signal};
use access::{DevIssuer, Issuers, Oidc};
use bus::{LogSource, There};
use clap::Parser;
use decider::Clock;
use secrecy::SecretString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use vault::{MasterKey, Vault};

/// Settings of one service as a process of its own. Each can be given as an option or in the environment.
#[derive(Debug, Parser)]
#[command(version)]
struct Config {
    /// Where it listens.
    #[arg(long, env = "REGIOHUB_LISTEN", default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// The database of this service: postgres://user:password@host/database. The user owns it.
    #[arg(long, env = "REGIOHUB_POSTGRES_URL")]
    postgres_url: SecretString,
    /// The database of the vault, apart from the others and from their backups.
    #[arg(long, env = "REGIOHUB_VAULT_URL")]
    vault_url: SecretString,
    /// NATS with JetStream: nats://user:password@host:4222.
    #[arg(long, env = "REGIOHUB_NATS_URL")]
    nats_url: SecretString,
    /// The directory with the installation's secrets, the same for every service.
    #[arg(long, env = "REGIOHUB_SECRETS")]
    secrets: PathBuf,
    /// Where the other services are: `consortium=http://consortium:8081`. May be repeated.
    #[arg(long = "peer", env = "REGIOHUB_PEERS", value_delimiter = ',', value_parser = peer)]
    peers: Vec<(String, String)>,
    /// An OIDC issuer whose tokens count. May be repeated; without one the development issuer counts.
    #[arg(long = "issuer", env = "REGIOHUB_ISSUERS", value_delimiter = ',')]
    issuers: Vec<String>,
    /// The audience that means this hub.
    #[arg(long, env = "REGIOHUB_AUDIENCE", default_value = "regiohub")]
    audience: String,
    /// The operator as `issuer subject`: founds regions and grants the first programme leader.
    #[arg(long, env = "REGIOHUB_OPERATOR")]
    operator: Option<String>,
    /// The organisation's number (OIN), in the source of every event.
    #[arg(long, env = "REGIOHUB_OIN", default_value = "00000000000000000000")]
    oin: String,
    /// Connections to the database.
    #[arg(long, env = "REGIOHUB_CONNECTIONS", default_value_t = 20)]
    connections: u32,
    /// Copies of each stream: 3 on a NATS cluster.
    #[arg(long, env = "REGIOHUB_REPLICAS", default_value_t = 1)]
    replicas: usize,
    /// Where traces and metrics go (OTLP over gRPC), such as http://127.0.0.1:4317.
    #[arg(long, env = "REGIOHUB_OTLP")]
    otlp: Option<String>,
    /// What is logged, such as `info,bus=debug`.
    #[arg(long, env = "REGIOHUB_LOG", default_value = "info")]
    log: String,
    /// How log lines look.
    #[arg(long, env = "REGIOHUB_LOG_FORMAT", value_enum, default_value_t)]
    log_format: LogFormat,
}

fn peer(text: &str) -> Result<(String, String), String> {
    let (name, url) = text.split_once('=').ok_or("a peer is NAME=URL")?;
    Ok((name.to_owned(), url.to_owned()))
}

/// Runs one service until it is told to end. The whole of its `main`.
///
/// # Errors
/// When a setting is wrong, or something it needs does not answer at the start.
#[tokio::main]
pub async fn alone(service: Service) -> anyhow::Result<()> {
    use secrecy::ExposeSecret;
    let config = Config::parse();
    // Only the first provider counts; a second call is no harm.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let _telemetry = telemetry::begin(
        &format!("regiohub-{}", service.name()),
        &config.log,
        config.log_format,
        config.otlp.as_deref(),
    )?;
    let clock = Clock::system();
    let secrets = Secrets::open_or_create(&config.secrets)?;
    let development = config.issuers.is_empty().then(|| DevIssuer::open_or_create(&config.secrets)).transpose()?;
    let oidc = config
        .issuers
        .iter()
        .map(|issuer| Oidc { issuer: issuer.clone(), audience: config.audience.clone() })
        .collect();
    let vault = Vault::connect(
        config.vault_url.expose_secret().parse()?,
        config.connections,
        MasterKey::open_or_create(&config.secrets.join("vault.key"))?,
    );
    vault.migrate().await?;
    let mut platform = Platform {
        nats: async_nats::ConnectOptions::new()
            .retry_on_initial_connect()
            .connect(config.nats_url.expose_secret())
            .await?,
        vault,
        issuers: Issuers::configured(oidc, development.as_ref(), clock.clone())?,
        clock,
        secrets,
        oin: config.oin,
        operator: None,
        settings: bus::Settings { replicas: config.replicas, ..bus::Settings::default() },
        connections: config.connections,
    };
    platform.operator = config
        .operator
        .as_deref()
        .and_then(|operator| operator.split_once(' '))
        .map(|(issuer, subject)| platform.identities().actor(issuer, subject));

    let opened = service.open(&platform, config.postgres_url.expose_secret().parse()?).await?;
    let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).build()?;
    let secret = platform.log_secret();
    let there = config.peers.iter().map(|(name, url)| LogSource::There(There::new(name, url, &secret, http.clone())));
    let sources: Vec<LogSource> = there.chain([opened.source()]).collect();
    let started = opened.start(&platform, &sources).await?;

    let listener = tokio::net::TcpListener::bind(config.listen).await?;
    tracing::info!(address = %listener.local_addr()?, "serving");
    let server = Server {
        checks: started.checks(),
        router: started.router,
        buses: vec![started.bus],
        shell: web::Shell::default(),
    };
    serve(listener, server, shutdown_signal()?).await
}

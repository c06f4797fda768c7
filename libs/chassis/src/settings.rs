//! What an operator sets for any process of an installation.

use crate::telemetry::{self, LogFormat, Telemetry};
use crate::{Platform, Secrets, message_keys};
use access::{DevIssuer, Issuers, Oidc};
use anyhow::Context;
use decider::Clock;
use processing::{Logbook, Target};
use sqlx::postgres::PgConnectOptions;
use std::path::Path;
use vault::{MasterKey, Vault};

/// What an operator sets for any process of an installation. Each can be given as an option or in the environment.
#[derive(Clone, Debug, clap::Args)]
pub struct Settings {
    /// An OIDC issuer whose tokens count, such as https://login.example.nl. May be repeated. Without one the
    /// development issuer counts, whose key is in the directory of the secrets.
    #[arg(long = "issuer", env = "REGIOHUB_ISSUERS", value_delimiter = ',')]
    issuers: Vec<String>,
    /// The audience that means this hub.
    #[arg(long, env = "REGIOHUB_AUDIENCE", default_value = "regiohub")]
    audience: String,
    /// The operator, as ISSUER#SUBJECT: founds regions and grants the first programme leader. With the development
    /// issuer it is the subject `operator`.
    #[arg(long, env = "REGIOHUB_OPERATOR")]
    operator: Option<String>,
    /// The public half of the operator's key, as `regiohub audit operator-key` prints it: only what it signed raises the
    /// epoch of a log. Without it `up` takes the key in its data directory; a service of its own then takes no
    /// declaration.
    #[arg(long, env = "REGIOHUB_OPERATOR_KEY")]
    operator_key: Option<proofs::Verifier>,
    /// The organisation's number (OIN), in the source of every event.
    #[arg(long, env = "REGIOHUB_OIN", default_value = "00000000000000000000")]
    oin: String,
    /// What the installation is called, such as hub.example.nl: the signed checkpoints of its logs begin with it. Choose
    /// it once: what was signed under another name is of another installation.
    #[arg(long, env = "REGIOHUB_DOMAIN", default_value = Settings::DOMAIN)]
    domain: String,
    /// Connections of each service to its database.
    #[arg(long, env = "REGIOHUB_CONNECTIONS", default_value_t = 20)]
    connections: u32,
    /// Copies of each stream: 3 on a NATS cluster.
    #[arg(long, env = "REGIOHUB_REPLICAS", default_value_t = 1)]
    replicas: usize,
    /// What the names of its streams and subjects begin with; another one lets several hubs share a NATS.
    #[arg(long, env = "REGIOHUB_STREAMS", default_value = "hub")]
    streams: bus::Names,
    /// The hub is reached over https, so browsers are told to stay there.
    #[arg(long, env = "REGIOHUB_HTTPS")]
    https: bool,
    /// Where traces and metrics go (OTLP over gRPC), such as http://127.0.0.1:4317.
    #[arg(long, env = "REGIOHUB_OTLP")]
    otlp: Option<String>,
    /// Where each processing of personal data is written down (Logboek Dataverwerkingen): a file, or a collector (OTLP
    /// over gRPC) such as http://127.0.0.1:4317. Without one, `processing.jsonl` beside the secrets.
    #[arg(long, env = "REGIOHUB_PROCESSING_LOG")]
    processing_log: Option<Target>,
    /// What is logged, such as `info` or `warn,bus=debug`.
    #[arg(long, env = "REGIOHUB_LOG", default_value = "info")]
    log: String,
    /// How log lines look.
    #[arg(long, env = "REGIOHUB_LOG_FORMAT", value_enum, default_value_t)]
    log_format: LogFormat,
}

impl Settings {
    /// What an installation is called that was given no name.
    pub const DOMAIN: &'static str = "regiohub.localhost";

    /// Begins logging, and chooses how connections are encrypted. Once in a process, before anything else.
    ///
    /// # Errors
    /// When a setting is wrong.
    pub fn begin(&self, name: &str) -> anyhow::Result<Telemetry> {
        // Only the first provider counts; a second call is no harm.
        let _ = rustls::crypto::ring::default_provider().install_default();
        telemetry::begin(name, &self.log, self.log_format, self.otlp.as_deref())
    }

    /// How answers look.
    #[must_use]
    pub fn shell(&self) -> web::Shell {
        web::Shell { https: self.https, ..web::Shell::default() }
    }

    /// What all services of this process share; the vault's tables are made or brought up to date.
    ///
    /// # Errors
    /// When a setting is wrong, or the vault does not answer.
    pub async fn platform(&self, secrets: &Path, nats: &str, vault: PgConnectOptions) -> anyhow::Result<Platform> {
        let clock = Clock::system();
        let development = self.issuers.is_empty().then(|| DevIssuer::open_or_create(secrets)).transpose()?;
        let oidc = self
            .issuers
            .iter()
            .map(|issuer| Oidc { issuer: issuer.clone(), audience: self.audience.clone() })
            .collect();
        let issuers = Issuers::configured(oidc, development.as_ref(), clock.clone())?;
        let vault = Vault::connect(vault, self.connections, MasterKey::open_or_create(&secrets.join("vault.key"))?);
        vault.migrate().await.context("the vault")?;
        // NATS may be away when we start: commands go on without it.
        let nats = bus::connect_when_there(nats).await.context("NATS")?;
        let hub_secrets = Secrets::open_or_create(secrets)?;
        let target = self.processing_log.clone().unwrap_or_else(|| Target::File(secrets.join("processing.jsonl")));
        let processing = Logbook::new(&target, &hub_secrets.derive("processing"), &self.oin, clock.clone())?;
        let mut platform = Platform {
            nats,
            vault,
            issuers,
            clock,
            processing,
            oin: self.oin.clone(),
            domain: self.domain.as_str().into(),
            operator: None,
            operator_key: self.operator_key.clone(),
            settings: bus::Settings {
                replicas: self.replicas,
                names: self.streams.clone(),
                keys: message_keys(&hub_secrets, &self.domain),
                ..bus::Settings::default()
            },
            secrets: hub_secrets,
            connections: self.connections,
        };
        let identities = platform.identities();
        platform.operator = match &self.operator {
            Some(operator) => {
                let (issuer, subject) = operator.split_once('#').context("--operator is ISSUER#SUBJECT")?;
                Some(identities.actor(issuer, subject))
            }
            None => development.map(|_| identities.actor(DevIssuer::ISSUER, "operator")),
        };
        Ok(platform)
    }
}

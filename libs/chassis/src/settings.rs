//! The settings of any process of an installation.

use crate::telemetry::{self, LogFormat, Telemetry};
use crate::{
    HttpLimits, Platform, Purpose, Secrets, Server, Signing, development, message_keys, raise_descriptors, transport,
};
use access::{DevIssuer, Freshness, Identity, Issuers, Oidc};
use anyhow::Context;
use chrono::TimeDelta;
use clap::builder::BoolishValueParser;
use decider::Clock;
use processing::{Logbook, Rotation, Target};
use sqlx::postgres::PgConnectOptions;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;
use vault::{MasterKey, Vault};

/// The settings of any process of an installation. Each can be given as an option or in the environment.
#[derive(Clone, Debug, clap::Args)]
pub struct Settings {
    /// An OIDC issuer whose tokens count, such as `https://login.example.nl`. May be repeated. Without one, and without
    /// --development, nothing starts. The first start with one is remembered beside the secrets: from then on
    /// --development is refused there.
    #[arg(long = "issuer", env = "REGIOHUB_ISSUERS", value_delimiter = ',')]
    issuers: Vec<String>,
    /// For development, on this machine only: tokens count that `regiohub token` signs with the key in the directory of
    /// the secrets, and the header Hub-Now sets the moment of a request. Refused beside an --issuer, on an address that
    /// is not loopback, and where a real issuer was ever configured.
    #[arg(long, env = "REGIOHUB_DEVELOPMENT", value_parser = BoolishValueParser::new())]
    development: bool,
    /// Subjects of development that were given a role by a version that did not remember whether a directory is one of
    /// development. May be repeated; needed once, those of the demo are known.
    #[arg(long = "development-subject", env = "REGIOHUB_DEVELOPMENT_SUBJECTS", value_delimiter = ',')]
    development_subjects: Vec<String>,
    /// The audience that means this hub.
    #[arg(long, env = "REGIOHUB_AUDIENCE", default_value = "regiohub")]
    audience: String,
    /// The operator, as ISSUER#SUBJECT: founds regions and grants the first programme leader. In development it is the
    /// subject `operator`.
    #[arg(long, env = "REGIOHUB_OPERATOR")]
    operator: Option<String>,
    /// The public half of the operator's key, as `regiohub audit operator-key` prints it: only what it signed raises
    /// the epoch of a log. Without it `up` takes the key in its data directory; a service of its own then takes no
    /// declaration.
    #[arg(long, env = "REGIOHUB_OPERATOR_KEY")]
    operator_key: Option<proofs::Verifier>,
    /// The folder in which the audit service of this process remembers what it signed: on a volume of its own, outside
    /// the database that is signed. Only one process of an installation signs. Without it `up` takes `signer` in its
    /// data directory; an audit service of its own starts with this or with --signer-url only.
    #[arg(long, env = "REGIOHUB_SIGNER", conflicts_with = "signer_url")]
    signer: Option<std::path::PathBuf>,
    /// The address of the audit service that signs, such as http://audit-signer:8081, when it is another process.
    #[arg(long, env = "REGIOHUB_SIGNER_URL")]
    signer_url: Option<String>,
    /// The organisation's number (OIN), in the source of every event.
    #[arg(long, env = "REGIOHUB_OIN", default_value = "00000000000000000000")]
    oin: String,
    /// The domain of the installation, such as hub.example.nl: the signed checkpoints of its logs begin with it. Choose
    /// it once: a checkpoint that was signed under another name belongs to another installation.
    #[arg(long, env = "REGIOHUB_DOMAIN", default_value = Settings::DOMAIN)]
    domain: String,
    /// Connections of each service to its database.
    #[arg(long, env = "REGIOHUB_CONNECTIONS", default_value_t = 20)]
    connections: u32,
    /// The seconds that PostgreSQL may work on one statement of a command or a query. It cancels a statement that takes
    /// longer, and the caller is answered 503: a lock that is never released holds nobody up for longer.
    #[arg(long, env = "REGIOHUB_STATEMENT_TIMEOUT", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    statement_timeout: u64,
    /// The same for one statement that reads or writes much: of a rebuild of a read model, an export, a verification, a
    /// migration at the start.
    #[arg(long, env = "REGIOHUB_BATCH_TIMEOUT", default_value_t = 1_800, value_parser = clap::value_parser!(u64).range(10..=86_400))]
    batch_timeout: u64,
    /// The seconds to wait for an answer of PostgreSQL. After that its connections are thrown away, the outcome of a
    /// command is unknown, and the caller is answered 503: a retry with the same Idempotency-Key gets the outcome.
    #[arg(long, env = "REGIOHUB_ANSWER_TIMEOUT", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    answer_timeout: u64,
    /// Copies of each stream: 3 on a NATS cluster.
    #[arg(long, env = "REGIOHUB_REPLICAS", default_value_t = 1)]
    replicas: usize,
    /// The prefix of the names of its streams and subjects; different prefixes let several hubs share a NATS.
    #[arg(long, env = "REGIOHUB_STREAMS", default_value = "hub")]
    streams: bus::Names,
    /// The seconds that roles count while the log that grants and revokes them moves on without this service having
    /// read it. After that every request that needs a role is answered 503.
    #[arg(long, env = "REGIOHUB_GRANTS_BEHIND", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=3600))]
    grants_behind: u32,
    /// The seconds that roles count while that log does not answer at all. It is asked every five seconds, so less than
    /// ten would deny everybody now and then.
    #[arg(long, env = "REGIOHUB_GRANTS_UNREACHABLE", default_value_t = 60, value_parser = clap::value_parser!(u32).range(10..=86_400))]
    grants_unreachable: u32,
    /// The hub is reached over https: a proxy before it speaks TLS and passes requests on. Browsers are told to use
    /// https only. Needed to listen for the public on an address that is not loopback; it changes no other connection.
    #[arg(long, env = "REGIOHUB_HTTPS", value_parser = BoolishValueParser::new())]
    https: bool,
    /// The collector of traces and metrics (OTLP over gRPC) on this machine, such as http://127.0.0.1:4317.
    #[arg(long, env = "REGIOHUB_OTLP")]
    otlp: Option<String>,
    /// The log of each processing of personal data (Logboek Dataverwerkingen): a file, or a collector on this machine
    /// (OTLP over gRPC) such as http://127.0.0.1:4317. Without one, `processing.jsonl` beside the secrets.
    #[arg(long, env = "REGIOHUB_PROCESSING_LOG")]
    processing_log: Option<Target>,
    /// The size in MiB at which the log of processing is rotated, to `processing.<moment>.jsonl` beside it.
    #[arg(long, env = "REGIOHUB_PROCESSING_LOG_SIZE", default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=65_536))]
    processing_log_size: u64,
    /// The days after which it is rotated, if it is not that large before.
    #[arg(long, env = "REGIOHUB_PROCESSING_LOG_DAYS", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    processing_log_days: u32,
    /// The size in MiB of all these files together: past that the oldest is removed, which is logged. An operator who
    /// must answer for longer who looked at whose data raises it, or copies the rotated files.
    #[arg(long, env = "REGIOHUB_PROCESSING_LOG_TOTAL", default_value_t = 4_096, value_parser = clap::value_parser!(u64).range(2..))]
    processing_log_total: u64,
    /// The filter of log lines, such as `info` or `warn,bus=debug`.
    #[arg(long, env = "REGIOHUB_LOG", default_value = "info")]
    log: String,
    /// The form of log lines.
    #[arg(long, env = "REGIOHUB_LOG_FORMAT", value_enum, default_value_t)]
    log_format: LogFormat,
    #[command(flatten)]
    limits: HttpLimits,
}

/// Where requests come in.
#[derive(Clone, Copy, Debug)]
pub enum Listens {
    /// For everyone: a proxy that was declared may speak TLS before it.
    Publicly(IpAddr),
    /// For other processes of the installation.
    Internally(IpAddr),
}

impl Listens {
    fn address(self) -> IpAddr {
        match self {
            Self::Publicly(address) | Self::Internally(address) => address,
        }
    }

    fn allowed(self, https: bool) -> anyhow::Result<()> {
        match self {
            Self::Publicly(address) | Self::Internally(address) if transport::is_loopback(address) => Ok(()),
            Self::Publicly(_) if https => Ok(()),
            Self::Publicly(address) => anyhow::bail!(
                "{address} is reached from other machines, and without TLS every token could be read on the way: put a \
                 proxy that speaks TLS before it and say so with --https, or listen on 127.0.0.1"
            ),
            Self::Internally(address) => anyhow::bail!(
                "{address} is reached from other machines, and the secret of the installation would be sent there without \
                 TLS: listen on 127.0.0.1, and have a proxy on this machine (in the same pod) speak TLS for it"
            ),
        }
    }
}

impl Settings {
    /// What an installation is called that was given no name.
    pub const DOMAIN: &'static str = "regiohub.localhost";

    /// Checks what is set before anything is started: that the issuers or development are said, that development stays
    /// on this machine and was not left in the directory of the secrets, and that nothing leaves the machine without
    /// TLS. `listens` is where requests come in.
    ///
    /// # Errors
    /// The first thing that is wrong, in a sentence that says what to do.
    pub async fn check(&self, directory: &Path, listens: &[Listens]) -> anyhow::Result<()> {
        self.limits.check()?;
        for one in listens {
            development::allowed(self.development, &self.issuers, directory, one.address())?;
            one.allowed(self.https)?;
        }
        if let Some(address) = &self.otlp {
            transport::collector("--otlp", address).await?;
        }
        if let Some(Target::Otlp(address)) = &self.processing_log {
            transport::collector("--processing-log", address).await?;
        }
        Ok(())
    }

    /// Checks that a process which has to do with checkpoints knows where they are signed.
    ///
    /// # Errors
    /// When neither `--signer` nor `--signer-url` is set: nothing would be signed, and nobody would notice.
    pub(crate) fn check_signing(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.signer.is_some() || self.signer_url.is_some(),
            "no checkpoint would ever be signed: give one audit service of the installation --signer, a folder on a \
             volume of its own (REGIOHUB_SIGNER), and every other one --signer-url, the address of that one \
             (REGIOHUB_SIGNER_URL)"
        );
        Ok(())
    }

    /// Whether checkpoints are signed in this process.
    pub(crate) fn signs_here(&self) -> bool {
        self.signer.is_some()
    }

    /// Reports what is good for a workbench only, and stays in what is recorded and signed.
    fn report_defaults(&self) {
        if self.oin.bytes().all(|digit| digit == b'0') {
            tracing::warn!("--oin is not set: every event is recorded for ever with a number that is nobody's");
        }
        if self.domain == Self::DOMAIN {
            tracing::warn!(
                "--domain is not set: checkpoints are signed as {}, as those of any hub without a name",
                Self::DOMAIN
            );
        }
        if !self.https {
            tracing::warn!("--https is not set: browsers are not told to stay on TLS");
        }
    }

    /// Whether tokens of the development issuer count.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.development
    }

    /// Subjects of the development issuer that were given a role before directories had a mark.
    #[must_use]
    pub fn development_subjects(&self) -> &[String] {
        &self.development_subjects
    }

    /// Begins logging, chooses how connections are encrypted, and raises the limit of descriptors. Once in a process,
    /// before anything else.
    ///
    /// # Errors
    /// When a setting is wrong.
    pub fn begin(&self, name: &str) -> anyhow::Result<Telemetry> {
        // Only the first provider counts; a second call is no harm.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let telemetry = telemetry::begin(name, &self.log, self.log_format, self.otlp.as_deref())?;
        raise_descriptors();
        Ok(telemetry)
    }

    /// How streams and subjects are called.
    #[must_use]
    pub fn streams(&self) -> &bus::Names {
        &self.streams
    }

    /// When the file of processings is put aside, and how much of it is kept.
    fn rotation(&self) -> Rotation {
        const MIB: u64 = 1024 * 1024;
        Rotation {
            size: self.processing_log_size.saturating_mul(MIB),
            age: TimeDelta::days(self.processing_log_days.into()),
            total: self.processing_log_total.saturating_mul(MIB),
        }
    }

    /// How long what is asked of a database may take.
    fn deadlines(&self) -> event_log::Limits {
        let seconds = Duration::from_secs;
        event_log::Limits {
            statement: seconds(self.statement_timeout),
            batch: seconds(self.batch_timeout),
            answer: seconds(self.answer_timeout),
        }
    }

    /// What is bounded.
    #[must_use]
    pub fn limits(&self) -> &HttpLimits {
        &self.limits
    }

    /// Nothing to serve yet: how answers look, and how much is let in.
    #[must_use]
    pub fn server(&self, issuers: &Issuers) -> Server {
        let shell = web::Shell { https: self.https, ..web::Shell::default() };
        let (rates, bounds) = (self.limits.rates(), self.limits.connections());
        Server { issuers: Some(issuers.clone()), rates, bounds, ..Server::new(shell) }
    }

    /// What all services of this process share; the vault's tables are made or brought up to date.
    ///
    /// # Errors
    /// When a setting is wrong, or the vault does not answer.
    pub async fn platform(
        &self,
        secrets: &Path,
        nats: bus::NatsAccess,
        vault: PgConnectOptions,
    ) -> anyhow::Result<Platform> {
        if let Some(url) = &self.signer_url {
            transport::http("--signer-url", url).await?;
        }
        transport::postgres("--vault-url", &vault).await?;
        let clock = Clock::system();
        let development = self.development.then(|| DevIssuer::open_or_create(secrets)).transpose()?;
        let oidc = self
            .issuers
            .iter()
            .map(|issuer| Oidc { issuer: issuer.clone(), audience: self.audience.clone() })
            .collect();
        let issuers = Issuers::configured(oidc, development.as_ref(), clock.clone())?;
        if !issuers.is_development() {
            self.report_defaults();
            development::left(secrets, &self.issuers, clock.now().date_naive())?;
        }
        let hub_secrets = Secrets::open_or_create(secrets)?;
        let master = MasterKey::open_or_create(&secrets.join("vault.key"))?;
        let later = hub_secrets.later(Purpose::NaturalKeys)?;
        let later: Vec<_> = later.iter().map(|generation| (*generation.key(), generation.is_prepared())).collect();
        let (limits, master) = (self.deadlines(), master.with_later_natural_keys(&later));
        let vault = Vault::connect_within(vault, self.connections, master, limits);
        vault.migrate().await.context("the vault")?;
        let target = self.processing_log.clone().unwrap_or_else(|| Target::File(secrets.join("processing.jsonl")));
        let keys = hub_secrets.ring(Purpose::Processing)?.keys();
        let processing = Logbook::rotating(&target, self.rotation(), keys, &self.oin, clock.clone())?;
        let ages = Clock::steady();
        let mut platform = Platform {
            nats,
            vault,
            issuers,
            clock,
            processing,
            oin: self.oin.clone(),
            domain: self.domain.as_str().into(),
            operator: vec![],
            operator_key: self.operator_key.clone(),
            signing: match (&self.signer, &self.signer_url) {
                (Some(folder), _) => Signing::here(folder, secrets),
                (None, Some(url)) => Signing::There(url.clone()),
                (None, None) => Signing::Nowhere,
            },
            settings: bus::Settings {
                replicas: self.replicas,
                names: self.streams.clone(),
                keys: message_keys(&hub_secrets, &self.domain),
                ages: ages.clone(),
                ..bus::Settings::default()
            },
            freshness: Freshness {
                clock: ages,
                behind: TimeDelta::seconds(self.grants_behind.into()),
                unreachable: TimeDelta::seconds(self.grants_unreachable.into()),
            },
            secrets: hub_secrets,
            connections: self.connections,
            bounds: self.limits.requests(),
            limits,
        };
        let operator = match &self.operator {
            Some(operator) => {
                let (issuer, subject) = operator.split_once('#').context("--operator is ISSUER#SUBJECT")?;
                Some(Identity::person(issuer, subject))
            }
            None => development.map(|_| Identity::person(DevIssuer::ISSUER, "operator")),
        };
        if let Some(operator) = operator {
            platform.operator = platform.identities()?.of(&operator).all().copied().collect();
        }
        Ok(platform)
    }
}

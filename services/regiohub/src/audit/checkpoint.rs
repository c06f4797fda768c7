//! `regiohub audit checkpoint REGION`, `keys REGION`, `rotate-key REGION`: sign where the logs are.

use super::reach::{Reach, Reached};
use super::signer::Asking;
use super::witnesses;
use audit::notary::{keyring, signer};
use bus::LogSource;
use chassis::{Secrets, Settings, operator_key};
use clap::Args;
use decider::Clock;
use event_log::Database;
use evidence::checkpoint::{NotCut, Notary};
use evidence::signer::{NoMemory, SigningKey};
use proofs::Kind;
use reqwest::Client;
use vocabulary::RegionId;

/// Sign a checkpoint of each log of a region, print them, and hand them to the witnesses.
#[derive(Clone, Debug, Args)]
pub(super) struct Checkpoint {
    #[command(flatten)]
    signing: Signing,
}

/// Print the verifier keys of a region, with which anyone can check its checkpoints.
#[derive(Clone, Debug, Args)]
pub(super) struct Keys {
    #[command(flatten)]
    signing: Signing,
}

/// Let a new key sign from now on; the signatures of the old one stay valid.
#[derive(Clone, Debug, Args)]
pub(super) struct RotateKey {
    #[command(flatten)]
    signing: Signing,
}

/// What signing needs.
#[derive(Clone, Debug, Args)]
pub(super) struct Signing {
    /// The region.
    pub region: RegionId,
    /// The domain of the installation, as in the hub's --domain.
    #[arg(long, env = "REGIOHUB_DOMAIN", default_value = Settings::DOMAIN)]
    domain: String,
    /// The internal address of the hub that signs, when it does not run on the data directory.
    #[arg(long)]
    internal_url: Option<String>,
    #[command(flatten)]
    reach: Reach,
}

impl Signing {
    /// With what must be kept as long as it works.
    pub async fn notary(&self) -> anyhow::Result<(Notary, Reached)> {
        let reached = self.reach.open().await?;
        reached.logs_of(&self.region).await?;
        // Of every service, also when this region has no log there: the signer's memory is that of the installation.
        let logs = reached.sources().await?.into();
        let own = Database::open(reached.options("audit"), 4).await?;
        audit::migrate(&own).await?;
        let secrets = self.secrets()?;
        let operator_key = match secrets.kept_before("operator")? {
            Some(_) => Some(operator_key(&secrets, &self.domain)?.verifier(Kind::Log)),
            None => None,
        };
        let notary = Notary {
            db: own.app,
            domain: self.domain.as_str().into(),
            clock: Clock::system(),
            logs,
            signer: signer(&chassis::Signing::in_data(&self.reach.data_dir), &secrets.log_secret()?),
            operator_key,
            keyring: keyring(&secrets),
        };
        Ok((notary, reached))
    }

    /// Of a region that is named otherwise than on the command line.
    pub(super) const fn of(region: RegionId, domain: String, internal_url: Option<String>, reach: Reach) -> Self {
        Self { region, domain, internal_url, reach }
    }

    fn secrets(&self) -> anyhow::Result<Secrets> {
        Ok(Secrets::open(&self.reach.data_dir)?)
    }

    /// Who is asked when a hub runs that signs.
    pub(super) fn asking(&self, path: &str) -> anyhow::Result<Asking> {
        Asking::of(self.internal_url.as_deref(), path, &self.reach, &self.secrets()?)
    }

    /// The keys of the region: as the signer here remembers them, or the hub that runs.
    pub(super) async fn keys(&self, notary: &Notary) -> anyhow::Result<Vec<SigningKey>> {
        match notary.keys(&self.region).await {
            Err(NotCut::Memory(NoMemory::InUse(_))) => {
                let path = format!("signer/{}/keys", self.region);
                Ok(serde_json::from_str(&self.asking(&path)?.answer(Client::get).await?)?)
            }
            keys => Ok(keys?),
        }
    }

    /// Has what grew signed: here, or by the hub that runs.
    pub(super) async fn cut(&self, notary: &Notary) -> anyhow::Result<()> {
        match notary.cut_all(&self.region).await {
            Err(NotCut::Memory(NoMemory::InUse(_))) => {
                self.asking(&format!("signer/{}", self.region))?.answer(Client::post).await?;
            }
            cut => drop(cut?),
        }
        Ok(())
    }
}

impl Checkpoint {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let (notary, _reached) = self.signing.notary().await?;
        let region = &self.signing.region;
        self.signing.cut(&notary).await?;
        witnesses::handed(&notary, region).await?;
        // Only now, for what witnesses signed is under them.
        let mut services: Vec<&str> = notary.logs.iter().map(LogSource::service).collect();
        services.sort_unstable();
        for service in services {
            if let Some(cut) = notary.latest(region, service).await? {
                println!("{}", cut.published());
            }
        }
        Ok(())
    }
}

impl Keys {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let (notary, _reached) = self.signing.notary().await?;
        let keys = self.signing.keys(&notary).await?;
        for key in keys {
            let until = key.valid_until.map_or(String::new(), |until| format!(" until {until}"));
            println!("# from {}{until}\n{}", key.valid_from, key.verifier);
        }
        Ok(())
    }
}

impl RotateKey {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let (notary, _reached) = self.signing.notary().await?;
        let verifier = match notary.rotate(&self.signing.region).await {
            Err(NotCut::Memory(NoMemory::InUse(_))) => {
                self.signing.asking(&format!("signer/{}/key", self.signing.region))?.answer(Client::post).await?
            }
            rotated => rotated?.verifier,
        };
        println!("{verifier}");
        Ok(())
    }
}

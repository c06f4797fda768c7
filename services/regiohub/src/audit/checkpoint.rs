//! `regiohub audit checkpoint REGION`, `keys REGION`, `rotate-key REGION`: sign where the logs are.

use super::reach::{Reach, Reached};
use super::witnesses;
use audit::checkpoint::Notary;
use bus::LogSource;
use chassis::{Secrets, Settings};
use clap::Args;
use decider::Clock;
use event_log::Database;
use vocabulary::RegionId;

/// Sign where the logs of a region are now, print the signed checkpoints, and hand them to the witnesses.
#[derive(Clone, Debug, Args)]
pub(super) struct Checkpoint {
    #[command(flatten)]
    signing: Signing,
}

/// Print the verifier keys of a region: what anyone checks its checkpoints with.
#[derive(Clone, Debug, Args)]
pub(super) struct Keys {
    #[command(flatten)]
    signing: Signing,
}

/// Have a new key sign from now on; what the old one signed stays good.
#[derive(Clone, Debug, Args)]
pub(super) struct RotateKey {
    #[command(flatten)]
    signing: Signing,
}

/// What signing needs.
#[derive(Clone, Debug, Args)]
pub(super) struct Signing {
    /// Whose.
    pub region: RegionId,
    /// What the installation is called, as the hub was told.
    #[arg(long, env = "REGIOHUB_DOMAIN", default_value = Settings::DOMAIN)]
    domain: String,
    #[command(flatten)]
    reach: Reach,
}

impl Signing {
    /// With what must be kept as long as it works.
    pub async fn notary(&self) -> anyhow::Result<(Notary, Reached)> {
        let reached = self.reach.open().await?;
        let logs = reached.logs_of(&self.region).await?.into_iter().map(|log| LogSource::Here(log.log)).collect();
        let own = Database::open(reached.options("audit"), 4).await?;
        audit::migrate(&own).await?;
        let secrets = Secrets::open_or_create(&self.reach.data_dir)?;
        let domain = self.domain.as_str().into();
        Ok((Notary { db: own.app, secrets, domain, clock: Clock::system(), logs }, reached))
    }
}

impl Checkpoint {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let (notary, _reached) = self.signing.notary().await?;
        notary.cut_all(&self.signing.region).await?;
        witnesses::handed(&notary, &self.signing.region).await?;
        // Once more, for what witnesses signed is under them now.
        for cut in notary.cut_all(&self.signing.region).await? {
            println!("{}", cut.published());
        }
        Ok(())
    }
}

impl Keys {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let (notary, _reached) = self.signing.notary().await?;
        for key in notary.keys(&self.signing.region).await? {
            let until = key.valid_until.map_or(String::new(), |until| format!(" until {until}"));
            println!("# from {}{until}\n{}", key.valid_from, key.verifier);
        }
        Ok(())
    }
}

impl RotateKey {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let (notary, _reached) = self.signing.notary().await?;
        println!("{}", notary.rotate(&self.signing.region).await?.verifier);
        Ok(())
    }
}

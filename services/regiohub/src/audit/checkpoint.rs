//! `regiohub audit checkpoint REGION`, `keys REGION`, `rotate-key REGION`, `witnesses REGION`: sign where the logs are.

use super::reach::{Reach, Reached};
use anyhow::Context;
use audit::checkpoint::Notary;
use audit::witnesses::{Address, Post};
use bus::LogSource;
use chassis::{Secrets, Settings};
use clap::Args;
use decider::Clock;
use event_log::Database;
use proofs::Verifier;
use vocabulary::RegionId;

/// Sign where the logs of a region are now, and print the signed checkpoints.
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

/// List the witnesses of a region and how far each is; add one, or end one.
#[derive(Clone, Debug, Args)]
pub(super) struct Witnesses {
    /// Hand checkpoints from now on to NAME=ADDRESS: file:/folder, mailto:someone@example.nl, or the https address of a
    /// witness that signs.
    #[arg(long, value_name = "NAME=ADDRESS")]
    add: Option<String>,
    /// With --add of an address that signs: the verifier key of the witness.
    #[arg(long, requires = "add")]
    key: Option<Verifier>,
    /// Hand nothing more to the witness of this name.
    #[arg(long, value_name = "NAME", conflicts_with = "add")]
    end: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

/// What signing needs.
#[derive(Clone, Debug, Args)]
struct Signing {
    /// Whose.
    region: RegionId,
    /// What the installation is called, as the hub was told.
    #[arg(long, env = "REGIOHUB_DOMAIN", default_value = Settings::DOMAIN)]
    domain: String,
    #[command(flatten)]
    reach: Reach,
}

impl Signing {
    /// With what must be kept as long as it works.
    async fn notary(&self) -> anyhow::Result<(Notary, Reached)> {
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
        for cut in notary.cut_all(&self.signing.region).await? {
            println!("{}", cut.note);
        }
        notary.hand_over(&self.signing.region, &Post::default()).await?;
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

impl Witnesses {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let (notary, _reached) = self.signing.notary().await?;
        let region = &self.signing.region;
        if let Some(add) = &self.add {
            let (name, address) = add.split_once('=').context("--add is NAME=ADDRESS")?;
            let signs = matches!(address.parse::<Address>()?, Address::Endpoint(_));
            anyhow::ensure!(signs == self.key.is_some(), "--key is for a witness that signs, and such a one needs it");
            notary.add_witness(region, name, address, self.key.as_ref()).await?;
        }
        if let Some(name) = &self.end {
            anyhow::ensure!(notary.end_witness(region, name).await?, "{region} has no witness called {name}");
        }
        for standing in notary.witnesses(region).await? {
            println!("{}", serde_json::to_string(&standing)?);
        }
        Ok(())
    }
}

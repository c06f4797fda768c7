//! `regiohub restored REGION --reason TEXT`: the operator declares that the database was restored to an earlier point, and
//! what was read beyond it is made anew.

use crate::inside::{Inside, Open};
use anyhow::{Context, bail, ensure};
use chassis::{Settings, operator_key, operator_key_in};
use clap::Args;
use proofs::{Declaration, Frontier, Hash, Signer, leaf_hash};
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::PathBuf;
use vocabulary::{Reason, RegionId};

/// How often a declaration is signed again because the log moved on meanwhile.
const TRIES: usize = 10;

/// After a backup of PostgreSQL was put back: declare, with the operator's key, that a region's logs go on from there
/// as a new epoch. The declaration is the first event of that epoch in each log, and auditors check it with the
/// operator's key. The streams and everything that was read of the logs are made again. The hub is running meanwhile.
/// Asked again with the same reason it has no second effect.
#[derive(Clone, Debug, Args)]
pub struct Restored {
    /// Whose logs.
    region: RegionId,
    /// Why, on one line: auditors read it. No names of people.
    #[arg(long)]
    reason: Reason,
    /// Only the log of this service, when the others were not restored.
    #[arg(long)]
    service: Option<String>,
    /// Declare an epoch that has begun already, raised before restores were declared.
    #[arg(long)]
    afterwards: bool,
    /// With --afterwards: the last position that was kept, when it is known.
    #[arg(long, requires = "afterwards")]
    kept: Option<u64>,
    /// The newest epoch that was published, when the restored log is of an older one.
    #[arg(long, default_value_t = 1)]
    published: u32,
    /// The file with the operator's key; without it the one in the data directory.
    #[arg(long)]
    operator_key: Option<PathBuf>,
    /// The domain of the installation, as in the hub's --domain.
    #[arg(long, env = "REGIOHUB_DOMAIN", default_value = Settings::DOMAIN)]
    domain: String,
    #[command(flatten)]
    inside: Inside,
}

/// Where a log ends, and what it says of how its epoch began.
#[derive(Deserialize)]
struct State {
    note: Option<String>,
    end: End,
}

#[derive(Deserialize)]
struct End {
    epoch: u32,
    position: u64,
    root: Option<String>,
}

/// One log, over the routes that only the installation itself uses.
struct There {
    http: reqwest::Client,
    secret: String,
    /// `…/log/{region}`.
    address: String,
    origin: String,
}

impl Restored {
    /// Prints each log that has a new epoch, one JSON object a line: `service`, `region`, `epoch`, `position`, `root`.
    ///
    /// # Errors
    /// When there is no such service or log, the hub does not answer, or it refuses what was declared.
    pub async fn run(self) -> anyhow::Result<()> {
        let (Open { url, http }, secrets) = (self.inside.open().await?, self.inside.secrets()?);
        let signer = match &self.operator_key {
            Some(file) => operator_key_in(file, &self.domain)?,
            None => operator_key(&secrets, &self.domain)?,
        };
        let known: Vec<&str> =
            crate::services::deciding().iter().map(chassis::Service::name).chain(["gateway"]).collect();
        let wanted = |name: &&&str| self.service.as_ref().is_none_or(|service| service == **name);
        let services: Vec<&&str> = known.iter().filter(wanted).collect();
        ensure!(!services.is_empty(), "there is no such service; --service is one of {}", known.join(", "));
        let mut declared = 0;
        for service in services {
            let there = There {
                http: http.clone(),
                secret: secrets.log_secret()?,
                address: format!("{}/services/{service}/log/{}", url, self.region),
                origin: format!("{}/{}/{service}", self.domain, self.region),
            };
            let Some(mut line) =
                self.declare(&there, &signer).await.with_context(|| format!("the log of {service}"))?
            else {
                continue; // Nothing happened there yet.
            };
            line["service"] = (*service).into();
            println!("{line}");
            declared += 1;
        }
        ensure!(declared > 0, "{} has no log here: is it spelt as at its founding?", self.region);
        Ok(())
    }

    async fn declare(&self, there: &There, signer: &Signer) -> anyhow::Result<Option<Value>> {
        for _ in 0..TRIES {
            let Some(State { note, end }) = there.end().await? else { return Ok(None) };
            let before =
                note.as_deref().and_then(|note| Declaration::signed(note, &signer.verifier(proofs::Kind::Log)).ok());
            if before
                .is_some_and(|before| before.reason == self.reason.as_str() && before.afterwards == self.afterwards)
            {
                return Ok(Some(
                    json!({ "region": self.region, "epoch": end.epoch, "position": end.position, "root": end.root }),
                ));
            }
            let declaration = if self.afterwards {
                ensure!(end.epoch > 1, "its epoch was never raised");
                ensure!(note.is_none(), "how epoch {} began is declared already", end.epoch);
                let position = self.kept.unwrap_or(end.position);
                ensure!(position <= end.position, "the log ends at {}", end.position);
                let root = there.root(position).await?;
                Declaration {
                    from_epoch: end.epoch - 1,
                    to_epoch: end.epoch,
                    position,
                    root,
                    ..self.declaration(there)
                }
            } else {
                let from_epoch = end.epoch.max(self.published);
                let root = end.root.as_deref().and_then(root).context("its head holds no tree of that many events")?;
                Declaration {
                    from_epoch,
                    to_epoch: from_epoch + 1,
                    position: end.position,
                    root,
                    ..self.declaration(there)
                }
            };
            match there.post(&declaration.sign(signer)?.to_string()).await? {
                Posted::Receipt(end) => return Ok(Some(end)),
                // Somebody was faster: it is signed again for where the log ends now.
                Posted::Moved => {}
            }
        }
        bail!("the log moves on all the time; stop what writes to it")
    }

    fn declaration(&self, there: &There) -> Declaration {
        Declaration {
            origin: there.origin.clone(),
            from_epoch: 1,
            to_epoch: 2,
            position: 0,
            root: [0; 32],
            reason: self.reason.to_string(),
            afterwards: self.afterwards,
        }
    }
}

enum Posted {
    Receipt(Value),
    Moved,
}

impl There {
    async fn end(&self) -> anyhow::Result<Option<State>> {
        let answer = self.http.get(format!("{}/restored", self.address)).bearer_auth(&self.secret).send().await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        Ok(Some(answer.error_for_status().context("the hub")?.json().await?))
    }

    async fn post(&self, note: &str) -> anyhow::Result<Posted> {
        let request = self.http.post(format!("{}/restored", self.address)).bearer_auth(&self.secret);
        let answer = request.json(&json!({ "note": note })).send().await?;
        match answer.status() {
            StatusCode::CONFLICT => Ok(Posted::Moved),
            status if status.is_success() => Ok(Posted::Receipt(answer.json().await?)),
            status => bail!("{status}: {}", answer.text().await?),
        }
    }

    /// The root of the tree of the events up to and including a position, hashed from their texts.
    async fn root(&self, position: u64) -> anyhow::Result<Hash> {
        const PAGE: u64 = 5_000;
        let mut tree = Frontier::default();
        while tree.size() < position {
            let limit = PAGE.min(position - tree.size());
            let address = format!("{}?after={}&limit={limit}", self.address, tree.size());
            let answer = self.http.get(address).bearer_auth(&self.secret).send().await?;
            let before = tree.size();
            answer.error_for_status()?.text().await?.lines().for_each(|line| tree.push(leaf_hash(line)));
            ensure!(tree.size() > before, "it ends at {before}");
        }
        Ok(tree.root())
    }
}

fn root(hex: &str) -> Option<Hash> {
    hex::decode(hex).ok()?.try_into().ok()
}

//! `regiohub audit signer …`: what the signer remembers, and what the operator gives it when that was lost.

use super::checkpoint::Signing;
use super::reach::Reach;
use crate::inside::noted;
use anyhow::{Context, bail};
use chassis::{Secrets, Settings};
use clap::{Args, Subcommand};
use evidence::checkpoint::NotCut;
use evidence::signer::{NoMemory, Remembered, refusal};
use proofs::{Checkpoint, Note};
use reqwest::{Client, RequestBuilder};
use std::path::PathBuf;
use vocabulary::RegionId;

/// Show the memory of the signer, or give it the newest note of a log when its memory was lost or is
/// older than that note.
///
/// The memory is `signer` in the data directory: it is outside the database that is signed, and one process at a time
/// holds it. While the hub runs, these commands ask it.
#[derive(Clone, Debug, Args)]
pub(super) struct SignerOf {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// List the newest tree that was signed of each log, one JSON object a line.
    Status(Signing),
    /// Give it the newest note of a log. It must be signed by a key in the data directory, and the log must be that
    /// one, grown.
    Adopt(Adopt),
    /// Declare that the logs of a region that the signer does not remember were never signed.
    NeverSigned(Signing),
}

#[derive(Clone, Debug, Args)]
struct Adopt {
    /// The file with the note, as a witness keeps it or as it was published.
    note: PathBuf,
    /// The domain of the installation, as in the hub's --domain.
    #[arg(long, env = "REGIOHUB_DOMAIN", default_value = Settings::DOMAIN)]
    domain: String,
    /// The internal address of the hub, when it does not run on the data directory.
    #[arg(long)]
    internal_url: Option<String>,
    #[command(flatten)]
    reach: Reach,
}

impl SignerOf {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let told: Vec<Remembered> = match self.command {
            Command::Status(signing) => {
                let (notary, _reached) = signing.notary().await?;
                here_or_asked(notary.remembered().await, signing.asking("signer")?, Client::get).await?
            }
            Command::Adopt(adopt) => vec![adopt.run().await?],
            Command::NeverSigned(signing) => {
                let (notary, _reached) = signing.notary().await?;
                let path = format!("signer/{}/never-signed", signing.region);
                here_or_asked(notary.never_signed(&signing.region).await, signing.asking(&path)?, Client::post).await?
            }
        };
        for tree in told {
            println!("{}", serde_json::to_string(&tree)?);
        }
        Ok(())
    }
}

impl Adopt {
    async fn run(self) -> anyhow::Result<Remembered> {
        let text = std::fs::read_to_string(&self.note).with_context(|| self.note.display().to_string())?;
        let note: Note = text.parse().context("the note")?;
        let said: Checkpoint = note.text.parse().context("the note")?;
        let place = said.origin.strip_prefix(&format!("{}/", self.domain)).and_then(|place| place.split_once('/'));
        let region: RegionId =
            place.with_context(|| format!("{} is no log of {}", said.origin, self.domain))?.0.parse()?;
        let signing = Signing::of(region, self.domain, self.internal_url, self.reach);
        let (notary, _reached) = signing.notary().await?;
        let asking = signing.asking("signer/adopt")?;
        here_or_asked(notary.adopt(&text).await, asking, |http, url| http.post(url).body(text.clone())).await
    }
}

/// Who is asked when another process signs: its address when it is known, and the secret that opens it.
pub(super) struct Asking {
    url: Option<String>,
    path: String,
    secret: String,
}

impl Asking {
    pub(super) fn of(url: Option<&str>, path: &str, reach: &Reach, secrets: &Secrets) -> anyhow::Result<Self> {
        let url = url.map(ToOwned::to_owned).or_else(|| noted(&reach.data_dir).ok());
        Ok(Self { url, path: path.to_owned(), secret: secrets.log_secret()? })
    }

    /// What the hub that runs answers.
    pub(super) async fn answer(
        self,
        request: impl FnOnce(&Client, String) -> RequestBuilder,
    ) -> anyhow::Result<String> {
        let held = "another process holds the signer's memory, and only one signs at a time";
        let url = self.url.with_context(|| format!("{held}; if it is a hub elsewhere, name it with --internal-url"))?;
        let url = format!("{}/services/audit/{}", url.trim_end_matches('/'), self.path);
        let sent = request(&Client::new(), url.clone()).bearer_auth(&self.secret).send().await;
        let answer = sent.with_context(|| format!("{held}; none answers at {url}"))?;
        let (status, text) = (answer.status(), answer.text().await?);
        if !status.is_success() {
            bail!("{status}: {}", refusal(&text));
        }
        Ok(text)
    }
}

async fn here_or_asked<T: serde::de::DeserializeOwned>(
    here: Result<T, NotCut>,
    asking: Asking,
    request: impl FnOnce(&Client, String) -> RequestBuilder,
) -> anyhow::Result<T> {
    match here {
        Err(NotCut::Memory(NoMemory::InUse(_))) => Ok(serde_json::from_str(&asking.answer(request).await?)?),
        here => Ok(here?),
    }
}

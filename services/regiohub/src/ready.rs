//! `regiohub ready`: whether a running hub can do its work, for whoever watches over it.

use crate::inside::Inside;
use clap::Args;
use serde_json::Value;

/// Ask a running hub whether everything that it needs is available: exits with 0 when it is, else with 1 and a list of
/// what is missing.
#[derive(Clone, Debug, Args)]
pub struct Ready {
    #[command(flatten)]
    inside: Inside,
}

impl Ready {
    /// Prints `ready`, and a list of what should be available and is not needed for now.
    ///
    /// # Errors
    /// When the hub does not answer, or something is missing.
    pub async fn run(self) -> anyhow::Result<()> {
        let inside = self.inside.open().await?;
        let answer = inside.http.get(format!("{}/health/ready", inside.url)).send().await?;
        if answer.status().is_success() {
            let told: Value = answer.json().await.unwrap_or_default();
            match told.get("impaired") {
                Some(impaired) => println!("ready, without {impaired}"),
                None => println!("ready"),
            }
            return Ok(());
        }
        let status = answer.status();
        let told: Value = answer.json().await.unwrap_or_default();
        anyhow::bail!("not ready ({status}): {}", told["missing"])
    }
}

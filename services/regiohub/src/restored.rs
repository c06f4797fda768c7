//! `regiohub restored REGION`: the database was restored to an earlier point, and what was read beyond it is made anew.

use anyhow::Context;
use chassis::Secrets;
use clap::Args;
use embedded::default_data_dir;
use reqwest::StatusCode;
use serde_json::Value;
use std::path::PathBuf;
use vocabulary::RegionId;

/// After a backup of PostgreSQL was put back: raise the epoch of a region's logs. The streams and everything that was
/// read of them are made again from the logs. The hub is running meanwhile; done without need, it costs only time.
#[derive(Clone, Debug, Args)]
pub struct Restored {
    /// Whose logs.
    region: RegionId,
    /// Only the log of this service, when the others were not restored.
    #[arg(long)]
    service: Option<String>,
    /// Where the hub serves.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
    /// The data directory of the hub.
    #[arg(long, env = "REGIOHUB_DATA", default_value_os_t = default_data_dir())]
    data_dir: PathBuf,
}

impl Restored {
    /// Prints each log that has a new epoch, one JSON object a line: `service`, `region`, `epoch`, `position`.
    ///
    /// # Errors
    /// When there is no such service or log, or the hub does not answer.
    pub async fn run(self) -> anyhow::Result<()> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let secret = Secrets::open(&self.data_dir)?.log_secret()?;
        let http = reqwest::Client::new();
        let known: Vec<&str> =
            crate::services::deciding().iter().map(chassis::Service::name).chain(["gateway"]).collect();
        let wanted = |name: &&&str| self.service.as_ref().is_none_or(|service| service == **name);
        let services: Vec<&&str> = known.iter().filter(wanted).collect();
        anyhow::ensure!(!services.is_empty(), "there is no such service; --service is one of {}", known.join(", "));
        let mut raised = 0;
        for service in services {
            let address = format!("{}/services/{service}/log/{}/restored", self.url, self.region);
            let answer = http.post(&address).bearer_auth(&secret).send().await?;
            if answer.status() == StatusCode::NOT_FOUND {
                continue; // Nothing happened there yet.
            }
            let mut line: Value = answer.error_for_status().context("the hub")?.json().await?;
            line["service"] = (*service).into();
            println!("{line}");
            raised += 1;
        }
        anyhow::ensure!(raised > 0, "{} has no log here: is it spelt as at its founding?", self.region);
        Ok(())
    }
}

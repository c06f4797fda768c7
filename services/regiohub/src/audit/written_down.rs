//! Where commands write down that personal data were opened, as the hub does.

use chassis::{Purpose, Secrets};
use clap::Args;
use decider::Clock;
use processing::{Logbook, Target};
use std::path::Path;

/// The log of processing of a command.
#[derive(Clone, Debug, Args)]
pub(super) struct WrittenDown {
    /// The log of processing that records this command: a file, or a collector (OTLP over gRPC). Without one,
    /// `processing.jsonl` in the data directory, as the hub does.
    #[arg(long, env = "REGIOHUB_PROCESSING_LOG")]
    processing_log: Option<Target>,
    /// The organisation's number (OIN), as the hub has it.
    #[arg(long, env = "REGIOHUB_OIN", default_value = "00000000000000000000")]
    pub oin: String,
}

impl WrittenDown {
    /// The log of processing, with the secret that the hub made in its data directory.
    ///
    /// # Errors
    /// When the secret is not there, or nothing can be sent to the target.
    pub fn logbook(&self, folder: &Path) -> anyhow::Result<Logbook> {
        let target = self.processing_log.clone().unwrap_or_else(|| Target::File(folder.join("processing.jsonl")));
        let keys = Secrets::open(folder)?.ring(Purpose::Processing)?.keys();
        Ok(Logbook::new(&target, keys, &self.oin, Clock::system())?.of("audit"))
    }
}

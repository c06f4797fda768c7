//! Finishes what a crash or a hang-up cut off: when the service starts, and every minute.
//!
//! | cut off | finished by |
//! |---|---|
//! | forgetting, after the keys went | the event is written, as it was asked |
//! | an import of pupils | it is failed, as `interrupted`: nothing of it was written |
//! | a run of the retention schedule | it goes on to its end |

use crate::people::running_imports::end_cut_off;
use crate::retention::forgetting::{write_owed, write_unsaid};
use crate::retention::forgotten::NotYet;
use crate::retention::round::finish_runs;
use chassis::Hub;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use vocabulary::RegionId;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(60);

/// Looks again and again, until the token is cancelled.
pub(crate) async fn run_finishing(hub: Hub, end: CancellationToken) -> Result<(), bus::Error> {
    let mut finisher = Finisher::default();
    let mut failed = 0_u32;
    loop {
        match finisher.look(&hub).await {
            Ok(_) => failed = 0,
            Err(error) => {
                failed += 1;
                // The second time it has been in the way for a minute.
                if failed > 1 {
                    tracing::error!(alarm = true, %error, "what was cut off cannot be finished");
                } else {
                    tracing::warn!(%error, "what was cut off is not finished yet");
                }
            }
        }
        tokio::select! {
            () = end.cancelled() => return Ok(()),
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Finishes what was cut off; the first look compares the whole vault with the logs.
#[derive(Debug, Default)]
pub struct Finisher {
    compared: bool,
}

impl Finisher {
    /// Finishes what it finds in every region; answers how much.
    ///
    /// # Errors
    /// The last that was in the way, after all others had their turn.
    pub async fn look(&mut self, hub: &Hub) -> Result<usize, NotYet> {
        let (mut finished, mut failed) = (0, Ok(()));
        for head in hub.log.heads().await? {
            match self.in_region(hub, &head.region).await {
                Ok(in_region) => finished += in_region,
                Err(error) => failed = Err(error),
            }
        }
        self.compared |= failed.is_ok();
        failed.map(|()| finished)
    }

    async fn in_region(&self, hub: &Hub, region: &RegionId) -> Result<usize, NotYet> {
        // What needs no vault does not wait for it.
        let (imports, runs) = (end_cut_off(hub, region).await?, finish_runs(hub, region).await?);
        let owed = write_owed(hub, region).await?;
        let unsaid = if self.compared { 0 } else { write_unsaid(hub, region).await? };
        Ok(imports + runs + owed + unsaid)
    }
}

//! Proves an event of a log against its newest checkpoint, from the leaves kept aside: the log itself is not read. And
//! proves that a checkpoint is an earlier one, grown.

use crate::checkpoint::Notary;
use crate::consistency::{Consistency, NotConsistent, prove};
use crate::inclusion::Inclusion;
use crate::prove::{Proving, out_of_kept};
use crate::verify::Log;
use bus::LogSource;
use futures_util::TryStreamExt;
use vocabulary::RegionId;

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum NotProven {
    /// The database does not answer.
    #[error("the checkpoints cannot be reached: {0}")]
    Unavailable(#[from] sqlx::Error),
    /// The log does not answer.
    #[error("the log cannot be read: {0}")]
    Log(#[from] bus::Error),
    /// The log ends before it.
    #[error("there is no event at that position")]
    NoEvent,
    /// No checkpoint reaches it yet.
    #[error("the newest checkpoint is over {size} events")]
    NotSigned {
        /// How far the newest one reaches; 0 when there is none.
        size: i64,
    },
    /// The event is not the one that was signed.
    #[error("the event is not the one that was signed; `regiohub audit verify` names the first bad position")]
    Altered,
}

impl Notary {
    /// The proof that the later of two checkpoints, by their sizes, is the earlier one, grown.
    ///
    /// # Errors
    /// See [`NotConsistent`].
    pub async fn prove_consistency(
        &self,
        region: &RegionId,
        log: &LogSource,
        sizes: (u64, u64),
    ) -> Result<Consistency, NotConsistent> {
        let named = Log { region: region.clone(), service: log.service().to_owned() };
        // A process that does not sign has none of the keys, and asks the one that does.
        let keys = self.trusted(region).await.map_err(|error| NotConsistent::NoKeys(error.to_string()))?;
        prove(&self.db, log, &named, sizes, &keys).await
    }

    /// The proof that an event stands in a log, which anyone checks with the key alone.
    ///
    /// # Errors
    /// See [`NotProven`].
    pub async fn prove(&self, region: &RegionId, log: &LogSource, position: i64) -> Result<Inclusion, NotProven> {
        let page = log.page(region, position - 1, 1).await?;
        let event = page.into_iter().find(|event| event.position == position).ok_or(NotProven::NoEvent)?;
        let latest = self.latest(region, log.service()).await?.ok_or(NotProven::NotSigned { size: 0 })?;
        let named = Log { region: region.clone(), service: log.service().to_owned() };
        if let Some(proof) = out_of_kept(&self.db, log, &named, position, &latest.published()).await? {
            return Ok(proof);
        }
        let proving = Proving::new(named, position, &latest.published());
        let mut proving = proving.ok_or(NotProven::NotSigned { size: latest.size })?;
        proving.event(event.text);
        let mut transaction = event_log::tenant(&self.db, region).await?;
        let mut rows = sqlx::query_scalar::<_, Vec<u8>>(
            "select leaves from checkpoints.leaves where region = $1 and service = $2 and epoch = $3 order by number",
        )
        .bind(region.as_str())
        .bind(log.service())
        .bind(latest.epoch)
        .fetch(&mut *transaction);
        let mut left = proving.wants();
        // The last row may have grown since.
        while left > 0
            && let Some(row) = rows.try_next().await?
        {
            for leaf in row.as_chunks::<32>().0.iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
                proving.leaf(*leaf);
                left -= 1;
            }
        }
        proving.end().ok_or(NotProven::Altered)
    }
}

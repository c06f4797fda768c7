//! Which checkpoint was the first to cover an event: the signer's word, for whoever owns the database could choose a row.

use super::growing::signed;
use super::{CUT, Cut, NotCut, Notary};
use event_log::tenant;
use sqlx::AssertSqlSafe;
use vocabulary::RegionId;

/// So many kept checkpoints are read at a time.
const PAGE: i64 = 100;

impl Notary {
    /// The note of the first checkpoint of a log that covers an event, in an epoch or in the newest; none when nothing
    /// signed covers it.
    ///
    /// # Errors
    /// When the signer or the database does not answer.
    pub async fn first_covering(
        &self,
        region: &RegionId,
        service: &str,
        epoch: Option<u32>,
        position: u64,
    ) -> Result<Option<String>, NotCut> {
        if !self.signer.is_here() {
            return Ok(self.signer.first_covering(region.as_str(), service, epoch, position).await?);
        }
        let known = self.turn().await?.first(&self.origin(region, service), epoch, position);
        match known {
            Some(known) => Ok(known),
            None => self.first_kept(region, service, epoch, position).await,
        }
    }

    /// Of what was signed longer ago than is remembered, what is kept counts, as far as it was signed here.
    async fn first_kept(
        &self,
        region: &RegionId,
        service: &str,
        epoch: Option<u32>,
        position: u64,
    ) -> Result<Option<String>, NotCut> {
        let own = self.verifiers(region);
        let mut after = signed(position).saturating_sub(1);
        loop {
            let mut rows = tenant(&self.db, region).await?;
            let page: Vec<Cut> = sqlx::query_as(AssertSqlSafe(format!(
                "{CUT} where region = $1 and service = $2 and size > $3 and epoch = coalesce($4,
                     (select max(epoch) from checkpoints.checkpoint where region = $1 and service = $2))
                 order by size limit $5"
            )))
            .bind(region.as_str())
            .bind(service)
            .bind(after)
            .bind(epoch.map(u32::cast_signed))
            .bind(PAGE)
            .fetch_all(&mut *rows)
            .await?;
            drop(rows);
            let Some(last) = page.last() else { return Ok(None) };
            after = last.size;
            if let Some(first) = page.into_iter().find(|cut| self.signed_by(region, cut, &own)) {
                return Ok(Some(first.note));
            }
        }
    }
}

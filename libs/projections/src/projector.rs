//! Which projection fills which schema, and who is told of it.

use crate::projection::AnyProjection;
use crate::rows::{Pace, filling};
use bus::checkpoint::Key;
use bus::{Log, Progress, trace};
use event_log::{Pool, RawTransaction, Recorded};
use std::sync::Arc;
use vocabulary::RegionId;

/// Fills one schema with a projection's tables.
#[derive(Clone)]
pub(crate) struct Projector {
    pub projection: Arc<dyn AnyProjection>,
    pub app: Pool,
    pub schema: String,
    /// The name in the checkpoints: the projection's own for the live tables.
    pub reader: String,
    /// Who waits for the live tables; nobody waits for others.
    pub progress: Option<Progress>,
}

impl Projector {
    pub fn key_in(&self, log: &Log) -> Key {
        Key { reader: self.reader.clone(), version: self.projection.version(), log: log.clone() }
    }

    /// A transaction over its tables, about one region.
    pub async fn filling(&self, region: &RegionId) -> sqlx::Result<RawTransaction> {
        filling(&self.app, region, &self.schema, self.pace()).await
    }

    /// The live tables are those whose checkpoints bear the projection's own name.
    pub fn pace(&self) -> Pace {
        if self.reader == self.projection.name() { Pace::Live } else { Pace::Batch }
    }

    /// The span of applying events, in the trace of the first.
    pub fn span<'a>(&self, log: &Log, events: impl ExactSizeIterator<Item = &'a Recorded>) -> tracing::Span {
        let span = tracing::info_span!("project", projection = self.reader, service = log.service, region = %log.region, events = events.len());
        trace::continues(&span, events);
        span
    }

    /// Tells those who wait, and caches, that these events are applied, and whatever else comes before `at`.
    pub fn tell(&self, log: &Log, events: &[Recorded], at: i64) {
        self.refresh(log, events, at);
        if let Some(progress) = &self.progress {
            progress.reached(&self.reader, &log.service, &log.region, at);
        }
    }

    /// Tells caches alone.
    pub fn refresh(&self, log: &Log, events: &[Recorded], at: i64) {
        // Another process may have been faster, and further: what it applied is news here too.
        let further = events.last().is_none_or(|last| last.position < at);
        if self.progress.is_some() && (further || events.iter().any(|event| self.projection.folds(event))) {
            self.projection.committed(&log.region);
        }
    }
}

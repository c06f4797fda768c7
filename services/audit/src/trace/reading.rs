//! Reads what a question needs of a region's logs: one position, one history, or a whole log in order.

use bus::LogSource;
use decider::Event;
use event_log::{Pool, Recorded};
use evidence::checkpoint::{Blocks, Found};
use proofs::leaf_hash;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use vocabulary::RegionId;

/// How many events of a whole log are in memory at a time.
const AT_A_TIME: usize = 5_000;

/// The logs of one region, for one question. What was read once is not asked again.
#[derive(Debug)]
pub struct Reader {
    region: RegionId,
    logs: Arc<[LogSource]>,
    histories: HashMap<(String, String), Arc<Vec<Recorded>>>,
    seen: BTreeMap<(String, i64), String>,
    until: Option<BTreeMap<String, i64>>,
    /// The database of the audit service.
    kept: Option<Pool>,
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// The services that can be read do not include it.
    #[error("the log of {0} is not among those that can be read here")]
    NoLog(String),
    /// It did not answer, or holds a text that is no event.
    #[error("the log of {service} cannot be read: {error}; `regiohub audit verify` shows whether it is intact")]
    Log {
        /// The region of the log.
        service: String,
        /// What it said.
        error: bus::Error,
    },
    /// An event is not what its type says.
    #[error("{service}@{position} does not read as its type says; `regiohub audit verify` shows whether it is intact")]
    Event {
        /// The region of the log.
        service: String,
        /// Where in it.
        position: i64,
    },
}

impl Reader {
    /// Reads these logs for a region.
    #[must_use]
    pub fn new(region: RegionId, logs: Arc<[LogSource]>) -> Self {
        Self { region, logs, histories: HashMap::new(), seen: BTreeMap::new(), until: None, kept: None }
    }

    /// With the database in which the audit service keeps leaves aside: without it every proof reads a whole log.
    #[must_use]
    pub fn kept_in(self, audit: Pool) -> Self {
        Self { kept: Some(audit), ..self }
    }

    /// Whose logs.
    #[must_use]
    pub fn region(&self) -> &RegionId {
        &self.region
    }

    /// The services whose logs can be read.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.logs.iter().map(LogSource::service)
    }

    /// From here on each log ends where it ended then, by service: to see what was seen.
    pub fn until(&mut self, heads: BTreeMap<String, i64>) {
        self.until = Some(heads);
    }

    /// Where each log of the region ends, by service.
    ///
    /// # Errors
    /// When a log does not answer.
    pub async fn heads(&self) -> Result<BTreeMap<String, i64>, Unread> {
        if let Some(heads) = &self.until {
            return Ok(heads.clone());
        }
        let mut heads = BTreeMap::new();
        for log in self.logs.iter() {
            let found = log.heads().await.map_err(|error| unread(log.service(), error))?;
            let head = found.into_iter().find(|head| head.region == self.region);
            heads.extend(head.map(|head| (log.service().to_owned(), head.position)));
        }
        Ok(heads)
    }

    /// The history of a stream (category, slash, id), in order; empty when nothing happened.
    ///
    /// # Errors
    /// When the log does not answer.
    pub async fn history(&mut self, service: &str, stream: &str) -> Result<Arc<Vec<Recorded>>, Unread> {
        let key = (service.to_owned(), stream.to_owned());
        if let Some(known) = self.histories.get(&key) {
            return Ok(known.clone());
        }
        let log = self.log(service)?;
        let mut history = log.history(&self.region, stream).await.map_err(|error| unread(service, error))?;
        if let Some(until) = &self.until {
            let end = until.get(service).copied().unwrap_or(0);
            history.retain(|event| event.position <= end);
        }
        let history = Arc::new(history);
        self.histories.insert(key, history.clone());
        Ok(history)
    }

    /// The event at a position; nothing when the log ends before it.
    ///
    /// # Errors
    /// When the log does not answer.
    pub async fn at(&self, service: &str, position: i64) -> Result<Option<Recorded>, Unread> {
        let log = self.log(service)?;
        let page = log.page(&self.region, position - 1, 1).await.map_err(|error| unread(service, error))?;
        Ok(page.into_iter().find(|event| event.position == position))
    }

    /// Every event of a log up to a position, in order and with flat memory.
    ///
    /// # Errors
    /// When the log does not answer, or what `each` says.
    pub async fn whole(
        &self,
        service: &str,
        until: i64,
        mut each: impl FnMut(&Recorded) -> Result<(), Unread>,
    ) -> Result<(), Unread> {
        let log = self.log(service)?;
        let mut after = 0;
        while after < until {
            let page = log.page(&self.region, after, AT_A_TIME).await.map_err(|error| unread(service, error))?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.position;
            for event in page.iter().take_while(|event| event.position <= until) {
                each(event)?;
            }
        }
        Ok(())
    }

    /// The paths of the leaves with these indexes in the tree of the first `size` events, and its root: of what the
    /// newest checkpoint kept, and the events behind it. Nothing when that is not there, does not give what was signed,
    /// or is of another life of the log.
    pub(crate) async fn paths(&self, service: &str, indexes: &[u64], size: u64) -> Result<Option<Found>, Unread> {
        let Some(audit) = &self.kept else { return Ok(None) };
        let unkept = |error: sqlx::Error| {
            tracing::warn!(%error, service, "what was kept of a log cannot be read: it is read whole");
        };
        let Ok(Some(blocks)) = Blocks::of(audit, &self.region, service).await.map_err(unkept) else { return Ok(None) };
        let log = self.log(service)?;
        let heads = log.heads().await.map_err(|error| unread(service, error))?;
        let epoch = heads.into_iter().find(|head| head.region == self.region).map(|head| head.epoch.unsigned_abs());
        if epoch != Some(blocks.signed().epoch) {
            return Ok(None);
        }
        let (mut behind, mut after) = (Vec::new(), blocks.signed().size);
        while after < size {
            let from = i64::try_from(after).unwrap_or(i64::MAX);
            let page = log.page(&self.region, from, AT_A_TIME).await.map_err(|error| unread(service, error))?;
            if page.is_empty() {
                return Ok(None);
            }
            after += page.len() as u64;
            behind.extend(page.iter().map(|event| leaf_hash(&event.text)));
        }
        Ok(blocks.paths(indexes, size, &behind).await.map_err(unkept).ok().flatten())
    }

    /// Forgets what was read and shown: for the next page.
    pub fn forget(&mut self) {
        self.histories.clear();
        self.seen.clear();
    }

    /// Remembers that an answer shows this event: what is shown is proven.
    pub(crate) fn shown(&mut self, service: &str, event: &Recorded) {
        self.seen.insert((service.to_owned(), event.position), event.text.clone());
    }

    /// What was shown so far, by service and position, with the exact text.
    pub(crate) fn all_shown(&self) -> &BTreeMap<(String, i64), String> {
        &self.seen
    }

    fn log(&self, service: &str) -> Result<&LogSource, Unread> {
        self.logs.iter().find(|log| log.service() == service).ok_or_else(|| Unread::NoLog(service.to_owned()))
    }
}

fn unread(service: &str, error: bus::Error) -> Unread {
    Unread::Log { service: service.to_owned(), error }
}

/// The event itself.
///
/// # Errors
/// When it is not what its type says.
pub fn event<E: Event>(service: &str, recorded: &Recorded) -> Result<E, Unread> {
    recorded.event().map_err(|_| Unread::Event { service: service.to_owned(), position: recorded.position })
}

//! How far the read models are, and waiting until they are far enough.

use crate::Error;
use event_log::{Pool, Recorded, tenant};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use vocabulary::RegionId;

/// How often checkpoints are read while someone waits, for when another process writes them.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// How long one attempt of a reaction waits for a lookup: later events of the log wait as long.
pub const LOOKUP_TIMEOUT: Duration = Duration::from_millis(500);

/// How far the read models of this database are. Copies share everything.
#[derive(Clone)]
pub struct Progress(Arc<Inner>);

struct Inner {
    app: Pool,
    known: Mutex<Known>,
    moved: watch::Sender<()>,
}

#[derive(Default)]
struct Known {
    /// Which services each projection reads.
    readers: BTreeMap<String, Vec<String>>,
    /// Those that answer from memory: what another process applied is not in ours yet.
    in_memory: HashSet<String>,
    /// When checkpoints of a region were looked up lately.
    looked: HashMap<RegionId, Instant>,
    /// By reader, service and region.
    positions: HashMap<(String, String, RegionId), i64>,
    /// Where each log ends, by service and region.
    ends: BTreeMap<(String, RegionId), i64>,
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Progress")
    }
}

/// A read model is not as far as was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the read models are at position {have} of {service}, not yet at {wanted}")]
pub struct Lag {
    /// The region of the log.
    pub service: String,
    /// The position asked for.
    pub wanted: i64,
    /// The position of the read model that is furthest behind.
    pub have: i64,
}

/// How far one reader is in one log.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Behind {
    /// Which projection or reaction.
    pub reader: String,
    /// The region of the log.
    pub service: String,
    /// Which region's.
    pub region: RegionId,
    /// The last position handled.
    pub position: i64,
    /// The last position of the log, as far as known.
    pub end: i64,
}

impl Progress {
    /// Of the projections over a database.
    #[must_use]
    pub fn new(app: Pool) -> Self {
        Self(Arc::new(Inner { app, known: Mutex::default(), moved: watch::channel(()).0 }))
    }

    /// Waits until every projection that reads a service is at the wanted position of that service's log.
    ///
    /// # Errors
    /// The first one that is not there in time.
    pub async fn wait<S: AsRef<str>>(
        &self,
        region: &RegionId,
        wanted: &[(S, i64)],
        patience: Duration,
    ) -> Result<(), Lag> {
        let until = Instant::now() + patience;
        for (service, wanted) in wanted {
            let service = service.as_ref();
            self.wait_until(region, service, *wanted, until, || self.least(region, service)).await?;
        }
        Ok(())
    }

    /// Waits until one projection is at the wanted position of a service's log. What went by without concerning it
    /// counts before its checkpoint says so.
    ///
    /// # Errors
    /// Where it is, when it is not there in time.
    pub async fn wait_for(
        &self,
        reader: &str,
        service: &str,
        region: &RegionId,
        wanted: i64,
        patience: Duration,
    ) -> Result<(), Lag> {
        let until = Instant::now() + patience;
        self.wait_until(region, service, wanted, until, || self.position(reader, service, region)).await
    }

    /// Whether a lookup has read an event of a service that a reaction answers; waits for it as long as one attempt may.
    /// Ask this before you look: what is not in the lookup then is [lacking](crate::CannotReact::lacking).
    pub async fn has_read(&self, lookup: &str, service: &str, event: &Recorded) -> bool {
        self.wait_for(lookup, service, &event.region, event.position, LOOKUP_TIMEOUT).await.is_ok()
    }

    async fn wait_until(
        &self,
        region: &RegionId,
        service: &str,
        wanted: i64,
        until: Instant,
        have: impl Fn() -> i64,
    ) -> Result<(), Lag> {
        let mut moved = self.0.moved.subscribe();
        loop {
            moved.borrow_and_update();
            let have = have();
            if have >= wanted {
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(Lag { service: service.to_owned(), wanted, have });
            }
            let look = (Instant::now() + POLL_INTERVAL).min(until);
            // In this process the reader reports it; another process's checkpoint has to be looked up.
            if tokio::time::timeout_at(look, moved.changed()).await.is_err()
                && let Err(error) = self.look(region).await
            {
                tracing::debug!(%error, "checkpoints cannot be read");
            }
        }
    }

    /// How far every projection and reaction is in every log that is known here.
    #[must_use]
    pub fn lag(&self) -> Vec<Behind> {
        let known = self.known();
        let mut all: Vec<Behind> = known
            .positions
            .iter()
            .map(|((reader, service, region), position)| Behind {
                reader: reader.clone(),
                service: service.clone(),
                region: region.clone(),
                position: *position,
                end: known.ends.get(&(service.clone(), region.clone())).copied().unwrap_or(*position).max(*position),
            })
            .collect();
        all.sort_by(|a, b| (&a.reader, &a.service, &a.region).cmp(&(&b.reader, &b.service, &b.region)));
        all
    }

    /// A projection reads these services: whoever waits for a position of theirs waits for it.
    pub fn reads(&self, reader: &str, services: &[&str]) {
        let services = services.iter().map(|service| (*service).to_owned()).collect();
        self.known().readers.insert(reader.to_owned(), services);
    }

    /// Its position counts once this process was told of it, whatever its checkpoint says.
    pub fn answers_from_memory(&self, reader: &str) {
        self.known().in_memory.insert(reader.to_owned());
    }

    /// A reader is there now: who waits is woken.
    pub fn reached(&self, reader: &str, service: &str, region: &RegionId, position: i64) {
        self.all_reached(service, region, [(reader, position)]);
    }

    /// The same of several readers of one log: who waits is woken once.
    pub fn all_reached<'a>(&self, service: &str, region: &RegionId, readers: impl IntoIterator<Item = (&'a str, i64)>) {
        let mut known = self.known();
        for (reader, position) in readers {
            known.positions.insert((reader.to_owned(), service.to_owned(), region.clone()), position);
        }
        drop(known);
        self.0.moved.send_replace(());
    }

    /// Another epoch of a log began, which may end earlier: nobody has read any of it.
    pub(crate) fn begins(&self, service: &str, region: &RegionId) {
        self.known().positions.retain(|(_, of, there), _| of != service || there != region);
    }

    pub(crate) fn ends(&self, service: &str, region: &RegionId, position: i64) {
        self.known().ends.insert((service.to_owned(), region.clone()), position);
    }

    /// How far a reader is, as far as this process knows.
    #[must_use]
    pub fn position(&self, reader: &str, service: &str, region: &RegionId) -> i64 {
        let of = (reader.to_owned(), service.to_owned(), region.clone());
        self.known().positions.get(&of).copied().unwrap_or_default()
    }

    /// The position of the projection of `service`'s log that is furthest behind.
    fn least(&self, region: &RegionId, service: &str) -> i64 {
        let known = self.known();
        let readers = known.readers.iter().filter(|(_, services)| services.iter().any(|read| read == service));
        let position = |reader: &String| known.positions.get(&(reader.clone(), service.to_owned(), region.clone()));
        // What nobody reads, nobody waits for.
        readers.map(|(reader, _)| position(reader).copied().unwrap_or(0)).min().unwrap_or(i64::MAX)
    }

    async fn look(&self, region: &RegionId) -> Result<(), Error> {
        if !self.is_my_look(region) {
            return Ok(());
        }
        let mut rows = tenant(&self.0.app, region).await?;
        let found: Vec<(String, String, i64)> = sqlx::query_as(
            "select kept.reader, kept.service, kept.position
             from bus.checkpoints kept
             join bus.projections live on live.name = kept.reader and live.live_version = kept.version
             where kept.region = $1",
        )
        .bind(region.as_str())
        .fetch_all(&mut *rows)
        .await?;
        let mut known = self.known();
        for (reader, service, position) in found {
            if known.in_memory.contains(&reader) {
                continue;
            }
            // Events that do not concern a reader are not in its checkpoint yet: the checkpoint may be behind the
            // progress.
            let told = known.positions.entry((reader, service, region.clone())).or_insert(position);
            *told = position.max(*told);
        }
        Ok(())
    }

    /// However many wait for a region, one looks and the others see what it found.
    fn is_my_look(&self, region: &RegionId) -> bool {
        let looked = &mut self.known().looked;
        looked.retain(|_, since| since.elapsed() < POLL_INTERVAL);
        !looked.contains_key(region) && looked.insert(region.clone(), Instant::now()).is_none()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

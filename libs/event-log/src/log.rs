//! The logs of one service, one per region.

use crate::append::{Append, Context};
use crate::appender::{Appender, Purpose, Request};
use crate::loader::{Histories, Loader, Question};
use crate::receipt::Receipt;
use crate::recent::Recent;
use crate::vouched::Vouched;
use crate::{Database, Error, begin};
use chrono::{DateTime, Utc};
use decider::{Clock, CommandContext};
use futures_util::future::try_join_all;
use sessions::{Pool, Sessions};
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{broadcast, mpsc, oneshot};
use vocabulary::{Actor, RegionId};

/// How many appends may wait for one log before askers wait too.
const QUEUE: usize = 4_096;

/// The logs of one service. Copies share everything.
#[derive(Clone)]
pub struct EventLog(Arc<Inner>);

struct Inner {
    service: &'static str,
    source: String,
    app: Pool,
    sessions: Sessions,
    vouched: Vouched,
    recent: Recent,
    /// How often it was asked whether the logs answer.
    asked: AtomicUsize,
    clock: Clock,
    appenders: Mutex<HashMap<RegionId, mpsc::Sender<Request>>>,
    loaders: Mutex<HashMap<RegionId, mpsc::Sender<Question>>>,
    written: broadcast::Sender<(RegionId, i64)>,
    turns: [tokio::sync::Mutex<()>; 64],
}

/// Where one log of this service ends.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Head {
    /// The region of the log.
    #[sqlx(try_from = "String")]
    pub region: RegionId,
    /// Raised when the log was restored to a point behind what it had published.
    pub epoch: i32,
    /// The position of the last event.
    pub position: i64,
    /// When that was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The frontier of the Merkle tree, 32 bytes a root.
    pub frontier: Vec<u8>,
}

impl EventLog {
    /// The logs of `service`; `oin` is the organisation's number in the source of every event.
    #[must_use]
    pub fn new(service: &'static str, oin: &str, database: &Database, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            service,
            source: format!("urn:nld:oin:{oin}:systeem:regiohub-{service}"),
            app: database.app.clone(),
            sessions: database.sessions.clone(),
            vouched: Vouched::default(),
            recent: Recent::default(),
            asked: AtomicUsize::default(),
            clock,
            appenders: Mutex::default(),
            loaders: Mutex::default(),
            written: broadcast::channel(1_024).0,
            turns: std::array::from_fn(|_| tokio::sync::Mutex::default()),
        }))
    }

    /// Makes the tables and functions, or brings them up to date.
    ///
    /// # Errors
    /// When the database does not answer or the user does not own it.
    pub async fn migrate(database: &Database) -> sqlx::Result<()> {
        let mut transaction = begin(&database.owner, "begin").await?;
        // Several processes may start at once.
        sqlx::query("select pg_advisory_xact_lock(hashtext('event_log'))").execute(&mut *transaction).await?;
        sqlx::raw_sql(include_str!("schema.sql")).execute(&mut *transaction).await?;
        transaction.commit().await
    }

    /// Which service writes here.
    #[must_use]
    pub fn service(&self) -> &'static str {
        self.0.service
    }

    /// The pool that is bound by row-level security.
    #[must_use]
    pub fn app(&self) -> &Pool {
        &self.0.app
    }

    /// Told after each commit of this process: whose log, and its new end.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<(RegionId, i64)> {
        self.0.written.subscribe()
    }

    /// Which logs there are and where they end.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn heads(&self) -> sqlx::Result<Vec<Head>> {
        let heads = sqlx::query_as("select region, epoch, position, recorded_at, frontier from event_log.heads()");
        self.0.sessions.in_time(heads.fetch_all(&self.0.app)).await
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    pub(crate) fn source(&self) -> &str {
        &self.0.source
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    pub(crate) fn recent(&self) -> &Recent {
        &self.0.recent
    }

    /// Notifies the watchers that the log of a region ends there now.
    pub(crate) fn wrote(&self, region: &RegionId, position: i64) {
        // Nobody listening is fine: the relay also looks by itself.
        let _ = self.0.written.send((region.clone(), position));
    }

    /// Writes events behind the others of their log; an answer means they are on disk.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn append(&self, region: &RegionId, append: Append) -> Result<Receipt, Error> {
        append.check_size()?;
        self.request(region, append, Purpose::Write).await
    }

    /// Waits until what was read, and is about to be answered, is known to be kept: by a write of this process that
    /// came later.
    pub(crate) async fn vouch_for(&self, region: &RegionId, read: &Histories) -> Result<(), Error> {
        if read.position().is_some_and(|position| self.0.vouched.covers(region, position)) {
            return Ok(());
        }
        self.request(region, self.nothing(), Purpose::Write).await.map(drop)
    }

    /// Whether what is asked of the logs now would be kept: an appender, another one each time, gets through to the
    /// database on its own connection, and each whose last write came to nothing that anybody knows writes again.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn answers(&self) -> Result<(), Error> {
        let regions: Vec<RegionId> =
            self.0.appenders.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect();
        let (doubtful, others): (Vec<_>, Vec<_>) =
            regions.into_iter().partition(|region| self.0.vouched.in_doubt(region));
        let turn = self.0.asked.fetch_add(1, Ordering::Relaxed).checked_rem(others.len()).unwrap_or_default();
        let one = others.get(turn).map(|region| self.request(region, self.nothing(), Purpose::Look));
        let each = doubtful.iter().map(|region| self.request(region, self.nothing(), Purpose::Write));
        try_join_all(each.chain(one)).await?;
        // Also when nothing was ever written, and where the loaders take their connections.
        let look = sqlx::query("select 1");
        self.0.sessions.in_time(look.execute(&self.0.app)).await?;
        Ok(())
    }

    fn nothing(&self) -> Append {
        let context = Context::of(&CommandContext::new(Actor::hub(), self.now()));
        Append { changes: vec![], context, command: None }
    }

    async fn request(&self, region: &RegionId, append: Append, purpose: Purpose) -> Result<Receipt, Error> {
        let (answer, answered) = oneshot::channel();
        let request = Request { append, answer, purpose, alone: false };
        self.appender(region).send(request).await.map_err(|_| Error::Closed)?;
        answered.await.map_err(|_| Error::Closed)?
    }

    /// One's turn among those who contend for a stream in this process.
    pub(crate) async fn turn(&self, stream: &str) -> tokio::sync::MutexGuard<'_, ()> {
        let mut hasher = std::hash::DefaultHasher::new();
        stream.hash(&mut hasher);
        let turns = &self.0.turns;
        let slot = usize::try_from(hasher.finish() % turns.len() as u64).unwrap_or(0);
        turns[slot].lock().await
    }

    fn appender(&self, region: &RegionId) -> mpsc::Sender<Request> {
        serving(&self.0.appenders, region, |requests| {
            let appender = Appender {
                app: self.0.app.clone(),
                sessions: self.0.sessions.clone(),
                vouched: self.0.vouched.clone(),
                recent: self.0.recent.clone(),
                region: region.clone(),
                service: self.0.service,
                source: self.0.source.clone(),
                clock: self.0.clock.clone(),
                written: self.0.written.clone(),
            };
            tokio::spawn(appender.run(requests));
        })
    }

    pub(crate) fn loader(&self, region: &RegionId) -> mpsc::Sender<Question> {
        serving(&self.0.loaders, region, |questions| {
            let (app, sessions) = (self.0.app.clone(), self.0.sessions.clone());
            Loader { app, sessions, region: region.clone() }.start(questions);
        })
    }
}

/// The way to the task that serves a region; it is started when it is not there, or not any more.
fn serving<T>(
    tasks: &Mutex<HashMap<RegionId, mpsc::Sender<T>>>,
    region: &RegionId,
    start: impl FnOnce(mpsc::Receiver<T>),
) -> mpsc::Sender<T> {
    let mut tasks = tasks.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(sender) = tasks.get(region)
        && !sender.is_closed()
    {
        return sender.clone();
    }
    let (sender, receiver) = mpsc::channel(QUEUE);
    start(receiver);
    tasks.insert(region.clone(), sender.clone());
    sender
}

impl std::fmt::Debug for EventLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EventLog({})", self.0.service)
    }
}

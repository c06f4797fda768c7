//! The projections of one database that read one log together: one reader, one transaction a batch.
//!
//! Outside ─caught up→ inside ─another epoch, another version, a gap→ sent away, and in again once it was healed
//!                            └─it waits for something, such as the vault→ sent away, and in again once it is past that

use crate::apply_batch::{Halt, apply_batch, lock};
use crate::projector::Projector;
use bus::checkpoint::Key;
use bus::in_time;
use bus::{Error, Follower, Log, Passed, Progress, checkpoint, measure_batch};
use event_log::Recorded;
use futures_util::future::BoxFuture;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// What a group is called where one reader would be named.
const TOGETHER: &str = "projections";

/// A projection inside a group.
#[derive(Clone)]
pub(crate) struct Member {
    pub projector: Projector,
    /// Why it was sent away.
    pub away: mpsc::UnboundedSender<Away>,
}

/// Why a projection was sent away from a group.
#[derive(Debug)]
pub(crate) struct Away {
    pub error: Error,
    /// The end of the batch that it could not take.
    pub upto: i64,
}

/// By reader.
pub(crate) type Members = BTreeMap<String, Member>;

/// The groups of a database, by log. Copies share everything.
#[derive(Clone, Default)]
pub(crate) struct Groups(Arc<Mutex<HashMap<Log, watch::Sender<Members>>>>);

/// A projection's place in a group; it leaves when this is dropped.
pub(crate) struct Place {
    members: watch::Sender<Members>,
    reader: String,
    away: mpsc::UnboundedReceiver<Away>,
}

impl Groups {
    /// Takes a projection in: from the next batch on it is one of the group.
    pub fn join(&self, log: &Log, projector: Projector) -> Place {
        let (sender, away) = mpsc::unbounded_channel();
        let (members, reader) = (self.members(log), projector.reader.clone());
        members.send_modify(|members| {
            members.insert(reader.clone(), Member { projector, away: sender });
        });
        Place { members, reader, away }
    }

    /// Who is inside, as it changes.
    pub fn watch(&self, log: &Log) -> watch::Receiver<Members> {
        self.members(log).subscribe()
    }

    fn members(&self, log: &Log) -> watch::Sender<Members> {
        let mut groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        groups.entry(log.clone()).or_insert_with(|| watch::channel(Members::new()).0).clone()
    }
}

impl Place {
    /// Why it was sent away, once it is.
    pub async fn sent_away(&mut self) -> Option<Away> {
        self.away.recv().await
    }

    /// Why it was sent away, when it was.
    pub fn was_sent_away(&mut self) -> Option<Error> {
        self.away.try_recv().ok().map(|away| away.error)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.away.close();
        self.members.send_if_modified(|members| {
            // A place that was taken again meanwhile is another's.
            let gone = members.get(&self.reader).is_some_and(|member| member.away.is_closed());
            gone && members.remove(&self.reader).is_some()
        });
    }
}

/// Some projections that follow one log as one.
pub(crate) struct Group {
    log: Log,
    progress: Progress,
    members: Mutex<Members>,
    /// There is nobody left to follow for.
    over: CancellationToken,
    passed: Passed,
}

impl Group {
    /// `over` is cancelled when the last one was sent away; past what concerns nobody, checkpoints are written
    /// every `write_every`.
    pub fn new(log: Log, progress: Progress, members: Members, over: CancellationToken, write_every: Duration) -> Self {
        Self { log, progress, members: Mutex::new(members), over, passed: Passed::new(write_every) }
    }

    /// Applies a batch in as few transactions as may be: one, and one for each that cannot apply an event of it. One that
    /// waits for something is sent away: only where the database itself does not answer all of them wait.
    async fn batch(&self, events: &[Recorded]) -> Result<i64, Error> {
        let mut together: Vec<Member> = self.members().values().cloned().collect();
        let projectors = together.iter().map(|member| &member.projector);
        if !projectors.clone().any(|projector| events.iter().any(|event| projector.projection.folds(event)))
            && let Some(at) = self.passed.by(events)
        {
            let readers = projectors.map(|projector| (projector.reader.as_str(), at));
            self.progress.all_reached(&self.log.service, &self.log.region, readers);
            return Ok(at);
        }
        let upto = events.last().map_or(0, |last| last.position);
        let (mut alone, mut reached) = (Vec::new(), Vec::new());
        while !together.is_empty() {
            let projectors: Vec<&Projector> = together.iter().map(|member| &member.projector).collect();
            match apply_batch(&projectors, &self.log, events, &self.passed).await {
                Ok(at) => {
                    self.tell(&projectors, events, &at);
                    reached = at;
                    break;
                }
                Err(Halt::Poison(index)) => alone.push(together.remove(index)),
                Err(Halt::Away(index, error)) => self.send_away(&together.remove(index), error, upto),
                Err(Halt::Failed(error)) => return Err(error),
            }
        }
        for member in alone {
            match member.projector.batch(&member.projector.key_in(&self.log), events, &self.passed).await {
                Ok(at) => reached.push(at),
                Err(error) => self.send_away(&member, error, upto),
            }
        }
        self.passed.written();
        measure_batch(TOGETHER, events.len());
        // The furthest behind: the others know what they have had.
        Ok(reached.into_iter().min().unwrap_or(upto))
    }

    /// Writes down what passed by without concerning any of them.
    async fn pass(&self) -> Result<(), Error> {
        let Some(span) = self.passed.span() else { return Ok(()) };
        let members: Vec<Member> = self.members().values().cloned().collect();
        if let Some(first) = members.first() {
            let keys: Vec<Key> = members.iter().map(|member| member.projector.key_in(&self.log)).collect();
            let mut rows = first.projector.filling(&self.log.region).await?;
            checkpoint::pass(&mut rows, &self.log, &keys, span).await?;
            rows.commit().await?;
        }
        Ok(())
    }

    async fn begin(&self) -> Result<i64, Error> {
        loop {
            let members: Vec<Member> = self.members().values().cloned().collect();
            let Some(first) = members.first() else { return Ok(0) };
            let keys: Vec<Key> = members.iter().map(|member| member.projector.key_in(&self.log)).collect();
            let mut rows = first.projector.filling(&self.log.region).await?;
            let locked = match lock(&mut rows, &first.projector, &self.log, &keys).await {
                Ok(locked) => locked,
                Err(Halt::Away(index, error)) => {
                    self.send_away(&members[index], error, 0);
                    continue;
                }
                Err(Halt::Failed(error)) => return Err(error),
                // Nothing is applied here.
                Err(Halt::Poison(_)) => continue,
            };
            rows.commit().await?;
            let mut reached = Vec::with_capacity(members.len());
            for (member, at) in members.iter().zip(locked) {
                match at {
                    Ok(at) => reached.push((member, at)),
                    Err(error) => self.send_away(member, error, 0),
                }
            }
            for (member, at) in &reached {
                // What another process applied before this one listened is news.
                member.projector.tell(&self.log, &[], *at);
            }
            if let Some(least) = reached.iter().map(|(_, at)| *at).min() {
                return Ok(least);
            }
        }
    }

    fn tell(&self, projectors: &[&Projector], events: &[Recorded], reached: &[i64]) {
        for (projector, at) in projectors.iter().zip(reached) {
            projector.refresh(&self.log, events, *at);
        }
        let readers = projectors.iter().zip(reached).map(|(projector, at)| (projector.reader.as_str(), *at));
        self.progress.all_reached(&self.log.service, &self.log.region, readers);
    }

    fn send_away(&self, member: &Member, error: Error, upto: i64) {
        let mut members = self.members();
        members.remove(&member.projector.reader);
        if members.is_empty() {
            self.over.cancel();
        }
        // Who does not listen has left already.
        let _ = member.away.send(Away { error, upto });
    }

    fn members(&self) -> MutexGuard<'_, Members> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Follower for Group {
    fn key(&self, log: &Log) -> Key {
        Key { reader: TOGETHER.to_owned(), version: 0, log: log.clone() }
    }

    fn readers(&self, _key: &Key) -> Vec<String> {
        self.members().keys().cloned().collect()
    }

    fn at<'a>(&'a self, _key: &'a Key) -> BoxFuture<'a, Result<i64, Error>> {
        Box::pin(in_time(self.begin()))
    }

    fn take<'a>(&'a self, _key: &'a Key, events: &'a [Recorded]) -> BoxFuture<'a, Result<i64, Error>> {
        Box::pin(in_time(self.batch(events)))
    }

    fn due(&self) -> Option<Instant> {
        self.passed.due()
    }

    fn write_down<'a>(&'a self, _key: &'a Key) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async { self.passed.settle(in_time(self.pass()).await) })
    }
}

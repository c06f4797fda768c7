//! The appends that go together in one transaction, numbered, written out and hashed.

use super::{Purpose, Request, Tip};
use crate::append::Append;
use crate::beside::beside;
use crate::envelope::{Place, write};
use crate::receipt::Receipt;
use crate::{Error, leaf_hash};
use chrono::{DateTime, SubsecRound, Utc};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;
use vocabulary::RegionId;

/// What an append is answered once it is written.
struct Answer {
    stream: String,
    version: i32,
    position: i64,
}

/// What a batch changes, as far as the next one must know it.
#[derive(Default)]
pub(crate) struct Touched {
    /// The versions streams have by what stands in it.
    streams: HashMap<String, i32>,
    commands: HashSet<Uuid>,
}

/// The commands in a batch that changed nothing: one entry a command in each column.
#[derive(Default)]
pub(crate) struct Kept {
    pub commands: Vec<Uuid>,
    pub fingerprints: Vec<Vec<u8>>,
    pub streams: Vec<String>,
    pub versions: Vec<i32>,
    pub positions: Vec<i64>,
}

/// A transaction in the making: one entry an event in each column.
pub(crate) struct Batch {
    /// The end of the log once this is written.
    pub tip: Tip,
    recorded_before: DateTime<Utc>,
    requests: Vec<(Request, Answer)>,
    /// Who clashes with what is in here, and waits for what comes of it.
    behind: Vec<Request>,
    /// Who clashes with what is in flight.
    behind_flight: Vec<Request>,
    now: Touched,
    /// Of the batch in flight.
    before: Arc<Touched>,
    commits: bool,
    /// Nobody goes along with the one that is in here.
    alone: bool,
    pub kept: Kept,
    pub streams: Vec<String>,
    pub versions: Vec<i32>,
    pub types: Vec<String>,
    pub actors: Vec<Uuid>,
    pub leaves: Vec<Vec<u8>>,
    pub bodies: Vec<String>,
    pub commands: Vec<Option<Uuid>>,
    pub fingerprints: Vec<Option<Vec<u8>>>,
    pub answer_versions: Vec<Option<i32>>,
    pub answer_positions: Vec<Option<i64>>,
    /// The streams that something in this batch rests on without writing to them, and their versions.
    pub read: Vec<String>,
    pub read_versions: Vec<i32>,
}

/// What the log says stands in the way.
#[derive(Default)]
pub(crate) struct Conflicts {
    pub versions: HashMap<String, i32>,
    /// The prints of the commands that are kept.
    pub kept: HashMap<Uuid, Vec<u8>>,
}

/// Whose outcome a clashing append waits for.
enum Clash {
    Here,
    InFlight,
}

impl Batch {
    /// An empty batch behind `tip`. Recording time is the later of the clock and the log's end.
    pub(crate) fn after(tip: &Tip, before: Arc<Touched>, now: DateTime<Utc>) -> Self {
        let recorded_at = now.trunc_subsecs(6).max(tip.recorded_at);
        Self {
            tip: Tip { recorded_at, frontier: tip.frontier.clone() },
            recorded_before: tip.recorded_at,
            requests: vec![],
            behind: vec![],
            behind_flight: vec![],
            now: Touched::default(),
            before,
            commits: false,
            alone: false,
            kept: Kept::default(),
            streams: vec![],
            versions: vec![],
            types: vec![],
            actors: vec![],
            leaves: vec![],
            bodies: vec![],
            commands: vec![],
            fingerprints: vec![],
            answer_versions: vec![],
            answer_positions: vec![],
            read: vec![],
            read_versions: vec![],
        }
    }

    /// Closes the batch; gives what the next one must know of it.
    pub(crate) fn close(&mut self) -> Arc<Touched> {
        self.before = Arc::default();
        if self.streams.is_empty() {
            // The log ends with its last event, and says when that was.
            self.tip.recorded_at = self.recorded_before;
        }
        Arc::new(std::mem::take(&mut self.now))
    }

    /// How many events are in here.
    pub(crate) fn len(&self) -> usize {
        self.streams.len()
    }

    /// How many appends are in here.
    pub(crate) fn appends(&self) -> usize {
        self.requests.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    /// Whether there is room for another append.
    pub(crate) fn takes_more(&self, most: usize) -> bool {
        !self.alone && self.len().max(self.requests.len() + self.behind.len() + self.behind_flight.len()) < most
    }

    /// Whether it is to be on disk, and does not only ask whether the database answers.
    pub(crate) fn commits(&self) -> bool {
        self.commits
    }

    /// Takes an append in; one that clashes with another waits for what comes of that one.
    pub(crate) fn add(&mut self, request: Request, region: &RegionId, source: &str) {
        let events = request.append.changes.iter().map(|change| change.events.len()).sum();
        match self.clash(&request.append) {
            Some(Clash::Here) => self.behind.push(request),
            Some(Clash::InFlight) => self.behind_flight.push(request),
            None => beside(events, || self.put(request, region, source)),
        }
    }

    fn put(&mut self, request: Request, region: &RegionId, source: &str) {
        let append = &request.append;
        let first = self.len();
        for change in &append.changes {
            if change.events.is_empty() {
                self.read.push(change.stream.clone());
                self.read_versions.push(change.expected);
            }
            for (version, event) in (change.expected + 1..).zip(&change.events) {
                let place = Place {
                    source,
                    region,
                    stream: &change.stream,
                    version,
                    position: self.tip.position() + 1,
                    recorded_at: self.tip.recorded_at,
                };
                let body = write(event, &append.context, &place);
                let leaf = leaf_hash(&body);
                self.tip.frontier.push(leaf);
                self.streams.push(change.stream.clone());
                self.versions.push(version);
                self.types.push(event.event_type().to_owned());
                self.actors.push(append.context.by.id.0);
                self.leaves.push(leaf.to_vec());
                self.bodies.push(body);
                self.commands.push(None);
                self.fingerprints.push(None);
                self.answer_versions.push(None);
                self.answer_positions.push(None);
                self.now.streams.insert(change.stream.clone(), version);
            }
        }
        // The first change is what the command was about.
        let (stream, version) = append.changes.first().map_or((String::new(), 0), |change| {
            (change.stream.clone(), self.now.streams.get(&change.stream).copied().unwrap_or(change.expected))
        });
        let answer = Answer { stream, version, position: self.tip.position() };
        if let Some(command) = &append.command {
            self.now.commands.insert(command.id);
            if first < self.len() {
                self.commands[first] = Some(command.id);
                self.fingerprints[first] = Some(command.fingerprint.clone());
                self.answer_versions[first] = Some(answer.version);
                self.answer_positions[first] = Some(answer.position);
            } else {
                self.kept.commands.push(command.id);
                self.kept.fingerprints.push(command.fingerprint.clone());
                self.kept.streams.push(answer.stream.clone());
                self.kept.versions.push(answer.version);
                self.kept.positions.push(answer.position);
            }
        }
        self.commits |= request.purpose == Purpose::Write;
        self.alone |= request.alone;
        self.requests.push((request, answer));
    }

    /// What an append has to wait for: the same command, or a stream of its own that is at another version.
    fn clash(&self, append: &Append) -> Option<Clash> {
        let asked_in =
            |touched: &Touched| append.command.as_ref().is_some_and(|command| touched.commands.contains(&command.id));
        if asked_in(&self.now) {
            return Some(Clash::Here);
        }
        let mut in_flight = asked_in(&self.before);
        for change in &append.changes {
            let at = |touched: &Touched| touched.streams.get(&change.stream).copied();
            match (at(&self.now), at(&self.before)) {
                (Some(version), _) if version != change.expected => return Some(Clash::Here),
                (None, Some(version)) if version != change.expected => in_flight = true,
                _ => {}
            }
        }
        in_flight.then_some(Clash::InFlight)
    }

    /// Everything is on disk: answers everyone in here, and the appends that clashed with it.
    pub(crate) fn answer(self, next: &mut Self) {
        let clashed: Vec<Request> = self.behind.into_iter().chain(next.behind_flight.drain(..)).collect();
        let mut twins = HashMap::new();
        for (request, answer) in self.requests {
            let done =
                Receipt { stream: answer.stream, version: answer.version, position: answer.position, repeated: false };
            if !clashed.is_empty()
                && let Some(command) = request.append.command
            {
                twins.insert(command.id, (command.fingerprint, Receipt { repeated: true, ..done.clone() }));
            }
            // A caller who stopped waiting needs no answer.
            let _ = request.answer.send(Ok(done));
        }
        for request in clashed {
            let command = request.append.command.as_ref();
            let answer = match command.and_then(|command| Some((command, twins.get(&command.id)?))) {
                Some((command, (fingerprint, done))) if *fingerprint == command.fingerprint => Ok(done.clone()),
                Some(_) => Err(Error::Reused),
                None => Err(look_again(&request.append)),
            };
            let _ = request.answer.send(answer);
        }
    }

    /// Nobody knows whether it is on disk, or nothing of it is: answers everyone in here with that. An append that
    /// clashed with it has another try.
    pub(crate) fn fail(self, error: sqlx::Error) -> Vec<Request> {
        let mut error = Some(Error::from(error));
        let told = error.as_ref().map(ToString::to_string).unwrap_or_default();
        for (request, _) in self.requests {
            let error = error.take().unwrap_or_else(|| Error::Unavailable(sqlx::Error::Protocol(told.clone())));
            let _ = request.answer.send(Err(error));
        }
        self.behind
    }

    /// Answers those that `standing` speaks against, and gives the others back.
    pub(crate) fn sift(self, standing: &Conflicts) -> Vec<Request> {
        let mut survivors = Vec::new();
        for (request, _) in self.requests {
            match against(&request.append, standing) {
                Some(error) => drop(request.answer.send(Err(error))),
                None => survivors.push(request),
            }
        }
        survivors.extend(self.behind);
        survivors
    }

    /// The appends as they came, each to be tried without the others: one of them is not taken by the database.
    pub(crate) fn apart(self) -> Vec<Request> {
        let mut requests = self.requests();
        requests.iter_mut().for_each(|request| request.alone = true);
        requests
    }

    /// The appends as they came, to be numbered again.
    pub(crate) fn requests(self) -> Vec<Request> {
        let taken = self.requests.into_iter().map(|(request, _)| request);
        self.behind_flight.into_iter().chain(taken).chain(self.behind).collect()
    }
}

/// Somebody was faster: what they did is in the log now.
fn look_again(append: &Append) -> Error {
    let (stream, expected) =
        append.changes.first().map_or((String::new(), 0), |change| (change.stream.clone(), change.expected));
    Error::Conflict { stream, expected, actual: 0 }
}

/// A command that is kept already finds its answer where it looks for it: there it also finds out whether that counts.
fn against(append: &Append, standing: &Conflicts) -> Option<Error> {
    if let Some(command) = &append.command
        && let Some(fingerprint) = standing.kept.get(&command.id)
    {
        return Some(if *fingerprint == command.fingerprint { look_again(append) } else { Error::Reused });
    }
    append.changes.iter().find_map(|change| {
        let actual = standing.versions.get(&change.stream).copied().unwrap_or(0);
        (actual != change.expected).then(|| Error::Conflict {
            stream: change.stream.clone(),
            expected: change.expected,
            actual,
        })
    })
}

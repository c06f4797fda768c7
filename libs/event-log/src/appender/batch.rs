//! The appends that go together in one transaction, numbered, written out and hashed.

use super::{Request, Tip};
use crate::append::Append;
use crate::beside::beside;
use crate::envelope::{Place, write};
use crate::execute::Done;
use crate::{Error, leaf_hash};
use chrono::{DateTime, SubsecRound, Utc};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;
use vocabulary::RegionId;

/// What an append is answered once it is written.
struct Answer {
    stream: String,
    version: i32,
    position: i64,
}

/// A transaction in the making: one entry an event in each column.
pub(crate) struct Batch {
    /// The end of the log once this is written.
    pub tip: Tip,
    requests: Vec<(Request, Answer)>,
    /// The versions streams have by what stands in this batch.
    streams_now: HashMap<String, i32>,
    /// The same of the batch in flight.
    streams_before: Arc<HashMap<String, i32>>,
    /// The commands in this batch.
    commands_now: HashMap<Uuid, usize>,
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
pub(crate) struct Standing {
    pub versions: HashMap<String, i32>,
    pub kept: HashMap<Uuid, (Vec<u8>, Done)>,
}

impl Batch {
    /// An empty batch behind `tip`. Recording time is the later of the clock and the log's end.
    pub(crate) fn after(tip: &Tip, streams_before: Arc<HashMap<String, i32>>, now: DateTime<Utc>) -> Self {
        let recorded_at = now.trunc_subsecs(6).max(tip.recorded_at);
        Self {
            tip: Tip { recorded_at, frontier: tip.frontier.clone() },
            requests: vec![],
            streams_now: HashMap::new(),
            streams_before,
            commands_now: HashMap::new(),
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
    pub(crate) fn close(&mut self) -> Arc<HashMap<String, i32>> {
        self.streams_before = Arc::default();
        Arc::new(std::mem::take(&mut self.streams_now))
    }

    pub(crate) fn len(&self) -> usize {
        self.streams.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }

    /// Takes an append in, or answers it when it clashes with one that is in already.
    pub(crate) fn add(&mut self, request: Request, region: &RegionId, source: &str) {
        let events = request.append.changes.iter().map(|change| change.events.len()).sum();
        beside(events, || self.take(request, region, source));
    }

    fn take(&mut self, request: Request, region: &RegionId, source: &str) {
        if let Some(error) = self.clash(&request.append) {
            // Whoever stopped waiting needs no answer.
            let _ = request.answer.send(Err(error));
            return;
        }
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
                self.types.push(event.event_type.clone());
                self.actors.push(append.context.by.id.0);
                self.leaves.push(leaf.to_vec());
                self.bodies.push(body);
                self.commands.push(None);
                self.fingerprints.push(None);
                self.answer_versions.push(None);
                self.answer_positions.push(None);
                self.streams_now.insert(change.stream.clone(), version);
            }
        }
        // The first change is what the command was about.
        let (stream, version) = append.changes.first().map_or((String::new(), 0), |change| {
            (change.stream.clone(), self.streams_now.get(&change.stream).copied().unwrap_or(change.expected))
        });
        let answer = Answer { stream, version, position: self.tip.position() };
        if let Some(command) = &append.command
            && first < self.len()
        {
            self.commands_now.insert(command.id, first);
            self.commands[first] = Some(command.id);
            self.fingerprints[first] = Some(command.fingerprint.clone());
            self.answer_versions[first] = Some(answer.version);
            self.answer_positions[first] = Some(answer.position);
        }
        self.requests.push((request, answer));
    }

    /// The loser of a race finds out here, without costing the others a round trip.
    fn clash(&self, append: &Append) -> Option<Error> {
        if let Some(command) = &append.command
            && self.commands_now.contains_key(&command.id)
        {
            // Whoever asks again finds the answer kept.
            return Some(Error::Conflict { stream: String::new(), expected: 0, actual: 0 });
        }
        append.changes.iter().find_map(|change| {
            let actual = *self.streams_now.get(&change.stream).or_else(|| self.streams_before.get(&change.stream))?;
            (actual != change.expected).then(|| Error::Conflict {
                stream: change.stream.clone(),
                expected: change.expected,
                actual,
            })
        })
    }

    /// Everything is on disk: answers everyone.
    pub(crate) fn answer(self) {
        for (request, answer) in self.requests {
            let done =
                Done { stream: answer.stream, version: answer.version, position: answer.position, repeated: false };
            let _ = request.answer.send(Ok(done));
        }
    }

    /// Nobody knows whether it is on disk: says so to everyone.
    pub(crate) fn fail(self, error: sqlx::Error) {
        let text = error.to_string();
        let mut error = Some(error);
        for (request, _) in self.requests {
            let error = error.take().unwrap_or_else(|| sqlx::Error::Protocol(text.clone()));
            let _ = request.answer.send(Err(Error::Unavailable(error)));
        }
    }

    /// Answers those that `standing` speaks against, and gives the others back.
    pub(crate) fn sift(self, standing: &Standing) -> Vec<Request> {
        let mut survivors = Vec::new();
        for (request, _) in self.requests {
            match against(&request.append, standing) {
                Some(answer) => drop(request.answer.send(answer)),
                None => survivors.push(request),
            }
        }
        survivors
    }

    /// The appends as they came, to be numbered anew.
    pub(crate) fn requests(self) -> Vec<Request> {
        self.requests.into_iter().map(|(request, _)| request).collect()
    }
}

fn against(append: &Append, standing: &Standing) -> Option<Result<Done, Error>> {
    if let Some(command) = &append.command
        && let Some((fingerprint, done)) = standing.kept.get(&command.id)
    {
        return Some(if *fingerprint == command.fingerprint { Ok(done.clone()) } else { Err(Error::Reused) });
    }
    append.changes.iter().find_map(|change| {
        let actual = standing.versions.get(&change.stream).copied().unwrap_or(0);
        (actual != change.expected)
            .then(|| Err(Error::Conflict { stream: change.stream.clone(), expected: change.expected, actual }))
    })
}

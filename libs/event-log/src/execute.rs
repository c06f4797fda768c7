//! The platform's only command handler: load, decide, append, and again when somebody was faster.

use crate::append::{Append, Change, Context, NewEvent};
use crate::beside::beside;
use crate::loader::{Histories, Question};
use crate::receipt::{KeptAnswer, Receipt};
use crate::{Error, EventLog, Recorded, Refused};
use decider::{Aggregate, CommandContext, Refusal};
use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::oneshot;
use uuid::Uuid;
use vocabulary::RegionId;

/// How often a decision is repeated because another command was faster. Another process that writes to the same
/// stream all the time knows the end of the log better than we do, and wins for as long as it goes on.
const TRIES: usize = 200;

/// An aggregate as its history left it.
#[derive(Debug)]
pub struct Loaded<A> {
    /// The state.
    pub state: A,
    /// The version of the stream; 0 when nothing happened yet.
    pub version: i32,
}

/// Some decisions that are written together or not at all.
pub struct Batch {
    log: EventLog,
    region: RegionId,
    steps: Vec<Step>,
}

type Decide = Box<dyn Fn(&mut State, &[Recorded], &CommandContext) -> Result<Vec<NewEvent>, Error> + Send + Sync>;

/// An aggregate as the decisions before left it; none before the first: then its history is read. Read again for each
/// of them, a batch on one stream would take the square of its length.
type State = Option<Box<dyn Any + Send>>;

struct Step {
    stream: String,
    decide: Decide,
}

impl EventLog {
    /// Asks one aggregate to do something.
    ///
    /// # Errors
    /// See [`Error`]; nothing is written then.
    pub async fn execute<A: Aggregate>(
        &self,
        region: &RegionId,
        id: &A::Id,
        command: A::Command,
        asked: &CommandContext,
    ) -> Result<Receipt, Error> {
        let mut batch = self.batch(region);
        batch.add::<A>(id, command);
        batch.commit(asked).await
    }

    /// Begins decisions on several streams that are written together or not at all.
    #[must_use]
    pub fn batch(&self, region: &RegionId) -> Batch {
        Batch { log: self.clone(), region: region.clone(), steps: vec![] }
    }

    /// Reads one aggregate.
    ///
    /// # Errors
    /// When the database does not answer, or an event does not read as its type says.
    pub async fn load<A: Aggregate>(&self, region: &RegionId, id: &A::Id) -> Result<Loaded<A>, Error> {
        let stream = stream_name::<A>(id);
        let histories = self.histories(region, std::slice::from_ref(&stream), None).await?;
        loaded(&histories, &stream)
    }

    /// Reads several aggregates in one round trip, in the order of `ids`.
    ///
    /// # Errors
    /// As [`EventLog::load`].
    pub async fn load_all<A: Aggregate>(&self, region: &RegionId, ids: &[A::Id]) -> Result<Vec<Loaded<A>>, Error> {
        let streams: Vec<String> = ids.iter().map(|id| stream_name::<A>(id)).collect();
        let histories = self.histories(region, &streams, None).await?;
        streams.iter().map(|stream| loaded(&histories, stream)).collect()
    }

    /// The history of one stream, in order; empty when nothing happened.
    ///
    /// # Errors
    /// When the database does not answer, or a text does not read.
    pub async fn history(&self, region: &RegionId, stream: &str) -> Result<Vec<Recorded>, Error> {
        let history = self.histories(region, &[stream.to_owned()], None).await?.streams.remove(stream);
        Ok(history.map(Arc::unwrap_or_clone).unwrap_or_default())
    }

    /// What was answered to a command, when it had an effect before.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn kept(&self, region: &RegionId, command: Uuid) -> Result<Option<KeptAnswer>, Error> {
        let read = self.histories(region, &[], Some(command)).await?;
        self.vouch_for(region, &read).await?;
        Ok(read.kept)
    }

    async fn histories(
        &self,
        region: &RegionId,
        streams: &[String],
        command: Option<Uuid>,
    ) -> Result<Histories, Error> {
        let (answer, answered) = oneshot::channel();
        let question = Question { streams: streams.to_vec(), command, answer };
        self.loader(region).send(question).await.map_err(|_| Error::Closed)?;
        answered.await.map_err(|_| Error::Closed)?
    }
}

impl Batch {
    /// Adds a decision. A later one on the same stream sees what the earlier one decided. One that changes nothing is
    /// decided on the history as it is when the others are written: nobody writes to its stream in between.
    pub fn add<A: Aggregate>(&mut self, id: &A::Id, command: A::Command) -> &mut Self {
        let decide: Decide = Box::new(move |known, history, asked| {
            let state = match known.take().map(|known| known.downcast::<A>()) {
                Some(Ok(state)) => *state,
                Some(Err(_)) | None => replay::<A>(history)?,
            };
            let events = state.decide(&command, asked).map_err(|refusal| Refused {
                aggregate: A::CATEGORY,
                code: refusal.code(),
                english: refusal.to_string(),
                dutch: refusal.in_dutch(),
            })?;
            let new = events.iter().map(NewEvent::of).collect::<Result<_, _>>()?;
            *known = Some(Box::new(events.into_iter().fold(state, A::evolve)));
            Ok(new)
        });
        self.steps.push(Step { stream: stream_name::<A>(id), decide });
        self
    }

    /// How many decisions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there is nothing to decide.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Of the first stream.
    fn category(&self) -> &str {
        self.steps.first().and_then(|step| step.stream.split_once('/')).map_or("", |(category, _)| category)
    }

    /// Decides and writes. The answer is about the first stream; `If-Match` binds that one too.
    ///
    /// # Errors
    /// See [`Error`]; nothing is written then.
    #[tracing::instrument(name = "execute", skip_all, fields(service = self.log.service(), aggregate = self.category(), region = %self.region))]
    pub async fn commit(self, asked: &CommandContext) -> Result<Receipt, Error> {
        let command = asked.command.as_ref();
        let mut names: Vec<String> = self.steps.iter().map(|step| step.stream.clone()).collect();
        names.sort_unstable();
        names.dedup();
        let mut turn = None;
        for _ in 0..TRIES {
            let histories = self.log.histories(&self.region, &names, command.map(|key| key.id)).await?;
            if let (Some(kept), Some(command)) = (&histories.kept, command) {
                if kept.fingerprint != command.fingerprint {
                    return Err(Error::Reused);
                }
                self.log.vouch_for(&self.region, &histories).await?;
                return Ok(kept.done.clone());
            }
            let changes = match beside(self.len(), || self.decide(&histories, asked))? {
                // It is kept too, or asking again could have an effect later.
                Decided::Nothing { stream, version } if command.is_some() => {
                    vec![Change { stream, expected: version, events: vec![] }]
                }
                Decided::Nothing { stream, version } => {
                    self.log.vouch_for(&self.region, &histories).await?;
                    return Ok(Receipt { stream, version, position: self.head().await?, repeated: false });
                }
                Decided::Changes(changes) => changes,
            };
            let append = Append { changes, context: Context::of(asked), command: command.cloned() };
            match self.log.append(&self.region, append).await {
                // Somebody was faster: look again, now waiting for one's turn among the others of
                // this process that lost, so that nobody loses for ever. An asker who named a
                // version is told above.
                Err(Error::Conflict { .. }) => {
                    if turn.is_none() {
                        turn = Some(self.log.turn(names.first().map_or("", String::as_str)).await);
                    }
                }
                result => return result,
            }
        }
        Err(Error::Contended(names.swap_remove(0)))
    }

    fn decide(&self, histories: &Histories, asked: &CommandContext) -> Result<Decided, Error> {
        let version = |stream: &str| {
            histories.streams.get(stream).and_then(|history| history.last()).map_or(0, |event| event.version)
        };
        let first = self.steps.first().map_or("", |step| step.stream.as_str());
        if let Some(expected) = asked.expects
            && expected != version(first)
        {
            return Err(Error::Conflict { stream: first.to_owned(), expected, actual: version(first) });
        }
        let mut changes: Vec<Change> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut states: HashMap<&str, State> = HashMap::new();
        for step in &self.steps {
            let history = histories.streams.get(&step.stream).map_or(&[][..], |history| history.as_slice());
            let place = places.get(step.stream.as_str()).copied();
            let events = (step.decide)(states.entry(&step.stream).or_default(), history, asked)?;
            if events.is_empty() {
                continue;
            }
            match place.and_then(|place| changes.get_mut(place)) {
                Some(change) => change.events.extend(events),
                None => {
                    places.insert(&step.stream, changes.len());
                    changes.push(Change { stream: step.stream.clone(), expected: version(&step.stream), events });
                }
            }
        }
        if changes.is_empty() {
            return Ok(Decided::Nothing { stream: first.to_owned(), version: version(first) });
        }
        for step in &self.steps {
            if !places.contains_key(step.stream.as_str()) {
                places.insert(&step.stream, changes.len());
                changes.push(Change { stream: step.stream.clone(), expected: version(&step.stream), events: vec![] });
            }
        }
        Ok(Decided::Changes(changes))
    }

    async fn head(&self) -> Result<i64, Error> {
        let heads = self.log.heads().await?;
        Ok(heads.iter().find(|head| head.region == self.region).map_or(0, |head| head.position))
    }
}

enum Decided {
    Nothing { stream: String, version: i32 },
    Changes(Vec<Change>),
}

fn stream_name<A: Aggregate>(id: &A::Id) -> String {
    format!("{}/{id}", A::CATEGORY)
}

fn loaded<A: Aggregate>(histories: &Histories, stream: &str) -> Result<Loaded<A>, Error> {
    let history = histories.streams.get(stream).map_or(&[][..], |history| history.as_slice());
    Ok(Loaded { state: replay::<A>(history)?, version: history.last().map_or(0, |event| event.version) })
}

fn replay<A: Aggregate>(history: &[Recorded]) -> Result<A, Error> {
    let mut state = A::default();
    for event in history {
        state = state.evolve(event.event()?);
    }
    Ok(state)
}

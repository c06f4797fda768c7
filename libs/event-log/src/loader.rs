//! Histories that are asked for at the same time are read together: one round trip for many askers.

use crate::cached_connection::{CachedConnection, IDLE_TIMEOUT};
use crate::receipt::{KeptAnswer, Receipt};
use crate::{Error, Recorded};
use sessions::{Pool, Sessions};
use sqlx::Row;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::timeout;
use uuid::Uuid;
use vocabulary::RegionId;

/// How many askers share a round trip.
const MAX_QUESTIONS: usize = 128;
/// How many round trips of one log are under way at a time.
const CONCURRENCY: usize = 2;

/// What was read of some streams, and of a command.
#[derive(Default)]
pub(crate) struct Histories {
    pub streams: HashMap<String, Arc<Vec<Recorded>>>,
    pub kept: Option<KeptAnswer>,
    /// What is kept is that nothing changed: no event says when it was written.
    pub idle: bool,
}

impl Histories {
    /// Where the last event stands that an answer made of this rests on, 0 when there is none; `None` when what is kept
    /// came after it, and nobody knows when.
    pub(crate) fn position(&self) -> Option<i64> {
        match &self.kept {
            Some(_) if self.idle => None,
            Some(kept) => Some(kept.done.position),
            None => {
                let last = self.streams.values().filter_map(|history| history.last());
                Some(last.map(|event| event.position).max().unwrap_or_default())
            }
        }
    }
}

/// Some streams and a command, and who waits for them.
pub(crate) struct Question {
    pub streams: Vec<String>,
    pub command: Option<Uuid>,
    pub answer: oneshot::Sender<Result<Histories, Error>>,
}

/// Reads one log of one region, for this process.
pub(crate) struct Loader {
    pub app: Pool,
    pub sessions: Sessions,
    pub region: RegionId,
}

impl Loader {
    /// Serves until every sender is gone.
    pub(crate) fn start(self, questions: mpsc::Receiver<Question>) {
        let (this, questions) = (Arc::new(self), Arc::new(Mutex::new(questions)));
        for _ in 0..CONCURRENCY {
            tokio::spawn(this.clone().serve(questions.clone()));
        }
    }

    /// One round trip after the other; a request while all are under way joins the next.
    async fn serve(self: Arc<Self>, questions: Arc<Mutex<mpsc::Receiver<Question>>>) {
        let (mut held, mut together) = (CachedConnection::of(&self.app), Vec::new());
        loop {
            let mut next = async || questions.lock().await.recv_many(&mut together, MAX_QUESTIONS).await;
            let asked = match timeout(IDLE_TIMEOUT, next()).await {
                Ok(asked) => asked,
                Err(_) => {
                    held.release();
                    next().await
                }
            };
            if asked == 0 {
                return;
            }
            self.answer(&mut held, std::mem::take(&mut together)).await;
            held.ease();
        }
    }

    async fn answer(&self, held: &mut CachedConnection, questions: Vec<Question>) {
        let mut together = vec![questions];
        while let Some(questions) = together.pop() {
            match self.read(held, &questions).await {
                Ok(read) => read.answer(questions),
                // A history that does not read is nobody else's trouble.
                Err(error) if !matches!(error, Error::Unavailable(_)) && questions.len() > 1 => {
                    together.extend(questions.into_iter().map(|question| vec![question]));
                }
                Err(error) => {
                    let text = error.to_string();
                    let mut error = Some(error);
                    for question in questions {
                        let error =
                            error.take().unwrap_or_else(|| Error::Unavailable(sqlx::Error::Protocol(text.clone())));
                        // A caller who stopped waiting needs no answer.
                        let _ = question.answer.send(Err(error));
                    }
                }
            }
        }
    }

    async fn read(&self, held: &mut CachedConnection, questions: &[Question]) -> Result<Read, Error> {
        let names: HashSet<&str> =
            questions.iter().flat_map(|question| &question.streams).map(String::as_str).collect();
        let commands: Vec<Uuid> = questions.iter().filter_map(|question| question.command).collect();
        let load = sqlx::query("select kept, stream, body, command, fingerprint, answer_version, answer_position from event_log.load($1, $2, $3)")
            .bind(self.region.as_str())
            .bind(names.into_iter().collect::<Vec<_>>())
            .bind(commands);
        let rows = self.sessions.in_time(async { load.fetch_all(held.take().await?).await }).await;
        let rows = held.judged(rows)?;
        let mut streams: HashMap<String, Vec<Recorded>> = HashMap::new();
        let (mut kept, mut idle) = (HashMap::new(), HashSet::new());
        for row in rows {
            if row.try_get("kept")? {
                let done = Receipt {
                    stream: row.try_get("stream")?,
                    version: row.try_get("answer_version")?,
                    position: row.try_get("answer_position")?,
                    repeated: true,
                };
                let command = row.try_get("command")?;
                if row.try_get::<Option<&str>, _>("body")?.is_some() {
                    idle.insert(command);
                }
                kept.insert(command, KeptAnswer { done, fingerprint: row.try_get("fingerprint")? });
            } else {
                streams.entry(row.try_get("stream")?).or_default().push(Recorded::parse(row.try_get("body")?)?);
            }
        }
        Ok(Read { streams: streams.into_iter().map(|(name, history)| (name, Arc::new(history))).collect(), kept, idle })
    }
}

/// What one round trip brought.
struct Read {
    streams: HashMap<String, Arc<Vec<Recorded>>>,
    kept: HashMap<Uuid, KeptAnswer>,
    idle: HashSet<Uuid>,
}

impl Read {
    fn answer(self, questions: Vec<Question>) {
        let Self { streams, kept, idle } = self;
        for question in questions {
            let streams = question.streams.iter().filter_map(|name| Some((name.clone(), streams.get(name)?.clone())));
            let histories = Histories {
                streams: streams.collect(),
                kept: question.command.and_then(|command| kept.get(&command).cloned()),
                idle: question.command.is_some_and(|command| idle.contains(&command)),
            };
            // A caller who stopped waiting needs no answer.
            let _ = question.answer.send(Ok(histories));
        }
    }
}

//! A log's stream in JetStream: made, measured, published to and read.

use crate::mac::{Authenticator, HEADER, Made, MessageKeys};
use crate::names::{Log, Names};
use crate::stuck::Stuck;
use crate::{Error, Nats, Settings, connection, trace};
use async_nats::Client;
use async_nats::jetstream::consumer::{DeliverPolicy, pull::OrderedConfig};
use async_nats::jetstream::context::{
    CreateStreamErrorKind, GetStreamError, GetStreamErrorKind, PublishAckFuture, PublishErrorKind,
};
use async_nats::jetstream::message::{PublishMessage, StreamMessage};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RawMessageErrorKind, RetentionPolicy, StorageType};
use async_nats::jetstream::{Context, ContextBuilder, ErrorCode};
use event_log::{Line, MAX_EVENT_BYTES, Recorded};
use futures_util::{Stream, StreamExt};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

/// How long an answer of NATS may take.
pub(crate) const ANSWER: Duration = Duration::from_secs(5);
/// What comes along with an event's text in a message: the subject, the code, what is expected of the stream.
const AROUND: usize = 4 * 1024;

/// All streams of the hub, by log.
#[derive(Clone)]
pub(crate) struct Streams {
    pub names: Names,
    nats: Nats,
    keys: MessageKeys,
    window: usize,
    replicas: usize,
    pub stuck: Stuck,
}

/// What a stream holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// The last sequence: the position of the last event.
    pub last: i64,
    /// Whether everything before it is there.
    pub whole: bool,
}

/// Some events as they come.
pub(crate) struct Chunk {
    /// Vouched for, in the order of the stream.
    pub events: Vec<Recorded>,
    /// The last position of which the stream has only that the event is too large for it: the log has it.
    pub left_out: Option<i64>,
    /// Where the first message stands that the relay did not publish; nothing behind it was read.
    pub forged: Option<i64>,
}

/// The stream of one log: what is published to it and read from it carries a code that says who made it.
#[derive(Clone)]
pub(crate) struct LogStream {
    pub log: Log,
    pub name: String,
    /// Over which it is asked.
    pub client: Client,
    names: Names,
    authenticator: Authenticator,
    jetstream: Context,
    replicas: usize,
    /// Where a stream that stores nothing is reported.
    pub stuck: Stuck,
}

/// Positions of messages that somebody did not believe. However many come, only the last one is kept.
pub(crate) struct Doubts {
    positions: watch::Receiver<i64>,
    /// Ends with this.
    _listening: JoinSet<()>,
}

impl Doubts {
    /// The last one, not before a moment.
    pub async fn next(&mut self, not_before: Instant) -> i64 {
        tokio::time::sleep_until(not_before).await;
        match self.positions.changed().await {
            Ok(()) => *self.positions.borrow_and_update(),
            Err(_) => std::future::pending().await,
        }
    }
}

impl Streams {
    pub fn new(nats: Nats, settings: &Settings) -> Self {
        Self {
            names: settings.names.clone(),
            nats,
            keys: settings.keys.clone(),
            window: settings.window,
            replicas: settings.replicas,
            stuck: Stuck::default(),
        }
    }

    /// The connection over which the logs of a service are read.
    pub fn client(&self, service: &str) -> &Client {
        self.nats.of(service)
    }

    /// The stream of a log.
    ///
    /// # Errors
    /// When this process has no key for its messages.
    pub fn of(&self, log: &Log) -> Result<LogStream, Error> {
        let client = self.nats.of(&log.service).clone();
        let jetstream = ContextBuilder::new()
            .timeout(ANSWER)
            // What nobody waits for any more takes no place among what is in flight.
            .ack_timeout(ANSWER)
            .max_ack_inflight(self.window.saturating_mul(2).max(1))
            .build(client.clone());
        Ok(LogStream {
            name: self.names.stream(log),
            authenticator: self.keys.of(log)?,
            log: log.clone(),
            client,
            names: self.names.clone(),
            jetstream,
            replicas: self.replicas,
            stuck: self.stuck.clone(),
        })
    }
}

impl LogStream {
    /// Whether NATS answers, as far as known.
    pub fn connected(&self) -> bool {
        connection::is_there(&self.client)
    }

    /// What the stream holds; `None` when there is none.
    pub async fn held(&self) -> Result<Option<Held>, Error> {
        match in_time(self.jetstream.get_stream(&self.name)).await? {
            Ok(stream) => {
                let state = &stream.cached_info().state;
                let whole = state.messages == state.last_sequence && (state.messages == 0 || state.first_sequence == 1);
                Ok(Some(Held { last: i64::try_from(state.last_sequence).unwrap_or(i64::MAX), whole }))
            }
            Err(error) => absent(error),
        }
    }

    /// Makes the stream, empty. One of an earlier epoch goes: what it held may not have happened. One of a former name
    /// makes room, and stays until [`LogStream::remove_former`].
    pub async fn make(&self) -> Result<(), Error> {
        let Err(error) = in_time(self.jetstream.create_stream(self.config())).await? else { return Ok(()) };
        let CreateStreamErrorKind::JetStream(inner) = error.kind() else { return Err(Error::jetstream(error)) };
        match inner.error_code() {
            ErrorCode::STREAM_NAME_EXIST => Ok(()),
            ErrorCode::STREAM_SUBJECT_OVERLAP => {
                for epoch in 1..self.log.epoch {
                    let earlier = Log { epoch, ..self.log.clone() };
                    self.remove_named(&self.names.stream(&earlier)).await?;
                    if self.former(&earlier).await?.is_some() {
                        self.remove_named(&self.names.former_stream(&earlier)).await?;
                    }
                }
                if let Some(mut config) = self.former(&self.log).await? {
                    config.subjects = vec![self.names.subjects_aside(&self.log)];
                    in_time(self.jetstream.update_stream(config)).await?.map_err(Error::jetstream)?;
                }
                in_time(self.jetstream.create_stream(self.config())).await?.map(|_| ()).map_err(Error::jetstream)
            }
            _ => Err(Error::jetstream(error)),
        }
    }

    /// Removes the stream and all it holds, when it is there.
    pub async fn remove(&self) -> Result<(), Error> {
        self.remove_named(&self.name).await
    }

    /// Removes the stream that an earlier version made under another name, when it is there.
    pub async fn remove_former(&self) -> Result<(), Error> {
        match self.former(&self.log).await? {
            Some(config) => {
                tracing::info!(stream = config.name, by = self.name, "a stream of a former name goes");
                self.remove_named(&config.name).await
            }
            None => Ok(()),
        }
    }

    /// How the stream of a former name is made, when there is one and it is of that log: two logs could have one name.
    async fn former(&self, log: &Log) -> Result<Option<Config>, Error> {
        match in_time(self.jetstream.get_stream(self.names.former_stream(log))).await? {
            Ok(stream) => {
                let config = stream.cached_info().config.clone();
                let own = [vec![self.names.subjects(log)], vec![self.names.subjects_aside(log)]];
                Ok(own.contains(&config.subjects).then_some(config))
            }
            Err(error) => absent(error),
        }
    }

    async fn remove_named(&self, name: &str) -> Result<(), Error> {
        match in_time(self.jetstream.delete_stream(name)).await? {
            Ok(_) => Ok(()),
            // It says no more than that it failed: gone is gone.
            Err(error) => match in_time(self.jetstream.get_stream(name)).await? {
                Ok(_) => Err(Error::jetstream(error)),
                Err(error) => absent(error).map(|_: Option<()>| ()),
            },
        }
    }

    /// The message at a position; `None` when it is not there.
    pub async fn message(&self, position: i64) -> Result<Option<StreamMessage>, Error> {
        let stream = in_time(self.jetstream.get_stream_no_info(&self.name)).await?.map_err(Error::jetstream)?;
        match in_time(stream.get_raw_message(position.unsigned_abs())).await? {
            Ok(message) => Ok(Some(message)),
            // Absent and unreadable are the same for a comparison; no answer means nothing.
            Err(error) => match error.kind() {
                RawMessageErrorKind::NoMessageFound | RawMessageErrorKind::JetStream(_) => Ok(None),
                _ => Err(Error::jetstream(error)),
            },
        }
    }

    /// How large a message may be for the server, with all that comes along.
    pub fn most(&self) -> usize {
        self.client.max_payload()
    }

    /// Raises an alarm where the server takes no message as large as an event may be.
    pub fn check_bound(&self) {
        if self.connected() {
            self.stuck.check_bound(&self.log.service, self.most(), MAX_EVENT_BYTES + AROUND);
        }
    }

    /// Whether an event is too large for the server.
    pub fn is_too_large(&self, line: &Line) -> bool {
        line.text.len() + AROUND > self.most()
    }

    /// The maker of a message of the stream, for its place there.
    pub fn made(&self, message: &StreamMessage, position: i64) -> Made {
        self.authenticator.made(Some(&message.headers), position, &message.payload)
    }

    /// Publishes an event right behind the one before it, or not at all: the server compares. What is in flight has a
    /// deadline of its own, and so have its places.
    pub async fn publish(&self, line: Line) -> Result<PublishAckFuture, Error> {
        let subject = self.names.subject(&self.log, &line);
        let mut message = self.message_for(line.position, &line.text);
        if let Some(traceparent) = trace::traceparent(&line.text) {
            message = message.header("traceparent", traceparent);
        }
        self.jetstream.send_publish(subject, message.payload(line.text.into())).await.map_err(Error::jetstream)
    }

    /// Publishes in the place of an event that is too large for the server that there is one: it has no text, and whoever
    /// reads it finds the event in the log.
    pub async fn publish_left_out(&self, line: &Line) -> Result<PublishAckFuture, Error> {
        let (subject, message) = (self.names.subject(&self.log, line), self.message_for(line.position, ""));
        self.jetstream.send_publish(subject, message).await.map_err(Error::jetstream)
    }

    fn message_for(&self, position: i64, text: &str) -> PublishMessage {
        PublishMessage::build()
            .expected_stream(&self.name)
            .expected_last_sequence((position - 1).unsigned_abs())
            .header(HEADER, self.authenticator.header(position, text.as_bytes()))
    }

    /// Waits until what was published is stored: at which sequence.
    pub async fn stored(&self, ack: PublishAckFuture) -> Result<u64, Error> {
        match ack.await {
            Ok(ack) => Ok(ack.sequence),
            Err(error) if error.kind() == PublishErrorKind::TimedOut => Err(Error::Unstored(self.name.clone())),
            Err(error) => Err(Error::jetstream(error)),
        }
    }

    /// The events behind position `after`, as they come, at most `batch` at a time. It never ends by itself.
    pub async fn read(
        &self,
        after: i64,
        batch: usize,
    ) -> Result<impl Stream<Item = Result<Chunk, Error>> + Send + Unpin + 'static, Error> {
        let stream = in_time(self.jetstream.get_stream_no_info(&self.name)).await?.map_err(Error::jetstream)?;
        let config = OrderedConfig {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: (after + 1).unsigned_abs() },
            ..OrderedConfig::default()
        };
        let consumer = in_time(stream.create_consumer(config)).await?.map_err(Error::jetstream)?;
        let messages = in_time(consumer.messages()).await?.map_err(Error::jetstream)?;
        let authenticator = self.authenticator.clone();
        Ok(messages.ready_chunks(batch).map(move |messages| {
            let mut chunk = Chunk { events: Vec::with_capacity(messages.len()), left_out: None, forged: None };
            for message in messages {
                let message = message.map_err(Error::jetstream)?;
                let sequence = message.info().map_err(Error::jetstream)?.stream_sequence;
                let position = i64::try_from(sequence).unwrap_or(i64::MAX);
                if authenticator.made(message.headers.as_ref(), position, &message.payload) == Made::BySomebody {
                    chunk.forged = Some(position);
                    break;
                }
                if message.payload.is_empty() {
                    chunk.left_out = Some(position);
                    continue;
                }
                let text = String::from_utf8(message.payload.to_vec()).unwrap_or_default();
                match Recorded::parse(text) {
                    Ok(event) if event.position == position => chunk.events.push(event),
                    // The gap shows, and is filled from the log.
                    _ => tracing::warn!(sequence, subject = %message.subject, "not the event that belongs here"),
                }
            }
            Ok(chunk)
        }))
    }

    /// Hints to others that the log has grown.
    pub async fn ping(&self, position: i64) {
        let Log { service, region, .. } = &self.log;
        // Only a hint: the slow poll finds what is missed.
        let _ = in_time(self.client.publish(self.names.ping(service), format!("{region} {position}").into())).await;
    }

    /// Tells the relay that a message of this stream is not its own.
    pub async fn doubt(&self, position: i64) {
        // Only a hint: the relay looks itself.
        let _ = in_time(self.client.publish(self.names.doubt(&self.log), position.to_string().into())).await;
    }

    /// What others doubt of this stream.
    pub async fn doubts(&self) -> Doubts {
        let (told, positions) = watch::channel(0);
        let mut listening = JoinSet::new();
        if let Ok(Ok(mut doubts)) = in_time(self.client.subscribe(self.names.doubt(&self.log))).await {
            listening.spawn(async move {
                while let Some(doubt) = doubts.next().await {
                    let position = std::str::from_utf8(&doubt.payload).ok().and_then(|text| text.parse::<i64>().ok());
                    if let Some(position) = position.filter(|position| *position > 0) {
                        told.send_replace(position);
                    }
                }
            });
        }
        Doubts { positions, _listening: listening }
    }

    fn config(&self) -> Config {
        Config {
            name: self.name.clone(),
            subjects: vec![self.names.subjects(&self.log)],
            storage: StorageType::File,
            retention: RetentionPolicy::Limits,
            discard: DiscardPolicy::New,
            num_replicas: self.replicas,
            deny_delete: true,
            deny_purge: true,
            max_messages: -1,
            max_bytes: -1,
            max_consumers: -1,
            max_messages_per_subject: -1,
            ..Config::default()
        }
    }
}

/// What NATS answers. A connection may be there, and nothing come over it.
pub(crate) async fn in_time<F: IntoFuture>(question: F) -> Result<F::Output, Error> {
    timeout(ANSWER * 2, question).await.map_err(|_| Error::Late(ANSWER * 2))
}

/// Nothing, when it is because there is no such stream.
fn absent<T>(error: GetStreamError) -> Result<Option<T>, Error> {
    match error.kind() {
        GetStreamErrorKind::JetStream(inner) if inner.error_code() == ErrorCode::STREAM_NOT_FOUND => Ok(None),
        _ => Err(Error::jetstream(error)),
    }
}

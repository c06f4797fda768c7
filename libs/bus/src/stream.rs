//! A log's stream in JetStream: made, measured, published to and read.

use crate::names::{Log, Names};
use crate::{Error, Settings, trace};
use async_nats::Client;
use async_nats::connection::State;
use async_nats::jetstream::consumer::{DeliverPolicy, pull::OrderedConfig};
use async_nats::jetstream::context::{CreateStreamErrorKind, GetStreamErrorKind, PublishAckFuture};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use async_nats::jetstream::{Context, ContextBuilder, ErrorCode};
use bytes::Bytes;
use event_log::{Line, Recorded};
use futures_util::{Stream, StreamExt};
use std::time::Duration;

/// All streams of the hub, by log.
#[derive(Clone)]
pub(crate) struct Streams {
    pub client: Client,
    pub names: Names,
    jetstream: Context,
    replicas: usize,
}

/// What a stream holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// The last sequence: the position of the last event.
    pub last: i64,
    /// Whether everything before it is there.
    pub whole: bool,
}

impl Streams {
    pub fn new(client: Client, settings: &Settings) -> Self {
        let jetstream = ContextBuilder::new()
            .timeout(Duration::from_secs(5))
            .max_ack_inflight(settings.window.saturating_mul(2).max(1))
            .build(client.clone());
        Self { client, names: settings.names.clone(), jetstream, replicas: settings.replicas }
    }

    /// Whether NATS answers, as far as known.
    pub fn connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    /// What the stream holds; `None` when there is none.
    pub async fn held(&self, log: &Log) -> Result<Option<Held>, Error> {
        match self.jetstream.get_stream(self.names.stream(log)).await {
            Ok(stream) => {
                let state = &stream.cached_info().state;
                let whole = state.messages == state.last_sequence && (state.messages == 0 || state.first_sequence == 1);
                Ok(Some(Held { last: i64::try_from(state.last_sequence).unwrap_or(i64::MAX), whole }))
            }
            Err(error) => match error.kind() {
                GetStreamErrorKind::JetStream(inner) if inner.error_code() == ErrorCode::STREAM_NOT_FOUND => Ok(None),
                _ => Err(Error::jetstream(error)),
            },
        }
    }

    /// Makes the stream, empty. One of an earlier epoch goes: what it held may not have happened.
    pub async fn make(&self, log: &Log) -> Result<(), Error> {
        let Err(error) = self.jetstream.create_stream(self.config(log)).await else { return Ok(()) };
        let CreateStreamErrorKind::JetStream(inner) = error.kind() else { return Err(Error::jetstream(error)) };
        match inner.error_code() {
            ErrorCode::STREAM_NAME_EXIST => Ok(()),
            ErrorCode::STREAM_SUBJECT_OVERLAP if log.epoch > 1 => {
                for epoch in 1..log.epoch {
                    self.remove(&Log { epoch, ..log.clone() }).await?;
                }
                self.jetstream.create_stream(self.config(log)).await.map(|_| ()).map_err(Error::jetstream)
            }
            _ => Err(Error::jetstream(error)),
        }
    }

    /// Removes the stream and all it holds, when it is there.
    pub async fn remove(&self, log: &Log) -> Result<(), Error> {
        match self.jetstream.delete_stream(self.names.stream(log)).await {
            Ok(_) => Ok(()),
            // It says no more than that it failed: gone is gone.
            Err(error) => match self.held(log).await? {
                None => Ok(()),
                Some(_) => Err(Error::jetstream(error)),
            },
        }
    }

    /// The text at a position; `None` when it is not there.
    pub async fn text(&self, log: &Log, position: i64) -> Result<Option<Bytes>, Error> {
        let stream = self.jetstream.get_stream_no_info(self.names.stream(log)).await.map_err(Error::jetstream)?;
        // Absent and unreadable are the same to whoever compares.
        Ok(stream.get_raw_message(position.unsigned_abs()).await.ok().map(|message| message.payload))
    }

    /// Publishes an event right behind the one before it, or not at all: the server compares.
    pub async fn publish(&self, log: &Log, line: Line) -> Result<PublishAckFuture, Error> {
        let subject = self.names.subject(log, &line);
        let mut message = PublishMessage::build()
            .expected_stream(self.names.stream(log))
            .expected_last_sequence((line.position - 1).unsigned_abs());
        if let Some(traceparent) = trace::traceparent(&line.text) {
            message = message.header("traceparent", traceparent);
        }
        let message = message.payload(line.text.into());
        self.jetstream.send_publish(subject, message).await.map_err(Error::jetstream)
    }

    /// The events behind position `after`, as they come, at most `batch` at a time. It never ends by itself.
    /// What does not read is left out: the gap shows, and is filled from the log.
    pub async fn read(
        &self,
        log: &Log,
        after: i64,
        batch: usize,
    ) -> Result<impl Stream<Item = Result<Vec<Recorded>, Error>> + Send + Unpin + 'static, Error> {
        let stream = self.jetstream.get_stream_no_info(self.names.stream(log)).await.map_err(Error::jetstream)?;
        let config = OrderedConfig {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: (after + 1).unsigned_abs() },
            ..OrderedConfig::default()
        };
        let consumer = stream.create_consumer(config).await.map_err(Error::jetstream)?;
        let messages = consumer.messages().await.map_err(Error::jetstream)?;
        Ok(messages.ready_chunks(batch).map(|chunk| {
            let mut events = Vec::with_capacity(chunk.len());
            for message in chunk {
                let message = message.map_err(Error::jetstream)?;
                let sequence = message.info().map_err(Error::jetstream)?.stream_sequence;
                let text = String::from_utf8(message.payload.to_vec()).unwrap_or_default();
                match Recorded::parse(text) {
                    Ok(event) if event.position.unsigned_abs() == sequence => events.push(event),
                    _ => tracing::warn!(sequence, subject = %message.subject, "not the event that belongs here"),
                }
            }
            Ok(events)
        }))
    }

    fn config(&self, log: &Log) -> Config {
        Config {
            name: self.names.stream(log),
            subjects: vec![self.names.subjects(log)],
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

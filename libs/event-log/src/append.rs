//! A request to append to a log: events for some streams, all or none.

use crate::conform::{conforms, conforms_as};
use crate::{Error, Unreadable};
use decider::{CommandContext, CommandKey, Event};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;
use vocabulary::{Actor, PersonId};

/// An event that is not written yet. **Invariant:** there is none that was not validated against the schema of its
/// type.
#[derive(Clone, Debug)]
pub struct NewEvent {
    id: Uuid,
    event_type: String,
    data: String,
}

/// What all events of one append share.
#[derive(Clone, Debug)]
pub struct Context {
    /// Who did it.
    pub by: Actor,
    /// In whose stead.
    pub on_behalf_of: Option<PersonId>,
    /// The event it is a reaction to.
    pub cause: Option<Uuid>,
    /// What ties a chain together.
    pub correlation: Option<Uuid>,
    /// The W3C trace.
    pub traceparent: Option<String>,
    /// The policy applied.
    pub policy_version: Option<u32>,
}

/// What happens to one stream.
#[derive(Clone, Debug)]
pub struct Change {
    /// Category, slash, id.
    pub stream: String,
    /// The version the decision was made on; another one is a conflict. 0: nothing happened yet.
    pub expected: i32,
    /// What happened, in order. Nothing: the others rest on that version, and are written only while it is the last; where
    /// none has events, the command is kept with the first stream and version as its answer.
    pub events: Vec<NewEvent>,
}

/// Events for some streams of one log, written together or not at all.
#[derive(Clone, Debug)]
pub struct Append {
    /// At most one change a stream; those with events first.
    pub changes: Vec<Change>,
    /// What they share.
    pub context: Context,
    /// Under which command it is kept.
    pub command: Option<CommandKey>,
}

impl NewEvent {
    /// Writes an event's data. The enum's tag becomes the type, its content the data.
    ///
    /// # Errors
    /// When the event is not an enum tagged `type` and `data`, does not serialise, or does not conform to its schema.
    pub fn of<E: Event>(event: &E) -> Result<Self, Error> {
        let (event_type, data) = type_and_data(event)?;
        conforms::<E>(&event_type, &data)?;
        Ok(Self { id: Uuid::now_v7(), event_type, data })
    }

    /// An event of a type that no enum has: one that every log may have, named after its service. Its data is held
    /// against the schema of `T`, and nothing says that this is the schema of its type: whoever may ask for one is listed
    /// by clippy.
    ///
    /// # Errors
    /// When the data does not serialise, or does not conform to its schema.
    pub fn of_type<T: Serialize + JsonSchema + 'static>(event_type: String, data: &T) -> Result<Self, Error> {
        let data = serde_json::to_string(data).map_err(Unreadable)?;
        conforms_as::<T>(&event_type, &data)?;
        Ok(Self { id: Uuid::now_v7(), event_type, data })
    }

    /// Its own id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Its full type.
    #[must_use]
    pub fn event_type(&self) -> &str {
        &self.event_type
    }

    /// Its data, as JSON text.
    #[must_use]
    pub fn data(&self) -> &str {
        &self.data
    }
}

/// The data that an event is written with, as JSON text, whether its schema takes it or not.
///
/// # Errors
/// When the event is not an enum tagged `type` and `data`, or does not serialise.
pub fn data_of<E: Event>(event: &E) -> Result<String, Unreadable> {
    type_and_data(event).map(|(_, data)| data)
}

fn type_and_data<E: Event>(event: &E) -> Result<(String, String), Unreadable> {
    let text = serde_json::to_string(event)?;
    // serde writes the tag first: {"type":"…","data":{…}}.
    let parts = text
        .strip_prefix(r#"{"type":""#)
        .and_then(|rest| rest.split_once(r#"","data":"#))
        .and_then(|(event_type, data)| Some((event_type, data.strip_suffix('}')?)));
    let Some((event_type, data)) = parts else {
        return Err(Unreadable(serde::de::Error::custom("an event is tagged `type` and `data`")));
    };
    Ok((event_type.to_owned(), data.to_owned()))
}

impl Context {
    /// What an asker brings along.
    #[must_use]
    pub fn of(asked: &CommandContext) -> Self {
        Self {
            by: asked.by.clone(),
            on_behalf_of: asked.on_behalf_of,
            cause: asked.cause,
            correlation: asked.correlation,
            traceparent: asked.traceparent.clone(),
            policy_version: asked.policy_version,
        }
    }
}

//! The CloudEvent around an event: how its text is written and read.

use crate::append::{Context, NewEvent};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use std::borrow::Cow;
use std::fmt::Write;
use uuid::Uuid;
use vocabulary::{RegionId, Role};

/// What stands around the data of an event, read from its text.
#[derive(Clone, Debug, Deserialize)]
pub struct Envelope<'a> {
    /// The event's own id.
    pub id: Uuid,
    /// Which system of which organisation wrote it.
    #[serde(borrow)]
    pub source: Cow<'a, str>,
    /// The full type with its version.
    #[serde(borrow, rename = "type")]
    pub event_type: Cow<'a, str>,
    /// The stream: category, slash, id.
    #[serde(borrow)]
    pub subject: Cow<'a, str>,
    /// When it was recorded.
    pub time: DateTime<Utc>,
    /// The region of the log.
    pub region: RegionId,
    /// Where in the log, from 1.
    pub position: i64,
    /// Where in the stream, from 1.
    pub version: i32,
    /// Who did it.
    pub actor: Uuid,
    /// In which role.
    #[serde(rename = "actorrole")]
    pub actor_role: Role,
    /// For which organisation: `school:02LB00` or `company:<id>`.
    #[serde(borrow, default, rename = "actororganisation")]
    pub actor_organisation: Option<Cow<'a, str>>,
    /// In whose stead.
    #[serde(default, rename = "onbehalfof")]
    pub on_behalf_of: Option<Uuid>,
    /// The event this is a reaction to.
    #[serde(default, rename = "causationid")]
    pub causation: Option<Uuid>,
    /// What ties a chain together.
    #[serde(default, rename = "correlationid")]
    pub correlation: Option<Uuid>,
    /// The W3C trace it was written in.
    #[serde(borrow, default)]
    pub traceparent: Option<Cow<'a, str>>,
    /// The version of the policy that was applied.
    #[serde(default, rename = "policyversion")]
    pub policy_version: Option<u32>,
}

/// Where an event stands once it is written.
pub(crate) struct Place<'a> {
    pub source: &'a str,
    pub region: &'a RegionId,
    pub stream: &'a str,
    pub version: i32,
    pub position: i64,
    pub recorded_at: DateTime<Utc>,
}

/// Writes the exact text that is stored, hashed and published.
pub(crate) fn write(event: &NewEvent, context: &Context, place: &Place<'_>) -> String {
    let mut text = String::with_capacity(480 + event.data().len());
    // Writing to a String does not fail. Nothing here needs escaping: slugs, uuids, type names, urns.
    let _ = write!(
        text,
        r#"{{"specversion":"1.0","id":"{}","source":"{}","type":"{}","subject":"{}","time":"{}","datacontenttype":"application/json","region":"{}","position":{},"version":{},"actor":"{}","actorrole":"{}""#,
        event.id(),
        place.source,
        event.event_type(),
        place.stream,
        place.recorded_at.to_rfc3339_opts(SecondsFormat::Micros, true),
        place.region,
        place.position,
        place.version,
        context.by.id,
        context.by.role,
    );
    if let Some(organisation) = &context.by.organisation {
        let _ = write!(text, r#","actororganisation":"{organisation}""#);
    }
    if let Some(person) = &context.on_behalf_of {
        let _ = write!(text, r#","onbehalfof":"{person}""#);
    }
    if let Some(cause) = &context.cause {
        let _ = write!(text, r#","causationid":"{cause}""#);
    }
    if let Some(correlation) = &context.correlation {
        let _ = write!(text, r#","correlationid":"{correlation}""#);
    }
    if let Some(traceparent) = &context.traceparent {
        let _ = write!(text, r#","traceparent":"{traceparent}""#);
    }
    if let Some(version) = context.policy_version {
        let _ = write!(text, r#","policyversion":{version}"#);
    }
    let _ = write!(text, r#","data":{}}}"#, event.data());
    text
}

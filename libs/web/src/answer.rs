//! The answers to a command that had its effect.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use event_log::Receipt;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};

/// The command had its effect: `{id, version, position}`, with `ETag` and `Hub-Position`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted(Receipt);

/// The command made something: as [`Accepted`], with `Location`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    done: Receipt,
    place: Option<String>,
}

/// What the guard, which knows service, region and address, makes `Hub-Position` and `Location` of.
#[derive(Clone, Debug)]
pub(crate) struct At {
    pub position: i64,
    pub id: String,
    /// Where it is, with `{region}` and `{id}`; the address asked, a slash and the id when the handler says nothing.
    pub place: Option<String>,
}

impl From<Receipt> for Accepted {
    fn from(done: Receipt) -> Self {
        Self(done)
    }
}

impl From<Receipt> for Created {
    /// At the address asked, a slash, and the id.
    fn from(done: Receipt) -> Self {
        Self { done, place: None }
    }
}

impl Created {
    /// At an address such as `/v1/regions/{region}/hotspots/{id}`, where `{region}` is the region of the
    /// request and `{id}` the id of what was made: after a retry the first one.
    #[must_use]
    pub fn at(done: Receipt, pattern: &str) -> Self {
        Self { done, place: Some(pattern.to_owned()) }
    }

    /// At an address made from the id of what was made: after a retry the first one.
    #[must_use]
    pub fn new(done: Receipt, location: impl FnOnce(&str) -> String) -> Self {
        let place = location(id(&done)).replace(id(&done), "{id}");
        Self { done, place: Some(place) }
    }
}

/// The last part of the stream's name.
pub(crate) fn id(done: &Receipt) -> &str {
    done.stream.split_once('/').map_or(&done.stream, |(_, id)| id)
}

/// **Invariant:** made of what the log keeps and nothing else, so that a retry answers the same.
fn written(done: &Receipt, place: Option<String>) -> Response {
    let body = json!({ "id": id(done), "version": done.version, "position": done.position });
    let mut answer = Json::<Value>(body).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", done.version)) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    answer.extensions_mut().insert(At { position: done.position, id: id(done).to_owned(), place });
    answer
}

/// One thing as it is now, with its version as `ETag`: what `If-Match` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown<T> {
    version: i32,
    thing: T,
}

impl<T> Shown<T> {
    /// A thing, as the event of this version left it.
    #[must_use]
    pub fn new(version: i32, thing: T) -> Self {
        Self { version, thing }
    }
}

impl<T: Serialize> IntoResponse for Shown<T> {
    fn into_response(self) -> Response {
        ([(header::ETAG, format!("\"{}\"", self.version))], Json(self.thing)).into_response()
    }
}

impl IntoResponse for Accepted {
    fn into_response(self) -> Response {
        written(&self.0, None)
    }
}

impl IntoResponse for Created {
    fn into_response(self) -> Response {
        let mut answer = written(&self.done, self.place);
        *answer.status_mut() = StatusCode::CREATED;
        answer
    }
}

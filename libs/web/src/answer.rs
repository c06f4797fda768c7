//! What is answered when a command had its effect.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use event_log::Done;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

/// The command had its effect: `{id, version, position}`, with `ETag` and `Hub-Position`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted(Done);

/// The command made something: as [`Accepted`], with `Location`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    done: Done,
    location: Option<String>,
}

/// Where the log stands after it; the guard, which knows the service, makes `Hub-Position` of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At(pub i64);

impl From<Done> for Accepted {
    fn from(done: Done) -> Self {
        Self(done)
    }
}

impl From<Done> for Created {
    /// At the address asked, a slash, and the id.
    fn from(done: Done) -> Self {
        Self { done, location: None }
    }
}

impl Created {
    /// At an address such as `/v1/regions/{region}/hotspots/{id}`, where `{region}` is the region of the
    /// request and `{id}` the id of what was made: after a retry the first one.
    #[must_use]
    pub fn at(done: Done, pattern: &str) -> Self {
        let location = pattern.replace("{id}", id(&done));
        Self { done, location: Some(location) }
    }

    /// At an address made from the id of what was made: after a retry the first one.
    #[must_use]
    pub fn new(done: Done, location: impl FnOnce(&str) -> String) -> Self {
        let location = location(id(&done));
        Self { done, location: Some(location) }
    }
}

/// The last part of the stream's name.
pub(crate) fn id(done: &Done) -> &str {
    done.stream.split_once('/').map_or(&done.stream, |(_, id)| id)
}

/// **Invariant:** made of what the log keeps and nothing else, so that a retry answers the same.
fn written(done: &Done) -> Response {
    let body = json!({ "id": id(done), "version": done.version, "position": done.position });
    let mut answer = Json::<Value>(body).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", done.version)) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    answer.extensions_mut().insert(At(done.position));
    answer
}

impl IntoResponse for Accepted {
    fn into_response(self) -> Response {
        written(&self.0)
    }
}

impl IntoResponse for Created {
    fn into_response(self) -> Response {
        let mut answer = written(&self.done);
        *answer.status_mut() = StatusCode::CREATED;
        // Without one of its own the guard fills in the address asked, a slash, and the id.
        let location = self.location.unwrap_or_else(|| format!("{{asked}}/{}", id(&self.done)));
        if let Ok(location) = HeaderValue::from_str(&location) {
            answer.headers_mut().insert(header::LOCATION, location);
        }
        answer
    }
}

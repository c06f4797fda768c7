//! The parameters of the path, as axum reads them, with a problem when they do not parse.

use crate::{FieldError, Problem};
use axum::extract::{FromRequestParts, path::ErrorKind, rejection::PathRejection};
use http::request::Parts;
use serde::de::DeserializeOwned;

/// The parameters of the path, in order.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(read)) => Ok(Self(read)),
            Err(refused) => Err(problem(&refused, parts)),
        }
    }
}

fn problem(refused: &PathRejection, parts: &Parts) -> Problem {
    let PathRejection::FailedToDeserializePathParams(refused) = refused else { return Problem::internal() };
    let name = match refused.kind() {
        ErrorKind::ParseErrorAtKey { key, .. }
        | ErrorKind::DeserializeError { key, .. }
        | ErrorKind::InvalidUtf8InPathParam { key } => key.clone(),
        ErrorKind::ParseErrorAtIndex { index, .. } => parameter(parts, *index),
        ErrorKind::ParseError { .. } | ErrorKind::Message(_) => parameter(parts, 0),
        other => {
            tracing::error!(error = %other, "a path does not fit its handler");
            return Problem::internal();
        }
    };
    let error = FieldError::new(format!("{{{name}}}"), "does not have the right form", "heeft niet de juiste vorm");
    Problem::invalid(vec![error])
}

/// The name of a parameter by its place in the route.
fn parameter(parts: &Parts, index: usize) -> String {
    let route = parts.extensions.get::<axum::extract::MatchedPath>().map_or("", axum::extract::MatchedPath::as_str);
    let mut names = route.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names.nth(index).unwrap_or("path").to_owned()
}

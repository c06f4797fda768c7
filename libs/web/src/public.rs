//! Public answers: computed by one request at a time, and shared by all who ask the same within a second.

use crate::Problem;
use crate::shared::Shared;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};

/// So many wait for their turn.
const MAX_WAITING: usize = 64;

/// Bytes of an answer.
const MAX_ANSWER: usize = 4 * 1024 * 1024;

/// Bytes of an answer that is kept.
const MAX_KEPT: usize = 256 * 1024;

/// Answers to those who do not say who they are.
pub(crate) struct Public(Shared<Kept>);

#[derive(Clone)]
struct Kept {
    status: StatusCode,
    headers: HeaderMap,
    /// In both languages, whichever caller asked first.
    problem: Option<Problem>,
    body: Bytes,
}

impl Public {
    pub fn new() -> Self {
        Self(Shared::new(MAX_WAITING))
    }

    pub async fn answer(&self, request: Request, next: Next) -> Response {
        let asked = format!("{} {}", request.method(), request.uri());
        let answer = self.0.get(&asked, Kept::read(request, next), |kept| kept.body.len() <= MAX_KEPT).await;
        answer.map_or_else(|_| Problem::busy().into_response(), IntoResponse::into_response)
    }
}

impl Kept {
    async fn read(request: Request, next: Next) -> Self {
        let mut answer = next.run(request).await;
        let problem = answer.extensions_mut().remove::<Problem>();
        let (parts, body) = answer.into_parts();
        match to_bytes(body, MAX_ANSWER).await {
            Ok(body) => Self { status: parts.status, headers: parts.headers, problem, body },
            Err(error) => {
                tracing::error!(%error, "a public answer cannot be read");
                let problem = Problem::internal();
                Self { status: problem.status(), headers: HeaderMap::new(), problem: Some(problem), body: Bytes::new() }
            }
        }
    }
}

impl IntoResponse for Kept {
    fn into_response(self) -> Response {
        let mut answer = Response::new(Body::from(self.body));
        *answer.status_mut() = self.status;
        *answer.headers_mut() = self.headers;
        if let Some(problem) = self.problem {
            answer.extensions_mut().insert(problem);
        }
        answer
    }
}

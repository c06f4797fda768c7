//! The answer to a request that fails (RFC 9457), in the reader's language.
//!
//! A problem carries both languages until the shell, which knows the reader, writes it down.

use crate::language::Language;
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::borrow::Cow;

/// Characters of a place: enough for every field that there is, and no more of what was sent.
const LONGEST_POINTER: usize = 200;

/// One field that is not right.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldError {
    /// Where: a JSON pointer into the body (`/lines/3/minutes`), `?name` in the query, `{name}` in the
    /// path, or a header's name.
    pub pointer: String,
    /// What is wrong, in English.
    pub english: String,
    /// The same in Dutch.
    pub dutch: String,
}

impl FieldError {
    /// **Invariant:** the texts never repeat what was sent: it may be a name.
    #[must_use]
    pub fn new(pointer: impl Into<String>, english: impl Into<String>, dutch: impl Into<String>) -> Self {
        let mut pointer = pointer.into();
        if let Some((end, _)) = pointer.char_indices().nth(LONGEST_POINTER) {
            pointer.truncate(end);
            pointer.push('…');
        }
        Self { pointer, english: english.into(), dutch: dutch.into() }
    }
}

/// What is wrong, for `application/problem+json`.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem(Box<Inner>);

#[derive(Clone, Debug, PartialEq)]
struct Inner {
    status: StatusCode,
    code: Cow<'static, str>,
    title: [&'static str; 2],
    detail: [Cow<'static, str>; 2],
    errors: Vec<FieldError>,
    headers: HeaderMap,
    extra: Vec<(&'static str, Value)>,
}

impl Problem {
    /// Any problem: `code` is stable and in kebab-case, and becomes the `type` `/problems/<code>`.
    #[must_use]
    pub fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        english: impl Into<Cow<'static, str>>,
        dutch: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Inner {
            status,
            code: code.into(),
            title: title(status),
            detail: [english.into(), dutch.into()],
            errors: Vec::new(),
            headers: HeaderMap::new(),
            extra: Vec::new(),
        }))
    }

    /// The status it is answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The stable code, the last part of `type`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The same, with a header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }

    pub(crate) fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.0.errors = errors;
        self
    }

    /// The same, with a member of its own beside those of the standard.
    #[must_use]
    pub fn with(mut self, member: &'static str, value: Value) -> Self {
        self.0.extra.push((member, value));
        self
    }

    /// Writes it down for a reader. `instance` is the trace to name when asking about it.
    pub(crate) fn written(&self, language: Language, instance: Option<&str>) -> Response {
        let Inner { status, code, title, detail, errors, headers, extra } = &*self.0;
        let mut body = json!({
            "type": format!("/problems/{code}"),
            "title": language.pick(title[0], title[1]),
            "status": status.as_u16(),
            "detail": language.pick(&detail[0], &detail[1]),
        });
        if let Some(instance) = instance {
            body["instance"] = instance.into();
        }
        if !errors.is_empty() {
            let shown =
                |it: &FieldError| json!({ "pointer": it.pointer, "message": language.pick(&it.english, &it.dutch) });
            body["errors"] = errors.iter().map(shown).collect();
        }
        for (member, value) in extra {
            body[*member] = value.clone();
        }
        let mut answer = Response::new(Body::from(body.to_string()));
        *answer.status_mut() = *status;
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        answer.headers_mut().insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        answer.headers_mut().extend(headers.clone());
        answer
    }
}

/// A problem on its way from one process of the hub to another, in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    status: u16,
    code: String,
    english: String,
    dutch: String,
}

impl From<&Problem> for Told {
    fn from(problem: &Problem) -> Self {
        let Inner { status, code, detail: [english, dutch], .. } = &*problem.0;
        Self { status: status.as_u16(), code: code.to_string(), english: english.to_string(), dutch: dutch.to_string() }
    }
}

impl From<Told> for Problem {
    fn from(told: Told) -> Self {
        let status = StatusCode::from_u16(told.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let problem = Self::new(status, told.code, told.english, told.dutch);
        if status == StatusCode::SERVICE_UNAVAILABLE { problem.again_after("2") } else { problem }
    }
}

impl IntoResponse for Problem {
    /// In English; the shell writes it again for the reader.
    fn into_response(self) -> Response {
        let mut answer = self.written(Language::English, None);
        answer.extensions_mut().insert(self);
        answer
    }
}

fn title(status: StatusCode) -> [&'static str; 2] {
    match status.as_u16() {
        400 => ["The request is not right", "Het verzoek klopt niet"],
        401 => ["Who are you?", "Wie bent u?"],
        403 => ["Not allowed", "Niet toegestaan"],
        404 => ["Not found", "Niet gevonden"],
        410 => ["Forgotten", "Vergeten"],
        405 => ["Not possible here", "Hier niet mogelijk"],
        409 => ["The rules say no", "De regels staan dit niet toe"],
        412 => ["Changed in the meantime", "Intussen gewijzigd"],
        413 => ["Too large", "Te groot"],
        415 => ["Not JSON", "Geen JSON"],
        422 => ["The key was used before", "De sleutel is al gebruikt"],
        429 => ["Too many requests", "Te veel verzoeken"],
        503 => ["Not available", "Niet beschikbaar"],
        _ if status.is_client_error() => ["The request cannot be answered", "Het verzoek kan niet worden beantwoord"],
        _ => ["Something went wrong here", "Er ging hier iets mis"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_the_same_in_another_process() {
        let problem = Problem::conflict("full", "The session is full.", "De bijeenkomst is vol.");
        let text = serde_json::to_string(&Told::from(&problem)).unwrap();
        assert_eq!(Problem::from(serde_json::from_str::<Told>(&text).unwrap()), problem);
    }

    #[tokio::test]
    async fn a_problem_reads_in_either_language() {
        let problem = Problem::conflict("full", "The session is full.", "De bijeenkomst is vol.");
        for (language, detail) in
            [(Language::English, "The session is full."), (Language::Dutch, "De bijeenkomst is vol.")]
        {
            let answer = problem.written(language, Some("abc"));
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
            assert_eq!(answer.headers()["content-language"], language.tag());
            let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            let body: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!((&body["detail"], &body["type"]), (&json!(detail), &json!("/problems/full")));
            assert_eq!((&body["status"], &body["instance"]), (&json!(409), &json!("abc")));
        }
    }
}

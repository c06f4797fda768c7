//! The problems there are, each made by a function that reads as a sentence.

use crate::{FieldError, MAX_ERRORS, Problem};
use access::Denied;
use event_log::{is_outage, without_values};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;
use std::borrow::Cow;

impl Problem {
    /// There is no such thing: `Problem::not_found("session", "bijeenkomst")`.
    #[must_use]
    pub fn not_found(what: &str, in_dutch: &str) -> Self {
        let code = format!("{}-not-found", what.replace(' ', "-"));
        let (english, dutch) = (format!("There is no such {what}."), format!("Deze {in_dutch} bestaat niet."));
        Self::new(StatusCode::NOT_FOUND, code, english, dutch)
    }

    /// The caller may not do this, and may know why. To give nothing away, use [`Problem::denied`].
    #[must_use]
    pub fn not_allowed(english: impl Into<Cow<'static, str>>, dutch: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "not-allowed", english, dutch)
    }

    /// The caller may not do this: one answer for a missing grant, a foreign region, school or company,
    /// and a region that is not there, so that asking around tells nothing.
    #[must_use]
    pub fn denied() -> Self {
        Self::not_allowed("You may not do this here.", "U mag dit hier niet doen.")
    }

    /// Fields are not right: all of them at once, up to [`MAX_ERRORS`], and how many more there are.
    #[must_use]
    pub fn invalid(mut errors: Vec<FieldError>) -> Self {
        let more = errors.len().saturating_sub(MAX_ERRORS);
        errors.truncate(MAX_ERRORS);
        Self::invalid_and_more(errors, more)
    }

    /// These fields have errors, and so many more that are not listed.
    #[must_use]
    pub fn invalid_and_more(errors: Vec<FieldError>, more: usize) -> Self {
        let (english, dutch) = match (errors.len(), more) {
            (1, 0) => ("One field is not right.".into(), "Eén veld klopt niet.".into()),
            (n, 0) => (format!("{n} fields are not right."), format!("{n} velden kloppen niet.")),
            (n, more) => (
                format!("{n} fields are not right, and {more} more."),
                format!("{n} velden kloppen niet, en nog {more}."),
            ),
        };
        let problem = Self::new(StatusCode::BAD_REQUEST, "invalid", english, dutch).with_errors(errors);
        if more > 0 { problem.with("more", json!(more)) } else { problem }
    }

    /// One header is not right.
    #[must_use]
    pub(crate) fn bad_header(
        code: &'static str,
        header: &'static str,
        english: &'static str,
        dutch: &'static str,
    ) -> Self {
        let error = FieldError::new(header, english, dutch);
        Self::new(StatusCode::BAD_REQUEST, code, format!("{header}: {english}"), format!("{header}: {dutch}"))
            .with_errors(vec![error])
    }

    /// The rules refuse it; `code` is stable.
    #[must_use]
    pub fn conflict(
        code: impl Into<Cow<'static, str>>,
        english: impl Into<Cow<'static, str>>,
        dutch: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(StatusCode::CONFLICT, code, english, dutch)
    }

    /// Something the hub needs does not answer; asking again later may help.
    #[must_use]
    pub fn unavailable(what: &str) -> Self {
        let english = format!("The {what} is not available at the moment. Please try again.");
        let dutch = format!("Wat hiervoor nodig is ({what}) is op dit moment niet beschikbaar. Probeer het opnieuw.");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", english, dutch).again_after("2")
    }

    /// Too much of the same is being done already.
    #[must_use]
    pub fn busy() -> Self {
        let english = "The hub has too much of this to do at the moment. Please try again.";
        let dutch = "De hub heeft hiervan op dit moment te veel te doen. Probeer het opnieuw.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", english, dutch).again_after("2")
    }

    /// Nobody knows at the moment who holds which role.
    #[must_use]
    pub(crate) fn grants_unknown() -> Self {
        let english = "It is not certain at the moment who holds which role. Please try again.";
        let dutch = "Op dit moment is niet zeker wie welke rol heeft. Probeer het opnieuw.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "grants-unknown", english, dutch).again_after("2")
    }

    /// The hub is at fault. Say what happened in a log, never here.
    #[must_use]
    pub fn internal() -> Self {
        Self::of_status(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Another version than the caller saw (`If-Match`).
    #[must_use]
    pub fn stale() -> Self {
        let english = "Somebody changed this in the meantime. Read it and decide again.";
        let dutch = "Iemand heeft dit intussen gewijzigd. Lees het opnieuw en beslis opnieuw.";
        Self::new(StatusCode::PRECONDITION_FAILED, "stale", english, dutch)
    }

    /// The same `Idempotency-Key` came with another request before.
    #[must_use]
    pub(crate) fn reused() -> Self {
        let english = "This Idempotency-Key was used before for another request.";
        let dutch = "Deze Idempotency-Key is al gebruikt voor een ander verzoek.";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", english, dutch)
    }

    /// The body is no JSON, seen at a place.
    #[must_use]
    pub(crate) fn malformed(line: usize, column: usize) -> Self {
        let english = format!("The body is not JSON: line {line}, column {column}.");
        let dutch = format!("De inhoud is geen JSON: regel {line}, kolom {column}.");
        Self::new(StatusCode::BAD_REQUEST, "malformed-json", english, dutch)
            .with("line", json!(line))
            .with("column", json!(column))
    }

    #[must_use]
    pub(crate) fn too_large(most: usize) -> Self {
        let (english, dutch) = (format!("At most {most} bytes."), format!("Ten hoogste {most} bytes."));
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", english, dutch)
    }

    #[must_use]
    pub(crate) fn not_json() -> Self {
        let english = "The body must be JSON, with the Content-Type application/json.";
        let dutch = "De inhoud moet JSON zijn, met het Content-Type application/json.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", english, dutch)
    }

    #[must_use]
    pub(crate) fn no_token() -> Self {
        let english = "Send a bearer token in the Authorization header.";
        let dutch = "Stuur een bearer-token mee in de header Authorization.";
        Self::new(StatusCode::UNAUTHORIZED, "no-token", english, dutch)
            .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    #[must_use]
    pub(crate) fn too_slow() -> Self {
        let english = "This took too long. Whether it happened is not known: ask again with the same Idempotency-Key.";
        let dutch =
            "Dit duurde te lang. Of het is gebeurd is niet bekend: vraag het opnieuw met dezelfde Idempotency-Key.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "too-slow", english, dutch).again_after("2")
    }

    /// Nothing of a quota is left for so many seconds.
    #[must_use]
    pub(crate) fn too_many(seconds: u64) -> Self {
        let english = "These are too many requests. Please try again after the seconds in Retry-After.";
        let dutch = "Dit zijn te veel verzoeken. Probeer het opnieuw na het aantal seconden in Retry-After.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", english, dutch)
            .with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// When it is worth asking again, in seconds.
    #[must_use]
    pub fn again_after(self, seconds: &'static str) -> Self {
        self.with_header(header::RETRY_AFTER, HeaderValue::from_static(seconds))
    }

    /// For an answer that has a status and nothing else to say.
    #[must_use]
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (code, english, dutch) = match status.as_u16() {
            404 => ("no-such-page", "There is nothing at this address.", "Op dit adres staat niets."),
            405 => ("no-such-method", "This cannot be done at this address.", "Dit kan niet op dit adres."),
            413 => ("too-large", "The body is too large.", "De inhoud is te groot."),
            415 => return Self::not_json(),
            _ if status.is_client_error() => {
                ("bad-request", "The request cannot be answered.", "Het verzoek kan niet worden beantwoord.")
            }
            _ => (
                "internal",
                "Something went wrong here. Please name the instance when you report it.",
                "Er ging hier iets mis. Noem de instance als u het meldt.",
            ),
        };
        Self::new(status, code, english, dutch)
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        if denied == Denied::Unavailable {
            return Self::unavailable("token issuer");
        }
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        Self::new(StatusCode::UNAUTHORIZED, "invalid-token", sentence(&denied.to_string()), sentence(denied.in_dutch()))
            .with_header(header::WWW_AUTHENTICATE, challenge)
    }
}

impl From<event_log::Error> for Problem {
    fn from(error: event_log::Error) -> Self {
        use event_log::Error;
        match error {
            Error::Refused(refused) => {
                let code = format!("{}-{}", refused.aggregate, refused.code);
                Self::conflict(code, sentence(&refused.english), sentence(&refused.dutch))
            }
            Error::Conflict { .. } => Self::stale(),
            Error::Reused => Self::reused(),
            Error::TooLarge { .. } => {
                let english = "This is too much for one record: 768 kB at most.";
                let dutch = "Dit is te veel voor één vastlegging: ten hoogste 768 kB.";
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "event-too-large", english, dutch)
            }
            Error::Unavailable(error) => {
                tracing::warn!(error = without_values(&error), "the event log does not answer");
                Self::unavailable("event log")
            }
            Error::Contended(stream) => {
                tracing::warn!(stream, "others were faster, again and again");
                Self::unavailable("event log")
            }
            Error::Closed => Self::unavailable("event log"),
            Error::Faulty(error) => Self::faulty(&error),
            Error::Unreadable(error) => {
                tracing::error!(alarm = true, %error, "a stored event does not read");
                Self::internal()
            }
            // The input was validated before: the decision is at fault, and nothing was written.
            Error::Nonconforming(error) => {
                tracing::error!(alarm = true, %error, "an event was not written");
                Self::internal()
            }
        }
    }
}

impl From<vault::Error> for Problem {
    fn from(error: vault::Error) -> Self {
        use vault::Error;
        match error {
            Error::Faulty(error) => Self::faulty(&error),
            Error::Unavailable(error) => {
                tracing::warn!(error = without_values(&error), "the vault does not answer");
                Self::unavailable("vault")
            }
            Error::Forgotten(_) => {
                let english = "This person was forgotten; nothing can be kept about them any more.";
                let dutch = "Deze persoon is vergeten; er kan niets meer over worden bewaard.";
                Self::new(StatusCode::GONE, "person-forgotten", english, dutch)
            }
            Error::Broken(_) | Error::MasterKey(_) => {
                tracing::error!(alarm = true, %error, "the vault cannot open or seal");
                Self::internal()
            }
        }
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        if !is_outage(&error) {
            return Self::faulty(&error);
        }
        tracing::warn!(error = without_values(&error), "the database does not answer");
        Self::unavailable("database")
    }
}

impl Problem {
    /// The database was asked something wrong, or holds what it must not: asking again later does not help.
    fn faulty(error: &sqlx::Error) -> Self {
        tracing::error!(alarm = true, error = without_values(error), "the database refuses what it was asked");
        Self::internal()
    }
}

/// `the token has expired` → `The token has expired.`
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;

    #[test]
    fn a_refusal_keeps_its_code_and_both_texts() {
        let refused =
            event_log::Refused { aggregate: "session", code: "full", english: "full".into(), dutch: "vol".into() };
        let problem = Problem::from(event_log::Error::Refused(refused));
        assert_eq!((problem.status(), problem.code()), (StatusCode::CONFLICT, "session-full"));
        assert_eq!(problem, Problem::conflict("session-full", "Full.", "Vol."));
    }

    #[test]
    fn a_stale_version_is_412_and_another_body_422() {
        let stale = event_log::Error::Conflict { stream: "session/1".into(), expected: 1, actual: 2 };
        assert_eq!(Problem::from(stale).status(), StatusCode::PRECONDITION_FAILED);
        assert_eq!(Problem::from(event_log::Error::Reused).status(), StatusCode::UNPROCESSABLE_ENTITY);
    }

    #[test]
    fn exhausted_tries_are_503_and_name_when_to_ask_again() {
        let problem = Problem::from(event_log::Error::Contended("session/1".into()));
        assert_eq!(problem, Problem::unavailable("event log"));
        assert!(problem.into_response().headers().contains_key(header::RETRY_AFTER));
    }

    #[test]
    fn a_database_error_that_is_no_outage_is_never_reported_as_one() {
        for error in [sqlx::Error::RowNotFound, sqlx::Error::Decode("no frontier".into())] {
            assert_eq!(Problem::from(error), Problem::internal());
        }
        let log = event_log::Error::from(sqlx::Error::RowNotFound);
        assert_eq!(Problem::from(log), Problem::internal());
        let vault = vault::Error::from(sqlx::Error::RowNotFound);
        assert_eq!(Problem::from(vault), Problem::internal());
    }

    #[test]
    fn a_database_that_is_away_is_503_and_says_no_more() {
        let problem = Problem::from(sqlx::Error::PoolTimedOut);
        assert_eq!(problem.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(!format!("{problem:?}").contains("Pool"));
    }
}

//! Records each look of an auditor or inspector before it is shown: nothing leaves when that fails.

use crate::Problem;
use access::{Grant, Touches};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;
use vocabulary::{ActorId, BranchCode, RegionId, Role};

/// As many characters of an id, date or word as are kept.
const MAX_CHARACTERS: usize = 80;

/// Somebody is about to be shown something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The region of the person.
    pub region: RegionId,
    pub actor: ActorId,
    /// In which role.
    pub role: Role,
    /// The moment asked.
    pub at: DateTime<Utc>,
    /// Which service answers.
    pub service: String,
    /// The operation's id.
    pub operation: String,
    /// Parameters by name, as far as they are ids, dates, numbers or words of the API; never a name.
    pub about: BTreeMap<String, String>,
    /// The trace of the request.
    pub traceparent: Option<String>,
}

/// Keeps a look; its problem is answered instead of what would have been shown.
pub type Keep = Arc<dyn Fn(Look) -> BoxFuture<'static, Result<(), Problem>> + Send + Sync>;

/// Which looks are kept, and where.
#[derive(Clone)]
pub struct Looks {
    /// Also those of roles that need no mandate: what is read in the audit itself.
    pub of_everyone: bool,
    /// Where. Without one, who must be recorded is shown nothing.
    pub keep: Option<Keep>,
}

impl Looks {
    /// The role in which somebody looks whose look must be kept. Who holds several roles for an operation and one of
    /// them is an auditor's, looks as an auditor.
    pub(crate) fn must_keep(&self, method: &Method, grants: &[Grant]) -> Option<Role> {
        let watched = [Role::Auditor, Role::Inspector];
        if let Some(role) = watched.into_iter().find(|role| grants.iter().any(|grant| grant.role == *role)) {
            return Some(role);
        }
        let reads = *method == Method::GET || *method == Method::HEAD;
        let grant = Grant::narrowest(grants, &Touches::region()).or(grants.first());
        grant.filter(|_| self.of_everyone && reads).map(|grant| grant.role)
    }

    pub(crate) async fn keep(&self, look: Look) -> Result<(), Problem> {
        match &self.keep {
            Some(keep) => keep(look).await,
            None => Err(Problem::unavailable("audit log")),
        }
    }
}

/// Whether an answer tells anything: what is, what is not there, what was forgotten, or why the rules say no.
pub(crate) fn tells(status: StatusCode) -> bool {
    let said = [StatusCode::NOT_FOUND, StatusCode::CONFLICT, StatusCode::GONE];
    status.is_success() || status.is_redirection() || said.contains(&status)
}

/// How many parameters are kept of a request: an operation that reads no query is asked with any.
const MAX_KEPT: usize = 50;

/// What of a request may stand in a log for ever. `path` are its parameters, `query` the text after the `?`.
pub(crate) fn about<'a>(path: impl Iterator<Item = (&'a str, &'a str)>, query: &str) -> BTreeMap<String, String> {
    let path = path.map(|(name, value)| (name.to_owned(), value.to_owned(), true));
    let query = form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into(), value.into(), false));
    let told = |(name, value, word): (String, String, bool)| {
        // The name of a parameter is a word as well: one that nobody knows may hold anything.
        is_word(&name.to_ascii_lowercase()).then(|| {
            let kept = if is_id(&value) || (word && is_word(&value)) { value } else { "…".to_owned() };
            (name, kept)
        })
    };
    path.chain(query).take(MAX_KEPT).filter(|(name, ..)| name != "region").filter_map(told).collect()
}

/// An id, a stream or a line of one, a date, a moment, a number, a year or school year, a branch code, yes or no.
fn is_id(value: &str) -> bool {
    let line = value.split_once('#').filter(|(_, line)| line.parse::<u32>().is_ok());
    let value = line.map_or(value, |(stream, _)| stream);
    let last = value.rsplit_once('/').map_or(value, |(category, id)| if is_word(category) { id } else { "" });
    let digits = value.bytes().all(|byte| byte.is_ascii_digit() || b"-:TZ.+".contains(&byte));
    !value.is_empty()
        && value.len() <= MAX_CHARACTERS
        && (digits
            || last.parse::<Uuid>().is_ok()
            || value.parse::<BranchCode>().is_ok()
            || value.parse::<bool>().is_ok())
}

/// A word of the API: lower-case letters, digits and hyphens.
fn is_word(value: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !value.is_empty() && value.len() <= MAX_CHARACTERS && value.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_dates_and_words_are_kept_and_nothing_that_may_be_a_name() {
        let path = [("region", "here"), ("claim", "2f6f2c1e-55aa-5b0e-8f5e-7a9be6b0c401"), ("figure", "realised")];
        let kept = about(path.into_iter(), "from=2026-01-01&limit=50&name=jansen&q=Jan%20Jansen&school=02LB00&x%20y=1");
        let expected = [
            ("claim", "2f6f2c1e-55aa-5b0e-8f5e-7a9be6b0c401"),
            ("figure", "realised"),
            ("from", "2026-01-01"),
            ("limit", "50"),
            ("name", "…"),
            ("q", "…"),
            ("school", "02LB00"),
        ];
        assert_eq!(kept, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }

    #[test]
    fn of_thousands_of_parameters_few_are_kept() {
        let query: String = (0..5_000).map(|n| format!("p{n}=1&")).collect();
        assert_eq!(about([("region", "here"), ("claim", "true")].into_iter(), &query).len(), MAX_KEPT - 1);
    }

    #[test]
    fn a_stream_is_an_id_and_a_sentence_is_not() {
        assert!(is_id("contribution-day/01990000-0002-7000-8000-000000000001#3"));
        assert!(is_id("session/01990000-0002-7000-8000-000000000001"));
        assert!(is_id("2026-10-06T13:00:00Z") && is_id("2025-2026") && is_id("true"));
        for bad in
            ["", "Jansen", "session/Jansen", "Jan Jansen/01990000-0002-7000-8000-000000000001", "12 a", "Jansen#3"]
        {
            assert!(!is_id(bad), "{bad}");
        }
    }

    #[test]
    fn a_wrong_request_discloses_nothing() {
        for status in [StatusCode::OK, StatusCode::NOT_FOUND, StatusCode::GONE] {
            assert!(tells(status), "{status}");
        }
        for status in [StatusCode::BAD_REQUEST, StatusCode::FORBIDDEN, StatusCode::SERVICE_UNAVAILABLE] {
            assert!(!tells(status), "{status}");
        }
    }
}

//! Reads the headers that carry meaning here. Pure.

use crate::Problem;
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, header};

/// Under which key a command is kept: asking again with it answers again.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Where the log stands after a command: `hotspots=123`.
pub const HUB_POSITION: HeaderName = HeaderName::from_static("hub-position");
/// How far the hub must be before it answers: `hotspots=123,consortium=7`.
pub const HUB_MIN_POSITION: HeaderName = HeaderName::from_static("hub-min-position");
/// The moment asked, under the development issuer alone.
pub const HUB_NOW: HeaderName = HeaderName::from_static("hub-now");

/// Positions to wait for: service and position.
pub type Positions = Vec<(String, i64)>;

/// The only value of a header; another problem when it comes twice or is no text.
fn single(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(|text| Some(text.trim().to_owned())).map_err(|_| ()),
        (Some(_), Some(_)) => Err(()),
    }
}

/// The token of `Authorization: Bearer …`.
///
/// # Errors
/// 401 when there is none.
pub fn bearer(headers: &HeaderMap) -> Result<String, Problem> {
    let value = single(headers, &header::AUTHORIZATION).ok().flatten().ok_or_else(Problem::no_token)?;
    let (scheme, token) = value.split_once(' ').ok_or_else(Problem::no_token)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim().to_owned()) } else { Err(Problem::no_token()) }
}

/// 1 to 255 printable ASCII characters.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let wrong = || {
        Problem::bad_header(
            "bad-idempotency-key",
            "Idempotency-Key",
            "must be 1 to 255 printable ASCII characters, and come once",
            "moet 1 tot 255 afdrukbare ASCII-tekens zijn, en één keer voorkomen",
        )
    };
    let key = single(headers, &IDEMPOTENCY_KEY).map_err(|()| wrong())?;
    let fits = |key: &String| (1..=255).contains(&key.len()) && key.bytes().all(|b| (0x20..0x7f).contains(&b));
    if key.as_ref().is_none_or(fits) { Ok(key) } else { Err(wrong()) }
}

pub(crate) fn missing_key() -> Problem {
    Problem::bad_header(
        "no-idempotency-key",
        "Idempotency-Key",
        "is missing: a key of your own, so that asking again does nothing twice",
        "ontbreekt: een eigen sleutel, zodat nog eens vragen niets dubbel doet",
    )
}

/// The version seen: `"7"`. `*` and no header say nothing about it.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<i32>, Problem> {
    let wrong = || {
        Problem::bad_header(
            "bad-if-match",
            "If-Match",
            "must be one version as an ETag gave it, such as \"7\"",
            "moet één versie zijn zoals een ETag die gaf, zoals \"7\"",
        )
    };
    match single(headers, &header::IF_MATCH).map_err(|()| wrong())?.as_deref() {
        None | Some("*") => Ok(None),
        Some(tag) => {
            let digits = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or_else(wrong)?;
            let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            digits.parse().ok().filter(|_| plain).map(Some).ok_or_else(wrong)
        }
    }
}

/// How many positions are waited for at once: more than there are services.
const MAX_POSITIONS: usize = 16;

/// `hotspots=123,consortium=7`; nothing when absent.
pub(crate) fn min_position(headers: &HeaderMap) -> Result<Positions, Problem> {
    let wrong = || {
        Problem::bad_header(
            "bad-hub-min-position",
            "Hub-Min-Position",
            "must be services with positions, such as hotspots=123,consortium=7",
            "moet bestaan uit diensten met posities, zoals hotspots=123,consortium=7",
        )
    };
    let Some(text) = single(headers, &HUB_MIN_POSITION).map_err(|()| wrong())? else { return Ok(Positions::new()) };
    let each = |part: &str| {
        let (service, position) = part.trim().split_once('=')?;
        let named =
            !service.is_empty() && service.len() <= 40 && service.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        let position = position.parse::<i64>().ok().filter(|position| named && *position >= 0)?;
        Some((service.to_owned(), position))
    };
    let positions: Option<Positions> = text.split(',').take(MAX_POSITIONS + 1).map(each).collect();
    positions.filter(|positions| positions.len() <= MAX_POSITIONS).ok_or_else(wrong)
}

/// The moment asked: `now`, or under the development issuer a moment such as `2026-09-01T10:00:00Z`.
pub(crate) fn moment(headers: &HeaderMap, development: bool, now: DateTime<Utc>) -> Result<DateTime<Utc>, Problem> {
    if !development {
        return Ok(now);
    }
    let wrong = || {
        Problem::bad_header(
            "bad-hub-now",
            "Hub-Now",
            "must be a moment such as 2026-09-01T10:00:00Z",
            "moet een moment zijn zoals 2026-09-01T10:00:00Z",
        )
    };
    match single(headers, &HUB_NOW).map_err(|()| wrong())? {
        None => Ok(now),
        Some(text) => DateTime::parse_from_rfc3339(&text).map(|moment| moment.to_utc()).map_err(|_| wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn if_match_is_one_version_in_quotes() {
        let read = |value: &str| if_match(&with(header::IF_MATCH, value));
        assert_eq!(read("\"7\""), Ok(Some(7)));
        assert_eq!(read("\"0\""), Ok(Some(0)));
        assert_eq!(read("*"), Ok(None));
        for bad in ["7", "\"\"", "\"a\"", "W/\"7\"", "\"7\", \"8\"", "\"-1\"", "\"+1\"", "\"99999999999\"", ""] {
            assert_eq!(read(bad).map_err(|problem| problem.code().to_owned()), Err("bad-if-match".into()), "{bad}");
        }
        let mut twice = with(header::IF_MATCH, "\"7\"");
        twice.append(header::IF_MATCH, "\"7\"".parse().unwrap());
        assert!(if_match(&twice).is_err());
    }

    #[test]
    fn a_key_has_1_to_255_printable_characters() {
        let read = |value: &str| idempotency_key(&with(IDEMPOTENCY_KEY, value));
        assert!(read("a").is_ok() && read(&"a".repeat(255)).is_ok());
        assert!(read("").is_err() && read(&"a".repeat(256)).is_err());
        assert!(read("a\tb").is_err());
        assert_eq!(idempotency_key(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn positions_are_services_with_numbers() {
        let read = |value: &str| min_position(&with(HUB_MIN_POSITION, value)).ok();
        assert_eq!(
            read("hotspots=123, co-financing=7"),
            Some(vec![("hotspots".into(), 123), ("co-financing".into(), 7)])
        );
        for bad in ["", "hotspots", "hotspots=", "=1", "hotspots=-1", "hotspots=1,", "HOTSPOTS=1", "hotspots=1;x=2"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        let many = |n: usize| read(&vec!["hotspots=1"; n].join(",")).map(|positions| positions.len());
        assert_eq!((many(MAX_POSITIONS), many(MAX_POSITIONS + 1)), (Some(MAX_POSITIONS), None));
    }

    #[test]
    fn hub_now_is_ignored_without_the_development_issuer() {
        let (now, then) = ("2026-09-01T12:00:00Z".parse().unwrap(), "2027-01-01T00:00:00Z".parse().unwrap());
        let named = with(HUB_NOW, "2027-01-01T00:00:00Z");
        assert_eq!(moment(&named, false, now), Ok(now));
        assert_eq!(moment(&named, true, now), Ok(then));
        assert_eq!(moment(&with(HUB_NOW, "soon"), false, now), Ok(now));
        assert!(moment(&with(HUB_NOW, "soon"), true, now).is_err());
        assert_eq!(moment(&HeaderMap::new(), true, now), Ok(now));
    }

    #[test]
    fn a_token_comes_after_the_word_bearer() {
        let read = |value: &str| bearer(&with(header::AUTHORIZATION, value)).ok();
        assert_eq!(read("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(read("bearer abc").as_deref(), Some("abc"));
        assert_eq!(read("Basic abc"), None);
        assert_eq!(read("abc"), None);
    }
}

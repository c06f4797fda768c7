//! A JSON body, validated against the JSON Schema of its own type before it is read.

use crate::{
    FieldError, Problem, aside,
    check::{escaped, tell_all, tell_zeroes},
    errors::Errors,
    ranges,
};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use http::{HeaderMap, header};
use jsonschema::Validator;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{
    any::TypeId,
    collections::HashMap,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

/// A body that is larger than this is read beside the others; a smaller one takes less time than the way there and back.
const LARGE: usize = 16 * 1024;

/// A body that conforms to its type. Its errors are listed at once, up to [`crate::MAX_ERRORS`].
///
/// Give the type `#[serde(rename_all = "camelCase", deny_unknown_fields)]`: then unknown fields are errors.
#[derive(Clone, Debug)]
pub struct Valid<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + JsonSchema + Send + 'static> FromRequest<S> for Valid<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::not_json());
        }
        let body = Bytes::from_request(request, state).await.map_err(|refused| Problem::of_status(refused.status()))?;
        let read = if body.len() > LARGE { aside(move || parse(&body)).await? } else { parse(&body) };
        read.map(Self)
    }
}

fn parse<T: DeserializeOwned + JsonSchema + 'static>(body: &[u8]) -> Result<T, Problem> {
    let value = serde_json::from_slice(body).map_err(|error| Problem::malformed(error.line(), error.column()))?;
    read(&value)
}

/// `application/json`, or another type that ends in `+json`.
fn is_json(headers: &HeaderMap) -> bool {
    let named = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = named.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn read<T: DeserializeOwned + JsonSchema + 'static>(value: &Value) -> Result<T, Problem> {
    let made = made::<T>()?;
    let mut errors = Errors::default();
    tell_all(made.validator.iter_errors(value), &made.schema, &mut errors);
    tell_zeroes(value, &mut errors);
    if let Some(problem) = errors.into_problem() {
        return Err(problem);
    }
    // What the schema cannot say, such as a number too large for its type, the type itself says.
    serde_path_to_error::deserialize(value).map_err(|error| {
        let pointer: String = error.path().iter().map(segment).collect();
        Problem::invalid(vec![FieldError::new(pointer, "is not right", "klopt niet")])
    })
}

pub(crate) fn segment(segment: &serde_path_to_error::Segment) -> String {
    use serde_path_to_error::Segment;
    match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", escaped(key)),
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    }
}

/// The schema that a type's bodies are validated against.
struct Made {
    schema: Value,
    validator: Validator,
}

/// Made once for each type: making one takes a thousand times as long as using it.
fn made<T: JsonSchema + 'static>() -> Result<Arc<Made>, Problem> {
    static MADE: LazyLock<RwLock<HashMap<TypeId, Arc<Made>>>> = LazyLock::new(RwLock::default);
    let made = MADE.read().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<T>()).cloned();
    if let Some(made) = made {
        return Ok(made);
    }
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    ranges::bind(&mut schema);
    let validator = ranges::options().build(&schema).map_err(|error| {
        tracing::error!(%error, of = std::any::type_name::<T>(), "a schema cannot be used");
        Problem::internal()
    })?;
    let made = Arc::new(Made { schema, validator });
    MADE.write().unwrap_or_else(PoisonError::into_inner).insert(TypeId::of::<T>(), made.clone());
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use chrono::NaiveDate;
    use serde::Deserialize;
    use serde_json::json;
    use vocabulary::{BranchCode, Label, Reason, SessionId};

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "read by the schema only")]
    struct Plan {
        session: SessionId,
        on_date: NaiveDate,
        school: Option<BranchCode>,
        most_pupils: u8,
        lines: Vec<Line>,
        method: Option<Method>,
        name: Option<Label>,
        reason: Option<Reason>,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "read by the schema only")]
    struct Line {
        minutes: u32,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "read by the schema only")]
    enum Method {
        /// A share of the hours.
        Forfait { share: u32 },
        /// The hours themselves.
        Hours { hours: u32 },
    }

    async fn errors(value: Value) -> Vec<(String, String)> {
        let problem = read::<Plan>(&value).unwrap_err();
        let body = problem.written(Language::English, None).into_body();
        let body: Value = serde_json::from_slice(&axum::body::to_bytes(body, usize::MAX).await.unwrap()).unwrap();
        let text = |error: &Value, key: &str| error[key].as_str().unwrap().to_owned();
        body["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| (text(error, "pointer"), text(error, "message")))
            .collect()
    }

    fn good() -> Value {
        json!({ "session": SessionId::fresh(), "onDate": "2026-09-01", "mostPupils": 10, "lines": [] })
    }

    #[test]
    fn a_good_body_is_read() {
        assert!(read::<Plan>(&good()).is_ok());
    }

    #[tokio::test]
    async fn all_errors_are_listed_at_once_without_the_sent_values() {
        let bad = json!({
            "session": "Jansen", "onDate": "1-9-2026", "school": "Jansen", "mostPupils": 256,
            "lines": [{ "minutes": 1 }, { "minutes": "Jansen", "x/y": 1 }], "odd": "Jansen",
        });
        let told = errors(bad).await;
        let at: Vec<_> = told.iter().map(|(pointer, _)| pointer.as_str()).collect();
        for pointer in ["/session", "/onDate", "/school", "/mostPupils", "/lines/1/minutes", "/lines/1/x~1y", "/odd"] {
            assert!(at.contains(&pointer), "{pointer} in {told:?}");
        }
        assert_eq!(told.len(), 7, "{told:?}");
        assert!(told.iter().all(|(_, message)| !message.contains("Jansen")));
    }

    #[tokio::test]
    async fn a_missing_field_is_named() {
        let told = errors(json!({ "onDate": "2026-09-01" })).await;
        assert_eq!(told.iter().filter(|(_, message)| message == "is missing").count(), 3);
        assert!(told.contains(&("/mostPupils".into(), "is missing".into())));
    }

    #[tokio::test]
    async fn a_body_of_several_forms_is_validated_against_the_one_meant() {
        let mut plan = good();
        plan["method"] = json!({ "kind": "forfait", "share": "a" });
        assert_eq!(errors(plan.clone()).await, [("/method/share".into(), "must be a whole number".into())]);
        plan["method"] = json!({ "kind": "other" });
        assert_eq!(errors(plan).await, [("/method/kind".into(), "must be one of: forfait, hours".into())]);
    }

    #[tokio::test]
    async fn a_number_that_no_type_holds_is_not_right() {
        let mut plan = good();
        plan["lines"] = json!([{ "minutes": 5_000_000_000_u64 }]);
        assert_eq!(errors(plan).await.first().unwrap().0, "/lines/0/minutes");
    }

    #[tokio::test]
    async fn a_text_of_another_form_is_refused_with_an_example() {
        let mut plan = good();
        plan["school"] = json!("02lb00");
        plan["reason"] = json!("ab");
        plan["name"] = json!("Koudetechniek");
        let expected = [
            ("/reason", "does not have the right form; an example: The bus broke down"),
            ("/school", "does not have the right form; an example: 02LB00"),
        ];
        let mut told = errors(plan).await;
        told.sort();
        assert_eq!(told, expected.map(|(at, message)| (at.to_owned(), message.to_owned())));
    }

    #[tokio::test]
    async fn a_text_with_a_zero_is_not_taken() {
        let mut plan = good();
        plan["name"] = json!("x\u{0}");
        let told = errors(plan).await;
        assert!(told.contains(&("/name".into(), "must not contain a zero character".into())), "{told:?}");
    }

    #[tokio::test]
    async fn a_hundred_thousand_unknown_fields_are_counted_in_linear_time() {
        let fields = |many: usize| -> String { (0..many).map(|n| format!("\"f{n}\":1,")).collect() };
        let body = |many: usize| format!("{{{}\"session\":1}}", fields(many));
        let took = |many: usize| {
            let (body, began) = (body(many), std::time::Instant::now());
            (parse::<Plan>(body.as_bytes()).unwrap_err(), began.elapsed())
        };
        let (_, few) = took(10_000);
        let (problem, many) = took(100_000);
        // Ten times as many take a hundred times as long where each is compared with all others: minutes here.
        assert!(many < few * 40 + std::time::Duration::from_secs(1), "{few:?} for a tenth of what took {many:?}");
        let body = problem.written(Language::English, None).into_body();
        let body: Value = serde_json::from_slice(&axum::body::to_bytes(body, 100_000).await.unwrap()).unwrap();
        assert_eq!(body["errors"].as_array().unwrap().len(), crate::MAX_ERRORS);
        assert_eq!(body["more"], 100_004 - crate::MAX_ERRORS);
    }

    #[tokio::test]
    async fn a_long_name_is_not_written_for_each_value_below_it() {
        let name = "n".repeat(200_000);
        let body = format!("{{\"{name}\":[{}]}}", vec!["\"\""; 200_000].join(","));
        let began = std::time::Instant::now();
        let told = errors(serde_json::from_str(&body).unwrap()).await;
        assert!(began.elapsed() < std::time::Duration::from_secs(10), "{:?}", began.elapsed());
        assert!(told.iter().all(|(pointer, _)| pointer.len() < 300), "a pointer is as long as a name that was sent");
    }

    #[tokio::test]
    async fn a_body_that_is_no_object_is_refused() {
        assert_eq!(errors(json!([])).await, [(String::new(), "must be an object".into())]);
    }
}

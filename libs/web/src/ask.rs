//! The parameters of the query string: every one known, every error at once.

use crate::{FieldError, Problem, check::zero, valid::segment};
use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};
use utoipa::{IntoParams, openapi::path::Parameter};

/// How many parameters are read: more than any question has.
const MAX_PARAMETERS: usize = 100;

/// The query string. Its parameters are those of the type's own description (`#[derive(IntoParams)]`);
/// one that is not among them is an error.
#[derive(Clone, Copy, Debug)]
pub struct Ask<T>(pub T);

impl<S: Sync, T: DeserializeOwned + IntoParams> FromRequestParts<S> for Ask<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read(parts.uri.query().unwrap_or_default(), &T::into_params(|| None)).map(Self)
    }
}

pub(crate) fn read<T: DeserializeOwned>(query: &str, known: &[Parameter]) -> Result<T, Problem> {
    typed(values(query, known)?)
}

/// The values of the known parameters, each as the type that its description gives.
pub(crate) fn values(query: &str, known: &[Parameter]) -> Result<Map<String, Value>, Problem> {
    let mut values = Map::new();
    let mut errors = Vec::new();
    for (place, (name, text)) in form_urlencoded::parse(query.as_bytes()).enumerate() {
        if place == MAX_PARAMETERS {
            let (english, dutch) = ("has more parameters than are read", "heeft meer parameters dan er worden gelezen");
            return Err(Problem::invalid(vec![at("", english, dutch)]));
        }
        match known.iter().find(|parameter| parameter.name == name) {
            None => errors.push(at(&name, "is not known here", "is hier niet bekend")),
            Some(_) if text.contains('\0') => errors.push(zero(&format!("?{name}"))),
            Some(parameter) => put(&mut values, &mut errors, parameter, &text),
        }
    }
    if errors.is_empty() { Ok(values) } else { Err(Problem::invalid(errors)) }
}

pub(crate) fn typed<T: DeserializeOwned>(values: Map<String, Value>) -> Result<T, Problem> {
    serde_path_to_error::deserialize(Value::Object(values)).map_err(|error| {
        let place: String = error.path().iter().map(segment).collect();
        let name = place.trim_start_matches('/');
        // The type's own words name what it should be, never what it was: only the place is told.
        Problem::invalid(vec![at(name, "is missing or not right", "ontbreekt of klopt niet")])
    })
}

/// Reads one value as the type its description gives.
fn put(values: &mut Map<String, Value>, errors: &mut Vec<FieldError>, parameter: &Parameter, text: &str) {
    let schema = serde_json::to_value(&parameter.schema).unwrap_or_default();
    let name = parameter.name.as_str();
    let is = |schema: &Value, json: &str| match &schema["type"] {
        Value::String(one) => one == json,
        Value::Array(several) => several.iter().any(|one| one == json),
        _ => false,
    };
    let typed = |schema: &Value| {
        if is(schema, "integer") {
            text.parse::<i64>().ok().map(|number| Value::Number(Number::from(number)))
        } else if is(schema, "boolean") {
            text.parse::<bool>().ok().map(Value::Bool)
        } else {
            Some(Value::String(text.to_owned()))
        }
    };
    let list = is(&schema, "array");
    let Some(value) = typed(if list { &schema["items"] } else { &schema }) else {
        let whole = is(&schema, "integer") || is(&schema["items"], "integer");
        let (english, dutch) = if whole {
            ("must be a whole number", "moet een geheel getal zijn")
        } else {
            ("must be true or false", "moet true of false zijn")
        };
        errors.push(at(name, english, dutch));
        return;
    };
    if let (Some(number), least, most) = (value.as_i64(), schema["minimum"].as_i64(), schema["maximum"].as_i64())
        && (least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most))
    {
        errors.push(bounds(name, least, most));
        return;
    }
    match values.get_mut(name) {
        Some(Value::Array(all)) if list => all.push(value),
        Some(_) => errors.push(at(name, "is given more than once", "komt meer dan eens voor")),
        None => {
            values.insert(name.to_owned(), if list { Value::Array(vec![value]) } else { value });
        }
    }
}

fn bounds(name: &str, least: Option<i64>, most: Option<i64>) -> FieldError {
    match (least, most) {
        (Some(least), Some(most)) => {
            at(name, format!("must be {least} to {most}"), format!("moet {least} tot en met {most} zijn"))
        }
        (Some(least), None) => at(name, format!("must be at least {least}"), format!("moet ten minste {least} zijn")),
        (None, most) => {
            let most = most.unwrap_or(i64::MAX);
            at(name, format!("must be at most {most}"), format!("moet ten hoogste {most} zijn"))
        }
    }
}

fn at(name: &str, english: impl Into<String>, dutch: impl Into<String>) -> FieldError {
    FieldError::new(format!("?{name}"), english, dutch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Paging;
    use serde::Deserialize;
    use vocabulary::BranchCode;

    #[derive(Debug, Deserialize, IntoParams)]
    #[serde(rename_all = "camelCase")]
    #[into_params(rename_all = "camelCase")]
    struct Sessions {
        home_school: Option<BranchCode>,
        only_open: Option<bool>,
        year: Option<i32>,
    }

    fn ask<T: DeserializeOwned + IntoParams>(query: &str) -> Result<T, Problem> {
        read(query, &T::into_params(|| None))
    }

    #[test]
    fn parameters_are_read_by_their_type() {
        let asked: Sessions = ask("homeSchool=02LB00&onlyOpen=true&year=2026").unwrap();
        assert_eq!(asked.home_school.unwrap().as_str(), "02LB00");
        assert_eq!((asked.only_open, asked.year), (Some(true), Some(2026)));
    }

    #[test]
    fn every_error_of_a_query_is_listed() {
        let problem = ask::<Sessions>("onlyOpen=ja&year=x&name=Jansen").unwrap_err();
        assert_eq!(
            problem,
            Problem::invalid(vec![
                at("onlyOpen", "must be true or false", "moet true of false zijn"),
                at("year", "must be a whole number", "moet een geheel getal zijn"),
                at("name", "is not known here", "is hier niet bekend"),
            ])
        );
        assert!(ask::<Sessions>("year=1&year=2").is_err());
        assert!(ask::<Paging>("after=%00").is_err());
        assert!(ask::<Sessions>("homeSchool=Jansen").is_err_and(|problem| !format!("{problem:?}").contains("Jansen")));
    }

    #[test]
    fn a_query_of_thousands_of_parameters_is_refused_unread() {
        let repeated = |many: usize| vec!["homeSchool=02LB00"; many].join("&");
        let told = |query: String| format!("{:?}", ask::<Sessions>(&query).unwrap_err());
        assert!(told(repeated(MAX_PARAMETERS)).contains("more than once"));
        assert!(told(repeated(MAX_PARAMETERS + 1)).contains("more parameters than are read"));
    }

    #[test]
    fn a_page_has_1_to_200_items_and_50_by_default() {
        assert_eq!(ask::<Paging>("").unwrap().limit, 50);
        assert_eq!(ask::<Paging>("limit=200&after=x").unwrap().after.as_deref(), Some("x"));
        assert!(ask::<Paging>("limit=1").is_ok());
        for bad in ["limit=0", "limit=201", "limit=-1", "limit=", "limit=99999999999999999999"] {
            assert!(ask::<Paging>(bad).is_err(), "{bad}");
        }
    }
}

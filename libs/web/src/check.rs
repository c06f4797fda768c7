//! Describes in two languages the errors that a JSON Schema found. Pure.
//!
//! **Invariant:** no text repeats what was sent: it may be a name.

use crate::{FieldError, errors::Errors};
use jsonschema::{
    JsonType, ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;
use std::fmt;

/// Every error, those inside alternatives brought up. The schema itself gives examples.
pub(crate) fn tell_all<'a>(errors: impl IntoIterator<Item = ValidationError<'a>>, schema: &Value, told: &mut Errors) {
    errors.into_iter().for_each(|error| tell(&error, schema, told));
}

fn tell(error: &ValidationError<'_>, schema: &Value, told: &mut Errors) {
    if told.is_full() {
        return told.count(match error.kind() {
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => unexpected.len(),
            _ => 1,
        });
    }
    let at = error.instance_path().as_str();
    const LETTERS: [&str; 2] = ["characters", "tekens"];
    const ITEMS: [&str; 2] = ["items", "onderdelen"];
    let one = |english: String, dutch: String| FieldError::new(at, english, dutch);
    let both = |english: &str, dutch: &str| one(english.into(), dutch.into());
    let number =
        |english: &str, dutch: &str, limit: &Value| one(format!("{english} {limit}"), format!("{dutch} {limit}"));
    let count = |english: &str, dutch: &str, limit: u64, things: [&str; 2]| {
        one(format!("{english} {limit} {}", things[0]), format!("{dutch} {limit} {}", things[1]))
    };
    told.push(match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            FieldError::new(format!("{at}/{}", escaped(name)), "is missing", "ontbreekt")
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            return unknown(at, unexpected, told);
        }
        Kind::Type { kind } => {
            let types: Vec<JsonType> = match kind {
                TypeKind::Single(one) => vec![*one],
                TypeKind::Multiple(several) => several.iter().collect(),
            };
            let named = |language: usize| types.iter().map(|it| type_name(*it)[language]).collect::<Vec<_>>();
            one(format!("must be {}", named(0).join(" or ")), format!("moet {} zijn", named(1).join(" of ")))
        }
        Kind::Constant { expected_value } => one_of(at, &[&**expected_value]),
        Kind::Enum { options } => {
            one_of(at, &options.as_array().map(|all| all.iter().collect::<Vec<_>>()).unwrap_or_default())
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => return alternatives(at, context, schema, told),
        Kind::Format { format } => form(at, format),
        Kind::Pattern { .. } => pattern(at, example(error, schema)),
        Kind::Minimum { limit } => number("must be at least", "moet ten minste zijn:", limit),
        Kind::Maximum { limit } => number("must be at most", "moet ten hoogste zijn:", limit),
        Kind::ExclusiveMinimum { limit } => number("must be more than", "moet meer zijn dan", limit),
        Kind::ExclusiveMaximum { limit } => number("must be less than", "moet minder zijn dan", limit),
        Kind::MinLength { limit } => count("must have at least", "moet ten minste hebben:", *limit, LETTERS),
        Kind::MaxLength { limit } => count("must have at most", "moet ten hoogste hebben:", *limit, LETTERS),
        Kind::MinItems { limit } => count("must have at least", "moet ten minste hebben:", *limit, ITEMS),
        Kind::MaxItems { limit } => count("must have at most", "moet ten hoogste hebben:", *limit, ITEMS),
        Kind::UniqueItems => both("must not name anything twice", "mag niets dubbel noemen"),
        _ => both("is not right", "klopt niet"),
    });
}

/// Fields that nobody knows; those past the bound are counted, and their names not even copied.
fn unknown(at: &str, names: &[String], told: &mut Errors) {
    for (place, name) in names.iter().enumerate() {
        if told.is_full() {
            return told.count(names.len() - place);
        }
        told.push(FieldError::new(format!("{at}/{}", escaped(name)), "is not known here", "is hier niet bekend"));
    }
}

/// What is wrong with a value that fits none of its forms: the errors of the form that was meant.
fn alternatives(at: &str, forms: &[Vec<ValidationError<'static>>], schema: &Value, told: &mut Errors) {
    let constants = |form: &Vec<ValidationError<'static>>| match form.as_slice() {
        [only] if only.instance_path().as_str() == at => match only.kind() {
            Kind::Constant { expected_value } => Some(vec![Value::clone(expected_value)]),
            Kind::Enum { options } => options.as_array().cloned(),
            _ => None,
        },
        _ => None,
    };
    if let Some(choices) = forms.iter().map(constants).collect::<Option<Vec<_>>>() {
        let choices = choices.concat();
        return told.push(one_of(at, &choices.iter().collect::<Vec<_>>()));
    }
    // With a tag that no form has, the tag is what is wrong.
    let tag = |form: &'_ Vec<ValidationError<'static>>| {
        form.iter().find_map(|error| match error.kind() {
            Kind::Constant { expected_value } => {
                Some((error.instance_path().as_str().to_owned(), Value::clone(expected_value)))
            }
            _ => None,
        })
    };
    if let Some(tags) = forms.iter().map(tag).collect::<Option<Vec<_>>>()
        && let Some((place, _)) = tags.first()
        && tags.iter().all(|(other, _)| other == place)
    {
        return told.push(one_of(place, &tags.iter().map(|(_, value)| value).collect::<Vec<_>>()));
    }
    // A form of another type, or with another tag, is not what was meant.
    let foreign = |error: &&ValidationError<'static>| match error.kind() {
        Kind::Type { .. } => error.instance_path().as_str() == at,
        Kind::Constant { .. } | Kind::Enum { .. } => true,
        _ => false,
    };
    let distance = |form: &&Vec<ValidationError<'static>>| (form.iter().filter(foreign).count(), form.len());
    let meant = forms.iter().min_by_key(distance);
    meant.into_iter().flatten().for_each(|error| tell(error, schema, told));
}

fn one_of(at: &str, choices: &[&Value]) -> FieldError {
    let shown: Vec<_> =
        choices.iter().map(|it| it.as_str().map_or_else(|| it.to_string(), ToOwned::to_owned)).collect();
    let shown = shown.join(", ");
    match choices {
        [_] => FieldError::new(at, format!("must be {shown}"), format!("moet {shown} zijn")),
        _ => FieldError::new(at, format!("must be one of: {shown}"), format!("moet een van deze zijn: {shown}")),
    }
}

/// An example that stands beside the keyword that was not met.
fn example<'s>(error: &ValidationError<'_>, schema: &'s Value) -> Option<&'s str> {
    let (beside, _keyword) = error.schema_path().as_str().rsplit_once('/')?;
    schema.pointer(beside)?.pointer("/examples/0")?.as_str()
}

fn pattern(at: &str, example: Option<&str>) -> FieldError {
    let (english, dutch) = ("does not have the right form", "heeft niet de juiste vorm");
    match example {
        Some(example) => FieldError::new(
            at,
            format!("{english}; an example: {example}"),
            format!("{dutch}; een voorbeeld: {example}"),
        ),
        None => FieldError::new(at, english, dutch),
    }
}

fn form(at: &str, format: &str) -> FieldError {
    let (english, dutch) = match format {
        "date" => ("a date such as 2026-09-01", "een datum zijn zoals 2026-09-01"),
        "date-time" => ("a moment such as 2026-09-01T10:00:00Z", "een moment zijn zoals 2026-09-01T10:00:00Z"),
        "uuid" => ("an id (UUID)", "een id (UUID) zijn"),
        "email" => ("an e-mail address", "een e-mailadres zijn"),
        "uri" => ("a web address", "een webadres zijn"),
        _ => return FieldError::new(at, "does not have the right form", "heeft niet de juiste vorm"),
    };
    FieldError::new(at, format!("must be {english}"), format!("moet {dutch}"))
}

const fn type_name(json: JsonType) -> [&'static str; 2] {
    match json {
        JsonType::Null => ["null", "null"],
        JsonType::Boolean => ["true or false", "true of false"],
        JsonType::Integer => ["a whole number", "een geheel getal"],
        JsonType::Number => ["a number", "een getal"],
        JsonType::String => ["text", "tekst"],
        JsonType::Array => ["a list", "een lijst"],
        JsonType::Object => ["an object", "een object"],
    }
}

/// Tells of texts with a zero byte, which the database cannot hold.
pub(crate) fn tell_zeroes(value: &Value, told: &mut Errors) {
    look(value, &mut Vec::new(), told);
}

/// **Invariant:** a place is written out only where something is wrong: to each value under a long name it is long.
fn look<'v>(value: &'v Value, at: &mut Vec<Step<'v>>, told: &mut Errors) {
    match value {
        Value::String(text) if !text.contains('\0') => {}
        Value::String(_) if told.is_full() => told.count(1),
        Value::String(_) => told.push(zero(&at.iter().map(Step::to_string).collect::<String>())),
        Value::Array(all) => all.iter().enumerate().for_each(|(index, one)| {
            at.push(Step::Index(index));
            look(one, at, told);
            at.pop();
        }),
        Value::Object(all) => all.iter().for_each(|(name, one)| {
            at.push(Step::Name(name));
            look(one, at, told);
            at.pop();
        }),
        _ => {}
    }
}

/// One step of a JSON pointer.
enum Step<'v> {
    Index(usize),
    Name(&'v str),
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "/{index}"),
            Self::Name(name) => write!(f, "/{}", escaped(name)),
        }
    }
}

pub(crate) fn zero(at: &str) -> FieldError {
    FieldError::new(at, "must not contain a zero character", "mag geen nulteken bevatten")
}

/// A name as a part of a JSON pointer (RFC 6901).
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

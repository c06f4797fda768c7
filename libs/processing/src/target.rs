//! The target of spans: lines in a file, or an OTLP collector. Both confirm.

use crate::Unwritten;
use crate::rotation::{Lines, Rotation};
use chrono::{DateTime, SecondsFormat, Utc};
use opentelemetry::Array;
use opentelemetry::trace::{SpanId, Status};
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter as _};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::Mutex;

/// Where spans go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file, one span a line, which only its owner reads; a span of several people names them all.
    File(PathBuf),
    /// A collector: OTLP over gRPC, such as `http://127.0.0.1:4317`.
    Otlp(String),
}

/// Nothing can be sent there.
#[derive(Debug, thiserror::Error)]
#[error("the log of processing cannot go to {0}: {1}")]
pub struct WrongTarget(String, String);

impl FromStr for Target {
    type Err = WrongTarget;

    /// An address that begins with `http://` or `https://`, or else a file.
    fn from_str(text: &str) -> Result<Self, WrongTarget> {
        if text.is_empty() {
            return Err(WrongTarget("nothing".into(), "name a file or an address".into()));
        }
        let address = text.starts_with("http://") || text.starts_with("https://");
        Ok(if address { Self::Otlp(text.to_owned()) } else { Self::File(text.into()) })
    }
}

/// How many people a line of a file names at most: a page of any list. A line is about 40 bytes a person.
const MAX_SUBJECTS: usize = 250;

pub(crate) enum Place {
    File(Arc<Lines>),
    // An exporter is never called twice at the same time.
    Otlp(Box<Mutex<SpanExporter>>),
}

impl Place {
    pub fn open(target: &Target, rotation: Option<Rotation>) -> Result<Self, WrongTarget> {
        match target {
            Target::File(path) => Ok(Self::File(Arc::new(Lines::to(path.clone(), rotation)))),
            Target::Otlp(address) => {
                let exporter = SpanExporter::builder().with_tonic().with_endpoint(address).build();
                let mut exporter = exporter.map_err(|error| WrongTarget(address.clone(), error.to_string()))?;
                exporter.set_resource(&Resource::builder().with_service_name("regiohub").build());
                Ok(Self::Otlp(Box::new(Mutex::new(exporter))))
            }
        }
    }

    /// How many people one span is about at most: a collector is sent a span a person, as the standard has it.
    pub fn subjects_of_a_span(&self) -> usize {
        match self {
            Self::File(_) => MAX_SUBJECTS,
            Self::Otlp(_) => 1,
        }
    }

    pub async fn write(&self, spans: Vec<SpanData>, now: DateTime<Utc>) -> Result<(), Unwritten> {
        match self {
            Self::Otlp(exporter) => {
                exporter.lock().await.export(spans).await.map_err(|error| Unwritten(error.to_string()))
            }
            Self::File(file) => {
                let (file, lines) = (file.clone(), spans.iter().map(line).collect::<String>());
                let written = tokio::task::spawn_blocking(move || file.append(&lines, now)).await;
                written.map_err(|error| Unwritten(error.to_string()))?.map_err(|error| Unwritten(error.to_string()))
            }
        }
    }
}

/// A span under the names of the standard.
fn line(span: &SpanData) -> String {
    let named = |attributes: &mut dyn Iterator<Item = &opentelemetry::KeyValue>| -> Map<String, Value> {
        attributes.map(|it| (it.key.to_string(), written(&it.value))).collect()
    };
    let mut resource = named(&mut span.instrumentation_scope.attributes());
    resource.insert("service.name".into(), json!(span.instrumentation_scope.name()));
    resource.insert("service.version".into(), json!(span.instrumentation_scope.version()));
    let mut told = json!({
        "trace_id": span.span_context.trace_id().to_string(),
        "span_id": span.span_context.span_id().to_string(),
        "name": span.name,
        "start_time": moment(span.start_time),
        "end_time": moment(span.end_time),
        "status_code": match span.status { Status::Unset => 0, Status::Ok => 1, Status::Error { .. } => 2 },
        "resource": { "attributes": resource },
        "attributes": named(&mut span.attributes.iter()),
    });
    if span.parent_span_id != SpanId::INVALID {
        told["parent_span_id"] = json!(span.parent_span_id.to_string());
    }
    format!("{told}\n")
}

fn written(value: &opentelemetry::Value) -> Value {
    match value {
        opentelemetry::Value::Array(Array::String(all)) => all.iter().map(|one| json!(one.as_str())).collect(),
        one => json!(one.as_str()),
    }
}

fn moment(moment: SystemTime) -> String {
    DateTime::<Utc>::from(moment).to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_collector_and_the_rest_a_file() {
        assert_eq!("http://127.0.0.1:4317".parse::<Target>().unwrap(), Target::Otlp("http://127.0.0.1:4317".into()));
        assert_eq!("processing.jsonl".parse::<Target>().unwrap(), Target::File("processing.jsonl".into()));
        assert!("".parse::<Target>().is_err());
    }
}

//! Where spans go: lines in a file, or an OTLP collector. Both confirm.

use crate::Unwritten;
use chrono::{DateTime, SecondsFormat, Utc};
use opentelemetry::trace::{SpanId, Status};
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter as _};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::SystemTime;
use tokio::sync::Mutex;

/// Where spans go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file, one span a line, which only its owner reads.
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

pub(crate) enum Place {
    File(PathBuf),
    // An exporter is never called twice at the same time.
    Otlp(Box<Mutex<SpanExporter>>),
}

impl Place {
    pub fn open(target: &Target) -> Result<Self, WrongTarget> {
        match target {
            Target::File(path) => Ok(Self::File(path.clone())),
            Target::Otlp(address) => {
                let exporter = SpanExporter::builder().with_tonic().with_endpoint(address).build();
                let mut exporter = exporter.map_err(|error| WrongTarget(address.clone(), error.to_string()))?;
                exporter.set_resource(&Resource::builder().with_service_name("regiohub").build());
                Ok(Self::Otlp(Box::new(Mutex::new(exporter))))
            }
        }
    }

    pub async fn write(&self, spans: Vec<SpanData>) -> Result<(), Unwritten> {
        match self {
            Self::Otlp(exporter) => {
                exporter.lock().await.export(spans).await.map_err(|error| Unwritten(error.to_string()))
            }
            Self::File(path) => {
                let (path, lines) = (path.clone(), spans.iter().map(line).collect::<String>());
                let written = tokio::task::spawn_blocking(move || append(&path, &lines)).await;
                written.map_err(|error| Unwritten(error.to_string()))?.map_err(|error| Unwritten(error.to_string()))
            }
        }
    }
}

/// Opened anew each time, so that the file can be moved away; one write, so that lines of two processes do not mix.
fn append(path: &std::path::Path, lines: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    file.write_all(lines.as_bytes())
}

/// A span under the names of the standard.
fn line(span: &SpanData) -> String {
    let named = |attributes: &mut dyn Iterator<Item = &opentelemetry::KeyValue>| -> Map<String, Value> {
        attributes.map(|it| (it.key.to_string(), json!(it.value.as_str()))).collect()
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

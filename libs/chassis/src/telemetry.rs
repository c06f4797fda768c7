//! Logs, traces and metrics of a process.

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

/// The form of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// Sends what is left when it is dropped.
#[must_use]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
    metrics: Option<SdkMeterProvider>,
}

/// Begins logging to standard error, and to `otlp` (gRPC, such as `http://127.0.0.1:4317`) when given.
///
/// # Errors
/// When the address is not one, or logging began before.
pub fn begin(name: &str, filter: &str, format: LogFormat, otlp: Option<&str>) -> anyhow::Result<Telemetry> {
    opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
    let resource = Resource::builder().with_service_name(name.to_owned()).build();
    let (traces, metrics) = match otlp {
        Some(address) => (Some(traces(address, resource.clone())?), Some(metrics(address, resource)?)),
        None => (None, None),
    };
    // Without a place to send them to, spans still get ids: a trace goes on in the envelope of an event.
    let provider = traces.clone().unwrap_or_else(|| SdkTracerProvider::builder().build());
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Text => lines.with_target(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // An operator who wants few lines still wants whole traces.
    tracing_subscriber::registry()
        .with(lines.with_filter(EnvFilter::try_new(filter)?))
        .with(tracing_opentelemetry::layer().with_tracer(provider.tracer("regiohub")).with_filter(LevelFilter::INFO))
        .try_init()?;
    Ok(Telemetry { traces, metrics })
}

fn traces(address: &str, resource: Resource) -> anyhow::Result<SdkTracerProvider> {
    let exporter = opentelemetry_otlp::SpanExporter::builder().with_tonic().with_endpoint(address).build()?;
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

fn metrics(address: &str, resource: Resource) -> anyhow::Result<SdkMeterProvider> {
    let exporter = opentelemetry_otlp::MetricExporter::builder().with_tonic().with_endpoint(address).build()?;
    let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter).with_resource(resource).build();
    opentelemetry::global::set_meter_provider(provider.clone());
    Ok(provider)
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        // Nowhere to report a failure to report.
        let _ = self.traces.take().map(|traces| traces.shutdown());
        let _ = self.metrics.take().map(|metrics| metrics.shutdown());
    }
}

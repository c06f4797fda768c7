//! Metrics of appends.

use opentelemetry::metrics::Histogram;
use opentelemetry::{KeyValue, global};
use std::sync::LazyLock;
use std::time::Duration;

/// Counts a commit: how long it took, and how many events went along.
pub(crate) fn committed(service: &'static str, took: Duration, events: usize) {
    // Made at the first commit: by then the program has set up where numbers go.
    static INSTRUMENTS: LazyLock<(Histogram<f64>, Histogram<u64>)> = LazyLock::new(|| {
        let meter = global::meter("event-log");
        let latency = meter
            .f64_histogram("hub.append.latency")
            .with_unit("s")
            .with_description("How long a commit to a log took");
        let batch = meter
            .u64_histogram("hub.append.batch")
            .with_unit("{event}")
            .with_description("Events in one commit to a log");
        (latency.build(), batch.build())
    });
    let (latency, batch) = &*INSTRUMENTS;
    let service = [KeyValue::new("service", service)];
    latency.record(took.as_secs_f64(), &service);
    batch.record(events as u64, &service);
}

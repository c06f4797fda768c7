//! What an operator's instruments show of the bus.

use opentelemetry::metrics::{Counter, Gauge, Histogram};
use opentelemetry::{KeyValue, global};
use std::sync::LazyLock;
use vocabulary::RegionId;

/// The instruments of the bus. They measure nothing until a meter provider is installed.
pub(crate) struct Instruments {
    /// Events in a log that are not in its stream yet.
    pub relay_lag: Gauge<i64>,
    /// Events in a log that a reader has not handled yet.
    pub reader_lag: Gauge<i64>,
    /// Events that wait for someone to look.
    pub parked: Gauge<i64>,
    /// Events per transaction.
    pub batch: Histogram<u64>,
    /// Times that something stopped and needs someone to look.
    pub alarms: Counter<u64>,
}

pub(crate) static INSTRUMENTS: LazyLock<Instruments> = LazyLock::new(|| {
    let meter = global::meter("bus");
    Instruments {
        relay_lag: meter
            .i64_gauge("hub.relay.lag")
            .with_unit("{event}")
            .with_description("Events in a log that are not in its stream yet")
            .build(),
        reader_lag: meter
            .i64_gauge("hub.projection.lag")
            .with_unit("{event}")
            .with_description("Events in a log that a projection or reaction has not handled yet")
            .build(),
        parked: meter
            .i64_gauge("hub.parked")
            .with_unit("{event}")
            .with_description("Events that could not be handled")
            .build(),
        batch: meter
            .u64_histogram("hub.batch.size")
            .with_unit("{event}")
            .with_description("Events handled in one go")
            .build(),
        alarms: meter
            .u64_counter("hub.bus.alarms")
            .with_description("Times that relaying or following stopped and someone must look")
            .build(),
    }
});

/// Measures how far a reader of the service `by` is behind the end of a log.
pub fn measure_lag(by: &'static str, reader: &str, service: &str, region: &RegionId, lag: i64) {
    let labels = [
        KeyValue::new("by", by),
        KeyValue::new("reader", reader.to_owned()),
        KeyValue::new("service", service.to_owned()),
        KeyValue::new("region", region.to_string()),
    ];
    INSTRUMENTS.reader_lag.record(lag.max(0), &labels);
}

/// Measures how many events `task` handled in one go.
pub fn measure_batch(task: &str, events: usize) {
    INSTRUMENTS.batch.record(events as u64, &[KeyValue::new("task", task.to_owned())]);
}

/// Raises an alarm: `what` stopped, or is behind, for the log of `service` in `region`, and somebody must look.
pub fn raise(what: &str, service: &str, region: &str, error: &dyn std::fmt::Display) {
    INSTRUMENTS.alarms.add(1, &[KeyValue::new("what", what.to_owned()), KeyValue::new("service", service.to_owned())]);
    tracing::error!(alarm = true, what, service, region, %error, "someone must look");
}

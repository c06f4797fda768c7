//! What an operator's instruments show of the bus.

use opentelemetry::metrics::{Counter, Gauge, Histogram};
use opentelemetry::{KeyValue, global};
use std::sync::LazyLock;

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

/// Raises an alarm: `what` stopped, or is behind, for the log of `service` in `region`, and somebody must look.
pub fn raise(what: &str, service: &str, region: &str, error: &dyn std::fmt::Display) {
    INSTRUMENTS.alarms.add(1, &[KeyValue::new("what", what.to_owned()), KeyValue::new("service", service.to_owned())]);
    tracing::error!(alarm = true, what, service, region, %error, "someone must look");
}

//! Metrics of commands, and of requests that were not let in.

use opentelemetry::{KeyValue, global, metrics::Counter};
use std::sync::LazyLock;

/// Counts a command that the rules refused.
pub(crate) fn refused(service: &'static str) {
    // Made at the first refusal: by then the program has set up where numbers go.
    static REFUSED: LazyLock<Counter<u64>> = LazyLock::new(|| {
        let meter = global::meter("regiohub");
        meter.u64_counter("hub.commands.refused").with_description("Commands that the rules refused").build()
    });
    REFUSED.add(1, &[KeyValue::new("service", service)]);
}

/// Counts a request that was not let in: `by` is what was counted, a `client` or an `address`, or `busy`.
pub(crate) fn limited(by: &'static str) {
    static LIMITED: LazyLock<Counter<u64>> = LazyLock::new(|| {
        let meter = global::meter("regiohub");
        meter.u64_counter("hub.requests.limited").with_description("Requests that were not let in").build()
    });
    LIMITED.add(1, &[KeyValue::new("by", by)]);
}

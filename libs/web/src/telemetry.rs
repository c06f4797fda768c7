//! What an operator wants to know of commands.

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

//! The trace that a request belongs to (W3C Trace Context).

use http::HeaderMap;
use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The trace of a request, to be carried on in events and calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// `00-<trace>-<span>-<flags>`.
    pub traceparent: String,
}

impl Trace {
    /// Makes `span` a part of the trace named in the headers, or of a new one.
    pub(crate) fn of(headers: &HeaderMap, span: &tracing::Span) -> Self {
        let named = headers.get("traceparent").and_then(|value| value.to_str().ok()).and_then(read);
        if let Some(remote) = &named {
            // Without an exporter there is nobody to tell, which is no error.
            let _ = span.set_parent(Context::new().with_remote_span_context(remote.clone()));
        }
        let ours = span.context().span().span_context().clone();
        if ours.is_valid() {
            return Self::from(&ours);
        }
        let random = uuid::Uuid::new_v4().as_u128();
        let (trace, flags) =
            named.map_or((TraceId::from(random), TraceFlags::SAMPLED), |it| (it.trace_id(), it.trace_flags()));
        let span = SpanId::from(uuid::Uuid::new_v4().as_u64_pair().1);
        Self::from(&SpanContext::new(trace, span, flags, false, TraceState::NONE))
    }

    /// The trace's id: 32 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> &str {
        self.traceparent.get(3..35).unwrap_or_default()
    }
}

/// Names the request that is being answered: the operation, and its route.
pub(crate) fn name(operation: &str, route: &str) {
    let span = tracing::Span::current();
    span.record("otel.name", operation);
    span.record("http.route", route);
    // The span began when its trace was read, and takes no other name from its fields any more.
    span.context().span().update_name(operation.to_owned());
}

impl From<&SpanContext> for Trace {
    fn from(span: &SpanContext) -> Self {
        let flags = span.trace_flags().to_u8() & 1;
        Self { traceparent: format!("00-{}-{}-{flags:02x}", span.trace_id(), span.span_id()) }
    }
}

/// Anything that is not as the standard says begins a new trace.
fn read(text: &str) -> Option<SpanContext> {
    let parts: Vec<&str> = text.split('-').collect();
    let [version, trace, span, flags, ..] = parts[..] else { return None };
    let hex = |part: &str, length| {
        part.len() == length && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let plain = hex(version, 2) && version != "ff" && hex(trace, 32) && hex(span, 16) && hex(flags, 2);
    if !plain || (version == "00" && parts.len() != 4) {
        return None;
    }
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()? & 1);
    let context =
        SpanContext::new(TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?, flags, true, TraceState::NONE);
    context.is_valid().then_some(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(traceparent: &str) -> Trace {
        let headers = HeaderMap::from_iter([("traceparent".parse().unwrap(), traceparent.parse().unwrap())]);
        Trace::of(&headers, &tracing::Span::none())
    }

    #[test]
    fn a_trace_is_carried_on_under_a_span_of_our_own() {
        let trace = of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        assert_eq!(trace.id(), "0af7651916cd43dd8448eb211c80319c");
        assert!(!trace.traceparent.contains("b7ad6b7169203331"));
        assert!(trace.traceparent.ends_with("-01"));
    }

    #[test]
    fn an_unreadable_trace_begins_a_new_one() {
        let zeroes = "00-00000000000000000000000000000000-b7ad6b7169203331-01";
        for bad in ["", "x", zeroes, "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0AF7-1-1"] {
            let trace = of(bad);
            assert!(read(&trace.traceparent).is_some(), "{bad}");
            assert_ne!(trace.id(), of(bad).id());
        }
    }
}

//! One trace from the request through relay, projection and reaction.

use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// More links than this say nothing more.
const LINKS: usize = 32;

/// Lets a span go on with the trace of its first event, and links those of the others.
pub fn continues<'a, T: AsRef<str> + 'a>(span: &Span, events: impl IntoIterator<Item = &'a T>) {
    if span.is_disabled() {
        return;
    }
    let mut traces = events.into_iter().take(LINKS).filter_map(|event| parse(traceparent(event.as_ref())?));
    if let Some(first) = traces.next() {
        // Fails when no OpenTelemetry layer listens: then there is nothing to tell.
        let _ = span.set_parent(opentelemetry::Context::new().with_remote_span_context(first));
    }
    for other in traces {
        span.add_link(other);
    }
}

/// The `traceparent` of an event, by its text. It stands before the data, and nothing there is escaped: this is asked
/// of every event that is relayed, so the text is not read as JSON for it.
pub(crate) fn traceparent(text: &str) -> Option<&str> {
    let (envelope, _data) = text.split_once(r#","data":"#)?;
    let (_before, rest) = envelope.split_once(r#","traceparent":""#)?;
    Some(rest.split_once('"')?.0)
}

/// The `traceparent` of the current span, when it is part of a trace.
pub(crate) fn current() -> Option<String> {
    let context = Span::current().context();
    let span = context.span();
    let here = span.span_context();
    here.is_valid().then(|| format!("00-{}-{}-{:02x}", here.trace_id(), here.span_id(), here.trace_flags().to_u8()))
}

fn parse(traceparent: &str) -> Option<SpanContext> {
    let mut parts = traceparent.split('-');
    let (_version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?);
    let context = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        flags,
        true,
        TraceState::default(),
    );
    context.is_valid().then_some(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_traceparent_of_an_event_is_the_envelopes_and_never_the_datas() {
        let event = |envelope, data| format!(r#"{{"id":"1"{envelope},"policyversion":1,"data":{data}}}"#);
        assert_eq!(traceparent(&event(r#","traceparent":"00-1-2-01""#, "{}")), Some("00-1-2-01"));
        assert_eq!(traceparent(&event("", r#"{"a":1,"traceparent":"00-1-2-01"}"#)), None);
        assert_eq!(traceparent(""), None);
    }

    #[test]
    fn a_traceparent_is_read_and_nonsense_is_not() {
        let read = parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").unwrap();
        assert_eq!(read.span_id().to_string(), "b7ad6b7169203331");
        for bad in ["", "00", "00-0-0-01", "00-zz-b7ad6b7169203331-01"] {
            assert!(parse(bad).is_none(), "{bad}");
        }
    }
}

//! What an operator's collector is told: one trace from a request to what it led to elsewhere, and the hub's metrics.

mod collector;

use crate::demo::stage::Stage;
use collector::{Collector, attribute};
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};

/// The spans on the way from a signature to the hotspot that it lets schools into.
struct Way {
    request: Span,
    reaction: Span,
}

/// A reaction that led to a command, and the request that it goes back to.
fn way(spans: &[Span]) -> Option<Way> {
    let reaction = spans.iter().find(|span| {
        let commands = spans.iter().filter(|it| it.name == "execute" && it.parent_span_id == span.span_id);
        attribute(span, "reaction") == "contract-reaches-hotspot" && commands.count() > 0
    })?;
    let request = spans.iter().find(|span| span.span_id == reaction.parent_span_id)?;
    Some(Way { request: request.clone(), reaction: reaction.clone() })
}

/// The span of this name and attribute that goes on with `before`: it hangs under it, or, when what it handled in one
/// go began with something else, is linked to it.
fn after<'a>(spans: &'a [Span], before: &Span, name: &str, (key, value): (&str, &str)) -> Option<&'a Span> {
    let is_next = |span: &&Span| {
        let hangs = (&span.trace_id, &span.parent_span_id) == (&before.trace_id, &before.span_id);
        let linked = |it: &Span| {
            it.links.iter().any(|link| (&link.trace_id, &link.span_id) == (&before.trace_id, &before.span_id))
        };
        span.name == name && attribute(span, key) == value && (hangs || linked(span))
    };
    spans.iter().find(is_next)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_trace_leads_from_a_signature_into_every_read_model() {
    let (collector, address) = Collector::listen().await;
    // Few log lines are no reason for few spans: the stage logs warnings only.
    let given =
        [("REGIOHUB_OTLP", &*address), ("OTEL_BSP_SCHEDULE_DELAY", "200"), ("OTEL_METRIC_EXPORT_INTERVAL", "500")];
    let stage = Stage::up("telemetry", &given).await;
    stage.play_until(is_school_signature).await;

    let Way { request, reaction } = collector.spans("a reaction to a request", way).await;
    assert_eq!((request.name.as_str(), request.kind()), ("sign-contract-for-school", SpanKind::Server));
    assert_eq!(request.parent_span_id, [0; 0], "the trace begins with the request");
    assert_eq!(reaction.trace_id, request.trace_id);

    let next = async |before: &Span, name: &'static str, of: (&'static str, &'static str)| {
        let what = format!("{name} of {} after {}", of.1, before.name);
        collector.spans(&what, |spans| after(spans, before, name, of).cloned()).await
    };
    // The command is decided and appended; relayed; in the read models of the gateway, which is another service.
    let command = next(&request, "execute", ("service", "agreements")).await;
    assert_eq!(command.trace_id, request.trace_id);
    next(&request, "relay", ("service", "agreements")).await;
    next(&request, "project", ("projection", "agreements")).await;
    // The reaction in a third service is a command of the same trace, relayed and projected in its turn.
    let attached = next(&reaction, "execute", ("service", "hotspots")).await;
    assert_eq!(attached.trace_id, request.trace_id);
    next(&reaction, "relay", ("service", "hotspots")).await;
    next(&reaction, "project", ("projection", "hotspots")).await;
    the_metrics_are_there(&stage, &collector).await;
}

fn is_school_signature(step: &Value) -> bool {
    step["path"].as_str().is_some_and(|path| path.ends_with("/school-signatures"))
}

async fn the_metrics_are_there(stage: &Stage, collector: &Collector) {
    let any = |name| collector.metric(name, |measured| measured.value > 0.0);
    assert_eq!(any("hub.append.latency").await.by, ["service"]);
    assert!(any("hub.append.batch").await.value > 100.0, "commits");
    assert!(any("hub.batch.size").await.value > 100.0, "batches");
    // Everything catches up; how far behind it is stays told.
    let none = |name| collector.metric(name, |measured| measured.value == 0.0);
    for (name, by) in [("hub.relay.lag", "service"), ("hub.projection.lag", "reader"), ("hub.parked", "by")] {
        assert!(none(name).await.by.iter().any(|it| it == by), "{name}");
    }

    let nominate = |name: &str, on: Value| {
        json!({
            "name": name, "kvk": "90000013", "occurredOn": on,
            "address": { "street": "Voorbeeldweg", "number": "1", "postcode": "4207AA", "place": "Gorinchem" },
        })
    };
    let refused = stage.post("/companies", &nominate("Bedrijf", json!("2099-01-01"))).await;
    assert_eq!(refused, 409, "a date in the future");
    assert!(any("hub.commands.refused").await.value >= 1.0);

    let mut gateway = PgConnection::connect(&stage.database("gateway")).await.unwrap();
    gateway.execute("alter table companies.company add constraint ill check (kvk <> '90000013')").await.unwrap();
    assert_eq!(stage.post("/companies", &nominate("Bedrijf", Value::Null)).await, 201);
    assert!(any("hub.parked").await.value >= 1.0);
    assert!(any("hub.bus.alarms").await.value >= 1.0);
}

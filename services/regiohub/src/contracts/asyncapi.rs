//! One AsyncAPI document: which events each service publishes, and where.

use proto_schemas::Contract;
use serde_json::{Map, Value, json};

/// AsyncAPI 3.0; each message points to the JSON Schema of its event.
pub(super) fn document(contracts: &[Contract]) -> Value {
    let (mut channels, mut operations) = (Map::new(), Map::new());
    for contract in contracts {
        let Contract { service, category, event_type, schema } = contract;
        let short = event_type.rsplit('.').nth(1).unwrap_or(event_type);
        let name = format!("{service}.{short}.{}", event_type.rsplit('.').next().unwrap_or_default());
        let message = json!({
            "name": event_type,
            "summary": schema["description"],
            "contentType": "application/cloudevents+json",
            "payload": { "$ref": format!("schemas/{event_type}.schema.json") },
        });
        channels.insert(
            name.clone(),
            json!({
                "address": format!("hub.{service}.{{region}}.{category}.{short}"),
                "parameters": { "region": { "description": "The region's slug." } },
                "messages": { "event": message },
            }),
        );
        operations.insert(
            format!("publish.{name}"),
            json!({ "action": "send", "channel": { "$ref": format!("#/channels/{}", name.replace('/', "~1")) } }),
        );
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Regiohub: events",
            "version": "1.0.0",
            "description": "Every event of the hub, as CloudEvents (NL GOV profile) on NATS JetStream. One stream per service and region, `<service>-<region>`; a message's stream sequence is the event's position.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
    })
}

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
            "version": "1.1.0",
            "description": "Every event of the hub, as CloudEvents (NL GOV profile) on NATS JetStream. One stream per service and region, `<service>_<region>`, after a declared restore `<service>_<region>_<epoch>` (until version 1.0 of this document `<service>-<region>` and `<service>-<region>--<epoch>`: streams of those names are removed once the new ones are complete); a message's stream sequence is the event's position. Any client with access to NATS may have put a message there: the hub's own readers check the header `Hub-Mac`, computed with a key that is not given to others. Other readers can rely on an event once a signed checkpoint of its log covers it: its leaf is `SHA-256(0x00 ‖ payload)` in the Merkle tree of RFC 6962 whose root the checkpoint signs (`GET /v1/regions/{region}/audit/checkpoints`). `subject` is the stream within the log, in which `version` counts. Each member of a region has one (`consortium/school:02LB00`, `consortium/mbo:25LX`), and so has each whom holds cover (`retention-hold/person:…`, `retention-hold/class:pupil`, `retention-hold/region:all`); earlier events of both stand in one of the region (`consortium/<region>`, `retention-hold/<region>`).",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
    })
}

//! Keeps what somebody is shown, by whichever service, before it is shown.

use crate::oversight::look::{
    self, Look,
    commands::{Command, Known},
};
use crate::oversight::mandate::{self, Mandate};
use chassis::Hub;
use decider::{Aggregate, CommandContext, Refusal};
use event_log::Error;
use http::StatusCode;
use proto_schemas::audit::mandate::Under;
use std::collections::BTreeMap;
use std::sync::Arc;
use vocabulary::{Actor, ActorId, LookId, RegionId, Service};
use web::{Keep, Problem};

/// Which logs the answers of the gateway and of the audit itself are made of; what is not here is made of all.
const READS: &[(&str, &[Service])] = &[
    ("show-me", &[]),
    ("list-processing-activities", &[]),
    ("show-region", &[Service::Consortium]),
    ("list-companies", &[Service::Consortium]),
    ("list-hotspots", &[Service::Hotspots]),
    ("show-hotspot", &[Service::Hotspots]),
    ("show-statement", &[Service::CoFinancing]),
    ("explain-figure", &[Service::CoFinancing]),
    ("trace-figure", &[Service::CoFinancing, Service::Hotspots, Service::Agreements, Service::Consortium]),
    ("draw-audit-sample", &[Service::CoFinancing, Service::Hotspots, Service::Agreements, Service::Consortium]),
    ("show-audit-sample", &[Service::CoFinancing, Service::Hotspots, Service::Agreements, Service::Consortium]),
    ("show-audit-sample-sheet", &[Service::CoFinancing, Service::Hotspots, Service::Agreements, Service::Consortium]),
    // Positions, and what the auditor did: nothing of a log.
    ("list-logs", &[]),
    ("list-mandates", &[]),
    ("list-looks", &[]),
    ("list-audit-exports", &[]),
    // Sizes and hashes, as in the checkpoints that anyone may see.
    ("prove-consistency", &[]),
    // What was drawn, and from which sum of the log of co-financing.
    ("list-audit-samples", &[Service::CoFinancing]),
    // The name was decided about by itself.
    ("reveal-name", &[]),
];

/// The keeper of looks, in the log of this service.
pub(crate) fn keeper(hub: &Hub) -> Keep {
    let hub = hub.clone();
    Arc::new(move |look| {
        let hub = hub.clone();
        Box::pin(async move { keep(&hub, look).await })
    })
}

async fn keep(hub: &Hub, look: web::Look) -> Result<(), Problem> {
    let web::Look { region, actor, role, at, service, operation, about, traceparent } = look;
    let known = known(hub, &region, actor).await?;
    let reads = reads(&service, &operation, &about);
    let mut asked = CommandContext::new(Actor { id: actor, role, organisation: None }, at);
    asked.traceparent = traceparent;
    let command = Command::Look { operation, service, about, reads, known };
    match hub.log.execute::<Look>(&region, &LookId::fresh(), command, &asked).await {
        Ok(_) => Ok(()),
        // Not a rule about what is asked, but about who asks.
        Err(Error::Refused(refused)) => {
            let code = format!("{}-{}", refused.aggregate, refused.code);
            Err(Problem::new(StatusCode::FORBIDDEN, code, refused.english, refused.dutch))
        }
        Err(error) => Err(error.into()),
    }
}

/// What is known of the mandates of somebody.
pub(crate) async fn known(hub: &Hub, region: &RegionId, actor: ActorId) -> Result<Known, Error> {
    let id = mandate::id_of(region, actor);
    Ok(Known { id, mandate: hub.log.load::<Mandate>(region, &id).await?.state })
}

/// Under which mandate somebody does something in this service that is an event of its own, before they do it; nothing
/// for roles that need none.
pub(crate) async fn acting_under(
    hub: &Hub,
    region: &RegionId,
    operation: &str,
    asked: &CommandContext,
) -> Result<Option<Under>, Problem> {
    let known = known(hub, region, asked.by.id).await?;
    let under = look::under(&known, &reads("audit", operation, &BTreeMap::new()), asked).map_err(|refusal| {
        let code = format!("{}-{}", Look::CATEGORY, refusal.code());
        Problem::new(StatusCode::FORBIDDEN, code, refusal.to_string(), refusal.in_dutch())
    })?;
    Ok(under.map(|(_, under)| under))
}

fn reads(service: &str, operation: &str, about: &BTreeMap<String, String>) -> Vec<Service> {
    if operation == "prove-event" {
        // One event of the log that is named.
        let named =
            Service::ALL.into_iter().find(|log| about.get("service").is_some_and(|service| service == log.as_str()));
        return named.map_or_else(|| Service::ALL.to_vec(), |log| vec![log]);
    }
    let known = READS.iter().find(|(known, _)| *known == operation).map(|(_, logs)| logs.to_vec());
    let own = Service::ALL.into_iter().find(|log| log.as_str() == service && *log != Service::Audit);
    known.or(own.map(|log| vec![log])).unwrap_or_else(|| Service::ALL.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unlisted_operation_reads_every_log() {
        let none = BTreeMap::new();
        assert_eq!(reads("co-financing", "show-claim", &none), [Service::CoFinancing]);
        assert_eq!(reads("gateway", "show-statement", &none), [Service::CoFinancing]);
        assert_eq!(reads("audit", "list-logs", &none), []);
        assert_eq!(reads("audit", "prove-consistency", &none), []);
        assert_eq!(reads("audit", "not-yet-there", &none), Service::ALL);
        assert_eq!(reads("gateway", "not-yet-there", &none), Service::ALL);
    }

    #[test]
    fn a_proof_is_made_of_the_log_it_names() {
        let about = |service: &str| [("service".to_owned(), service.to_owned())].into();
        assert_eq!(reads("audit", "prove-event", &about("assessments")), [Service::Assessments]);
        assert_eq!(reads("audit", "prove-event", &about("…")), Service::ALL);
    }
}

//! The gateway as a process of its own: the services that decide are behind it, over HTTP.

use anyhow::Context;
use gateway::{Backend, Place};
use vocabulary::Service;

/// What a service promises, as committed: all that is forwarded to it.
const fn document(service: Service) -> &'static str {
    match service {
        Service::Consortium => include_str!("../../../proto-schemas/openapi/consortium.json"),
        Service::Hotspots => include_str!("../../../proto-schemas/openapi/hotspots.json"),
        Service::Agreements => include_str!("../../../proto-schemas/openapi/agreements.json"),
        Service::Assessments => include_str!("../../../proto-schemas/openapi/assessments.json"),
        Service::CoFinancing => include_str!("../../../proto-schemas/openapi/co-financing.json"),
        Service::Audit => include_str!("../../../proto-schemas/openapi/audit.json"),
    }
}

fn main() -> anyhow::Result<()> {
    chassis::alone_with(gateway::service(), |alone| {
        let http = chassis::peer_client(chassis::PEER_TIMEOUT)?;
        let backends = Service::ALL.into_iter().map(|service| {
            let name = service.as_str();
            let peer = alone.peers.iter().find(|(peer, _)| peer == name);
            let (_, url) = peer.with_context(|| format!("where is {name}? Name it with --peer {name}=URL"))?;
            let place = Place::There(url.trim_end_matches('/').to_owned(), http.clone());
            Ok(Backend { name, openapi: serde_json::from_str(document(service))?, place })
        });
        let backends = backends.collect::<anyhow::Result<Vec<_>>>()?;
        Ok(gateway::compose(alone.router, alone.openapi, backends, &alone.issuers))
    })
}

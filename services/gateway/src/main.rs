//! The gateway as a process of its own: the services that decide are behind it, over HTTP.

use anyhow::Context;
use gateway::{Backend, Place};
use reqwest::redirect::Policy;
use std::time::Duration;

/// What each service promises, as committed: all that is forwarded to it.
const DOCUMENTS: [(&str, &str); 6] = [
    ("consortium", include_str!("../../../proto-schemas/openapi/consortium.json")),
    ("hotspots", include_str!("../../../proto-schemas/openapi/hotspots.json")),
    ("agreements", include_str!("../../../proto-schemas/openapi/agreements.json")),
    ("assessments", include_str!("../../../proto-schemas/openapi/assessments.json")),
    ("co-financing", include_str!("../../../proto-schemas/openapi/co-financing.json")),
    ("audit", include_str!("../../../proto-schemas/openapi/audit.json")),
];

fn main() -> anyhow::Result<()> {
    chassis::alone_with(gateway::service(), |alone| {
        // As long as the shell waits, so that what takes too long is told in our own words.
        let http = reqwest::Client::builder().redirect(Policy::none());
        let http = http.connect_timeout(Duration::from_secs(5)).timeout(Duration::from_secs(30)).build()?;
        let backends = DOCUMENTS.into_iter().map(|(name, document)| {
            let peer = alone.peers.iter().find(|(peer, _)| peer == name);
            let (_, url) = peer.with_context(|| format!("where is {name}? Name it with --peer {name}=URL"))?;
            let place = Place::There(url.trim_end_matches('/').to_owned(), http.clone());
            Ok(Backend { name, openapi: serde_json::from_str(document)?, place })
        });
        let backends = backends.collect::<anyhow::Result<Vec<_>>>()?;
        Ok(gateway::compose(alone.router, alone.openapi, &backends, &alone.issuers).0)
    })
}

//! All services of the hub in one process, behind the gateway.

use super::databases;
use crate::services;
use axum::Router;
use bus::{Bus, LogSource};
use chassis::Platform;
use gateway::{Backend, Place};
use web::Check;

/// All services, put together.
pub(super) struct Together {
    pub router: Router,
    pub checks: Vec<Check>,
    pub buses: Vec<Bus>,
}

pub(super) async fn start(platform: &Platform, postgres: &str, prefix: &str) -> anyhow::Result<Together> {
    let mut opened = Vec::new();
    for service in services::deciding() {
        let database = databases::ready(postgres, prefix, service.name()).await?;
        opened.push(service.open(platform, database).await?);
    }
    let gateway = gateway::service();
    let database = databases::ready(postgres, prefix, gateway.name()).await?;
    let gateway = gateway.open(platform, database).await?;
    let sources: Vec<LogSource> = opened.iter().map(|service| service.source()).collect();

    let mut together = Together { router: Router::new(), checks: vec![], buses: vec![] };
    let mut backends = Vec::new();
    for service in opened {
        let started = service.start(platform, &sources).await?;
        together.checks.extend(started.checks());
        together.buses.push(started.bus);
        together.router = together.router.nest(&format!("/services/{}", started.name), started.internal);
        backends.push(Backend { name: started.name, openapi: started.openapi, place: Place::Here(started.router) });
    }
    let own = [sources, vec![gateway.source()]].concat();
    let gateway = gateway.start(platform, &own).await?;
    together.checks.extend(gateway.checks());
    let (api, _) = gateway::compose(gateway.router, gateway.openapi, &backends, &platform.issuers);
    together.router = together.router.nest("/services/gateway", gateway.internal).merge(api);
    together.buses.push(gateway.bus);
    Ok(together)
}

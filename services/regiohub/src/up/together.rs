//! All services of the hub in one process, behind the gateway.

use super::databases;
use crate::services;
use axum::Router;
use bus::LogSource;
use chassis::{Hub, Platform};
use gateway::{Backend, Place};
use projections::Projections;
use web::Check;

/// All services, put together.
pub struct Together {
    /// The API, without the shell.
    pub router: Router,
    /// What only the installation itself asks, below `/services/<service>`; without the shell too.
    pub internal: Router,
    /// What must be there for the hub to do its work.
    pub checks: Vec<Check>,
    /// What each service relays, projects and reacts to; the gateway's comes last.
    pub projections: Vec<Projections>,
    /// What each service works with, in the same order.
    pub hubs: Vec<(&'static str, Hub)>,
}

/// Starts every service, each with the database `<prefix><service>`.
///
/// # Errors
/// When a server does not answer, or a migration fails.
pub async fn start(platform: &Platform, postgres: &str, prefix: &str) -> anyhow::Result<Together> {
    let mut opened = Vec::new();
    for service in services::deciding() {
        let database = databases::ready(postgres, prefix, service.name()).await?;
        opened.push(service.open(platform, database).await?);
    }
    let gateway = gateway::service();
    let database = databases::ready(postgres, prefix, gateway.name()).await?;
    let gateway = gateway.open(platform, database).await?;
    let keep = opened.iter().find_map(chassis::Opened::keeps);
    let sources: Vec<LogSource> = opened.iter().map(|service| service.source()).collect();

    let mut internal = Router::new();
    let (mut checks, mut projections, mut hubs) = (vec![], vec![], vec![]);
    let mut backends = Vec::new();
    for service in opened {
        let started = service.start(platform, &sources, keep.clone()).await?;
        checks.extend(started.checks());
        projections.push(started.projections);
        hubs.push((started.name, started.hub));
        internal = internal.nest(&format!("/services/{}", started.name), started.internal);
        backends.push(Backend { name: started.name, openapi: started.openapi, place: Place::Here(started.router) });
    }
    let own = [sources, vec![gateway.source()]].concat();
    let gateway = gateway.start(platform, &own, keep).await?;
    checks.extend(gateway.checks());
    let router = gateway::compose(gateway.router, gateway.openapi, backends, &platform.issuers);
    internal = internal.nest("/services/gateway", gateway.internal);
    projections.push(gateway.projections);
    hubs.push((gateway.name, gateway.hub));
    Ok(Together { router, internal, checks, projections, hubs })
}

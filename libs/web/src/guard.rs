//! Runs before every route: identifies the caller, checks the grant, and finds the kept answer of a retry.
//!
//! **Invariant:** an operation without a row in the access table is denied to everyone.

use crate::{
    Accepted, Caller, Created, Problem, Trace,
    answer::At,
    bounds::Bounds,
    caller::Who,
    command::Prints,
    cursor::Cursors,
    document,
    headers::{self, HUB_POSITION},
    looks::{self, Look, Looks},
    operations::{Known, Operations},
    public::Public,
    telemetry, trace,
    waiting::{Wait, Waiting},
};
use access::{Grant, Grants, Identities, Issuers, table};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{FromRequestParts, MatchedPath, RawPathParams, Request, State, rejection::RawPathParamsRejection},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use chrono::NaiveDate;
use decider::{Clock, CommandKey};
use event_log::{EventLog, KeptAnswer};
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock, atomic::AtomicBool},
};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;
use vocabulary::{ActorId, Generations, RegionId, Role, amsterdam_date};

/// Answers that tell whether something is there or how it stands.
const TELLING: [StatusCode; 4] =
    [StatusCode::NOT_FOUND, StatusCode::CONFLICT, StatusCode::GONE, StatusCode::PRECONDITION_FAILED];

/// Finds what was answered to a command before.
pub type KeptLookup =
    Arc<dyn Fn(RegionId, Uuid) -> BoxFuture<'static, Result<Option<KeptAnswer>, event_log::Error>> + Send + Sync>;

/// Looks in a service's own log.
#[must_use]
pub fn kept_in(log: &EventLog) -> KeptLookup {
    let log = log.clone();
    Arc::new(move |region, command| {
        let log = log.clone();
        Box::pin(async move { log.kept(&region, command).await })
    })
}

/// What the guard of one service needs.
#[derive(Clone)]
pub struct Guard {
    /// The service whose log `Hub-Position` names, such as `hotspots`.
    pub service: &'static str,
    /// The issuers whose tokens identify callers. Under the development issuer alone `Hub-Now` counts.
    pub issuers: Issuers,
    /// Makes pseudonyms of identities.
    pub identities: Identities,
    /// The grants of every actor; the operator's among them.
    pub grants: Grants,
    /// The moment it is.
    pub clock: Clock,
    /// Keys the prints of requests, and the cursors of lists; the same in every process of an installation.
    pub fingerprint_keys: Generations<[u8; 32]>,
    /// What was answered to a command before.
    pub kept: KeptLookup,
    /// Waits for the lookups; without it `Hub-Min-Position` is not waited for.
    pub wait: Option<Wait>,
    /// What auditors are shown is kept here first.
    pub looks: Looks,
    /// What a request may cost.
    pub bounds: Bounds,
}

/// The roles that may do an operation; none for one that is not known.
pub type Roles = fn(&str) -> &'static [Role];

struct GuardState {
    guard: Guard,
    roles: Roles,
    prints: Prints,
    cursors: Cursors,
    operations: Operations,
    waiting: Waiting,
    public: Public,
    /// Where each operation puts what it makes.
    places: RwLock<HashMap<String, String>>,
}

/// Puts the guard before every route, and completes the OpenAPI document with what it asks of all of them.
pub fn guard<S: Clone + Send + Sync + 'static>(router: OpenApiRouter<S>, guard: Guard) -> (Router<S>, OpenApi) {
    guard_by(router, guard, table::roles)
}

/// The same by another table than the hub's: for a service that exists in a test only.
pub fn guard_by<S>(router: OpenApiRouter<S>, guard: Guard, roles: Roles) -> (Router<S>, OpenApi)
where
    S: Clone + Send + Sync + 'static,
{
    let (router, mut api) = router.split_for_parts();
    document::complete(&mut api);
    if !router.has_routes() {
        return (router, api);
    }
    let (prints, cursors) = (Prints::new(&guard.fingerprint_keys), Cursors::new(&guard.fingerprint_keys));
    let waiting = Waiting::new(guard.wait.clone(), guard.bounds.waiters);
    let (operations, public) = (Operations::of(&api), Public::new());
    let standing =
        Arc::new(GuardState { prints, cursors, operations, waiting, public, guard, roles, places: RwLock::default() });
    (router.route_layer(middleware::from_fn_with_state(standing, stand)), api)
}

/// What is remembered of a request until its answer is there.
struct Let {
    operation: String,
    success: StatusCode,
    region: Option<RegionId>,
    command: Option<CommandKey>,
    look: Option<Look>,
    caller: Option<Caller>,
    /// Nobody says who asks, and nobody needs to.
    stranger: bool,
}

async fn stand(State(standing): State<Arc<GuardState>>, request: Request, next: Next) -> Response {
    let asked = request.uri().path().to_owned();
    match standing.let_in(request).await {
        Ok((request, through)) => {
            let answer = match through.stranger {
                true => standing.public.answer(request, next).await,
                false => next.run(request).await,
            };
            standing.finish(answer, through, &asked).await
        }
        Err(problem) => problem.into_response(),
    }
}

impl GuardState {
    async fn let_in(&self, request: Request) -> Result<(Request, Let), Problem> {
        let (mut parts, body) = request.into_parts();
        let known = self.operation(&parts)?;
        parts.extensions.insert(self.cursors.clone());
        if access::PUBLIC.contains(&known.id.as_str()) {
            let known_caller = match headers::bearer(&parts.headers) {
                Ok(token) => self.guard.issuers.verify(&token).await.is_ok(),
                Err(_) => false,
            };
            let through = Let {
                operation: known.id.clone(),
                success: known.success,
                region: None,
                command: None,
                look: None,
                caller: None,
                stranger: !known_caller,
            };
            return Ok((Request::from_parts(parts, body), through));
        }
        let identity = self.guard.issuers.verify(&headers::bearer(&parts.headers)?).await?;
        let pseudonyms = self.guard.identities.of(&identity);
        // **Invariant:** token expiry and recording time never follow `Hub-Now`.
        let at = headers::moment(&parts.headers, self.guard.issuers.is_development(), self.guard.clock.now())?;
        let region = region(&mut parts).await?;
        let wanted = headers::min_position(&parts.headers)?;
        let admit = || self.admit(region.as_ref(), &pseudonyms, amsterdam_date(at), known);
        if admit().is_err() {
            // The grant that was just given may be what is waited for.
            self.waiting.until_granted(&self.guard.grants, region.as_ref(), &wanted).await?;
            admit()?;
        }
        self.waiting.until(region.as_ref(), wanted).await?;
        // And so may be one that was just taken away.
        let (actor, grants) = admit()?;
        let key = headers::idempotency_key(&parts.headers)?;
        if key.is_none() && parts.method == Method::POST {
            return Err(headers::missing_key());
        }
        let expects = headers::if_match(&parts.headers)?;
        let body = read(body, self.guard.bounds.body).await?;
        let command = match key {
            Some(key) => {
                let prints = self.prints.of(actor, region.as_ref(), &key, (&parts.method, &parts.uri, &body));
                Some(self.as_kept(region.as_ref(), prints).await?)
            }
            None => None,
        };
        let traceparent = parts.extensions.get::<Trace>().map(|trace| trace.traceparent.clone());
        let look = match (&region, self.guard.looks.must_keep(&parts.method, &grants)) {
            (Some(region), Some(role)) => Some(Look {
                region: region.clone(),
                actor,
                role,
                at,
                service: self.guard.service.to_owned(),
                operation: known.id.clone(),
                about: asked_about(&mut parts).await,
                traceparent: traceparent.clone(),
            }),
            _ => None,
        };
        let caller = Caller(Arc::new(Who {
            actor,
            region: region.clone(),
            grants,
            at,
            command: command.clone(),
            expects,
            traceparent,
            reached: AtomicBool::new(false),
        }));
        let through = Let {
            operation: known.id.clone(),
            success: known.success,
            region,
            command,
            look,
            caller: Some(caller.clone()),
            stranger: false,
        };
        parts.extensions.insert(caller);
        Ok((Request::from_parts(parts, Body::from(body)), through))
    }

    /// The command as it was kept before the fingerprint key was rotated; one that is new, under the newest key. What is
    /// named after a command, such as an import, is found again so as well.
    async fn as_kept(&self, region: Option<&RegionId>, prints: Generations<CommandKey>) -> Result<CommandKey, Problem> {
        if let Some(region) = region {
            for earlier in prints.others() {
                if (self.guard.kept)(region.clone(), earlier.id).await?.is_some() {
                    return Ok(earlier.clone());
                }
            }
        }
        Ok(prints.newest().clone())
    }

    /// As whom somebody may do an operation now, and under which grants: at least one.
    fn admit(
        &self,
        region: Option<&RegionId>,
        pseudonyms: &Generations<ActorId>,
        today: NaiveDate,
        known: &Known,
    ) -> Result<(ActorId, Vec<Grant>), Problem> {
        let actor = self.guard.grants.known_as(region, pseudonyms);
        let grants = self.held(region, actor, today, (self.roles)(&known.id))?;
        if grants.is_empty() {
            tracing::debug!(operation = known.id, "denied");
            return Err(Problem::denied());
        }
        Ok((actor, grants))
    }

    /// What of an actor's grants is for these roles. While nobody knows how the region's grants are now, only what the
    /// configuration gives counts: who needs more is neither let in nor turned away.
    fn held(
        &self,
        region: Option<&RegionId>,
        actor: ActorId,
        today: NaiveDate,
        roles: &[Role],
    ) -> Result<Vec<Grant>, Problem> {
        let stale = region.and_then(|region| self.guard.grants.current(region).err());
        let mut grants = match region.filter(|_| stale.is_none()) {
            Some(region) => self.guard.grants.of(region, actor, today),
            None => self.guard.grants.everywhere(actor),
        };
        grants.retain(|grant| roles.contains(&grant.role));
        match stale {
            // Where a grant of the region could not help either, no is certain.
            Some(stale) if grants.is_empty() && roles.iter().any(|role| *role != Role::Operator) => {
                tracing::debug!(%stale, region = region.map(RegionId::as_str), "grants do not count");
                Err(Problem::grants_unknown())
            }
            _ => Ok(grants),
        }
    }

    fn operation(&self, parts: &Parts) -> Result<&Known, Problem> {
        let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let known = self.operations.find(&parts.method, route).ok_or_else(|| {
            if self.operations.has(route) {
                // Another method is asked here; should there be a handler that no document names, it stays closed.
                return Problem::of_status(StatusCode::METHOD_NOT_ALLOWED);
            }
            tracing::warn!(method = %parts.method, route, "a route without an operation id is denied");
            Problem::denied()
        })?;
        trace::name(&known.id, route);
        Ok(known)
    }

    async fn finish(&self, answer: Response, mut through: Let, asked: &str) -> Response {
        // **Invariant:** what is shown to an auditor was kept before.
        if let Some(look) = through.look.take().filter(|_| looks::tells(answer.status()))
            && let Err(problem) = self.guard.looks.keep(look).await
        {
            return problem.into_response();
        }
        let blind = through.caller.take().is_some_and(|caller| !caller.may_know());
        let (success, region, operation) = (through.success, through.region.clone(), through.operation.clone());
        let mut answer = match self.answered_before(answer.status(), through).await {
            Ok(None) => answer,
            Ok(Some(kept)) if success == StatusCode::CREATED => Created::from(kept.done).into_response(),
            Ok(Some(kept)) => Accepted::from(kept.done).into_response(),
            Err(problem) => problem.into_response(),
        };
        // **Invariant:** a caller who reaches nothing of a thing does not learn whether it exists, nor its state.
        if blind && TELLING.contains(&answer.status()) {
            return Problem::denied().into_response();
        }
        if let Some(At { position, id, place }) = answer.extensions().get::<At>().cloned() {
            let position = format!("{}={position}", self.guard.service);
            put(answer.headers_mut(), HUB_POSITION, &position);
            if answer.status() == StatusCode::CREATED {
                let place = self.place(operation, place).unwrap_or_else(|| format!("{asked}/{{id}}"));
                let region = region.as_ref().map_or("", RegionId::as_str);
                put(answer.headers_mut(), header::LOCATION, &place.replace("{region}", region).replace("{id}", &id));
            }
        }
        if answer.status() == StatusCode::CONFLICT {
            telemetry::refused(self.guard.service);
        }
        answer
    }

    /// Where an operation puts what it makes. Remembered, since a handler that refuses a retry does not say.
    fn place(&self, operation: String, said: Option<String>) -> Option<String> {
        let known = self.places.read().unwrap_or_else(PoisonError::into_inner).get(&operation).cloned();
        if let Some(said) = &said
            && known.is_none()
        {
            self.places.write().unwrap_or_else(PoisonError::into_inner).insert(operation, said.clone());
        }
        said.or(known)
    }

    /// A handler may refuse what it did before, such as opening what is open by now: then the answer
    /// of then is what the retry gets, or the news that the key was used for something else.
    async fn answered_before(&self, status: StatusCode, through: Let) -> Result<Option<KeptAnswer>, Problem> {
        let (true, Some(region), Some(command)) = (status.is_client_error(), through.region, through.command) else {
            return Ok(None);
        };
        match (self.guard.kept)(region, command.id).await? {
            Some(kept) if kept.fingerprint != command.fingerprint => Err(Problem::reused()),
            kept => Ok(kept),
        }
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

/// The region in the path. One that cannot exist is answered as one that does not.
async fn region(parts: &mut Parts) -> Result<Option<RegionId>, Problem> {
    let params = match RawPathParams::from_request_parts(parts, &()).await {
        Ok(params) => params,
        Err(RawPathParamsRejection::MissingPathParams(_)) => return Ok(None),
        Err(_) => return Err(Problem::denied()),
    };
    let named = params.iter().find(|(name, _)| *name == "region");
    named.map(|(_, region)| region.parse().map_err(|_| Problem::denied())).transpose()
}

/// What of the address may be kept of a look.
async fn asked_about(parts: &mut Parts) -> BTreeMap<String, String> {
    let params = RawPathParams::from_request_parts(parts, &()).await.ok();
    let path = params.iter().flat_map(|params| params.iter());
    looks::about(path, parts.uri.query().unwrap_or_default())
}

async fn read(body: Body, most: usize) -> Result<Bytes, Problem> {
    use http_body_util::{BodyExt, LengthLimitError, Limited};
    match Limited::new(body, most).collect().await {
        Ok(read) => Ok(read.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::too_large(most)),
        Err(_) => Err(Problem::of_status(StatusCode::BAD_REQUEST)),
    }
}

//! The caller of an operation, let in by the guard for one operation in one region.

use crate::Problem;
use access::{Grant, Scope, Touches};
use axum::extract::FromRequestParts;
use chrono::{DateTime, NaiveDate, Utc};
use decider::{CommandContext, CommandKey};
use http::request::Parts;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use uuid::Uuid;
use vocabulary::{ActorId, Reach, RegionId, Role, amsterdam_date};

/// The caller and the grants that let them in. **Invariant:** only the guard makes one.
#[derive(Clone, Debug)]
pub struct Caller(pub(crate) Arc<Who>);

#[derive(Debug)]
pub(crate) struct Who {
    pub actor: ActorId,
    pub region: Option<RegionId>,
    /// Of this region, and of roles that may do this operation: at least one.
    pub grants: Vec<Grant>,
    pub at: DateTime<Utc>,
    pub command: Option<CommandKey>,
    pub expects: Option<i32>,
    pub traceparent: Option<String>,
    /// Whether something was found to be within their reach.
    pub reached: AtomicBool,
}

impl Caller {
    /// May they do it to this? The only way to a [`CommandContext`].
    ///
    /// # Errors
    /// 403 when none of their grants reaches what is touched.
    pub fn about(&self, touched: &Touches) -> Result<CommandContext, Problem> {
        let grant = Grant::narrowest(&self.0.grants, touched).ok_or_else(Problem::denied)?;
        self.0.reached.store(true, Ordering::Relaxed);
        let mut asked = grant.asking(self.0.at);
        asked.correlation = Some(self.0.command.as_ref().map_or_else(Uuid::now_v7, |command| command.id));
        asked.command.clone_from(&self.0.command);
        asked.expects = self.0.expects;
        asked.traceparent.clone_from(&self.0.traceparent);
        Ok(asked)
    }

    /// What they may see of a list.
    #[must_use]
    pub fn scope(&self) -> Scope {
        // What is read within the reach alone tells nothing of what lies outside it.
        self.0.reached.store(true, Ordering::Relaxed);
        Scope::of(&self.0.grants)
    }

    /// Whether they may learn what exists and its state: they reach the whole region, or something that the
    /// handler asked about.
    pub(crate) fn may_know(&self) -> bool {
        self.0.reached.load(Ordering::Relaxed) || self.roles().any(|role| role.reach() == Reach::Region)
    }

    /// Their pseudonym.
    #[must_use]
    pub fn actor(&self) -> ActorId {
        self.0.actor
    }

    /// The region they asked about; operations outside regions have none.
    #[must_use]
    pub fn region(&self) -> Option<&RegionId> {
        self.0.region.as_ref()
    }

    /// The roles under which they may do this operation here.
    pub fn roles(&self) -> impl Iterator<Item = Role> {
        self.0.grants.iter().map(|grant| grant.role)
    }

    /// The grants under which they may do this operation here.
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.0.grants
    }

    /// The moment asked.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// The trace of the request.
    #[must_use]
    pub fn traceparent(&self) -> Option<&str> {
        self.0.traceparent.as_deref()
    }

    /// The date in the Netherlands at the moment asked.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        amsterdam_date(self.0.at)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // A route that the guard does not stand before lets nobody in.
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::denied)
    }
}

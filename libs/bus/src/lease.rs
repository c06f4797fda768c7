//! Elects who relays a log or rebuilds a read model, so that two processes do not do the same work.
//!
//! free ─take→ held until a moment, which this process puts off ─given back, or the moment passed→ free
//!
//! A lease is a row and not a lock: the sessions of a process that is frozen or cut off live on, and with them what they
//! have locked. A row ends by itself.

use crate::rows::of_no_region;
use event_log::Pool;
use sqlx::PgConnection;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

/// For how long a lease is held that nobody renews.
const TERM: Duration = Duration::from_secs(6);
/// How often this process puts off the end of its leases.
const RENEW_EVERY: Duration = Duration::from_secs(2);

/// The leases of this process. Copies share them.
///
/// **Invariant:** nothing is correct only because of a lease. The stream's sequence and the checkpoint's
/// row lock are the fences; a lease saves work.
#[derive(Clone)]
pub struct Leases(Arc<Inner>);

struct Inner {
    app: Pool,
    /// This process, of this service.
    holder: Uuid,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: HashMap<String, Lease>,
    /// A task puts off their end.
    renewing: bool,
    /// Since when the database takes none of it.
    failing: Option<Instant>,
}

/// A lease of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lease {
    /// Grows each time that it changes hands.
    fence: i64,
    until: Instant,
}

/// The holder of a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// This process, under this number.
    Here(i64),
    /// Another one, which may not renew it: then it is free after so long.
    Elsewhere(Duration),
}

impl Leases {
    pub(crate) fn new(app: Pool) -> Self {
        Self(Arc::new(Inner { app, holder: Uuid::new_v4(), state: Mutex::default() }))
    }

    /// Takes the lease of `what`, where nobody else has it. It is renewed until it is given back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take(&self, what: &str) -> sqlx::Result<Taken> {
        let asked = Instant::now();
        let taken = timeout(TERM, self.0.take(what)).await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
        let mut state = self.0.state();
        state.went(taken.is_ok());
        match taken? {
            Taken::Here(fence) => {
                state.held.insert(what.to_owned(), Lease { fence, until: asked + TERM });
                if !state.renewing {
                    state.renewing = true;
                    tokio::spawn(renew(Arc::downgrade(&self.0)));
                }
                Ok(Taken::Here(fence))
            }
            elsewhere => {
                state.held.remove(what);
                Ok(elsewhere)
            }
        }
    }

    /// Whether this process has the lease of `what`, as far as it knows. One that was frozen knows that it is over.
    pub fn has(&self, what: &str) -> bool {
        self.0.state().held.get(what).is_some_and(|lease| lease.until > Instant::now())
    }

    /// Gives back one.
    pub async fn give_back(&self, what: &str) {
        if self.0.state().held.remove(what).is_some() {
            self.0.end(&[what.to_owned()]).await;
        }
    }

    /// Gives back all of them.
    pub async fn release(&self) {
        let held: Vec<String> = self.0.state().held.drain().map(|(what, _)| what).collect();
        if !held.is_empty() {
            self.0.end(&held).await;
        }
    }

    /// Whether the database takes what is written to it, as far as known: for who waits no longer than a lease lasts.
    pub fn are_written(&self) -> bool {
        self.0.state().failing.is_none_or(|since| since.elapsed() < TERM)
    }

    /// Whether this process still has the lease of `what` under that number, which stays so until the end of the
    /// transaction.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn still_holds(&self, rows: &mut PgConnection, what: &str, fence: i64) -> sqlx::Result<bool> {
        let held = sqlx::query("select from bus.leases where name = $1 and holder = $2 and fence = $3 for update");
        Ok(held.bind(what).bind(self.0.holder).bind(fence).fetch_optional(rows).await?.is_some())
    }
}

impl State {
    fn went(&mut self, well: bool) {
        self.failing = if well { None } else { self.failing.or_else(|| Some(Instant::now())) };
    }
}

impl Inner {
    async fn take(&self, what: &str) -> sqlx::Result<Taken> {
        let mut rows = of_no_region(&self.app).await?;
        let fence: Option<i64> = sqlx::query_scalar(
            "insert into bus.leases as kept (name, holder, fence, until)
             values ($1, $2, 1, clock_timestamp() + make_interval(secs => $3))
             on conflict (name) do update
                 set holder = excluded.holder, until = excluded.until,
                     fence = kept.fence + (kept.holder <> excluded.holder)::integer
                 where kept.holder = excluded.holder or kept.until < clock_timestamp()
             returning fence",
        )
        .bind(what)
        .bind(self.holder)
        .bind(TERM.as_secs_f64())
        .fetch_optional(&mut *rows)
        .await?;
        let taken = match fence {
            Some(fence) => Taken::Here(fence),
            None => {
                let left: Option<f64> = sqlx::query_scalar(
                    "select extract(epoch from until - clock_timestamp())::float8 from bus.leases where name = $1",
                )
                .bind(what)
                .fetch_optional(&mut *rows)
                .await?;
                Taken::Elsewhere(Duration::try_from_secs_f64(left.unwrap_or(0.0)).unwrap_or_default().min(TERM))
            }
        };
        rows.commit().await?;
        Ok(taken)
    }

    /// Puts off the end of some leases: of which it is still this process's to say.
    async fn put_off(&self, held: &[String]) -> sqlx::Result<Vec<String>> {
        let mut rows = of_no_region(&self.app).await?;
        let renewed = sqlx::query_scalar(
            "update bus.leases set until = clock_timestamp() + make_interval(secs => $3)
             where holder = $1 and name = any($2) returning name",
        )
        .bind(self.holder)
        .bind(held)
        .bind(TERM.as_secs_f64())
        .fetch_all(&mut *rows)
        .await?;
        rows.commit().await?;
        Ok(renewed)
    }

    async fn end(&self, held: &[String]) {
        let ended = async {
            let mut rows = of_no_region(&self.app).await?;
            sqlx::query("update bus.leases set until = '-infinity' where holder = $1 and name = any($2)")
                .bind(self.holder)
                .bind(held)
                .execute(&mut *rows)
                .await?;
            rows.commit().await
        };
        // They end by themselves.
        if !matches!(timeout(RENEW_EVERY, ended).await, Ok(Ok(()))) {
            tracing::debug!(?held, "leases end later");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts off the end of what is held, as long as anything is.
async fn renew(leases: Weak<Inner>) {
    loop {
        sleep(RENEW_EVERY).await;
        let Some(leases) = leases.upgrade() else { return };
        let held: Vec<String> = {
            let mut state = leases.state();
            if state.held.is_empty() {
                state.renewing = false;
                return;
            }
            state.held.keys().cloned().collect()
        };
        let asked = Instant::now();
        let renewed = timeout(TERM, leases.put_off(&held)).await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
        let mut state = leases.state();
        state.went(renewed.is_ok());
        match renewed {
            Ok(renewed) => {
                for what in held {
                    if !renewed.contains(&what) {
                        state.held.remove(&what);
                    } else if let Some(lease) = state.held.get_mut(&what) {
                        lease.until = asked + TERM;
                    }
                }
            }
            // They may be over before it answers again: the holder of one has to look.
            Err(error) => tracing::warn!(%error, "leases are not renewed"),
        }
    }
}

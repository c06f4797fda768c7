//! A projection folds logs into tables that answer one question.

use bus::{Head, OnParked};
use chrono::{DateTime, Utc};
use event_log::{Recorded, Unreadable, without_values};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::PgConnection;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use vocabulary::RegionId;

/// Folds logs into tables. The tables are disposable: they can be rebuilt from the logs at any time.
///
/// Two logs come in no mutual order, so `apply` must not depend on which of two services' events comes first.
pub trait Projection: Send + Sync + 'static {
    /// In kebab-case; the tables live in a schema of that name with underscores.
    const NAME: &'static str;
    /// Raise it and the tables are rebuilt beside the live ones, then switched. It never goes down.
    const VERSION: u32;
    /// The services whose logs it reads.
    const LOGS: &'static [&'static str];
    /// `create table …;` with unqualified names. Every table has `region text not null`, which leads its
    /// primary key and every index.
    const TABLES: &'static str;
    /// The categories it folds, the first parts of streams' names; `None` means all. Others never reach it.
    const CATEGORIES: Option<&'static [&'static str]> = None;
    /// What happens to later events of a stream of which one is parked.
    const ON_PARKED: OnParked = OnParked::StreamWaits;
    /// Where its events come from.
    const READS: Reads = Reads::Streams;
    /// The columns that hold what was opened in the vault, as `table.column`. They are no part of a digest of
    /// figures, for that must still hold when someone was forgotten.
    const PERSONAL: &'static [&'static str] = &[];

    /// Folds one event. `rows` sees and writes one region, in the schema that is being filled.
    fn apply(
        &self,
        rows: &mut PgConnection,
        happened: &Recorded,
    ) -> impl Future<Output = Result<(), CannotApply>> + Send;

    /// Folds some events in order. Write it when one statement can do the work of many.
    fn apply_all(
        &self,
        rows: &mut PgConnection,
        happened: &[&Recorded],
    ) -> impl Future<Output = Result<(), CannotApply>> + Send {
        async move {
            for event in happened {
                self.apply(rows, event).await?;
            }
            Ok(())
        }
    }

    /// Called after a commit of what it folds, also by another process, for caches.
    fn committed(&self, _region: &RegionId) {}

    /// For [`Reads::Log`]: everything of a log up to here is committed. `changed` when something of it may be new to
    /// this process. Caches are brought up to date here: waits for the position end afterwards.
    fn reached(&self, _here: &Head, _changed: bool) -> impl Future<Output = Result<(), sqlx::Error>> + Send {
        async { Ok(()) }
    }

    /// For [`Reads::Log`]: where all logs of a service ended when they were asked at that moment of [`Settings::ages`];
    /// `None` when they did not answer.
    ///
    /// [`Settings::ages`]: bus::Settings::ages
    fn asked(&self, _at: DateTime<Utc>, _ends: Option<&[Head]>) {}
}

/// Where the events of a projection come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// From the streams, together with the other projections of the database.
    Streams,
    /// From the log in PostgreSQL alone, by a follower of its own with a connection, a transaction and a pace of its
    /// own. Messages only wake it.
    Log,
}

/// Why an event was not applied.
#[derive(Debug, thiserror::Error)]
pub enum CannotApply {
    /// The database: tried again when that may help, parked when not.
    #[error("{}", without_values(.0))]
    Database(#[from] sqlx::Error),
    /// The event cannot be handled; says why, without personal data.
    #[error("{0}")]
    Park(String),
}

impl From<Unreadable> for CannotApply {
    fn from(error: Unreadable) -> Self {
        // serde quotes what it does not expect, and that may be a name: the place is enough.
        Self::Park(format!("unreadable at line {}, column {}", error.0.line(), error.0.column()))
    }
}

/// A projection whose type is forgotten.
pub(crate) trait AnyProjection: Send + Sync {
    fn name(&self) -> &'static str;
    fn version(&self) -> i32;
    fn logs(&self) -> &'static [&'static str];
    fn tables(&self) -> &'static str;
    fn on_parked(&self) -> OnParked;
    fn categories(&self) -> Option<&'static [&'static str]>;
    fn folds(&self, event: &Recorded) -> bool {
        self.categories().is_none_or(|categories| categories.contains(&event.category()))
    }
    fn personal(&self) -> &'static [&'static str];
    fn reads(&self) -> Reads;
    fn apply_all<'a>(
        &'a self,
        rows: &'a mut PgConnection,
        happened: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), CannotApply>>;
    fn committed(&self, region: &RegionId);
    fn reached<'a>(&'a self, here: &'a Head, changed: bool) -> BoxFuture<'a, Result<(), sqlx::Error>>;
    fn asked(&self, at: DateTime<Utc>, ends: Option<&[Head]>);
}

impl<P: Projection> AnyProjection for P {
    fn name(&self) -> &'static str {
        P::NAME
    }
    fn version(&self) -> i32 {
        i32::try_from(P::VERSION).unwrap_or(i32::MAX)
    }
    fn logs(&self) -> &'static [&'static str] {
        P::LOGS
    }
    fn tables(&self) -> &'static str {
        P::TABLES
    }
    fn on_parked(&self) -> OnParked {
        P::ON_PARKED
    }
    fn categories(&self) -> Option<&'static [&'static str]> {
        P::CATEGORIES
    }
    fn personal(&self) -> &'static [&'static str] {
        P::PERSONAL
    }
    fn reads(&self) -> Reads {
        P::READS
    }
    fn apply_all<'a>(
        &'a self,
        rows: &'a mut PgConnection,
        happened: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), CannotApply>> {
        // A panic is a bug in this projection, met with this event: the others go on.
        let applied = AssertUnwindSafe(async move {
            match happened {
                [] => Ok(()),
                [event] => P::apply(self, rows, event).await,
                events => P::apply_all(self, rows, events).await,
            }
        });
        Box::pin(
            applied.catch_unwind().map(|done| done.unwrap_or_else(|_| Err(CannotApply::Park("it panicked".into())))),
        )
    }
    fn committed(&self, region: &RegionId) {
        P::committed(self, region);
    }
    fn reached<'a>(&'a self, here: &'a Head, changed: bool) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(P::reached(self, here, changed))
    }
    fn asked(&self, at: DateTime<Utc>, ends: Option<&[Head]>) {
        P::asked(self, at, ends);
    }
}

/// The schema of a projection's tables: its name with underscores.
pub(crate) fn schema(name: &str) -> String {
    name.replace('-', "_")
}

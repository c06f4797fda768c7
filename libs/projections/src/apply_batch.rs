//! Applies events to several projections in one transaction: all their rows and all their checkpoints.

use crate::CannotApply;
use crate::projector::Projector;
use crate::rows::{aim, filling};
use bus::checkpoint::{self, Key};
use bus::{Error, Log, OnParked, Passed, due, is_locked, parked};
use event_log::{Recorded, is_outage};
use tracing::Instrument;

/// Why a batch did not go through in one go. Nothing of it is kept.
pub(crate) enum Halt {
    /// The projection of this index cannot apply one of its events, or has something parked before one.
    Poison(usize),
    /// The projection of this index is not to go on as it is, or waits for something that the others do not need.
    Away(usize, Error),
    /// The database does not answer: nobody can go on.
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// What a projection has to do with a batch.
struct Share<'a> {
    index: usize,
    /// What it folds of what it has not had.
    events: Vec<&'a Recorded>,
}

/// Applies events that follow each other; what is at or before a projection's checkpoint it has had already.
/// Answers where each projection is now. What `passed` concerned none of them.
pub(crate) async fn apply_batch(
    projectors: &[&Projector],
    log: &Log,
    events: &[Recorded],
    passed: &Passed,
) -> Result<Vec<i64>, Halt> {
    let Some(first) = projectors.first() else { return Ok(Vec::new()) };
    let keys: Vec<Key> = projectors.iter().map(|projector| projector.key_in(log)).collect();
    // Most batches concern one of many: its schema is the one to begin in.
    let concerns = |projector: &&&Projector| events.iter().any(|event| projector.projection.folds(event));
    let schema = &projectors.iter().find(concerns).unwrap_or(first).schema;
    let mut rows = filling(&first.app, &log.region, schema, first.pace()).await?;
    let mut reached = Vec::with_capacity(keys.len());
    for (index, at) in lock(&mut rows, first, log, &keys).await?.into_iter().enumerate() {
        reached.push(passed.beyond(at.map_err(|error| Halt::Away(index, error))?));
    }
    let (mut moved, mut shares) = (Vec::new(), Vec::new());
    for (index, projector) in projectors.iter().enumerate() {
        let due = due(&keys[index], reached[index], events).map_err(|error| Halt::Away(index, error))?;
        let Some(last) = due.last() else { continue };
        reached[index] = last.position;
        moved.push(&keys[index]);
        let events: Vec<&Recorded> = due.iter().filter(|event| projector.projection.folds(event)).collect();
        if !events.is_empty() {
            shares.push(Share { index, events });
        }
    }
    let Some(last) = events.last().filter(|_| !moved.is_empty()) else { return Ok(reached) };
    nothing_waits(&mut rows, projectors, log, &keys, &shares).await?;
    let mut aimed = schema;
    for share in &shares {
        let projector = projectors[share.index];
        if *aimed != projector.schema {
            aim(&mut rows, &projector.schema).await?;
            aimed = &projector.schema;
        }
        let span = projector.span(log, share.events.iter().copied());
        match projector.projection.apply_all(&mut rows, &share.events).instrument(span).await {
            Ok(()) => {}
            Err(CannotApply::Database(error)) if is_outage(&error) => {
                // A transaction that can still be ended: it is not the database that is away, it is what this one needs.
                // The same where it waited so long that the server ended it, and begins another one.
                let is_there = match rows.rollback().await {
                    Ok(()) => true,
                    Err(_) => filling(&first.app, &log.region, schema, first.pace()).await.is_ok(),
                };
                return Err(if is_there { Halt::Away(share.index, error.into()) } else { error.into() });
            }
            Err(_) => return Err(Halt::Poison(share.index)),
        }
    }
    checkpoint::write_all(&mut rows, log, &moved, last.position).await?;
    rows.commit().await?;
    Ok(reached)
}

/// Locks the checkpoints. One that somebody else holds for long takes its projection out, and not the others.
pub(crate) async fn lock(
    rows: &mut sqlx::PgConnection,
    any: &Projector,
    log: &Log,
    keys: &[Key],
) -> Result<Vec<Result<i64, Error>>, Halt> {
    match checkpoint::lock_all(rows, log, keys).await {
        Err(Error::Database(error)) if is_locked(&error) => {
            let mut look = any.filling(&log.region).await?;
            let held = checkpoint::held_elsewhere(&mut look, log, keys).await?;
            Err(held.map_or_else(|| error.into(), |index| Halt::Away(index, Error::Waits(keys[index].reader.clone()))))
        }
        locked => Ok(locked?),
    }
}

/// Nothing that is to be applied has an earlier event of its stream parked.
async fn nothing_waits(
    rows: &mut sqlx::PgConnection,
    projectors: &[&Projector],
    log: &Log,
    keys: &[Key],
    shares: &[Share<'_>],
) -> Result<(), Halt> {
    let patient: Vec<&Share<'_>> =
        shares.iter().filter(|share| projectors[share.index].projection.on_parked() == OnParked::StreamWaits).collect();
    if patient.is_empty() {
        return Ok(());
    }
    let asked: Vec<&Key> = patient.iter().map(|share| &keys[share.index]).collect();
    let waiting = parked::streams_of_all(rows, log, &asked).await?;
    let halted = patient.iter().enumerate().find(|(asked, share)| {
        // Almost always nothing is parked anywhere.
        !waiting.is_empty() && share.events.iter().any(|event| waiting.contains(&(*asked, event.stream.clone())))
    });
    halted.map_or(Ok(()), |(_, share)| Err(Halt::Poison(share.index)))
}

//! Draws what was asked for, once a checkpoint covers the request.
//!
//! Nothing hangs on the request's own future: what is not drawn there is drawn when the sample is looked at, or here.

use crate::Audit;
use crate::oversight::sample::{Sample, commands::Command};
use crate::trace::drawing::{Ask, population};
use crate::trace::reading::{Reader, Unread};
use crate::trace::seed;
use bus::{ALARM_AFTER, RetryingEach};
use decider::{Aggregate, CommandContext};
use event_log::tenant;
use evidence::checkpoint::NotCut;
use proto_schemas::audit::sample::{Draw, Event};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vocabulary::{Actor, RegionId, SampleId};

/// How often it is looked whether something waits to be drawn.
const POLL_INTERVAL: Duration = Duration::from_secs(30);

/// Why a sample is not drawn yet.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotDrawn {
    #[error("the request is recorded, and no checkpoint covers it yet: {0}")]
    NotSigned(String),
    #[error(transparent)]
    Unread(#[from] Unread),
    #[error(transparent)]
    Log(#[from] event_log::Error),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// The sample as it stands, drawn if it was asked for and a checkpoint can be had that covers the request.
pub(crate) async fn complete(audit: &Audit, region: &RegionId, sample: SampleId) -> Result<Sample, NotDrawn> {
    let mut state = Sample::default();
    let mut requested_at = 0;
    for happened in audit.hub.log.history(region, &format!("sample/{sample}")).await? {
        let event: Event = happened
            .event()
            .map_err(|_| Unread::Event { service: seed::SERVICE.to_owned(), position: happened.position })?;
        if let Event::Requested { .. } = event {
            requested_at = happened.position;
        }
        state = state.evolve(event);
    }
    let Sample::Requested(request) = &state else { return Ok(state) };
    let Event::Requested { seed: words, method, claim, year, cut_off, size, under, .. } = &**request else {
        return Ok(state);
    };
    let checkpoint = covering(audit, region, requested_at).await?;
    let seed = seed::effective(words, &checkpoint)
        .ok_or_else(|| NotDrawn::NotSigned("what is kept as its note is none".to_owned()))?;
    let mut reader = Reader::new(region.clone(), audit.logs.clone()).kept_in(audit.hub.db.clone());
    reader.until(cut_off.clone());
    let ask = Ask { seed: words.clone(), method: *method, size: *size, claim: *claim, year: *year };
    let Some(population) = population(&mut reader, ask).await? else { return Ok(Sample::None) };
    let drawing = population.draw(&mut reader, Draw { requested_at, checkpoint, seed }).await?;
    let drawn = Box::new(drawing.event(*under));
    // Whoever asked stands in the request. What it draws is not theirs to decide, so it is the hub that writes it down.
    let asked = CommandContext::new(Actor::hub(), audit.hub.clock.now());
    match audit.hub.log.execute::<Sample>(region, &sample, Command::Draw(drawn), &asked).await {
        Ok(_) => {}
        Err(error) => {
            tracing::error!(%region, %sample, %error, alarm = "a sample that was asked for cannot be drawn");
            return Err(error.into());
        }
    }
    Ok(audit.hub.log.load::<Sample>(region, &sample).await?.state)
}

/// The note of the first checkpoint that covers a request. When there is none yet, one is cut at once.
async fn covering(audit: &Audit, region: &RegionId, requested_at: i64) -> Result<String, NotDrawn> {
    let first = || audit.notary.first_covering(region, seed::SERVICE, None, requested_at.unsigned_abs());
    let failed = |error: NotCut| NotDrawn::NotSigned(error.to_string());
    if let Some(note) = first().await.map_err(failed)? {
        return Ok(note);
    }
    let own = audit.logs.iter().find(|log| log.service() == seed::SERVICE);
    let own = own.ok_or_else(|| NotDrawn::NotSigned("the log of the audit is not at hand".to_owned()))?;
    audit.notary.cut(region, own).await.map_err(failed)?;
    first().await.map_err(failed)?.ok_or_else(|| NotDrawn::NotSigned("none was cut".to_owned()))
}

/// Draws what waits, again and again, until the token is cancelled.
pub(crate) async fn draw_when_signed(audit: Audit, end: CancellationToken) -> Result<(), bus::Error> {
    let mut failing = RetryingEach::new("the drawing of a sample", ALARM_AFTER);
    loop {
        draw_all(&audit, &mut failing).await;
        tokio::select! {
            () = end.cancelled() => return Ok(()),
            () = tokio::time::sleep(POLL_INTERVAL) => {}
        }
    }
}

/// Draws what waits in every region: what is in the way in one keeps no other waiting, and raises an alarm when it lasts.
async fn draw_all(audit: &Audit, failing: &mut RetryingEach) {
    let heads = audit.hub.log.heads().await;
    failing.tried(seed::SERVICE, "all regions", &heads);
    for head in heads.into_iter().flatten() {
        let drawn = draw_in(audit, &head.region).await;
        if let Err(error) = &drawn {
            tracing::warn!(region = %head.region, %error, "a sample that was asked for is not drawn yet");
        }
        failing.tried(seed::SERVICE, head.region.as_str(), &drawn);
    }
}

/// Draws what waits in a region; the last that was in the way is told after all others had their turn.
async fn draw_in(audit: &Audit, region: &RegionId) -> Result<(), NotDrawn> {
    let mut rows = tenant(&audit.hub.db, region).await?;
    let waiting: Vec<Uuid> =
        sqlx::query_scalar("select sample from samples.sample where region = $1 and lines is null order by position")
            .bind(region.as_str())
            .fetch_all(&mut *rows)
            .await?;
    drop(rows);
    let mut done = Ok(());
    for sample in waiting {
        if let Err(error) = complete(audit, region, SampleId(sample)).await {
            done = Err(error);
        }
    }
    done
}

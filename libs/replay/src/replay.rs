//! Makes the read models of a region again from the logs alone, and holds them against what there is.
//!
//! **Invariant:** what is live is only read; what is made stands in a schema of its own, and goes afterwards.

use crate::difference::Copies;
use crate::digested::Digested;
use crate::digests::Digests;
use crate::finding::Finding;
use crate::scratch::Scratch;
use crate::shelf::Shelf;
use crate::snapshot::{Snapshot, Standing};
use crate::table_digest::digests as digests_of;
use bus::LogSource;
use chrono::{DateTime, Utc};
use event_log::IN_BATCHES;
use projections::{ReadModel, Watch};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use tokio_util::sync::CancellationToken;
use vocabulary::RegionId;

/// How many differences of one table are listed.
const FIRST: usize = 10;

/// Up to where the logs are replayed, and what the replay is held against.
#[derive(Clone, Copy, Debug)]
pub enum Until<'a> {
    /// As far as each live read model is; held against that one.
    Live,
    /// As far as each log was at that moment, which has passed; held against nothing.
    Moment(DateTime<Utc>),
    /// As far as an earlier digest went; held against it.
    Earlier(&'a Digests),
}

/// How far a replay is.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// A read model is next, with so many events.
    Next(&'a str, &'a str, u64),
    /// So many more events were applied.
    Events(u64),
}

/// Who follows a replay, and may end it.
pub struct Follow<'a> {
    /// Hears of each step.
    pub told: &'a (dyn Fn(Step<'_>) + Send + Sync),
    /// Ends it early: the scratch tables go, and the answer is [`Error::Ended`].
    pub end: CancellationToken,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A database or a log does not answer.
    #[error(transparent)]
    Bus(#[from] bus::Error),
    /// The live tables were switched meanwhile.
    #[error("{0} was rebuilt meanwhile: replay again")]
    Rebuilt(&'static str),
    /// It was told to end.
    #[error("ended before it was done; the scratch tables are gone")]
    Ended,
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Bus(error.into())
    }
}

/// Replays the read models of a region, one after the other: their digests, and all that is not as it should be.
///
/// # Errors
/// When a database or a log does not answer, or it was told to end.
pub async fn replay(
    shelves: &[Shelf],
    sources: &[LogSource],
    region: &RegionId,
    until: Until<'_>,
    follow: &Follow<'_>,
) -> Result<(Digests, Vec<Finding>), Error> {
    let at = match until {
        Until::Moment(moment) => positions_at(sources, region, moment).await?,
        Until::Live | Until::Earlier(_) => BTreeMap::new(),
    };
    let as_of = match until {
        Until::Live => None,
        Until::Moment(moment) => Some(moment),
        Until::Earlier(earlier) => earlier.as_of,
    };
    let (mut digests, mut findings) = (Digests { region: region.clone(), as_of, read_models: vec![] }, vec![]);
    for shelf in shelves {
        // Positions and tables of one moment, however long this takes and whatever happens meanwhile.
        let live = Snapshot::of(&shelf.database.app, region).await?;
        for model in &shelf.models {
            let standing = live.standing(model).await?;
            let positions = match until {
                Until::Live => standing.positions.clone(),
                Until::Moment(_) => at.clone(),
                Until::Earlier(earlier) => match earlier.of(shelf.service, model.name()) {
                    Some(digested) => digested.positions.clone(),
                    None => continue,
                },
            };
            let positions: BTreeMap<String, i64> = positions
                .into_iter()
                .filter(|(service, position)| *position > 0 && model.logs().contains(&service.as_str()))
                .collect();
            let scratch = Scratch::new(&shelf.database).await?;
            let one = One { shelf, model, region, standing, positions, schema: scratch.schema() };
            let done = tokio::select! {
                done = one.replay(&live, sources, until, follow) => done,
                () = follow.end.cancelled() => Err(Error::Ended),
            };
            scratch.discard().await?;
            let (digested, found) = done?;
            digests.read_models.extend(digested);
            findings.extend(found);
        }
    }
    if let Until::Earlier(earlier) = until {
        findings.extend(earlier.lacking_in(shelves));
    }
    Ok((digests, findings))
}

/// One read model at work.
struct One<'a> {
    shelf: &'a Shelf,
    model: &'a ReadModel,
    region: &'a RegionId,
    standing: Standing,
    positions: BTreeMap<String, i64>,
    schema: &'a str,
}

impl One<'_> {
    async fn replay(
        &self,
        live: &Snapshot,
        sources: &[LogSource],
        until: Until<'_>,
        follow: &Follow<'_>,
    ) -> Result<(Option<Digested>, Vec<Finding>), Error> {
        let Self { shelf, model, region, positions, schema, .. } = self;
        let (service, name) = (shelf.service, model.name());
        let events = positions.values().fold(0_u64, |sum, position| sum.saturating_add(position.unsigned_abs()));
        (follow.told)(Step::Next(service, name, events));
        let upto: Vec<(String, RegionId, i64)> =
            positions.iter().map(|(log, position)| (log.clone(), (*region).clone(), *position)).collect();
        let told = |events| (follow.told)(Step::Events(events));
        let watch = Watch { told: &told, end: follow.end.clone() };
        let replayed = match model.replay(&shelf.database, schema, sources, &upto, &watch).await {
            Ok(replayed) => replayed,
            Err(bus::Error::Gap { service: log, position, .. }) => {
                return Ok((None, vec![Finding::lacking(service, name, log, position)]));
            }
            Err(error) => return Err(error.into()),
        };
        if follow.end.is_cancelled() {
            return Err(Error::Ended);
        }
        let begin = format!("begin read only; set local regiohub.region = '{region}'; {IN_BATCHES}");
        let mut made = shelf.database.app.begin_raw(begin).await?;
        let digested = Digested {
            service: service.to_owned(),
            name: name.to_owned(),
            version: model.version(),
            positions: positions.clone(),
            tables: digests_of(&mut made, schema, model.personal()).await?,
        };
        let mut findings: Vec<Finding> =
            replayed.parked.iter().map(|parked| Finding::parked(service, name, parked)).collect();
        match until {
            Until::Moment(_) => {}
            Until::Earlier(earlier) => findings.extend(earlier.differing(&digested)),
            Until::Live => findings.extend(self.against_live(live, &mut made, &digested).await?),
        }
        Ok((Some(digested), findings))
    }

    async fn against_live(
        &self,
        live: &Snapshot,
        made: &mut PgConnection,
        digested: &Digested,
    ) -> Result<Vec<Finding>, Error> {
        let Self { shelf, model, schema, .. } = self;
        let version = self.standing.version;
        if version != Some(model.version()) {
            return Ok(vec![Finding::version(digested, version.unwrap_or(0))]);
        }
        let own = model.schema();
        let mut rows = live.rows().await?;
        if live.tables(model).await? != self.standing.tables {
            return Err(Error::Rebuilt(model.name()));
        }
        let is = digests_of(&mut rows, &own, model.personal()).await?;
        let mut findings = Vec::new();
        for should in &digested.tables {
            let is = is.iter().find(|is| is.table == should.table);
            if is == Some(should) {
                continue;
            }
            let copies = Copies { live: &own, replayed: schema, table: &should.table, except: model.personal() };
            let found = match is {
                Some(_) => copies.differences(&mut rows, &mut *made, FIRST).await?,
                None => vec![],
            };
            if found.is_empty() {
                findings.push(Finding::digest(digested, should, is));
            }
            findings.extend(found.into_iter().map(|found| Finding::row(shelf.service, model.name(), found)));
        }
        Ok(findings)
    }
}

/// How far the log of each service was at a moment. Recording time never runs backwards along a log.
async fn positions_at(
    sources: &[LogSource],
    region: &RegionId,
    moment: DateTime<Utc>,
) -> Result<BTreeMap<String, i64>, Error> {
    let mut positions = BTreeMap::new();
    for source in sources {
        let head = source.heads().await?.into_iter().find(|head| head.region == *region);
        // Everything up to `before` was recorded by then, nothing behind `after` was.
        let (mut before, mut after) = (0, head.map_or(0, |head| head.position));
        while before < after {
            let middle = before + (after - before + 1) / 2;
            let event = source.page(region, middle - 1, 1).await?.into_iter().next();
            if event.is_some_and(|event| event.recorded_at <= moment) {
                before = middle;
            } else {
                after = middle - 1;
            }
        }
        positions.insert(source.service().to_owned(), before);
    }
    Ok(positions)
}

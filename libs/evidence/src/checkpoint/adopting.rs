//! How a log comes into the signer's memory that did not sign it: at the first start with a memory, and by the operator.

use super::growing::{Expected, signed};
use super::{Cut, NotCut, Notary};
use crate::signer::{How, Remembered, Turn};
use bus::{Head, LogSource};
use proofs::{Checkpoint, Frontier, Note, Verifier};
use std::collections::{BTreeMap, BTreeSet};
use vocabulary::RegionId;

/// So many kept checkpoints are read at a time.
const PAGE: i64 = 1_000;

impl Notary {
    /// Takes over what was kept in the database, once for an installation, each log checked against every checkpoint
    /// kept of it. A log that does not fit is remembered as one that does not, and is not signed any more.
    ///
    /// # Errors
    /// When a log or the database does not answer: then it goes on the next time.
    pub(crate) async fn upgrade(&self, turn: &mut Turn<'_>) -> Result<(), NotCut> {
        let mut regions = BTreeSet::new();
        for log in self.logs.iter() {
            let heads = log.heads().await.map_err(|error| NotCut::Log(log.service().to_owned(), error))?;
            regions.extend(heads.into_iter().map(|head| head.region));
        }
        for region in regions {
            self.take_keys(turn, &region).await?;
            let own = self.verifiers(&region);
            for log in self.logs.iter() {
                let kept = self.kept(&region, log.service(), &own).await?;
                let newest = kept.iter().max_by_key(|cut| (cut.epoch, cut.size));
                if let Some(newest) = newest
                    && turn.tree(&self.origin(&region, log.service())).is_none()
                {
                    let unfit = self.unfit(&region, log, newest, &kept).await?;
                    let tree = self.tree_of(&region, newest, unfit.map(|cut| cut.size.unsigned_abs()));
                    tracing::info!(%region, service = log.service(), size = newest.size, fits = unfit.is_none(), "what was signed before is remembered");
                    turn.remember(tree.ok_or_else(|| unread(log.service()))?)?;
                }
            }
        }
        turn.taken_over()?;
        Ok(())
    }

    /// The checkpoints of a log that were signed here, in order.
    async fn kept(&self, region: &RegionId, service: &str, own: &[Verifier]) -> sqlx::Result<Vec<Cut>> {
        let (mut all, mut after) = (Vec::new(), (0, 0));
        loop {
            let page = self.list(region, (service, after.0, after.1), PAGE).await?;
            let count = page.len();
            let these: Vec<Cut> = page.into_iter().filter(|cut| cut.service == service).collect();
            after = these.last().map_or(after, |last| (last.epoch, last.size));
            let ended = these.len() < count || signed(count as u64) < PAGE;
            all.extend(these.into_iter().filter(|cut| self.signed_by(region, cut, own)));
            if ended {
                return Ok(all);
            }
        }
    }

    /// The first kept checkpoint that the log does not fit; of an older epoch only as far as a restore was declared.
    async fn unfit<'a>(
        &self,
        region: &RegionId,
        log: &LogSource,
        newest: &'a Cut,
        kept: &'a [Cut],
    ) -> Result<Option<&'a Cut>, NotCut> {
        let alarm = |size: i64| tracing::error!(%region, service = log.service(), size, alarm = "a log does not fit a checkpoint that was signed");
        let Some(head) = self.head(region, log).await? else {
            alarm(newest.size);
            return Ok(None);
        };
        let reach = self.still_held(region, log, &head).await?;
        let holds = |cut: &&Cut| reach.get(&cut.epoch).is_some_and(|until| cut.size.unsigned_abs() <= *until);
        let same: Vec<&Cut> = kept.iter().filter(holds).collect();
        if self.fits(region, log, &head, &same).await? {
            return Ok(None);
        }
        for cut in &same {
            if !self.fits(region, log, &head, &[cut]).await? {
                alarm(cut.size);
                return Ok(Some(cut));
            }
        }
        Ok(None)
    }

    /// Up to where a log still holds what each of its epochs signed: all of its own, and of an older one what every restore
    /// since then was declared to keep. An epoch before an undeclared restore is left out.
    async fn still_held(&self, region: &RegionId, log: &LogSource, head: &Head) -> Result<BTreeMap<i32, u64>, NotCut> {
        let (mut epoch, mut until) = (head.epoch, u64::MAX);
        let mut reach = BTreeMap::from([(epoch, until)]);
        while epoch > 1 {
            let said = match self.declared(region, log, epoch).await {
                Ok((_, said)) => said,
                Err(NotCut::Altered { reason, .. }) => {
                    tracing::warn!(%region, service = log.service(), epoch, reason, "what was signed before an undeclared restore is compared with nothing");
                    break;
                }
                Err(error) => return Err(error),
            };
            let before = i32::try_from(said.from_epoch).unwrap_or(i32::MAX);
            if before >= epoch {
                break;
            }
            (epoch, until) = (before, until.min(said.position));
            reach.insert(epoch, until);
        }
        Ok(reach)
    }

    async fn fits(&self, region: &RegionId, log: &LogSource, head: &Head, cuts: &[&Cut]) -> Result<bool, NotCut> {
        let mut expected = Expected::default();
        for cut in cuts {
            let Some(said) = cut.checkpoint() else { return Ok(false) };
            expected.root(said.size, said.root);
        }
        self.holds_all(region, log, head, &expected).await
    }

    async fn holds_all(
        &self,
        region: &RegionId,
        log: &LogSource,
        head: &Head,
        expected: &Expected,
    ) -> Result<bool, NotCut> {
        if expected.furthest() > Some(head.position.unsigned_abs()) {
            return Ok(false);
        }
        match self.grow(None, region, log, head, Frontier::default(), expected).await {
            Ok(_) => Ok(true),
            Err(NotCut::Altered { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn tree_of(&self, region: &RegionId, cut: &Cut, unfit: Option<u64>) -> Option<Remembered> {
        let said = cut.checkpoint()?;
        let origin = self.origin(region, &cut.service);
        Some(Remembered {
            origin,
            epoch: said.epoch,
            size: said.size,
            root: said.root,
            note: Some(cut.note.clone()),
            how: How::Upgraded,
            unfit,
            first: false,
        })
    }

    /// Gives the signer the newest note of a log, when its memory was lost or is older than that note.
    ///
    /// # Errors
    /// When the note is of another log or not signed by a key of its region, the memory is newer, or the log is not that
    /// one, grown.
    pub async fn adopt(&self, note: &str) -> Result<Remembered, NotCut> {
        let refused = |reason: String| NotCut::NotAdopted(reason);
        let read: Note = note.parse().map_err(|error: proofs::Malformed| refused(error.to_string()))?;
        let said: Checkpoint = read.text.parse().map_err(|error: proofs::Malformed| refused(error.to_string()))?;
        let place = said.origin.strip_prefix(&format!("{}/", self.domain)).and_then(|place| place.split_once('/'));
        let place = place.and_then(|(region, service)| {
            let log = self.logs.iter().find(|log| log.service() == service)?;
            Some((region.parse::<RegionId>().ok()?, log))
        });
        let (region, log) = place.ok_or_else(|| refused(format!("there is no log called {}", said.origin)))?;
        let own = self.verifiers(&region);
        let Some(key) = own.iter().find(|key| read.signed_by(key).is_ok()) else {
            return Err(refused(format!("no key of {region} in the data directory signed it")));
        };
        let mut turn = self.turn().await?;
        if let Some(tree) = turn.tree(&said.origin).filter(|tree| (tree.epoch, tree.size) > (said.epoch, said.size)) {
            return Err(refused(format!("epoch {} of size {} was signed after it", tree.epoch, tree.size)));
        }
        let last = self.latest(&region, log.service()).await?.filter(|last| self.signed_by(&region, last, &own));
        let newer = last.filter(|last| (last.epoch.unsigned_abs(), last.size.unsigned_abs()) > (said.epoch, said.size));
        if let Some(newer) = newer {
            return Err(refused(format!(
                "a newer one was handed out, of epoch {} and size {}",
                newer.epoch, newer.size
            )));
        }
        let head = self.head(&region, log).await?.ok_or_else(|| refused("the log is gone".to_owned()))?;
        let mut tree = Remembered {
            origin: said.origin.clone(),
            epoch: said.epoch,
            size: said.size,
            root: said.root,
            note: Some(note.to_owned()),
            how: How::Adopted,
            unfit: None,
            first: false,
        };
        let mut expected = Expected::default();
        if head.epoch.unsigned_abs() > said.epoch {
            // The operator says twice that it was restored: in the log, and by giving the last note of before.
            let (event, declared) = self.declared(&region, log, head.epoch).await?;
            expected.event(event.position.unsigned_abs(), &event.text);
            expected.root(declared.position, declared.root);
            if declared.position >= said.size {
                expected.root(said.size, said.root);
            }
            tree = Remembered {
                epoch: declared.to_epoch,
                size: declared.position,
                root: declared.root,
                note: None,
                ..tree
            };
        } else {
            expected.root(said.size, said.root);
        }
        if head.epoch.unsigned_abs() < said.epoch || !self.holds_all(&region, log, &head, &expected).await? {
            return Err(NotCut::Altered {
                service: log.service().to_owned(),
                reason: "it is not that one, grown".to_owned(),
            });
        }
        self.take_keys(&mut turn, &region).await?;
        turn.remember(tree.clone())?;
        tracing::warn!(origin = tree.origin, size = tree.size, key = key.name(), "the operator gave the signer a note");
        Ok(tree)
    }

    /// The operator says that of the logs of a region that are not remembered nothing was ever signed.
    ///
    /// # Errors
    /// When the database holds a checkpoint that was signed here, or a log does not answer.
    pub async fn never_signed(&self, region: &RegionId) -> Result<Vec<Remembered>, NotCut> {
        let mut turn = self.turn().await?;
        self.take_keys(&mut turn, region).await?;
        let (own, mut said) = (self.verifiers(region), Vec::new());
        for log in self.logs.iter() {
            // Also where there is no log yet: without that word one that is gone is not told from one that never was.
            let origin = self.origin(region, log.service());
            if turn.tree(&origin).is_some() {
                continue;
            }
            if let Some(kept) = self.kept(region, log.service(), &own).await?.pop() {
                return Err(NotCut::NotAdopted(format!(
                    "the log of {} was signed: adopt\n{}",
                    log.service(),
                    kept.note
                )));
            }
            let root = Frontier::default().root();
            let tree = Remembered {
                origin,
                epoch: 1,
                size: 0,
                root,
                note: None,
                how: How::NeverSigned,
                unfit: None,
                first: true,
            };
            turn.remember(tree.clone())?;
            said.push(tree);
        }
        Ok(said)
    }
}

fn unread(service: &str) -> NotCut {
    NotCut::Altered { service: service.to_owned(), reason: "a checkpoint kept of it does not read".to_owned() }
}

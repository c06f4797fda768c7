//! Cuts a checkpoint of a log that is the one before, grown.
//!
//! **Invariant:** what is in the database is checked against the signer's memory; it never replaces it.

use super::growing::Expected;
use super::{Cut, NotCut, Notary};
use crate::signer::{How, Remembered, Turn};
use bus::{Head, LogSource};
use event_log::tenant;
use proofs::{Checkpoint, Frontier, Note};
use std::cmp::Ordering;
use vocabulary::RegionId;

impl Notary {
    /// Cuts a checkpoint of every log of a region that has grown; answers the newest of each.
    ///
    /// # Errors
    /// See [`NotCut`]; the logs before the one that failed have theirs.
    pub async fn cut_all(&self, region: &RegionId) -> Result<Vec<Cut>, NotCut> {
        let mut cut = Vec::new();
        if !self.signer.is_here() {
            self.signer.ask(region.as_str()).await?;
            for log in self.logs.iter() {
                cut.extend(self.latest(region, log.service()).await?);
            }
        } else {
            for log in self.logs.iter() {
                cut.extend(self.cut(region, log).await?);
            }
        }
        cut.sort_by(|a: &Cut, b: &Cut| a.service.cmp(&b.service));
        Ok(cut)
    }

    /// Cuts a checkpoint of a log, unless it has not grown: then the last one is the answer. Nothing when there is no log.
    ///
    /// # Errors
    /// See [`NotCut`].
    pub async fn cut(&self, region: &RegionId, log: &LogSource) -> Result<Option<Cut>, NotCut> {
        if !self.signer.is_here() {
            self.signer.ask(region.as_str()).await?;
            return Ok(self.latest(region, log.service()).await?);
        }
        let mut turn = self.turn().await?;
        let cut = self.grown(&mut turn, region, log).await;
        if let Err(error @ (NotCut::Altered { .. } | NotCut::NotRemembered { .. })) = &cut {
            tracing::error!(%region, %error, alarm = "a log is not signed");
        }
        cut
    }

    async fn grown(&self, turn: &mut Turn<'_>, region: &RegionId, log: &LogSource) -> Result<Option<Cut>, NotCut> {
        let service = log.service();
        let altered = |reason: String| NotCut::Altered { service: service.to_owned(), reason };
        let origin = self.origin(region, service);
        let last = self.latest(region, service).await?;
        let remembered = turn.tree(&origin).cloned();
        self.known(turn, region, service, last.as_ref(), remembered.as_ref())?;
        let head = self.head(region, log).await?;
        let Some(head) = head.filter(|head| head.position > 0) else {
            return match remembered.filter(|remembered| remembered.size > 0) {
                None => Ok(None),
                Some(tree) => Err(gone(service, &tree)),
            };
        };
        let epoch = head.epoch.unsigned_abs();
        let expected = match &remembered {
            Some(tree) => self.expected(region, log, &head, tree).await?,
            None => Expected::default(),
        };
        let first = remembered.is_none();
        // What was kept is where reading begins; where the memory was, the tree must be the remembered one.
        let kept = last.filter(|last| last.epoch == head.epoch);
        let kept = match kept {
            Some(kept) => kept.tree().ok_or_else(|| altered("the checkpoint before it was altered".to_owned()))?,
            None => Frontier::default(),
        };
        let mut transaction = tenant(&self.db, region).await?;
        let aside = Some((&mut *transaction, kept.size()));
        let tree = self.grow(aside, region, log, &head, kept, &expected).await?;
        if let Some(same) = remembered.filter(|before| before.size == tree.size() && before.epoch == epoch) {
            let Some(note) = same.note else { return Ok(None) };
            // It is remembered, and so it is what is published, also when its row was taken away.
            self.publish(&mut transaction, region, self.row(service, &head, &tree, note)).await?;
            transaction.commit().await?;
            return Ok(self.latest(region, service).await?);
        }
        let checkpoint = Checkpoint { origin: origin.clone(), size: tree.size(), root: tree.root(), epoch };
        let signer = self.signing_key(turn, &mut transaction, region).await?;
        let text = checkpoint.to_string();
        let note = Note { signatures: vec![signer.sign(&text)], text }.to_string();
        // On disk before the note leaves.
        turn.remember(Remembered {
            origin: origin.clone(),
            epoch,
            size: tree.size(),
            root: tree.root(),
            note: Some(note.clone()),
            how: How::Signed,
            unfit: None,
            first,
        })?;
        self.publish(&mut transaction, region, self.row(service, &head, &tree, note)).await?;
        transaction.commit().await?;
        self.signer.set_signed(origin, self.clock.now());
        Ok(self.latest(region, service).await?)
    }

    /// What the database holds must be known: a memory that is older than a note that left, or was lost, signs nothing.
    fn known(
        &self,
        turn: &Turn<'_>,
        region: &RegionId,
        service: &str,
        last: Option<&Cut>,
        remembered: Option<&Remembered>,
    ) -> Result<(), NotCut> {
        let service = service.to_owned();
        let known = remembered.map_or((0, 0), |tree| (tree.epoch, tree.size));
        if let Some(last) = last.filter(|last| (last.epoch.unsigned_abs(), last.size.unsigned_abs()) > known) {
            if self.signed_by(region, last, &self.verifiers(region)) {
                let reason =
                    format!("a checkpoint of size {} was handed out that the signer does not remember", last.size);
                return Err(NotCut::NotRemembered { service, reason });
            }
            let reason = format!("the database holds a checkpoint of size {} that was never signed here", last.size);
            return Err(NotCut::Altered { service, reason });
        }
        let keyed = !turn.keys(region.as_str()).is_empty();
        if remembered.is_none() && (!turn.complete() || (!keyed && self.keyring.has(&self.key_file(region, 1)))) {
            let reason = "the signer's memory of it was lost".to_owned();
            return Err(NotCut::NotRemembered { service, reason });
        }
        Ok(())
    }

    /// Reads a whole log again, and compares it with the newest tree that was signed: an event that was altered without
    /// its tree is found as well. Nothing is signed, and nobody waits for it.
    ///
    /// # Errors
    /// When it is not that tree, grown, or a log does not answer.
    pub(crate) async fn recheck(&self, region: &RegionId, log: &LogSource) -> Result<(), NotCut> {
        let remembered = self.turn().await?.tree(&self.origin(region, log.service())).cloned();
        let Some(tree) = remembered else { return Ok(()) };
        let Some(head) = self.head(region, log).await?.filter(|head| head.position > 0) else {
            return if tree.size == 0 { Ok(()) } else { Err(gone(log.service(), &tree)) };
        };
        let expected = self.expected(region, log, &head, &tree).await?;
        self.grow(None, region, log, &head, Frontier::default(), &expected).await?;
        Ok(())
    }

    /// What the tree of a log must be on the way, by what is remembered of it: also of another epoch, which counts only
    /// when the operator declared it.
    async fn expected(
        &self,
        region: &RegionId,
        log: &LogSource,
        head: &Head,
        tree: &Remembered,
    ) -> Result<Expected, NotCut> {
        let altered = |reason: String| NotCut::Altered { service: log.service().to_owned(), reason };
        if let Some(size) = tree.unfit {
            return Err(altered(format!(
                "it did not fit the checkpoint of size {size} when the signer's memory was begun"
            )));
        }
        let epoch = head.epoch.unsigned_abs();
        let mut expected = Expected::default();
        match epoch.cmp(&tree.epoch) {
            Ordering::Less => {
                return Err(altered(format!("it is of epoch {epoch}, and one of epoch {} was signed", tree.epoch)));
            }
            Ordering::Equal => expected.root(tree.size, tree.root),
            Ordering::Greater => expected = self.forked(region, log, head, tree).await?,
        }
        match expected.furthest().filter(|size| *size > head.position.unsigned_abs()) {
            Some(size) => Err(altered(format!("it ends at {}, and {size} events were signed", head.position))),
            None => Ok(expected),
        }
    }

    /// Where a log ends.
    pub(super) async fn head(&self, region: &RegionId, log: &LogSource) -> Result<Option<Head>, NotCut> {
        let heads = log.heads().await.map_err(|error| NotCut::Log(log.service().to_owned(), error))?;
        Ok(heads.into_iter().find(|head| head.region == *region))
    }

    fn row(&self, service: &str, head: &Head, tree: &Frontier, note: String) -> Cut {
        Cut {
            service: service.to_owned(),
            epoch: head.epoch,
            size: i64::try_from(tree.size()).unwrap_or(i64::MAX),
            cut_at: self.clock.now(),
            note,
            cosignatures: vec![],
            frontier: tree.to_bytes(),
        }
    }

    async fn publish(&self, connection: &mut event_log::Rows, region: &RegionId, cut: Cut) -> sqlx::Result<()> {
        sqlx::query(
            "insert into checkpoints.checkpoint (region, service, epoch, size, cut_at, note, frontier)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        )
        .bind(region.as_str())
        .bind(&cut.service)
        .bind(cut.epoch)
        .bind(cut.size)
        .bind(cut.cut_at)
        .bind(&cut.note)
        .bind(&cut.frontier)
        .execute(connection)
        .await?;
        Ok(())
    }
}

fn gone(service: &str, tree: &Remembered) -> NotCut {
    let reason = format!("it is gone, and a checkpoint of size {} was signed", tree.size);
    NotCut::Altered { service: service.to_owned(), reason }
}

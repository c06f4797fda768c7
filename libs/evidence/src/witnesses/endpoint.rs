//! Shows a checkpoint to a witness that signs what it saw (C2SP tlog-witness).

use super::{Post, Witness};
use crate::checkpoint::{Cut, LEAVES, Notary, kept_leaves};
use crate::witness::{DECLARATION, Shown};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use event_log::tenant;
use proofs::{Note, Prover, Signature, Verifier};
use vocabulary::RegionId;

/// Of so many raised epochs the declarations go along.
const MAX_DECLARATIONS: i32 = 16;

impl Notary {
    /// Answers what the witness signed, or what is in the way.
    pub(super) async fn show(
        &self,
        region: &RegionId,
        url: &str,
        witness: &Witness,
        cut: &Cut,
        post: &Post,
    ) -> Result<String, String> {
        let key = witness.verifier.as_deref().and_then(|key| key.parse::<Verifier>().ok());
        let key = key.ok_or("the key of this witness is not known: add it again with --key")?;
        let mut old = self.seen(region, witness, cut).await.map_err(|error| error.to_string())?;
        let declarations = self.declarations(region, cut).await?;
        // The second time with the size it says it saw.
        for _ in 0..2 {
            let proof = self.proof(region, cut, old).await?;
            let mut request =
                post.http.post(format!("{url}/add-checkpoint")).body(Shown::written(old, &proof, &cut.note));
            for note in &declarations {
                request = request.header(DECLARATION, BASE64_STANDARD.encode(note));
            }
            let answer = request.send().await.map_err(|error| error.without_url().to_string())?;
            let status = answer.status();
            let text = answer.text().await.map_err(|error| error.without_url().to_string())?;
            if status.as_u16() == 409
                && let Ok(size) = text.trim().parse()
                && size != old
            {
                old = size;
                continue;
            }
            if !status.is_success() {
                return Err(format!("{status}: {}", text.trim().chars().take(200).collect::<String>()));
            }
            return signed(&cut.note, &text, &key);
        }
        Err(format!("it says that it saw a checkpoint of size {old}, and does not take one that goes on from there"))
    }

    /// The operator's notes for the raised epochs up to that of a checkpoint: without them a witness refuses a fork.
    async fn declarations(&self, region: &RegionId, cut: &Cut) -> Result<Vec<String>, String> {
        let Some(log) = self.logs.iter().find(|log| log.service() == cut.service) else { return Ok(vec![]) };
        let mut notes = Vec::new();
        // The newest ones, of a log that was restored that often: headers have an end.
        for epoch in cut.epoch.saturating_sub(MAX_DECLARATIONS).max(1) + 1..=cut.epoch {
            let found = self.declaration(region, log, epoch).await.map_err(|error| error.to_string())?;
            notes.extend(found.map(|(_, note)| note));
        }
        Ok(notes)
    }

    /// The size of the last checkpoint of this log that the witness signed.
    async fn seen(&self, region: &RegionId, witness: &Witness, cut: &Cut) -> sqlx::Result<u64> {
        let mut transaction = tenant(&self.db, region).await?;
        let size: Option<i64> = sqlx::query_scalar(
            "select max(size) from checkpoints.handed
             where region = $1 and witness = $2 and service = $3 and epoch = $4 and handed_at is not null",
        )
        .bind(region.as_str())
        .bind(&witness.name)
        .bind(&cut.service)
        .bind(cut.epoch)
        .fetch_one(&mut *transaction)
        .await?;
        Ok(size.unwrap_or(0).unsigned_abs())
    }

    /// That the tree of `old` leaves is the beginning of this one, from the leaves kept aside.
    async fn proof(&self, region: &RegionId, cut: &Cut, old: u64) -> Result<Vec<proofs::Hash>, String> {
        let size = cut.size.unsigned_abs();
        let prover = Prover::consistency(old, size);
        let mut prover =
            prover.ok_or_else(|| format!("it saw a checkpoint of size {old}, and ours is of size {size}"))?;
        if old > 0 && old < size {
            for row in 0..size.div_ceil(LEAVES as u64) {
                let leaves = kept_leaves(&self.db, region, &cut.service, cut.epoch, row).await;
                leaves.map_err(|error| error.to_string())?.into_iter().for_each(|leaf| prover.push(leaf));
            }
            return prover.proof().ok_or_else(|| "leaves kept aside are missing".to_owned());
        }
        Ok(vec![])
    }
}

/// The witness's signature in its answer, when it fits the checkpoint.
fn signed(note: &str, answer: &str, key: &Verifier) -> Result<String, String> {
    let mut note: Note = note.parse().map_err(|error: proofs::Malformed| error.to_string())?;
    note.signatures = answer.lines().filter_map(|line| line.parse::<Signature>().ok()).collect();
    note.signed_by(key)
        .map(ToString::to_string)
        .map_err(|error| format!("what it answered is no signature of its: {error}"))
}

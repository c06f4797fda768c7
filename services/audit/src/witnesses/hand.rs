//! Hands checkpoints over: into a folder, by mail, or to an endpoint that signs what it saw.

use super::{Address, Witness};
use crate::checkpoint::{Cut, LEAVES, Notary, kept_leaves};
use crate::witness::Shown;
use event_log::tenant;
use proofs::{Note, Prover, Signature, Verifier};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use vocabulary::RegionId;

/// So long a witness may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What carries checkpoints out.
#[derive(Clone, Debug)]
pub struct Post {
    /// For endpoints.
    pub http: reqwest::Client,
    /// For mail: a program that takes a message as `sendmail -t -i` does.
    pub sendmail: PathBuf,
}

impl Default for Post {
    fn default() -> Self {
        Self { http: reqwest::Client::new(), sendmail: "sendmail".into() }
    }
}

impl Notary {
    /// Hands every witness of a region what it does not have yet; answers how many checkpoints arrived. What is in the way
    /// is kept with the checkpoint, and tried again the next time.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn hand_over(&self, region: &RegionId, post: &Post) -> sqlx::Result<usize> {
        let mut transaction = tenant(&self.db, region).await?;
        let witnesses: Vec<Witness> = sqlx::query_as(
            "select name, address, verifier from checkpoints.witness where region = $1 and ended_at is null order by name",
        )
        .bind(region.as_str())
        .fetch_all(&mut *transaction)
        .await?;
        drop(transaction);
        let mut arrived = 0;
        for witness in witnesses {
            for cut in self.waiting(region, &witness).await? {
                let done = tokio::time::timeout(PATIENCE, self.hand(region, &witness, &cut, post)).await;
                let done = done.unwrap_or_else(|_| Err(format!("no answer within {} s", PATIENCE.as_secs())));
                if let Err(trouble) = &done {
                    tracing::warn!(%region, witness = witness.name, service = cut.service, trouble, "a checkpoint was not handed over");
                }
                arrived += usize::from(done.is_ok());
                self.note_handed(region, &witness, &cut, done).await?;
            }
        }
        Ok(arrived)
    }

    /// What a witness does not have: every checkpoint, or of an endpoint the newest of each log.
    async fn waiting(&self, region: &RegionId, witness: &Witness) -> sqlx::Result<Vec<Cut>> {
        let newest = matches!(witness.address.parse(), Ok(Address::Endpoint(_)));
        let mut transaction = tenant(&self.db, region).await?;
        sqlx::query_as(
            "select service, epoch, size, cut_at, note, frontier from checkpoints.checkpoint
             where region = $1
               and not exists (select from checkpoints.handed
                               where handed.region = $1 and witness = $2 and handed.service = checkpoint.service
                                 and handed.epoch = checkpoint.epoch and handed.size = checkpoint.size
                                 and handed_at is not null)
               and (not $3 or not exists (select from checkpoints.checkpoint later
                                          where later.region = $1 and later.service = checkpoint.service
                                            and (later.epoch, later.size) > (checkpoint.epoch, checkpoint.size)))
             order by service, epoch, size limit 1000",
        )
        .bind(region.as_str())
        .bind(&witness.name)
        .bind(newest)
        .fetch_all(&mut *transaction)
        .await
    }

    async fn note_handed(
        &self,
        region: &RegionId,
        witness: &Witness,
        cut: &Cut,
        done: Result<Option<String>, String>,
    ) -> sqlx::Result<()> {
        let now = self.clock.now();
        let (handed_at, cosignature, trouble) = match done {
            Ok(cosignature) => (Some(now), cosignature, None),
            Err(trouble) => (None, None, Some(trouble)),
        };
        let mut transaction = tenant(&self.db, region).await?;
        sqlx::query(
            "insert into checkpoints.handed
                 (region, witness, service, epoch, size, tries, tried_at, handed_at, trouble, cosignature)
             values ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9)
             on conflict (region, witness, service, epoch, size) do update
             set tries = handed.tries + 1, tried_at = excluded.tried_at, handed_at = excluded.handed_at,
                 trouble = excluded.trouble, cosignature = excluded.cosignature",
        )
        .bind(region.as_str())
        .bind(&witness.name)
        .bind(&cut.service)
        .bind(cut.epoch)
        .bind(cut.size)
        .bind(now)
        .bind(handed_at)
        .bind(trouble)
        .bind(cosignature)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await
    }

    /// Hands one over; answers what the witness signed, or what is in the way.
    async fn hand(
        &self,
        region: &RegionId,
        witness: &Witness,
        cut: &Cut,
        post: &Post,
    ) -> Result<Option<String>, String> {
        match witness.address.parse().map_err(|error: super::NoAddress| error.to_string())? {
            Address::File(folder) => {
                let file = folder.join(format!("{region}-{}.checkpoints", cut.service));
                let written = async {
                    let mut file = tokio::fs::OpenOptions::new().create(true).append(true).open(file).await?;
                    file.write_all(format!("{}\n", cut.note).as_bytes()).await?;
                    file.sync_all().await
                };
                written.await.map(|()| None).map_err(|error| format!("{}: {error}", folder.display()))
            }
            Address::Mail(to) => mail(&to, &self.domain, cut, post).await.map(|()| None),
            Address::Endpoint(url) => self.show(region, &url, witness, cut, post).await.map(Some),
        }
    }

    async fn show(
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
        // The second time with the size it says it saw.
        for _ in 0..2 {
            let proof = self.proof(region, cut, old).await?;
            let request = post.http.post(format!("{url}/add-checkpoint")).body(Shown::written(old, &proof, &cut.note));
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

async fn mail(to: &str, domain: &str, cut: &Cut, post: &Post) -> Result<(), String> {
    let origin = cut.checkpoint().map_or_else(String::new, |said| said.origin);
    let message = format!(
        "To: {to}\nFrom: regiohub@{domain}\nSubject: Checkpoint {origin} {}\nDate: {}\nMIME-Version: 1.0\n\
         Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\nAuto-Submitted: auto-generated\n\n\
         Bewaar dit bericht: hiermee is later na te gaan dat dit logboek niet is veranderd.\n\
         Keep this message: with it one can tell later that this log was not altered.\n\n{}",
        cut.size,
        cut.cut_at.to_rfc2822(),
        cut.note
    );
    let failed = |error| format!("{}: {error}; is there a mail server on this machine?", post.sendmail.display());
    let mut sending = tokio::process::Command::new(&post.sendmail)
        .args(["-t", "-i"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = sending.stdin.take() {
        stdin.write_all(message.as_bytes()).await.map_err(failed)?;
    }
    let ended = sending.wait().await.map_err(failed)?;
    if ended.success() { Ok(()) } else { Err(format!("{} says {ended}", post.sendmail.display())) }
}

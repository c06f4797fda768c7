//! Hands checkpoints over: into a folder, by mail, or to an endpoint that signs what it saw.

use super::mail::mail;
use super::{Address, WANTED, Witness};
use crate::checkpoint::{Cut, Notary};
use chrono::{DateTime, TimeDelta, Utc};
use event_log::{Turn, tenant};
use futures_util::future::try_join_all;
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use vocabulary::RegionId;

/// So long a witness may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// So long after a checkpoint did not arrive it is tried again by itself: a minute, two, four, and never more than ten.
fn pause(tries: i32) -> TimeDelta {
    TimeDelta::minutes(1 << tries.clamp(0, 4)).min(TimeDelta::minutes(10))
}

/// A checkpoint that a witness does not have.
#[derive(Debug, sqlx::FromRow)]
struct Waiting {
    #[sqlx(flatten)]
    cut: Cut,
    /// How often it was tried.
    tries: i32,
}

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
    /// is kept with the checkpoint, and tried again later.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn hand_over(&self, region: &RegionId, post: &Post) -> sqlx::Result<usize> {
        self.hand_to_all(region, post, DateTime::<Utc>::MAX_UTC).await
    }

    /// The same, of what is not to wait after it failed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn hand_over_due(&self, region: &RegionId, post: &Post) -> sqlx::Result<usize> {
        self.hand_to_all(region, post, self.clock.now()).await
    }

    async fn hand_to_all(&self, region: &RegionId, post: &Post, due: DateTime<Utc>) -> sqlx::Result<usize> {
        // The hub and a command beside it may hand over at the same time: a folder must not get a checkpoint twice.
        let turn = Turn::take(&self.db, region, "witnesses").await?;
        let mut rows = tenant(&self.db, region).await?;
        let witnesses: Vec<Witness> = sqlx::query_as(
            "select name, address, verifier from checkpoints.witness where region = $1 and ended_at is null order by name",
        )
        .bind(region.as_str())
        .fetch_all(&mut *rows)
        .await?;
        drop(rows);
        // One that does not answer keeps no other waiting.
        let handing = witnesses.iter().map(|witness| self.hand_to(region, witness, post, due, &turn));
        Ok(try_join_all(handing).await?.into_iter().sum())
    }

    /// The newest of each log first; where one does not arrive, the others of that log are not tried now.
    async fn hand_to(
        &self,
        region: &RegionId,
        witness: &Witness,
        post: &Post,
        due: DateTime<Utc>,
        turn: &Turn,
    ) -> sqlx::Result<usize> {
        let (mut arrived, mut in_trouble) = (0, BTreeSet::new());
        for Waiting { cut, tries } in self.waiting(region, witness, due).await? {
            if in_trouble.contains(&cut.service) {
                continue;
            }
            turn.still().await?;
            let done = tokio::time::timeout(PATIENCE, self.hand(region, witness, &cut, post)).await;
            let done = done.unwrap_or_else(|_| Err(format!("no answer within {} s", PATIENCE.as_secs())));
            if let Err(trouble) = &done {
                tracing::warn!(%region, witness = witness.name, service = cut.service, trouble, "a checkpoint was not handed over");
                in_trouble.insert(cut.service.clone());
            }
            arrived += usize::from(done.is_ok());
            self.note_handed(region, witness, &cut, tries, done).await?;
        }
        Ok(arrived)
    }

    /// What a witness is to have, does not have, and is to be tried by then.
    async fn waiting(&self, region: &RegionId, witness: &Witness, due: DateTime<Utc>) -> sqlx::Result<Vec<Waiting>> {
        let mut transaction = tenant(&self.db, region).await?;
        sqlx::query_as(AssertSqlSafe(format!(
            "select wanted.service, wanted.epoch, wanted.size, cut_at, note, frontier, coalesce(tries, 0) as tries
             from {WANTED} wanted left join checkpoints.handed
                  on handed.region = $1 and handed.witness = wanted.witness and handed.service = wanted.service
                 and handed.epoch = wanted.epoch and handed.size = wanted.size
             where wanted.witness = $2 and handed_at is null and (next_try is null or next_try <= $3)
             order by not newest, service, epoch, size limit 1000"
        )))
        .bind(region.as_str())
        .bind(&witness.name)
        .bind(due)
        .fetch_all(&mut *transaction)
        .await
    }

    async fn note_handed(
        &self,
        region: &RegionId,
        witness: &Witness,
        cut: &Cut,
        tries: i32,
        done: Result<Option<String>, String>,
    ) -> sqlx::Result<()> {
        let now = self.clock.now();
        let (handed_at, cosignature, trouble, next_try) = match done {
            Ok(cosignature) => (Some(now), cosignature, None, None),
            Err(trouble) => (None, None, Some(trouble), Some(now + pause(tries))),
        };
        let mut transaction = tenant(&self.db, region).await?;
        sqlx::query(
            "insert into checkpoints.handed
                 (region, witness, service, epoch, size, tries, tried_at, handed_at, trouble, cosignature, next_try)
             values ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9, $10)
             on conflict (region, witness, service, epoch, size) do update
             set tries = handed.tries + 1, tried_at = excluded.tried_at, handed_at = excluded.handed_at,
                 trouble = excluded.trouble, cosignature = excluded.cosignature, next_try = excluded.next_try",
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
        .bind(next_try)
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
}

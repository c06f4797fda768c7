//! Hands checkpoints over: into a folder, by mail, or to an endpoint that signs what it saw.

use super::mail::mail;
use super::{Address, HandedHere, WANTED, Witness};
use crate::checkpoint::{Cut, Notary};
use chrono::{DateTime, TimeDelta, Utc};
use event_log::{Turn, tenant};
use futures_util::StreamExt;
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use vocabulary::RegionId;

/// So long a witness may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// So many witnesses are handed something at the same time; each holds a connection to the database.
pub(super) const CONCURRENCY: usize = 3;

/// So long after a checkpoint did not arrive it is tried again by itself: a minute, two, four, and never more than ten.
fn pause(tries: i32) -> TimeDelta {
    TimeDelta::minutes(1 << tries.clamp(0, 4)).min(LONGEST_PAUSE)
}

const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(10);

/// A checkpoint that a witness does not have.
#[derive(Debug, sqlx::FromRow)]
struct Waiting {
    #[sqlx(flatten)]
    cut: Cut,
    /// How often it was tried.
    tries: i32,
    /// Whether a row says that the witness has it.
    there: bool,
}

/// What came of handing a witness what it does not have.
#[derive(Debug, Default)]
pub(super) struct Handed {
    /// How many checkpoints were tried.
    pub tried: usize,
    /// How many of them arrived.
    pub arrived: usize,
    /// What was in the way last.
    pub trouble: Option<String>,
}

/// What carries checkpoints out.
#[derive(Clone, Debug)]
pub struct Post {
    /// For endpoints.
    pub http: reqwest::Client,
    /// For mail: a program that takes a message as `sendmail -t -i` does.
    pub sendmail: PathBuf,
    /// What was handed over with it.
    pub handed: HandedHere,
}

impl Default for Post {
    fn default() -> Self {
        Self { http: reqwest::Client::new(), sendmail: "sendmail".into(), handed: HandedHere::default() }
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
        // One that does not answer keeps no other waiting.
        let (mut arrived, witnesses) = (0, self.addressed(region).await?);
        let handing: Vec<_> = witnesses.iter().map(|witness| self.hand_to(region, witness, post, due)).collect();
        let mut handing = futures_util::stream::iter(handing).buffer_unordered(CONCURRENCY);
        while let Some(handed) = handing.next().await {
            arrived += handed?.arrived;
        }
        Ok(arrived)
    }

    /// The witnesses of a region, by name.
    pub(super) async fn addressed(&self, region: &RegionId) -> sqlx::Result<Vec<Witness>> {
        let mut rows = tenant(&self.db, region).await?;
        sqlx::query_as(
            "select name, address, verifier from checkpoints.witness where region = $1 and ended_at is null order by name",
        )
        .bind(region.as_str())
        .fetch_all(&mut *rows)
        .await
    }

    /// Hands one witness what it does not have, a bounded number: what is cut meanwhile does not wait behind what was cut
    /// long ago. Behind one that is refused, the others of that log are not tried now; behind no answer, nothing is.
    pub(super) async fn hand_to(
        &self,
        region: &RegionId,
        witness: &Witness,
        post: &Post,
        due: DateTime<Utc>,
    ) -> sqlx::Result<Handed> {
        // The hub and a command beside it may hand over at the same time: a folder must not get a checkpoint twice.
        let turn = Turn::take(&self.db, region, &format!("witness {}", witness.name)).await?;
        let (mut handed, mut in_trouble) = (Handed::default(), BTreeSet::new());
        let keys = match self.trusted(region).await {
            Ok(keys) => keys,
            Err(error) => return Ok(Handed { tried: 1, trouble: Some(error.to_string()), ..handed }),
        };
        for Waiting { cut, tries, there } in self.waiting(region, witness, due).await? {
            if in_trouble.contains(&cut.service) {
                continue;
            }
            if there && (post.handed.has(region, witness, &cut) || is_kept(region, witness, &cut).await) {
                post.handed.add(region, witness, &cut);
                continue;
            }
            turn.still().await?;
            let handing = async {
                // Whoever owns the database could have written the row.
                if !self.signed_by(region, &cut, &keys) {
                    bus::raise(
                        "a checkpoint for a witness is not signed here",
                        &cut.service,
                        region.as_str(),
                        &witness.name,
                    );
                    return Err("it is not signed here: its row was altered".to_owned());
                }
                self.hand(region, witness, &cut, post).await
            };
            let answered = tokio::time::timeout(TIMEOUT, handing).await;
            let is_silent = answered.is_err();
            let done = answered.unwrap_or_else(|_| Err(format!("no answer within {} s", TIMEOUT.as_secs())));
            handed.tried += 1;
            match &done {
                Ok(_) => {
                    handed.arrived += 1;
                    post.handed.add(region, witness, &cut);
                }
                Err(trouble) => {
                    tracing::warn!(%region, witness = witness.name, service = cut.service, trouble, "a checkpoint was not handed over");
                    in_trouble.insert(cut.service.clone());
                    handed.trouble = Some(format!("the checkpoint of {}: {trouble}", cut.service));
                }
            }
            self.note_handed(region, witness, &cut, tries, done).await?;
            if is_silent {
                break;
            }
        }
        Ok(handed)
    }

    /// What a witness is to have, does not have, and is to be tried by then; and the newest of each log, whatever a row says
    /// of it. A next try that is further off than any pause is not ours.
    async fn waiting(&self, region: &RegionId, witness: &Witness, due: DateTime<Utc>) -> sqlx::Result<Vec<Waiting>> {
        let mut transaction = tenant(&self.db, region).await?;
        sqlx::query_as(AssertSqlSafe(format!(
            "select wanted.service, wanted.epoch, wanted.size,
                    least(greatest(cut_at, '1970-01-01'), '9999-12-30') as cut_at, note, frontier, coalesce(tries, 0) as tries,
                    handed_at is not null as there
             from {WANTED} wanted left join checkpoints.handed
                  on handed.region = $1 and handed.witness = wanted.witness and handed.service = wanted.service
                 and handed.epoch = wanted.epoch and handed.size = wanted.size
             where wanted.witness = $2
               and (handed_at is not null and newest or handed_at is null
                    and (next_try is null or next_try <= $3 or next_try > $4))
             order by not newest, service, epoch, size limit 100"
        )))
        .bind(region.as_str())
        .bind(&witness.name)
        .bind(due)
        .bind(self.clock.now() + LONGEST_PAUSE)
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
                let file = kept_in(&folder, region, cut);
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

/// Whether a witness has a checkpoint, as far as anything but a row tells: a folder shows it, a mail cannot be asked for,
/// and an endpoint is shown it once more.
async fn is_kept(region: &RegionId, witness: &Witness, cut: &Cut) -> bool {
    match witness.address.parse() {
        Ok(Address::File(folder)) => {
            let kept = tokio::fs::read_to_string(kept_in(&folder, region, cut)).await;
            kept.is_ok_and(|kept| kept.contains(&cut.note))
        }
        Ok(Address::Mail(_)) => true,
        Ok(Address::Endpoint(_)) | Err(_) => false,
    }
}

/// The file of a log in the folder of a witness.
fn kept_in(folder: &Path, region: &RegionId, cut: &Cut) -> PathBuf {
    folder.join(format!("{region}-{}.checkpoints", cut.service))
}

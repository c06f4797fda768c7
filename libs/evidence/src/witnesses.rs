//! The witnesses of a region: whoever keeps its checkpoints, so that they cannot be signed anew unseen.
//!
//! ```text
//! cut ─→ not handed ─ tried again and again, its trouble shown ─→ handed (with what the witness signed)
//! ```
//! **Invariant:** a witness that is away loses nothing: what was not handed over is handed over when it is back.

mod endpoint;
mod hand;
mod handed_here;
mod mail;
mod post_round;
mod standing;

pub use hand::Post;
pub use handed_here::HandedHere;
pub use post_round::hand_over_when_due;
pub use standing::Standing;

use crate::checkpoint::Notary;
use event_log::tenant;
use proofs::Verifier;
use std::path::PathBuf;
use std::str::FromStr;
use vocabulary::RegionId;

/// How a witness is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// Each log's checkpoints are written behind another in a file of this folder: `file:/folder`.
    File(PathBuf),
    /// The newest when it was added and each from then on is mailed, by the machine's `sendmail`:
    /// `mailto:someone@example.nl`.
    Mail(String),
    /// The newest is shown to a witness that signs (C2SP tlog-witness): `https://…`.
    Endpoint(String),
}

/// A text that is no address of a witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a witness is file:/folder, mailto:someone@example.nl, or an http(s) address")]
pub struct NoAddress;

impl FromStr for Address {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Self, NoAddress> {
        let plain = !text.chars().any(|c| c.is_control() || c.is_whitespace());
        match text.split_once(':') {
            Some(("file", folder)) if folder.starts_with('/') => Ok(Self::File(folder.into())),
            Some(("mailto", to)) if plain && to.contains('@') && !to.starts_with('-') => Ok(Self::Mail(to.to_owned())),
            Some(("http" | "https", _)) if plain => Ok(Self::Endpoint(text.trim_end_matches('/').to_owned())),
            _ => Err(NoAddress),
        }
    }
}

/// The checkpoints that each witness of region `$1` is to have: everything in a folder, what is cut from now on by mail,
/// the newest of each log at an endpoint.
const WANTED: &str = "(
    select witness.name as witness, witness.added_at, cut.service, cut.epoch, cut.size, cut.cut_at, cut.note, cut.frontier,
           cut.newest
    from checkpoints.witness
    join (select checkpoint.*, not exists (select from checkpoints.checkpoint later
                                           where later.region = $1 and later.service = checkpoint.service
                                             and (later.epoch, later.size) > (checkpoint.epoch, checkpoint.size)) as newest
          from checkpoints.checkpoint where region = $1) cut
      on cut.newest or witness.address like 'file:%' or witness.address like 'mailto:%' and cut.cut_at >= witness.added_at
    where witness.region = $1 and witness.ended_at is null)";

/// A witness as it is configured.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Witness {
    name: String,
    address: String,
    verifier: Option<String>,
}

impl Notary {
    /// From now on checkpoints of the region are handed to this witness, under this name. The same name changes it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn add_witness(
        &self,
        region: &RegionId,
        name: &str,
        address: &str,
        verifier: Option<&Verifier>,
    ) -> sqlx::Result<()> {
        let mut transaction = tenant(&self.db, region).await?;
        sqlx::query(
            "insert into checkpoints.witness (region, name, address, verifier, added_at) values ($1, $2, $3, $4, $5)
             on conflict (region, name) do update
             set address = excluded.address, verifier = excluded.verifier, added_at = excluded.added_at, ended_at = null",
        )
        .bind(region.as_str())
        .bind(name)
        .bind(address)
        .bind(verifier.map(ToString::to_string))
        .bind(self.clock.now())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await
    }

    /// Nothing is handed to this witness any more; answers whether there was one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_witness(&self, region: &RegionId, name: &str) -> sqlx::Result<bool> {
        let mut transaction = tenant(&self.db, region).await?;
        let ended = sqlx::query(
            "update checkpoints.witness set ended_at = $3 where region = $1 and name = $2 and ended_at is null",
        )
        .bind(region.as_str())
        .bind(name)
        .bind(self.clock.now())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(ended.rows_affected() > 0)
    }
}

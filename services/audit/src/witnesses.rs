//! The witnesses of a region: whoever keeps its checkpoints, so that they cannot be signed anew unseen.
//!
//! ```text
//! cut ─→ not handed ─ tried again and again, its trouble shown ─→ handed (with what the witness signed)
//! ```
//! **Invariant:** a witness that is away loses nothing: what was not handed over is handed over when it is back.

mod hand;

pub use hand::Post;

use crate::checkpoint::Notary;
use chrono::{DateTime, Utc};
use event_log::tenant;
use proofs::Verifier;
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;
use std::str::FromStr;
use utoipa::ToSchema;
use vocabulary::RegionId;

/// How a witness is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// Each log's checkpoints are written behind another in a file of this folder: `file:/folder`.
    File(PathBuf),
    /// Each is mailed, by the machine's `sendmail`: `mailto:someone@example.nl`.
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

/// A witness, and how far it is with a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditWitness)]
pub struct Standing {
    /// What it is called.
    pub name: String,
    /// Of which service's log; absent while nothing was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The size of the newest checkpoint it has; absent while it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,
    /// When it got that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handed_at: Option<DateTime<Utc>>,
    /// How many checkpoints wait.
    pub waiting: i64,
    /// Why the last one did not arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

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

    /// How far the witnesses of a region are, by name and service.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn witnesses(&self, region: &RegionId) -> sqlx::Result<Vec<Standing>> {
        let mut transaction = tenant(&self.db, region).await?;
        sqlx::query_as(
            "select witness.name, handed.service, max(handed.size) filter (where handed.handed_at is not null) as size,
                    max(handed.handed_at) as handed_at,
                    count(*) filter (where handed.service is not null and handed.handed_at is null) as waiting,
                    (array_agg(handed.trouble order by handed.tried_at desc) filter (where handed.handed_at is null))[1] as trouble
             from checkpoints.witness left join checkpoints.handed
                  on handed.region = witness.region and handed.witness = witness.name
             where witness.region = $1 and witness.ended_at is null
             group by witness.name, handed.service order by witness.name, handed.service",
        )
        .bind(region.as_str())
        .fetch_all(&mut *transaction)
        .await
    }
}

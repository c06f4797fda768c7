//! How far the witnesses of a region are, and what is in the way.

use super::WANTED;
use crate::checkpoint::Notary;
use chrono::{DateTime, Utc};
use event_log::tenant;
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;
use vocabulary::RegionId;

/// A witness, and how far it is with a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditWitness)]
pub struct Standing {
    /// The name of the witness.
    pub name: String,
    /// The key to check its signatures with (C2SP verifier key); absent for a witness that only keeps checkpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verifier: Option<String>,
    /// The service whose log it is about; absent while no log has a checkpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The size of the newest checkpoint it has; absent while it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,
    /// The moment it received the last one, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handed_at: Option<DateTime<Utc>>,
    /// The number of checkpoints that wait for it.
    pub waiting: i64,
    /// The reason that a waiting one did not arrive at the last attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// The moment of that attempt, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tried_at: Option<DateTime<Utc>>,
    /// The number of attempts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tries: Option<i32>,
    /// The moment of the next attempt, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_try: Option<DateTime<Utc>>,
}

impl Notary {
    /// How far the witnesses of a region are, by name and service.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn witnesses(&self, region: &RegionId) -> sqlx::Result<Vec<Standing>> {
        let mut transaction = tenant(&self.db, region).await?;
        sqlx::query_as(AssertSqlSafe(format!(
            "with there as (
                 select wanted.*, handed.handed_at, handed.trouble, handed.tried_at, handed.tries, handed.next_try,
                        handed.handed_at is null as waits
                 from {WANTED} wanted left join checkpoints.handed
                      on handed.region = $1 and handed.witness = wanted.witness and handed.service = wanted.service
                     and handed.epoch = wanted.epoch and handed.size = wanted.size)
             select witness.name, witness.verifier, there.service,
                    (array_agg(size order by epoch desc, size desc) filter (where not waits))[1] as size,
                    max(handed_at) as handed_at,
                    count(*) filter (where waits and there.service is not null) as waiting,
                    (array_agg(trouble order by tried_at desc) filter (where waits and tried_at is not null))[1] as trouble,
                    max(tried_at) filter (where waits) as tried_at,
                    (array_agg(tries order by tried_at desc) filter (where waits and tried_at is not null))[1] as tries,
                    min(next_try) filter (where waits) as next_try
             from checkpoints.witness left join there on there.witness = witness.name
             where witness.region = $1 and witness.ended_at is null
             group by witness.name, witness.verifier, there.service order by witness.name, there.service"
        )))
        .bind(region.as_str())
        .fetch_all(&mut *transaction)
        .await
    }
}

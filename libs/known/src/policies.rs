//! Which policy is valid on a day?

use crate::Known;
use chrono::NaiveDate;
use event_log::{Recorded, tenant};
use projections::{CannotApply, Projection};
use proto_schemas::consortium::policy::{Event, Policy};
use sqlx::PgConnection;
use sqlx::types::Json;
use vocabulary::RegionId;

/// Folds the versions of each region's policy.
#[derive(Clone, Copy, Debug)]
pub struct KnownPolicies;

impl Projection for KnownPolicies {
    const NAME: &'static str = "known-policies";
    const VERSION: u32 = 2;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["policy"]);
    const TABLES: &'static str = "create table policy (
        region text not null, version bigint not null, valid_from date not null, policy jsonb not null,
        primary key (region, version))";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let Event::Adopted { version, valid_from, policy } = happened.event()?;
        sqlx::query(
            "insert into policy (region, version, valid_from, policy) values ($1, $2, $3, $4) on conflict do nothing",
        )
        .bind(happened.region.as_str())
        .bind(i64::from(version))
        .bind(valid_from)
        .bind(Json(policy))
        .execute(rows)
        .await?;
        Ok(())
    }
}

impl Known {
    /// The policy for facts of a day, and its version; `None` when the region had adopted none for it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn policy(&self, region: &RegionId, day: NaiveDate) -> sqlx::Result<Option<(u32, Policy)>> {
        let mut transaction = tenant(self.app(), region).await?;
        let row: Option<(i64, Json<Policy>)> = sqlx::query_as(
            "select version, policy from known_policies.policy
             where region = $1 and valid_from <= $2 order by version desc limit 1",
        )
        .bind(region.as_str())
        .bind(day)
        .fetch_optional(&mut *transaction)
        .await?;
        Ok(row.map(|(version, Json(policy))| (u32::try_from(version).unwrap_or(u32::MAX), policy)))
    }
}

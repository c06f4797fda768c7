//! What companies should put in over the programme.

use chrono::NaiveDate;
use event_log::Rows;
use serde::Serialize;
use utoipa::ToSchema;
use vocabulary::RegionId;

/// The amount that companies should contribute, and the event that set it.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
#[schema(as = StatementTarget)]
pub struct Target {
    /// The amount to reach, in euro cents.
    pub amount: i64,
    /// Its share of the subsidisable budget, in basis points.
    pub share: i64,
    /// That budget, in euro cents.
    pub subsidisable: i64,
    /// The first day of the programme.
    pub from: NaiveDate,
    /// The last day of the programme.
    pub until: NaiveDate,
    /// The position of that event, in the region's log of the consortium.
    pub position: i64,
}

impl Target {
    /// The one that was set last, if any was.
    pub(super) async fn of(rows: &mut Rows, region: &RegionId) -> sqlx::Result<Option<Self>> {
        sqlx::query_as(
            r#"select amount, share, subsidisable, "from", until, position from co_financing.target
               where region = $1 order by position desc limit 1"#,
        )
        .bind(region.as_str())
        .fetch_optional(rows)
        .await
    }
}

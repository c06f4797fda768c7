//! Which streams there are: for what is asked a few times a year, and must not come from a table that may lag.

use crate::{Error, EventLog, tenant};
use vocabulary::RegionId;

impl EventLog {
    /// The names of the streams of a log that begin so, such as `consortium/mbo:`, sorted; with `holding`, only those of
    /// which an event has that in its text.
    ///
    /// Where the database sorts by code point, as ours do, an index leads to them; else all names of the log are read.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn streams(&self, region: &RegionId, begin: &str, holding: Option<&str>) -> Result<Vec<String>, Error> {
        let mut rows = tenant(self.app(), region).await?;
        let found = sqlx::query_scalar(
            "select distinct stream from event_log.event
             where region = $1 and stream ^@ $2 and ($3::text is null or position($3 in body) > 0) order by stream",
        )
        .bind(region.as_str())
        .bind(begin)
        .bind(holding)
        .fetch_all(&mut *rows)
        .await?;
        Ok(found)
    }
}

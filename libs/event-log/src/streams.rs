//! Lists streams: for rare questions whose answer must not come from a table that may lag.

use crate::{Error, EventLog, Recorded, Unreadable, tenant};
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

    /// Of a stream the first event, and those that have this in their text, in order: what a long history says of one
    /// thing, without sending the rest.
    ///
    /// # Errors
    /// When the database does not answer, or a text does not read.
    pub async fn history_holding(&self, region: &RegionId, stream: &str, text: &str) -> Result<Vec<Recorded>, Error> {
        let texts: Vec<String> = sqlx::query_scalar("select body from event_log.holding($1, $2, $3)")
            .bind(region.as_str())
            .bind(stream)
            .bind(text)
            .fetch_all(self.app())
            .await?;
        Ok(texts.into_iter().map(Recorded::parse).collect::<Result<_, Unreadable>>()?)
    }
}

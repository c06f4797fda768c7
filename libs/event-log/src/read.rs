//! Reading a log by position.

use crate::{Error, EventLog, Recorded, Skimmed, Unreadable, tenant_in_batches};
use futures_util::{Stream, TryStreamExt, stream};
use vocabulary::RegionId;

/// An event as it is published: its exact text, and what its subject is made of.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Line {
    /// Where in the log, from 1.
    pub position: i64,
    /// Category, slash, id.
    pub stream: String,
    /// Its full type with version.
    #[sqlx(rename = "type")]
    pub event_type: String,
    /// The exact text of the CloudEvent.
    #[sqlx(rename = "body")]
    pub text: String,
}

impl AsRef<str> for Line {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl EventLog {
    /// The events behind position `after`, at most `limit`, in order.
    ///
    /// # Errors
    /// When the database does not answer, or a text does not read.
    pub async fn page(&self, region: &RegionId, after: i64, limit: usize) -> Result<Vec<Recorded>, Error> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let page = sqlx::query_scalar("select body from event_log.page($1, $2, $3)")
            .bind(region.as_str())
            .bind(after)
            .bind(limit);
        let texts: Vec<String> = self.sessions().in_time(page.fetch_all(self.app())).await?;
        Ok(texts.into_iter().map(Recorded::parse).collect::<Result<_, Unreadable>>()?)
    }

    /// The page without its events, for a reader that folds only these categories; none when nothing is behind `after`.
    /// Of what this process wrote itself the database is not asked, and the page may be longer than `limit`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn skim(
        &self,
        region: &RegionId,
        after: i64,
        limit: usize,
        categories: &[&str],
    ) -> Result<Option<Skimmed>, Error> {
        if let Some(skimmed) = self.recent().skim(region, after, categories) {
            return Ok(Some(skimmed));
        }
        let skim = sqlx::query_as("select first, last, concerns from event_log.skim($1, $2, $3, $4)")
            .bind(region.as_str())
            .bind(after)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .bind(categories);
        let (first, last, concerns): (Option<i64>, Option<i64>, Option<bool>) =
            self.sessions().in_time(skim.fetch_one(self.app())).await?;
        Ok(first.zip(last).map(|(first, last)| Skimmed { first, last, concerns: concerns.unwrap_or(true) }))
    }

    /// The events behind a position without reading their texts: for a relay that passes them on.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lines(&self, region: &RegionId, after: i64, limit: usize) -> Result<Vec<Line>, Error> {
        let lines = sqlx::query_as("select position, stream, type, body from event_log.lines($1, $2, $3)")
            .bind(region.as_str())
            .bind(after)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX));
        Ok(self.sessions().in_time(lines.fetch_all(self.app())).await?)
    }

    /// Every event behind position `after`, in order, in one read with flat memory.
    pub fn stream(
        &self,
        region: &RegionId,
        after: i64,
    ) -> impl Stream<Item = Result<Recorded, Error>> + Send + 'static {
        self.texts(region, after).and_then(async |text| Ok(Recorded::parse(text)?))
    }

    /// The exact texts of every event behind position `after`, in order, with flat memory.
    pub fn texts(&self, region: &RegionId, after: i64) -> impl Stream<Item = Result<String, Error>> + Send + 'static {
        let (app, sessions, region) = (self.app().clone(), self.sessions().clone(), region.clone());
        let (sender, receiver) = tokio::sync::mpsc::channel(4_096);
        // The reading transaction lives in a task of its own: it borrows from itself otherwise.
        tokio::spawn(async move {
            let read = async {
                let mut transaction = tenant_in_batches(&app, &region).await?;
                let mut rows = sqlx::query_scalar::<_, String>(
                    "select body from event_log.event where region = $1 and position > $2 order by position",
                )
                .bind(region.as_str())
                .bind(after)
                .fetch(&mut *transaction);
                while let Some(text) = sessions.next(&mut rows).await? {
                    if sender.send(Ok(text)).await.is_err() {
                        break; // Nobody reads any more.
                    }
                }
                Ok::<_, sqlx::Error>(())
            };
            if let Err(error) = read.await {
                // The reader may be gone already.
                let _ = sender.send(Err(Error::from(error))).await;
            }
        });
        stream::unfold(receiver, |mut receiver| async move { Some((receiver.recv().await?, receiver)) })
    }
}

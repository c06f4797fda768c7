//! Reading a whole log of one kind of event as fast as it comes.

use crate::{Error, EventLog, Unreadable, tenant_in_batches};
use decider::Event;
use futures_util::{Stream, StreamExt, stream};
use sqlx::Row;
use tokio::sync::mpsc;
use vocabulary::RegionId;

/// How many events are handed over together.
const CHUNK: usize = 512;

/// An event and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded<E> {
    /// Where in the log, from 1.
    pub position: i64,
    /// Where in its stream, from 1.
    pub version: i32,
    /// The event.
    pub event: E,
}

/// A text and where it stands.
type Placed = (i64, i32, String);

impl EventLog {
    /// Every event behind position `after`, decoded, in order, in chunks, with flat memory.
    /// For logs, or parts of them, that hold events of one enum only.
    pub fn decoded<E: Event>(
        &self,
        region: &RegionId,
        after: i64,
    ) -> impl Stream<Item = Result<Vec<Decoded<E>>, Error>> + Send + 'static {
        let chunks = self.placed(region, after);
        // Decoding has a task of its own: the next chunk is read meanwhile.
        chunks
            .map(|chunk| tokio::spawn(async move { decode::<E>(chunk?) }))
            .buffered(2)
            .map(|decoded| decoded.map_err(|_| Error::Closed)?)
    }

    fn placed(&self, region: &RegionId, after: i64) -> impl Stream<Item = Result<Vec<Placed>, Error>> + Send + 'static {
        let (app, sessions, region) = (self.app().clone(), self.sessions().clone(), region.clone());
        let (sender, receiver) = mpsc::channel(4);
        tokio::spawn(async move {
            let read = async {
                let mut transaction = tenant_in_batches(&app, &region).await?;
                let mut rows = sqlx::query(
                    "select position, version, body from event_log.event where region = $1 and position > $2 order by position",
                )
                .bind(region.as_str())
                .bind(after)
                .fetch(&mut *transaction);
                let mut chunk = Vec::with_capacity(CHUNK);
                while let Some(row) = sessions.next(&mut rows).await? {
                    chunk.push((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
                    if chunk.len() == CHUNK
                        && sender.send(Ok(std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK)))).await.is_err()
                    {
                        return Ok(()); // Nobody reads any more.
                    }
                }
                // The last one may be empty, and its reader gone.
                let _ = sender.send(Ok(chunk)).await;
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

fn decode<E: Event>(chunk: Vec<Placed>) -> Result<Vec<Decoded<E>>, Error> {
    let decode =
        |(position, version, text): Placed| Ok(Decoded { position, version, event: serde_json::from_str(&text)? });
    Ok(chunk.into_iter().map(decode).collect::<Result<_, serde_json::Error>>().map_err(Unreadable)?)
}

//! Where a log is read when its stream does not do: in Postgres, here or behind another process.

use crate::Error;
use crate::names::Log;
use event_log::{EventLog, Recorded, Skimmed};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use std::collections::BTreeMap;
use vocabulary::RegionId;

/// Where the logs of one service are read by position: the truth behind the streams.
#[derive(Clone, Debug)]
pub enum LogSource {
    /// In this process.
    Here(EventLog),
    /// In another one, over HTTP.
    There(There),
}

/// The logs of a service in another process: `GET {url}/log`, `GET {url}/log/{region}?after=&limit=`, the same with
/// `&skim=` and `GET {url}/log/{region}?stream=`.
#[derive(Clone)]
pub struct There {
    service: String,
    url: String,
    secret: String,
    http: reqwest::Client,
}

/// Where a log ends, as `GET /log` lists it: a JSON array of these.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// The region of the log.
    pub region: RegionId,
    /// The last position.
    pub position: i64,
    /// Raised when the log was restored to a point behind what was published.
    pub epoch: i32,
    /// The frontier of the tree up to there, 32 bytes a root, in hexadecimal; empty when its service does not report
    /// it.
    #[serde(default, with = "hexed")]
    pub frontier: Vec<u8>,
}

mod hexed {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        hex::decode(String::deserialize(from)?).map_err(D::Error::custom)
    }
}

impl There {
    /// The logs of `service` below `url`, opened by a secret that services share. `http` has its own time limits.
    #[must_use]
    pub fn new(service: &str, url: &str, secret: &str, http: reqwest::Client) -> Self {
        let url = url.trim_end_matches('/').to_owned();
        Self { service: service.to_owned(), url, secret: secret.to_owned(), http }
    }

    async fn get(&self, path: &str) -> Result<String, Error> {
        let request = self.http.get(format!("{}/log{path}", self.url)).bearer_auth(&self.secret);
        Ok(request.send().await?.error_for_status()?.text().await?)
    }
}

impl std::fmt::Debug for There {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "There({} at {})", self.service, self.url)
    }
}

impl From<event_log::Head> for Head {
    fn from(head: event_log::Head) -> Self {
        Self { region: head.region, position: head.position, epoch: head.epoch, frontier: head.frontier }
    }
}

impl From<EventLog> for LogSource {
    fn from(log: EventLog) -> Self {
        Self::Here(log)
    }
}

impl LogSource {
    /// Whose logs.
    #[must_use]
    pub fn service(&self) -> &str {
        match self {
            Self::Here(log) => log.service(),
            Self::There(there) => &there.service,
        }
    }

    /// Which logs there are and where they end.
    ///
    /// # Errors
    /// When the log does not answer.
    pub async fn heads(&self) -> Result<Vec<Head>, Error> {
        match self {
            Self::Here(log) => Ok(log.heads().await?.into_iter().map(Head::from).collect()),
            Self::There(there) => Ok(serde_json::from_str(&there.get("").await?).map_err(event_log::Unreadable)?),
        }
    }

    /// The logs there are, each with its last position.
    ///
    /// # Errors
    /// When the log does not answer.
    pub async fn logs(&self) -> Result<Vec<(Log, i64)>, Error> {
        let log = |head: Head| {
            (Log { service: self.service().to_owned(), region: head.region, epoch: head.epoch }, head.position)
        };
        Ok(self.heads().await?.into_iter().map(log).collect())
    }

    /// The events behind position `after`, at most `limit`, in order.
    ///
    /// # Errors
    /// When the log does not answer, or a text is not an event.
    pub async fn page(&self, region: &RegionId, after: i64, limit: usize) -> Result<Vec<Recorded>, Error> {
        match self {
            Self::Here(log) => Ok(log.page(region, after, limit).await?),
            Self::There(there) => read(&there.get(&format!("/{region}?after={after}&limit={limit}")).await?),
        }
    }

    /// The page behind `after` without its events, for a reader of these categories only; none when nothing is there.
    ///
    /// # Errors
    /// When the log does not answer.
    pub async fn skim(
        &self,
        region: &RegionId,
        after: i64,
        limit: usize,
        categories: &[&str],
    ) -> Result<Option<Skimmed>, Error> {
        match self {
            Self::Here(log) => Ok(log.skim(region, after, limit, categories).await?),
            Self::There(there) => {
                let categories = categories.join(",");
                let answer = there.get(&format!("/{region}?after={after}&limit={limit}&skim={categories}")).await?;
                Ok(serde_json::from_str(&answer).map_err(event_log::Unreadable)?)
            }
        }
    }

    /// The history of one stream (category, slash, id), in order; empty when nothing happened.
    ///
    /// # Errors
    /// When the log does not answer, or a text is not an event.
    pub async fn history(&self, region: &RegionId, stream: &str) -> Result<Vec<Recorded>, Error> {
        match self {
            Self::Here(log) => Ok(log.history(region, stream).await?),
            Self::There(there) => {
                let name = percent_encode(stream.as_bytes(), NON_ALPHANUMERIC);
                read(&there.get(&format!("/{region}?stream={name}")).await?)
            }
        }
    }
}

/// Of some sources those of some services.
#[must_use]
pub fn sources_of(services: &[&str], sources: &[LogSource]) -> Vec<LogSource> {
    sources.iter().filter(|source| services.contains(&source.service())).cloned().collect()
}

/// Of some sources the first of each service.
#[must_use]
pub fn one_of_each(sources: impl IntoIterator<Item = LogSource>) -> Vec<LogSource> {
    let mut all: BTreeMap<String, LogSource> = BTreeMap::new();
    for source in sources {
        all.entry(source.service().to_owned()).or_insert(source);
    }
    all.into_values().collect()
}

/// Whether the log of every service that a reader names was given.
///
/// # Errors
/// `NoSource` for the first that was not.
pub fn check_sources(reader: &str, wanted: &[&str], sources: &[LogSource]) -> Result<(), Error> {
    match wanted.iter().find(|service| !sources.iter().any(|source| source.service() == **service)) {
        None => Ok(()),
        Some(service) => Err(Error::NoSource { reader: reader.to_owned(), service: (*service).to_owned() }),
    }
}

/// One event a line.
fn read(lines: &str) -> Result<Vec<Recorded>, Error> {
    let events = lines.lines().filter(|line| !line.is_empty());
    Ok(events.map(|line| Recorded::parse(line.to_owned())).collect::<Result<_, _>>()?)
}

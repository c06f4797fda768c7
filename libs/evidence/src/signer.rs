//! Who signs: one process at a time, which holds the keys and a memory of what it signed.
//!
//! **Invariant:** nothing is signed that the memory does not know first.

mod key;
mod memory;
mod recent;

pub use key::SigningKey;
pub use memory::{How, NoMemory, Remembered};

use chrono::{DateTime, Utc};
use memory::Memory;
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

/// How long the signer of another process may take to answer: shorter than whoever asks is kept waiting.
const ANSWERING: Duration = Duration::from_secs(20);
/// How long the connection to it may take.
const REACHING: Duration = Duration::from_secs(5);

/// Where checkpoints are signed. Copies share the memory.
#[derive(Clone, Debug)]
pub struct Signer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    place: Place,
    /// Opened when it is first needed; whoever has it open is the one that signs.
    memory: Mutex<Option<Memory>>,
    /// When each log was last signed, in this process.
    signed: Moments,
    /// When each log was last read as a whole, in this process.
    rechecked: Moments,
}

/// A moment for each log. What a row says of it counts for nothing.
#[derive(Debug, Default)]
struct Moments(std::sync::Mutex<BTreeMap<String, DateTime<Utc>>>);

impl Moments {
    fn of(&self, origin: &str) -> Option<DateTime<Utc>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(origin).copied()
    }

    fn set(&self, origin: String, moment: DateTime<Utc>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(origin, moment);
    }
}

/// Where it is.
enum Place {
    /// In this process: the folder of the memory, and the file that says that a memory was begun once.
    Here { folder: PathBuf, mark: PathBuf },
    /// In another one: its address, and what opens its internal routes.
    There { url: String, secret: String },
    /// Nowhere that this process knows.
    Nowhere,
}

/// The signer of another process does not sign.
#[derive(Debug, thiserror::Error)]
pub enum NoSigner {
    /// No process is known that does.
    #[error("this process does not sign")]
    NotHere,
    /// It does not answer, or refuses.
    #[error("the signer: {0}")]
    Elsewhere(String),
    /// The memory of what was signed cannot be used.
    #[error(transparent)]
    Memory(#[from] NoMemory),
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Here { folder, .. } => write!(f, "Here({})", folder.display()),
            Self::There { url, .. } => write!(f, "There({url})"),
            Self::Nowhere => f.write_str("Nowhere"),
        }
    }
}

impl Signer {
    /// In this process, with a memory in `folder`; the file `mark` says that a memory was begun once.
    #[must_use]
    pub fn here(folder: &Path, mark: &Path) -> Self {
        Self::at(Place::Here { folder: folder.to_owned(), mark: mark.to_owned() })
    }

    /// In the process at that address; `secret` opens its internal routes.
    #[must_use]
    pub fn there(url: &str, secret: &str) -> Self {
        Self::at(Place::There { url: url.to_owned(), secret: secret.to_owned() })
    }

    /// Nowhere that this process knows.
    #[must_use]
    pub fn nowhere() -> Self {
        Self::at(Place::Nowhere)
    }

    fn at(place: Place) -> Self {
        Self(Arc::new(Inner {
            place,
            memory: Mutex::default(),
            signed: Moments::default(),
            rechecked: Moments::default(),
        }))
    }

    /// Whether checkpoints are signed in this process.
    #[must_use]
    pub fn is_here(&self) -> bool {
        matches!(self.0.place, Place::Here { .. })
    }

    /// Whether no process is known that signs.
    pub(crate) fn is_nowhere(&self) -> bool {
        matches!(self.0.place, Place::Nowhere)
    }

    pub(crate) fn rechecked(&self, origin: &str) -> Option<DateTime<Utc>> {
        self.0.rechecked.of(origin)
    }

    pub(crate) fn set_rechecked(&self, origin: String, now: DateTime<Utc>) {
        self.0.rechecked.set(origin, now);
    }

    /// When this process signed a log last.
    pub(crate) fn signed(&self, origin: &str) -> Option<DateTime<Utc>> {
        self.0.signed.of(origin)
    }

    pub(crate) fn set_signed(&self, origin: String, now: DateTime<Utc>) {
        self.0.signed.set(origin, now);
    }

    /// Asks the signer in another process to cut what has grown in a region.
    pub(crate) async fn ask(&self, region: &str) -> Result<(), NoSigner> {
        self.request(Method::POST, &format!("/signer/{region}")).await.map(drop)
    }

    /// The keys of a region, as the signer in another process knows them.
    pub(crate) async fn keys(&self, region: &str) -> Result<Vec<SigningKey>, NoSigner> {
        let answer = self.request(Method::GET, &format!("/signer/{region}/keys")).await?;
        serde_json::from_str(&answer).map_err(|error| NoSigner::Elsewhere(error.to_string()))
    }

    /// See [`crate::checkpoint::Notary::first_covering`], of the signer in another process.
    pub(crate) async fn first_covering(
        &self,
        region: &str,
        service: &str,
        epoch: Option<u32>,
        position: u64,
    ) -> Result<Option<String>, NoSigner> {
        let epoch = epoch.map_or(String::new(), |epoch| format!("?epoch={epoch}"));
        let note = self.request(Method::GET, &format!("/signer/{region}/covering/{service}/{position}{epoch}")).await?;
        Ok((!note.is_empty()).then_some(note))
    }

    /// One's turn to sign, with the memory opened.
    ///
    /// # Errors
    /// When another process signs, or the memory is not the one of this installation.
    pub(crate) async fn turn(&self) -> Result<Turn<'_>, NoSigner> {
        let Place::Here { folder, mark } = &self.0.place else { return Err(NoSigner::NotHere) };
        let mut memory = self.0.memory.lock().await;
        // After a write that failed what is on disk is read again; after a sync that failed nothing tells what that is.
        if !memory.as_ref().is_some_and(Memory::usable) {
            memory.as_ref().map_or(Ok(()), Memory::may_reopen)?;
            *memory = None;
            let (folder, mark) = (folder.clone(), mark.clone());
            let opened = tokio::task::spawn_blocking(move || Memory::open(&folder, &mark)).await;
            *memory = Some(opened.map_err(|error| NoMemory::Unreadable(error.to_string()))??);
        }
        MutexGuard::try_map(memory, Option::as_mut).map_err(|_| NoSigner::NotHere)
    }

    async fn request(&self, method: Method, path: &str) -> Result<String, NoSigner> {
        let Place::There { url, secret } = &self.0.place else { return Err(NoSigner::NotHere) };
        let address = format!("{}{path}", url.trim_end_matches('/'));
        let elsewhere = |error: reqwest::Error| NoSigner::Elsewhere(error.without_url().to_string());
        // What is sent to the signer is sent nowhere else.
        let http = Client::builder().redirect(Policy::none()).connect_timeout(REACHING).timeout(ANSWERING);
        let asked = http.build().map_err(elsewhere)?.request(method, address).bearer_auth(secret).send().await;
        let answer = asked.map_err(elsewhere)?;
        let accepted = answer.status().is_success();
        let text = answer.text().await.map_err(elsewhere)?;
        if accepted { Ok(text) } else { Err(NoSigner::Elsewhere(refusal(&text))) }
    }
}

/// Why a signer in another process refuses, as it answered.
#[must_use]
pub fn refusal(answer: &str) -> String {
    let problem: serde_json::Value = serde_json::from_str(answer).unwrap_or_default();
    problem["detail"].as_str().unwrap_or(answer).to_owned()
}

/// The memory, for as long as nobody else may sign.
pub(crate) type Turn<'a> = MappedMutexGuard<'a, Memory>;

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn a_silent_signer_is_waited_for_no_longer_than_twenty_seconds() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        // The kernel accepts, and nobody ever answers.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let signer = Signer::there(&format!("http://{}", silent.local_addr().unwrap()), "shared");
        let began = Instant::now();
        let asked = signer.ask("voorbeeld").await;
        assert!(matches!(asked, Err(NoSigner::Elsewhere(_))), "{asked:?}");
        let covering = signer.first_covering("voorbeeld", "hotspots", None, 3).await;
        assert!(matches!(covering, Err(NoSigner::Elsewhere(_))), "{covering:?}");
        assert!(began.elapsed() <= 2 * ANSWERING + Duration::from_secs(1), "{:?}", began.elapsed());
    }
}

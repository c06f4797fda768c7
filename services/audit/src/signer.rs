//! Who signs: one process at a time, which holds the keys and a memory of what it signed.
//!
//! **Invariant:** nothing is signed that the memory does not know first.

mod inside;
mod memory;
mod recent;

pub use inside::{PATHS, routes};
pub use memory::{How, NoMemory, Remembered};

use crate::checkpoint::{NotCut, Notary, SigningKey};
use chassis::Signing;
use chrono::{DateTime, Utc};
use memory::Memory;
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

/// How long the signer of another process may take to be reached.
const REACHING: Duration = Duration::from_secs(5);
/// How long it may take to answer: shorter than whoever asks is kept waiting.
const ANSWERING: Duration = Duration::from_secs(20);

/// Where checkpoints are signed. Copies share the memory.
#[derive(Clone, Debug)]
pub struct Signer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    signing: Signing,
    /// What is shown to a signer in another process.
    secret: String,
    /// Opened when it is first needed; whoever has it open is the one that signs.
    memory: Mutex<Option<Memory>>,
    /// When each log was last read as a whole, in this process.
    rechecked: std::sync::Mutex<BTreeMap<String, DateTime<Utc>>>,
}

impl Signer {
    /// As this process is told; `secret` opens the internal routes of the one that signs.
    #[must_use]
    pub fn new(signing: Signing, secret: String) -> Self {
        let rechecked = std::sync::Mutex::default();
        Self(Arc::new(Inner { signing, secret, memory: Mutex::default(), rechecked }))
    }

    /// Whether checkpoints are signed in this process.
    #[must_use]
    pub fn is_here(&self) -> bool {
        matches!(self.0.signing, Signing::Here { .. })
    }

    pub(crate) fn rechecked(&self, origin: &str) -> Option<DateTime<Utc>> {
        self.0.rechecked.lock().unwrap_or_else(PoisonError::into_inner).get(origin).copied()
    }

    pub(crate) fn set_rechecked(&self, origin: String, now: DateTime<Utc>) {
        self.0.rechecked.lock().unwrap_or_else(PoisonError::into_inner).insert(origin, now);
    }

    /// Asks the signer in another process to cut what has grown in a region.
    pub(crate) async fn ask(&self, region: &str) -> Result<(), NotCut> {
        self.there(Method::POST, &format!("/signer/{region}")).await.map(drop)
    }

    /// The keys of a region, as the signer in another process knows them.
    pub(crate) async fn keys(&self, region: &str) -> Result<Vec<SigningKey>, NotCut> {
        let answer = self.there(Method::GET, &format!("/signer/{region}/keys")).await?;
        serde_json::from_str(&answer).map_err(|error| NotCut::Elsewhere(error.to_string()))
    }

    /// See [`Notary::first_covering`], of the signer in another process.
    pub(crate) async fn first_covering(
        &self,
        region: &str,
        service: &str,
        epoch: Option<u32>,
        position: u64,
    ) -> Result<Option<String>, NotCut> {
        let epoch = epoch.map_or(String::new(), |epoch| format!("?epoch={epoch}"));
        let note = self.there(Method::GET, &format!("/signer/{region}/covering/{service}/{position}{epoch}")).await?;
        Ok((!note.is_empty()).then_some(note))
    }

    async fn there(&self, method: Method, path: &str) -> Result<String, NotCut> {
        let Signing::There(url) = &self.0.signing else { return Err(NotCut::NotHere) };
        let address = format!("{}{path}", url.trim_end_matches('/'));
        let elsewhere = |error: reqwest::Error| NotCut::Elsewhere(error.without_url().to_string());
        // What is sent to the signer is sent nowhere else.
        let http = Client::builder().redirect(Policy::none()).connect_timeout(REACHING).timeout(ANSWERING);
        let asked = http.build().map_err(elsewhere)?.request(method, address).bearer_auth(&self.0.secret).send().await;
        let answer = asked.map_err(elsewhere)?;
        let accepted = answer.status().is_success();
        let text = answer.text().await.map_err(elsewhere)?;
        if accepted { Ok(text) } else { Err(NotCut::Elsewhere(refusal(&text))) }
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

impl Notary {
    /// One's turn to sign; the memory is opened, and begun at the first start.
    ///
    /// # Errors
    /// When another process signs, the memory is not the one of this installation, or what was kept does not answer.
    pub(crate) async fn turn(&self) -> Result<Turn<'_>, NotCut> {
        let Signing::Here { folder, mark } = &self.signer.0.signing else { return Err(NotCut::NotHere) };
        let mut memory = self.signer.0.memory.lock().await;
        // After a write that failed what is on disk is read again.
        if !memory.as_ref().is_some_and(Memory::usable) {
            *memory = None;
            let (folder, mark) = (folder.clone(), mark.clone());
            let opened = tokio::task::spawn_blocking(move || Memory::open(&folder, &mark)).await;
            *memory = Some(opened.map_err(|error| NoMemory::Unreadable(error.to_string()))??);
        }
        let mut memory = MutexGuard::try_map(memory, Option::as_mut).map_err(|_| NotCut::NotHere)?;
        if memory.begins() {
            self.upgrade(&mut memory).await?;
        }
        Ok(memory)
    }

    /// What the signer remembers, by log.
    ///
    /// # Errors
    /// See [`NotCut`].
    pub async fn remembered(&self) -> Result<Vec<Remembered>, NotCut> {
        Ok(self.turn().await?.trees().cloned().collect())
    }
}

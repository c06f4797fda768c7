//! Lists the streams that store nothing, for the monitoring of the hub.

use crate::alarm::raise;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is wrong with the streams of a service. Copies share it.
#[derive(Clone, Default)]
pub(crate) struct Stuck {
    streams: Arc<Mutex<BTreeSet<String>>>,
    bound_told: Arc<AtomicBool>,
}

impl Stuck {
    /// It took nothing for long.
    pub fn add(&self, stream: &str) {
        self.streams().insert(stream.to_owned());
    }

    /// It goes on, or is not this process's business any more.
    pub fn remove(&self, stream: &str) {
        self.streams().remove(stream);
    }

    /// All of them.
    pub fn all(&self) -> Vec<String> {
        self.streams().iter().cloned().collect()
    }

    /// Raises an alarm, once, where a server takes no message as large as an event may be.
    pub fn check_bound(&self, service: &str, takes: usize, needed: usize) {
        if takes < needed && !self.bound_told.swap(true, Ordering::Relaxed) {
            let bound = format!(
                "its max_payload is {takes} bytes, and an event may need {needed}: what is larger is left out of the \
                 streams and read from the log"
            );
            raise("nats-server", service, "all regions", &bound);
        }
    }

    fn streams(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

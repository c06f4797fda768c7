//! Counting that cannot apply amounts below zero, until it is repaired.

use crate::counts::{Counts, TABLES, count};
use bus::OnParked;
use event_log::Recorded;
use projections::{CannotApply, Projection};
use sqlx::PgConnection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

impl Counts {
    pub fn broken() -> Self {
        Self { broken: Arc::new(AtomicBool::new(true)) }
    }

    pub fn repair(&self) {
        self.broken.store(false, Ordering::SeqCst);
    }
}

/// The same as `Counts`, but nothing waits behind what is parked.
#[derive(Clone)]
pub struct Hasty(pub Counts);

impl Projection for Hasty {
    const NAME: &'static str = "hasty-counts";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["counters"];
    const TABLES: &'static str = TABLES;
    const ON_PARKED: OnParked = OnParked::OthersGoOn;

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        count(rows, happened, &self.0.broken).await
    }
}

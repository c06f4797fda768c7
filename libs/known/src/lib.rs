//! What services know of the consortium: grants, policies, schools, companies, pupils.
//!
//! Each service folds the consortium's log into tables of its own, so a decision never waits for
//! another service. Every service folds the grants; of the others it declares what it asks for.

mod companies;
mod grants;
mod policies;
mod pupils;
mod schools;

pub use companies::{Company, KnownCompanies};
pub use grants::KnownGrants;
pub use policies::KnownPolicies;
pub use pupils::{KnownPupils, Pupil};
pub use schools::{KnownSchools, School};

use access::Grants;
use event_log::{Database, Pool};
use vocabulary::{RegionId, Role};

/// What this service knows of the consortium. Copies share everything.
#[derive(Clone, Debug)]
pub struct Known {
    app: Pool,
    grants: KnownGrants,
}

impl Known {
    /// On a service's own database; `book` is what requests are checked against.
    #[must_use]
    pub fn new(database: &Database, book: Grants) -> Self {
        Self { app: database.app.clone(), grants: KnownGrants::new(&database.app, book) }
    }

    /// The projection of grants; it fills the book.
    #[must_use]
    pub fn grants(&self) -> KnownGrants {
        self.grants.clone()
    }

    /// The book that requests are checked against.
    #[must_use]
    pub fn book(&self) -> Grants {
        self.grants.book()
    }

    /// Whether anyone holds a role in a region, or will.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_held(&self, region: &RegionId, role: Role) -> sqlx::Result<bool> {
        self.grants.is_held(region, role).await
    }

    /// Waits until what changed beside the log is in the book: a rebuilt table, or a parked event that was handled.
    pub async fn settled(&self) {
        self.grants.settled().await;
    }

    pub(crate) fn app(&self) -> &Pool {
        &self.app
    }
}

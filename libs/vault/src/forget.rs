//! Forgetting: a tombstone, and no key left.

use uuid::Uuid;
use vocabulary::{PersonId, RegionId};

use crate::{Error, Vault};

impl Vault {
    /// Destroys every key and natural key of this person, for good. Again is harmless.
    ///
    /// # Errors
    /// The vault is away: nothing was forgotten.
    pub async fn forget(&self, region: &RegionId, person: PersonId) -> Result<(), Error> {
        self.reapply(region, &[person]).await
    }

    /// Whether this person was forgotten: nothing of them is left to be held.
    ///
    /// # Errors
    /// The vault is away.
    pub async fn is_forgotten(&self, region: &RegionId, person: PersonId) -> Result<bool, Error> {
        let asked = sqlx::query_scalar("select forgotten from vault.keys($1, array[$2], array['identity'], null)")
            .bind(region.as_str())
            .bind(person);
        let forgotten: Option<bool> = self.database.ask(async |work| asked.fetch_one(&work).await).await?;
        Ok(forgotten.unwrap_or(false))
    }

    /// Forgets again whom the log says were forgotten. At start: a vault restored from a backup may know their keys.
    ///
    /// # Errors
    /// As [`Vault::forget`].
    pub async fn reapply(&self, region: &RegionId, forgotten: &[PersonId]) -> Result<(), Error> {
        if forgotten.is_empty() {
            return Ok(());
        }
        let persons: Vec<Uuid> = forgotten.iter().map(|person| person.0).collect();
        let asked = sqlx::query("select vault.forget($1, $2)").bind(region.as_str()).bind(persons);
        self.database.ask(async |work| asked.execute(&work).await).await?;
        self.cache.forget(region, forgotten);
        Ok(())
    }
}

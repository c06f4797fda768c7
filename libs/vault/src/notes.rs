//! Notes of events that are still to be written for people whose keys are destroyed.
//!
//! none ─forgotten with a note→ owed ─written, and struck→ none

use crate::{Error, Vault};
use uuid::Uuid;
use vocabulary::{PersonId, RegionId};

/// How many notes or people are given at once.
const PAGE: i32 = 1_000;

impl Vault {
    /// As [`Vault::forget`], and in the same transaction it is noted for each person what is still to be written down
    /// elsewhere. Who was forgotten with a note that is not struck yet keeps the first one.
    ///
    /// # Errors
    /// The vault is away: whether anybody was forgotten is unknown, and a note tells.
    pub async fn forget_with_notes(&self, region: &RegionId, people: &[(PersonId, String)]) -> Result<(), Error> {
        let persons: Vec<PersonId> = people.iter().map(|(person, _)| *person).collect();
        let asked = sqlx::query("select vault.forget_with_notes($1, $2, $3)")
            .bind(region.as_str())
            .bind(persons.iter().map(|person| person.0).collect::<Vec<Uuid>>())
            .bind(people.iter().map(|(_, note)| note.as_str()).collect::<Vec<_>>());
        let done = self.database.ask(async |work| asked.execute(&work).await).await;
        // Also when the answer did not arrive: they may be gone, and no key in memory may outlive them.
        self.cache.forget(region, &persons);
        done?;
        Ok(())
    }

    /// What is still to be written down, of a thousand people at most.
    ///
    /// # Errors
    /// The vault is away.
    pub async fn notes(&self, region: &RegionId) -> Result<Vec<(PersonId, String)>, Error> {
        let asked = sqlx::query_as("select person, note from vault.notes($1, $2)").bind(region.as_str()).bind(PAGE);
        let notes: Vec<(Uuid, String)> = self.database.ask(async |work| asked.fetch_all(&work).await).await?;
        Ok(notes.into_iter().map(|(person, note)| (PersonId(person), note)).collect())
    }

    /// It was written down.
    ///
    /// # Errors
    /// The vault is away.
    pub async fn strike_notes(&self, region: &RegionId, people: &[PersonId]) -> Result<(), Error> {
        let asked = sqlx::query("select vault.strike_notes($1, $2)")
            .bind(region.as_str())
            .bind(people.iter().map(|person| person.0).collect::<Vec<Uuid>>());
        self.database.ask(async |work| asked.execute(&work).await).await?;
        Ok(())
    }

    /// A thousand of those who were forgotten, in order, behind one of them.
    ///
    /// # Errors
    /// The vault is away.
    pub async fn forgotten(&self, region: &RegionId, after: Option<PersonId>) -> Result<Vec<PersonId>, Error> {
        let asked = sqlx::query_scalar("select person from vault.forgotten($1, $2, $3)")
            .bind(region.as_str())
            .bind(after.map_or(Uuid::nil(), |after| after.0))
            .bind(PAGE);
        let people: Vec<Uuid> = self.database.ask(async |work| asked.fetch_all(&work).await).await?;
        Ok(people.into_iter().map(PersonId).collect())
    }
}

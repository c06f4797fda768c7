//! Finding a person again by a number that is not kept.

use sqlx::Row;
use uuid::Uuid;
use vocabulary::{PersonId, RegionId};

use crate::{Error, Vault, cipher};

impl Vault {
    /// Whom this number (`kind`: whose numbers, as in `pupil-number/20AB01`) belongs to; someone new when it is new.
    ///
    /// # Errors
    /// The vault is away.
    pub async fn natural_key(&self, region: &RegionId, kind: &str, value: &str) -> Result<PersonId, Error> {
        if let [Some(known)] = self.known_natural_keys(region, kind, &[value]).await?[..] {
            return Ok(known);
        }
        let kept = self.keep_natural_keys(region, kind, &[(value, PersonId::fresh())]).await?;
        kept.into_iter().next().ok_or(Error::Broken("a natural key that was just kept is not there"))
    }

    /// Whom these numbers belong to, in their order, in one round trip; nothing for a new one.
    ///
    /// # Errors
    /// The vault is away.
    pub async fn known_natural_keys(
        &self,
        region: &RegionId,
        kind: &str,
        values: &[&str],
    ) -> Result<Vec<Option<PersonId>>, Error> {
        let found = self.lookup(region, kind, values.iter().copied(), None).await?;
        Ok(found.into_iter().map(|(person, forgotten)| person.filter(|_| !forgotten)).collect())
    }

    /// Gives these numbers to these people, in one round trip, and says whose they are now: a number that someone else
    /// got in the meantime stays theirs.
    ///
    /// # Errors
    /// The vault is away, or one of the people was forgotten.
    pub async fn keep_natural_keys(
        &self,
        region: &RegionId,
        kind: &str,
        keys: &[(&str, PersonId)],
    ) -> Result<Vec<PersonId>, Error> {
        let persons = keys.iter().map(|(_, person)| person.0).collect();
        let found = self.lookup(region, kind, keys.iter().map(|(value, _)| *value), Some(persons)).await?;
        found
            .into_iter()
            .zip(keys)
            .map(|((person, forgotten), (_, asked))| match person {
                Some(person) if !forgotten => Ok(person),
                _ => Err(Error::Forgotten(*asked)),
            })
            .collect()
    }

    async fn lookup(
        &self,
        region: &RegionId,
        kind: &str,
        values: impl Iterator<Item = &str>,
        persons: Option<Vec<Uuid>>,
    ) -> Result<Vec<(Option<PersonId>, bool)>, Error> {
        let (keys, newest) = self.master.natural_keys();
        let values: Vec<&str> = values.collect();
        if values.is_empty() {
            return Ok(vec![]);
        }
        let mac = |key, value: &&str| cipher::mac(key, &[region.as_str(), kind, value]).to_vec();
        let macs: Vec<Vec<u8>> = keys.iter().flat_map(|key| values.iter().map(move |value| mac(key, value))).collect();
        // Where the key was never rotated, nothing is looked up twice and nobody waits for anybody.
        let rows = match keys {
            [_] => sqlx::query("select person, forgotten from vault.natural_keys($1, $2, $3, $4)")
                .bind(region.as_str())
                .bind(kind)
                .bind(macs)
                .bind(persons),
            _ => sqlx::query("select person, forgotten from vault.natural_keys_by_generation($1, $2, $3, $5, $6, $4)")
                .bind(region.as_str())
                .bind(kind)
                .bind(macs)
                .bind(persons)
                .bind(i32::try_from(values.len()).map_err(|_| Error::Broken("so many numbers at once"))?)
                .bind(i32::try_from(newest + 1).map_err(|_| Error::Broken("so many generations"))?),
        };
        let rows = self.database.ask(async |work| rows.fetch_all(&work).await).await?;
        let row = |row: sqlx::postgres::PgRow| {
            Ok((row.try_get::<Option<Uuid>, _>(0)?.map(PersonId), row.try_get::<bool, _>(1)?))
        };
        rows.into_iter().map(row).collect()
    }
}

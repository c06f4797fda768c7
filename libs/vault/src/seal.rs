//! Sealing and opening with the keys of people.

use std::{collections::BTreeMap, sync::Arc};

use sqlx::Row;
use uuid::Uuid;
use vocabulary::{PersonId, RegionId};

use crate::{
    Error, Purpose, Sealed, Vault,
    cipher::{self, Key, Owner},
};

/// A key, or that its owner was forgotten.
enum Found {
    Key(Arc<Key>),
    Forgotten,
}

impl Vault {
    /// Seals one text under the person's own key, which is made at their first.
    ///
    /// `field` is the event type as stored, a `#` and the field's name; the same must be given to open it.
    ///
    /// # Errors
    /// The vault is away, or the person was forgotten.
    pub async fn seal(
        &self,
        region: &RegionId,
        person: PersonId,
        purpose: Purpose,
        field: &str,
        plain: &str,
    ) -> Result<Sealed, Error> {
        let sealed = self.seal_all(region, &[(person, purpose, field, plain)]).await?;
        sealed.into_iter().next().ok_or(Error::Broken("nothing was sealed"))
    }

    /// Seals many texts (person, purpose, field, plain), in their order, in one round trip.
    ///
    /// # Errors
    /// As [`Vault::seal`]; one forgotten person refuses them all.
    pub async fn seal_all(
        &self,
        region: &RegionId,
        fields: &[(PersonId, Purpose, &str, &str)],
    ) -> Result<Vec<Sealed>, Error> {
        let owners: Vec<Owner> =
            fields.iter().map(|&(person, purpose, ..)| Owner { region: region.clone(), person, purpose }).collect();
        let keys = self.keys(region, &owners, Missing::Make).await?;
        fields
            .iter()
            .zip(&owners)
            .map(|(&(person, _, field, plain), owner)| match keys.get(owner) {
                Some(Found::Key(key)) => owner.seal(key, field, plain),
                Some(Found::Forgotten) => Err(Error::Forgotten(person)),
                None => Err(Error::Broken("a key that was just made is not there")),
            })
            .collect()
    }

    /// The text, or nothing when the person was forgotten.
    ///
    /// # Errors
    /// The vault is away; or [`Error::Broken`]: changed, moved from another field, person or region, or its key is lost.
    pub async fn open(&self, region: &RegionId, field: &str, sealed: &Sealed) -> Result<Option<String>, Error> {
        Ok(self.open_all(region, &[(field, sealed)]).await?.into_iter().next().flatten())
    }

    /// Many texts (field, sealed), in their order, in one round trip.
    ///
    /// # Errors
    /// As [`Vault::open`]; one broken field fails them all.
    pub async fn open_all(&self, region: &RegionId, fields: &[(&str, &Sealed)]) -> Result<Vec<Option<String>>, Error> {
        let owners: Vec<Owner> = fields
            .iter()
            .map(|(_, sealed)| Owner { region: region.clone(), person: sealed.person, purpose: sealed.purpose })
            .collect();
        let keys = self.keys(region, &owners, Missing::Leave).await?;
        fields
            .iter()
            .zip(&owners)
            .map(|((field, sealed), owner)| match keys.get(owner) {
                Some(Found::Key(key)) => owner.open(key, field, &sealed.sealed).map(Some),
                Some(Found::Forgotten) => Ok(None),
                // Nobody destroyed it on purpose: that must not look like a forgetting.
                None => Err(Error::Broken("the key of someone who was not forgotten is missing")),
            })
            .collect()
    }

    async fn keys(
        &self,
        region: &RegionId,
        owners: &[Owner],
        missing: Missing,
    ) -> Result<BTreeMap<Owner, Found>, Error> {
        // In one order everywhere, so that two imports wait for each other and never in a circle.
        let mut found: BTreeMap<Owner, Found> = BTreeMap::new();
        let mut asked: Vec<Owner> = Vec::new();
        for owner in owners.iter().cloned().collect::<std::collections::BTreeSet<_>>() {
            match self.cache.get(&owner) {
                Some(key) => drop(found.insert(owner, Found::Key(key))),
                None => asked.push(owner),
            }
        }
        if asked.is_empty() {
            return Ok(found);
        }
        let asked_at = self.cache.asked_at();
        let fresh = match missing {
            Missing::Leave => None,
            Missing::Make => Some(
                asked.iter().map(|owner| owner.wrap(self.master.wrapping(), &cipher::random_key()?)).collect::<Result<
                    Vec<_>,
                    _,
                >>(
                )?,
            ),
        };
        let wanted = sqlx::query("select wrapped, forgotten from vault.keys($1, $2, $3, $4)")
            .bind(region.as_str())
            .bind(asked.iter().map(|owner| owner.person.0).collect::<Vec<Uuid>>())
            .bind(asked.iter().map(|owner| cipher::purpose(owner.purpose)).collect::<Vec<_>>())
            .bind(fresh);
        let rows = self.database.ask(async |work| wanted.fetch_all(&work).await).await?;
        let mut opened = Vec::new();
        for (owner, row) in asked.into_iter().zip(rows) {
            let (wrapped, forgotten): (Option<Vec<u8>>, bool) = (row.try_get(0)?, row.try_get(1)?);
            if forgotten {
                found.insert(owner, Found::Forgotten);
            } else if let Some(wrapped) = wrapped {
                let key = Arc::new(owner.unwrap(self.master.wrapping(), &wrapped)?);
                opened.push((owner.clone(), Arc::clone(&key)));
                found.insert(owner, Found::Key(key));
            }
        }
        self.cache.keep(asked_at, opened);
        Ok(found)
    }
}

/// What to do about a key that is not there.
enum Missing {
    Make,
    Leave,
}

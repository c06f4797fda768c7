//! The keys that sign the checkpoints of a region, one after another.

use super::{Cut, NotCut, Notary};
use crate::signer::{SigningKey, Turn};
use chrono::{DateTime, Utc};
use event_log::{Pool, Rows, tenant};
use proofs::{Checkpoint, Kind, Note, Signer, Verifier};
use vocabulary::RegionId;

/// As many keys of a region are looked for.
const MAX_KEYS: i32 = 64;

/// The keys of a region, the first one first.
///
/// # Errors
/// When the database does not answer.
pub async fn keys(db: &Pool, region: &RegionId) -> sqlx::Result<Vec<SigningKey>> {
    let mut transaction = tenant(db, region).await?;
    all(&mut transaction, region).await
}

async fn all(connection: &mut Rows, region: &RegionId) -> sqlx::Result<Vec<SigningKey>> {
    sqlx::query_as(
        "select number, verifier, valid_from, valid_until from checkpoints.signing_key where region = $1 order by number",
    )
    .bind(region.as_str())
    .fetch_all(connection)
    .await
}

impl Notary {
    /// The keys of a region that the signer has used, the first one first. What the database lists beside them is not
    /// told, and raises an alarm when something is signed.
    ///
    /// # Errors
    /// When the signer does not answer.
    pub async fn keys(&self, region: &RegionId) -> Result<Vec<SigningKey>, NotCut> {
        if !self.signer.is_here() {
            return Ok(self.signer.keys(region.as_str()).await?);
        }
        Ok(self.turn().await?.keys(region.as_str()).to_vec())
    }

    /// A new key signs from now on. What the old one signed stays good: it is listed with when it ended.
    ///
    /// # Errors
    /// When the database does not answer or the key cannot be made.
    pub async fn rotate(&self, region: &RegionId) -> Result<SigningKey, NotCut> {
        let now = self.clock.now();
        let mut turn = self.turn().await?;
        let mut transaction = tenant(&self.db, region).await?;
        self.signing_key(&mut turn, &mut transaction, region).await?;
        let last = turn.keys(region.as_str()).last().cloned();
        let number = last.as_ref().map_or(0, |key| key.number) + 1;
        let key = self.made(region, number, now)?;
        if let Some(last) = last {
            turn.remember_key(region.as_str(), SigningKey { valid_until: Some(now), ..last })?;
        }
        turn.remember_key(region.as_str(), key.clone())?;
        self.list_keys(&turn, &mut transaction, region).await?;
        transaction.commit().await?;
        Ok(key)
    }

    /// The key that signs; the first one is made when there is none. Which it is, the memory says, and not the database.
    pub(super) async fn signing_key(
        &self,
        turn: &mut Turn<'_>,
        connection: &mut Rows,
        region: &RegionId,
    ) -> Result<Signer, NotCut> {
        // One that has ended signs nothing, also when the process stopped before the next one was remembered.
        let last = turn.keys(region.as_str()).last();
        if last.is_none_or(|last| last.valid_until.is_some()) {
            let key = self.made(region, last.map_or(0, |last| last.number) + 1, self.clock.now())?;
            turn.remember_key(region.as_str(), key)?;
        }
        self.list_keys(turn, connection, region).await?;
        let current = turn.keys(region.as_str()).last().cloned();
        let signer = current.as_ref().and_then(|key| self.secret(region, key.number).transpose()).transpose()?;
        match (signer, current) {
            (Some(signer), Some(key)) if signer.verifier(Kind::Log).to_string() == key.verifier => Ok(signer),
            (_, key) => Err(NotCut::Altered {
                service: "this region".to_owned(),
                reason: format!(
                    "the signing key in the data directory is not the published one, {}; restore {}.key",
                    key.as_ref().map_or("none", |key| &key.verifier),
                    self.key_file(region, key.as_ref().map_or(1, |key| key.number))
                ),
            }),
        }
    }

    /// Lists the remembered keys in the database.
    async fn list_keys(&self, turn: &Turn<'_>, connection: &mut Rows, region: &RegionId) -> Result<(), NotCut> {
        for key in turn.keys(region.as_str()) {
            sqlx::query(
                "insert into checkpoints.signing_key as listed (region, number, verifier, valid_from, valid_until)
                 values ($1, $2, $3, $4, $5)
                 on conflict (region, number) do update set valid_until = excluded.valid_until
                 where listed.valid_until is distinct from excluded.valid_until",
            )
            .bind(region.as_str())
            .bind(key.number)
            .bind(&key.verifier)
            .bind(key.valid_from)
            .bind(key.valid_until)
            .execute(&mut *connection)
            .await?;
        }
        let known = turn.keys(region.as_str());
        let listed = all(connection, region).await?;
        match listed.iter().find(|key| !known.iter().any(|known| known.verifier == key.verifier)) {
            None => Ok(()),
            Some(key) => Err(NotCut::Altered {
                service: "this region".to_owned(),
                reason: format!("the database lists a key that never signed here, {}", key.verifier),
            }),
        }
    }

    /// Takes the keys over that the database lists and the data directory has.
    pub(super) async fn take_keys(&self, turn: &mut Turn<'_>, region: &RegionId) -> Result<(), NotCut> {
        if !turn.keys(region.as_str()).is_empty() {
            return Ok(());
        }
        let own: Vec<String> = self.verifiers(region).iter().map(ToString::to_string).collect();
        for key in keys(&self.db, region).await? {
            if own.contains(&key.verifier) {
                turn.remember_key(region.as_str(), key)?;
            } else {
                tracing::error!(%region, key = key.verifier, alarm = "the database lists a key that the data directory does not have");
            }
        }
        Ok(())
    }

    /// Every key of a region whose secret half is in the data directory.
    pub(crate) fn verifiers(&self, region: &RegionId) -> Vec<Verifier> {
        let signers = (1..=MAX_KEYS).filter_map(|number| self.secret(region, number).ok()?);
        signers.map(|signer| signer.verifier(Kind::Log)).collect()
    }

    /// The keys whose signatures count: those whose secret halves are in the data directory, else those that the signer
    /// knows. What the database lists is never among them.
    ///
    /// # Errors
    /// When neither is at hand.
    pub(crate) async fn trusted(&self, region: &RegionId) -> Result<Vec<Verifier>, NotCut> {
        let own = self.verifiers(region);
        if !own.is_empty() {
            return Ok(own);
        }
        Ok(self.keys(region).await?.iter().filter_map(|key| key.verifier.parse().ok()).collect())
    }

    /// Whether a kept checkpoint is of this log, says what its row says, and is signed by one of these keys.
    pub(crate) fn signed_by(&self, region: &RegionId, cut: &Cut, keys: &[Verifier]) -> bool {
        let said = |note: Note| {
            let said: Checkpoint = note.text.parse().ok()?;
            let same = said.origin == self.origin(region, &cut.service)
                && said.epoch == cut.epoch.unsigned_abs()
                && said.size == cut.size.unsigned_abs();
            Some(same && keys.iter().any(|key| note.signed_by(key).is_ok()))
        };
        cut.note.parse().ok().and_then(said).unwrap_or(false)
    }

    /// The name of the file of a key.
    pub(super) fn key_file(&self, region: &RegionId, number: i32) -> String {
        format!("checkpoint-{region}-{number}")
    }

    fn made(&self, region: &RegionId, number: i32, now: DateTime<Utc>) -> Result<SigningKey, NotCut> {
        self.keyring.make(&self.key_file(region, number))?;
        let signer = self.secret(region, number)?;
        let verifier = signer.map(|signer| signer.verifier(Kind::Log).to_string()).unwrap_or_default();
        Ok(SigningKey { number, verifier, valid_from: now, valid_until: None })
    }

    /// A key that was made before.
    fn secret(&self, region: &RegionId, number: i32) -> Result<Option<Signer>, NotCut> {
        let Some(secret) = self.keyring.find(&self.key_file(region, number))? else { return Ok(None) };
        let name = format!("{}/{region}", self.domain);
        let signer = Signer::new(&name, &secret).map_err(|error| NotCut::Altered {
            service: "this region".to_owned(),
            reason: format!("{name} is no name for a key ({error}); choose another --domain"),
        })?;
        Ok(Some(signer))
    }
}

//! The keys that sign the checkpoints of a region, one after another.

use super::{NotCut, Notary};
use crate::verify::Key;
use chrono::{DateTime, Utc};
use event_log::tenant;
use proofs::{Kind, Signer};
use sqlx::{PgConnection, PgPool};
use vocabulary::RegionId;

/// A key as it is published.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SigningKey {
    /// From 1.
    pub number: i32,
    /// Its public half: `name+id+base64`.
    pub verifier: String,
    /// From when it signs.
    pub valid_from: DateTime<Utc>,
    /// Until when it signed; none while it does.
    pub valid_until: Option<DateTime<Utc>>,
}

impl SigningKey {
    /// For a check; nothing when it does not read.
    #[must_use]
    pub fn key(&self) -> Option<Key> {
        Some(Key { verifier: self.verifier.parse().ok()?, from: self.valid_from, until: self.valid_until })
    }
}

/// The keys of a region, the first one first.
///
/// # Errors
/// When the database does not answer.
pub async fn keys(db: &PgPool, region: &RegionId) -> sqlx::Result<Vec<SigningKey>> {
    let mut transaction = tenant(db, region).await?;
    all(&mut transaction, region).await
}

async fn all(connection: &mut PgConnection, region: &RegionId) -> sqlx::Result<Vec<SigningKey>> {
    sqlx::query_as(
        "select number, verifier, valid_from, valid_until from checkpoints.signing_key where region = $1 order by number",
    )
    .bind(region.as_str())
    .fetch_all(connection)
    .await
}

impl Notary {
    /// The keys of a region, the first one first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keys(&self, region: &RegionId) -> sqlx::Result<Vec<SigningKey>> {
        keys(&self.db, region).await
    }

    /// A new key signs from now on. What the old one signed stays good: it is listed with when it ended.
    ///
    /// # Errors
    /// When the database does not answer or the key cannot be made.
    pub async fn rotate(&self, region: &RegionId) -> Result<SigningKey, NotCut> {
        let now = self.clock.now();
        let mut transaction = tenant(&self.db, region).await?;
        self.signer(&mut transaction, region, now).await?;
        let last = all(&mut transaction, region).await?.last().map_or(0, |key| key.number);
        sqlx::query("update checkpoints.signing_key set valid_until = $2 where region = $1 and valid_until is null")
            .bind(region.as_str())
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        let (_, key) = self.begin(&mut transaction, region, last + 1, now).await?;
        transaction.commit().await?;
        Ok(key)
    }

    /// The key that signs; the first one is made when there is none.
    pub(super) async fn signer(
        &self,
        connection: &mut PgConnection,
        region: &RegionId,
        now: DateTime<Utc>,
    ) -> Result<Signer, NotCut> {
        // One at a time: who signs and who rotates would miss each other.
        sqlx::query("select pg_advisory_xact_lock(hashtextextended('signing key ' || $1, 0))")
            .bind(region.as_str())
            .execute(&mut *connection)
            .await?;
        let current = all(connection, region).await?.into_iter().find(|key| key.valid_until.is_none());
        let Some(current) = current else { return Ok(self.begin(connection, region, 1, now).await?.0) };
        let signer = self.secret(region, current.number)?;
        if signer.verifier(Kind::Log).to_string() != current.verifier {
            let reason = format!(
                "the signing key in the data directory is not the published one, {}; restore checkpoint-{region}-{}.key, or `regiohub audit rotate-key`",
                current.verifier, current.number
            );
            return Err(NotCut::Altered { service: "this region".to_owned(), reason });
        }
        Ok(signer)
    }

    async fn begin(
        &self,
        connection: &mut PgConnection,
        region: &RegionId,
        number: i32,
        now: DateTime<Utc>,
    ) -> Result<(Signer, SigningKey), NotCut> {
        let signer = self.secret(region, number)?;
        let verifier = signer.verifier(Kind::Log).to_string();
        let key = SigningKey { number, verifier, valid_from: now, valid_until: None };
        sqlx::query(
            "insert into checkpoints.signing_key (region, number, verifier, valid_from) values ($1, $2, $3, $4)",
        )
        .bind(region.as_str())
        .bind(key.number)
        .bind(&key.verifier)
        .bind(key.valid_from)
        .execute(connection)
        .await?;
        Ok((signer, key))
    }

    fn secret(&self, region: &RegionId, number: i32) -> Result<Signer, NotCut> {
        let secret = self.secrets.kept(&format!("checkpoint-{region}-{number}"))?;
        let name = format!("{}/{region}", self.domain);
        Signer::new(&name, &secret).map_err(|error| NotCut::Altered {
            service: "this region".to_owned(),
            reason: format!("{name} is no name for a key ({error}); choose another --domain"),
        })
    }
}

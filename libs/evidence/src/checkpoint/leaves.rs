//! The leaves that checkpoints were cut over, kept aside: they tell which event was altered, not only that one was.

use super::blocks::root_of;
use event_log::{Pool, Rows};
use proofs::Hash;
use vocabulary::RegionId;

/// So many leaves stand in a row.
pub const LEAVES: usize = 256;

/// Writes leaves behind those that are kept.
pub(super) struct Leaves {
    region: String,
    service: String,
    epoch: i32,
    number: i64,
    leaves: Vec<u8>,
}

impl Leaves {
    /// To be written from the leaf with index `begun`.
    pub(super) async fn of(
        connection: &mut Rows,
        region: &RegionId,
        service: &str,
        epoch: i32,
        begun: i64,
    ) -> sqlx::Result<Self> {
        let full = i64::try_from(LEAVES).unwrap_or(i64::MAX);
        let number = begun / full;
        let leaves: Option<Vec<u8>> = sqlx::query_scalar(
            "select leaves from checkpoints.leaves where region = $1 and service = $2 and epoch = $3 and number = $4",
        )
        .bind(region.as_str())
        .bind(service)
        .bind(epoch)
        .bind(number)
        .fetch_optional(connection)
        .await?;
        let mut leaves = leaves.unwrap_or_default();
        // No more than belong to the checkpoint we go on from; what lacks shows itself when the leaves are compared.
        leaves.resize(usize::try_from(begun % full).unwrap_or(0) * 32, 0);
        Ok(Self { region: region.to_string(), service: service.to_owned(), epoch, number, leaves })
    }

    pub(super) async fn push(&mut self, connection: &mut Rows, leaf: Hash) -> sqlx::Result<()> {
        self.leaves.extend(leaf);
        if self.leaves.len() == LEAVES * 32 {
            self.write(connection).await?;
            self.number += 1;
            self.leaves.clear();
        }
        Ok(())
    }

    pub(super) async fn rest(&self, connection: &mut Rows) -> sqlx::Result<()> {
        if self.leaves.is_empty() { Ok(()) } else { self.write(connection).await }
    }

    async fn write(&self, connection: &mut Rows) -> sqlx::Result<()> {
        sqlx::query(
            "insert into checkpoints.leaves (region, service, epoch, number, leaves, root) values ($1, $2, $3, $4, $5, $6)
             on conflict (region, service, epoch, number) do update set leaves = excluded.leaves, root = excluded.root
             where length(checkpoints.leaves.leaves) < length(excluded.leaves)",
        )
        .bind(&self.region)
        .bind(&self.service)
        .bind(self.epoch)
        .bind(self.number)
        .bind(&self.leaves)
        .bind((self.leaves.len() == LEAVES * 32).then(|| root_of(self.leaves.as_chunks::<32>().0).to_vec()))
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// The leaves with the indexes from `number` × [`LEAVES`], as many as are kept of that row.
pub(crate) async fn kept_leaves(
    db: &Pool,
    region: &RegionId,
    service: &str,
    epoch: i32,
    number: u64,
) -> sqlx::Result<Vec<Hash>> {
    let mut transaction = event_log::tenant(db, region).await?;
    let leaves: Option<Vec<u8>> = sqlx::query_scalar(
        "select leaves from checkpoints.leaves where region = $1 and service = $2 and epoch = $3 and number = $4",
    )
    .bind(region.as_str())
    .bind(service)
    .bind(epoch)
    .bind(i64::try_from(number).unwrap_or(i64::MAX))
    .fetch_optional(&mut *transaction)
    .await?;
    Ok(leaves.unwrap_or_default().as_chunks::<32>().0.to_vec())
}

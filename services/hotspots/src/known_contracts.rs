//! For which hotspot is a contract?

use event_log::{Pool, Recorded, tenant};
use projections::{CannotApply, Projection};
use proto_schemas::agreements::contract::Event;
use sqlx::PgConnection;
use vocabulary::{ContractId, HotspotId, RegionId};

/// Folds the hotspot contracts of each region.
#[derive(Clone, Copy, Debug)]
pub struct KnownContracts;

impl Projection for KnownContracts {
    const NAME: &'static str = "known-contracts";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["agreements"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["contract"]);
    const TABLES: &'static str = "create table contract (region text not null, id uuid not null, hotspot uuid not null, primary key (region, id))";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        if let Event::DrawnUp { contract, hotspot, .. } = happened.event()? {
            sqlx::query("insert into contract (region, id, hotspot) values ($1, $2, $3) on conflict do nothing")
                .bind(happened.region.as_str())
                .bind(contract)
                .bind(hotspot)
                .execute(rows)
                .await?;
        }
        Ok(())
    }
}

/// The hotspot that a contract is for, once that is known here.
///
/// # Errors
/// When the database does not answer.
pub async fn hotspot_of(db: &Pool, region: &RegionId, contract: ContractId) -> sqlx::Result<Option<HotspotId>> {
    let mut rows = tenant(db, region).await?;
    let hotspot = sqlx::query_scalar("select hotspot from known_contracts.contract where region = $1 and id = $2")
        .bind(region.as_str())
        .bind(contract)
        .fetch_optional(&mut *rows)
        .await?;
    Ok(hotspot.map(HotspotId))
}

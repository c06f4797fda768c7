//! Which hotspot contracts are there, and how far are they?

use crate::Gateway;
use crate::reach::reading;
use crate::words::words;
use axum::extract::State;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use vocabulary::{CompanyId, ContractId, HotspotId, RegionId};
use web::{Caller, Listed, Paged, Paging, Path, Problem};

words! {
    /// The status of a hotspot contract.
    ContractStatus {
        /// The company or a first school must still sign (open).
        Open,
        /// The company and a school signed (gesloten).
        Concluded,
    }
}

/// A hotspot contract as a list shows it.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct ListedContract {
    /// The id of the contract.
    pub id: ContractId,
    /// The status of the contract.
    pub status: ContractStatus,
    /// The hotspot it is for.
    pub hotspot: HotspotId,
    /// The name of the hotspot on the day it was drawn up.
    pub hotspot_name: String,
    /// The company that hosts it.
    pub company: CompanyId,
    /// The name of the company on the day it was drawn up.
    pub company_name: String,
    /// Whether the company signed this document.
    pub signed_by_company: bool,
    /// The schools that signed this document.
    pub schools: Vec<String>,
    /// The number of the document: 2 for the first amendment.
    pub edition: i64,
    /// The SHA-256 of the document.
    pub document_hash: String,
    /// The first day on which it is valid.
    pub from: NaiveDate,
    /// Last day; none until it is amended.
    pub until: Option<NaiveDate>,
}

/// The contracts to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The status of the contracts, such as `concluded`.
    pub status: Option<ContractStatus>,
    /// The hotspot of the contracts.
    pub hotspot: Option<HotspotId>,
    /// The company of the contracts.
    pub company: Option<CompanyId>,
}

/// List hotspot contracts (hotspotcontracten), in the order in which they were drawn up.
#[utoipa::path(
    get, path = "/v1/regions/{region}/contracts", operation_id = "list-contracts", tag = "queries",
    params(("region" = RegionId, Path), Which, Paging),
    responses((status = 200, body = Listed<ListedContract>), Problem)
)]
pub async fn list_contracts(
    State(gateway): State<Gateway>,
    Path(region): Path<RegionId>,
    Paged(which, page): Paged<Which, ContractId>,
    caller: Caller,
) -> Result<Listed<ListedContract>, Problem> {
    let mut rows = reading(&gateway.hub.db, &region, &caller.scope()).await?;
    let contracts = sqlx::query_as(
        r#"select id, status, hotspot, hotspot_name, company, company_name, signed_by_company, schools, edition,
                  document_hash, "from", until
           from agreements.contract
           where region = $1 and ($2::text is null or status = $2) and ($3::uuid is null or hotspot = $3)
             and ($4::uuid is null or company = $4) and id > $5
           order by id limit $6"#,
    )
    .bind(region.as_str())
    .bind(which.status)
    .bind(which.hotspot)
    .bind(which.company)
    .bind(page.after.unwrap_or(ContractId(Uuid::nil())))
    .bind(page.fetch())
    .fetch_all(&mut *rows)
    .await?;
    page.cut(contracts, |last: &ListedContract| last.id)
}

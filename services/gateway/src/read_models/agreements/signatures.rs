//! Which signatures are still open, and whose?
//!
//! Contracts, stage agreements, contribution days and contributions in one list.

mod fold;

pub use fold::Signatures;

use crate::Gateway;
use crate::reach::reading;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use vocabulary::{BranchCode, CompanyId, PersonId, RegionId};
use web::{Caller, Listed, Paged, Paging, Path, Problem};

/// A signature that is waited for.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct OpenSignature {
    /// Contract, stage-agreement, contribution-day or contribution.
    pub subject: String,
    /// The id of the thing to sign.
    pub id: Uuid,
    /// The party that should sign: company, school, pupil-or-parent, or region for a verification.
    pub party: String,
    /// The company, where a company signs or is concerned.
    #[schema(value_type = Option<CompanyId>)]
    pub company: Option<Uuid>,
    /// The school, where a school signs or is concerned.
    #[schema(value_type = Option<BranchCode>)]
    pub school: Option<String>,
    /// The pupil whom it concerns; absent when it concerns none.
    #[schema(value_type = Option<PersonId>)]
    pub pupil: Option<Uuid>,
    /// The SHA-256 of the document, where a document is signed.
    pub document_hash: Option<String>,
    /// Since when it is waited for.
    pub since: DateTime<Utc>,
}

/// The open signatures to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The kind of thing to sign, such as `contract`.
    pub subject: Option<String>,
    /// The party that should sign, such as `company`.
    pub party: Option<String>,
}

/// Several schools may be waited for since the same moment, so the school is part of a row's place.
type Key = (DateTime<Utc>, Uuid, String, String);

/// List open signatures (openstaande handtekeningen), longest waiting first.
#[utoipa::path(
    get, path = "/v1/regions/{region}/open-signatures", operation_id = "list-open-signatures", tag = "queries",
    params(("region" = RegionId, Path), Which, Paging),
    responses((status = 200, body = Listed<OpenSignature>), Problem)
)]
pub async fn list_open_signatures(
    State(gateway): State<Gateway>,
    Path(region): Path<RegionId>,
    Paged(which, page): Paged<Which, Key>,
    caller: Caller,
) -> Result<Listed<OpenSignature>, Problem> {
    let (since, id, party, school) =
        page.after.clone().unwrap_or((DateTime::UNIX_EPOCH, Uuid::nil(), String::new(), String::new()));
    let mut rows = reading(&gateway.hub.db, &region, &caller.scope()).await?;
    let open = sqlx::query_as::<_, OpenSignature>(
        "select subject, id, party, company, nullif(school, '') as school, pupil, document_hash, since from signatures.open
         where region = $1 and ($2::text is null or subject = $2) and ($3::text is null or party = $3) and (since, id, party, open.school) > ($4, $5, $6, $7)
         order by since, id, party, open.school limit $8",
    )
    .bind(region.as_str())
    .bind(which.subject)
    .bind(which.party)
    .bind(since)
    .bind(id)
    .bind(party)
    .bind(school)
    .bind(page.fetch())
    .fetch_all(&mut *rows)
    .await?;
    page.cut(open, |last| (last.since, last.id, last.party.clone(), last.school.clone().unwrap_or_default()))
}

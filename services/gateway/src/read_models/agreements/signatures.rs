//! Which signatures are still open, and whose?
//!
//! Contracts, stage agreements, contribution days and contributions in one list.

mod fold;

pub use fold::Signatures;

use crate::Gateway;
use crate::reach::reading;
use crate::words::words;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use vocabulary::{BranchCode, CompanyId, PersonId, RegionId};
use web::{Caller, Listed, Paged, Paging, Path, Problem};

words! {
    /// The kind of thing that is signed.
    SignatureSubject {
        /// A hotspot contract (hotspotcontract).
        Contract,
        /// A stage agreement (stageovereenkomst).
        StageAgreement,
        /// What a company put in on a day (bijdragedag).
        ContributionDay,
        /// A contribution in kind or cash (bijdrage).
        Contribution,
    }
}

words! {
    /// The party that should sign.
    SignatureParty {
        /// The company (bedrijf).
        Company,
        /// The school (school).
        School,
        /// The pupil, or a parent of a minor (leerling of ouder).
        PupilOrParent,
        /// The region, which verifies (regio).
        Region,
    }
}

/// A signature that is waited for.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct OpenSignature {
    /// The kind of thing to sign.
    pub subject: SignatureSubject,
    /// The id of the thing to sign.
    pub id: Uuid,
    /// The party that should sign.
    pub party: SignatureParty,
    /// The company, where a company signs or is concerned.
    pub company: Option<CompanyId>,
    /// The school, where a school signs or is concerned.
    pub school: Option<BranchCode>,
    /// The pupil whom it concerns; absent when it concerns none.
    pub pupil: Option<PersonId>,
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
    pub subject: Option<SignatureSubject>,
    /// The party that should sign, such as `company`.
    pub party: Option<SignatureParty>,
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
    page.cut(open, |last| {
        (
            last.since,
            last.id,
            last.party.as_str().to_owned(),
            last.school.as_ref().map(ToString::to_string).unwrap_or_default(),
        )
    })
}

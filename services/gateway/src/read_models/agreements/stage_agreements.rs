//! Which stage agreements are there, and how far are they?

use crate::Gateway;
use crate::named::named;
use crate::reach::reading;
use crate::read_models::consortium::person_of;
use crate::words::words;
use axum::extract::State;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use vocabulary::{AgreementId, BranchCode, CompanyId, PersonId, RegionId};
use web::{Caller, Listed, Paged, Paging, Path, Problem};

words! {
    /// The status of a stage agreement.
    AgreementStatus {
        /// It is its school's own (concept).
        Draft,
        /// The parties may sign (aangeboden).
        Offered,
        /// All signed (actief).
        Active,
        /// It is over (beëindigd).
        Ended,
    }
}

/// A stage agreement as a list shows it.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct ListedAgreement {
    /// The id of the agreement.
    pub id: AgreementId,
    /// The status of the agreement.
    pub status: AgreementStatus,
    /// The pupil on the stage (stagiair).
    pub pupil: PersonId,
    /// Absent when the caller may not see it, or the pupil was forgotten.
    pub given_name: Option<String>,
    /// Absent when the caller may not see it, or the pupil was forgotten.
    pub family_name: Option<String>,
    /// The school that sends the pupil.
    pub school: BranchCode,
    /// The company that receives the pupil (stagegever).
    pub company: CompanyId,
    /// That company's name on the day of drafting.
    pub company_name: String,
    /// The number of the document: 2 for the first amendment.
    pub edition: i64,
    /// The SHA-256 of the document.
    pub document_hash: String,
    /// The first day of the stage.
    pub from: NaiveDate,
    /// The last day of the stage.
    pub until: NaiveDate,
}

/// The stage agreements to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The status of the agreements, such as `active`.
    pub status: Option<AgreementStatus>,
    /// The pupil of the agreements.
    pub pupil: Option<PersonId>,
    /// The company of the agreements.
    pub company: Option<CompanyId>,
}

/// List stage agreements (stageovereenkomsten), in the order in which they were drafted.
#[utoipa::path(
    get, path = "/v1/regions/{region}/stage-agreements", operation_id = "list-agreements", tag = "queries",
    params(("region" = RegionId, Path), Which, Paging),
    responses((status = 200, body = Listed<ListedAgreement>), Problem)
)]
pub async fn list_agreements(
    State(gateway): State<Gateway>,
    Path(region): Path<RegionId>,
    Paged(which, page): Paged<Which, AgreementId>,
    caller: Caller,
) -> Result<Listed<ListedAgreement>, Problem> {
    let mut rows = reading(&gateway.hub.db, &region, &caller.scope()).await?;
    let named_pupil = person_of("agreement.region", "pupil");
    let agreements = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        r#"select agreement.id, status, pupil, given_name, family_name, agreement.school, agreement.company, company_name,
                  edition, document_hash, "from", until
           from agreements.agreement {named_pupil}
           where agreement.region = $1 and ($2::text is null or status = $2) and ($3::uuid is null or pupil = $3)
             and ($4::uuid is null or agreement.company = $4) and agreement.id > $5
           order by agreement.id limit $6"#
    )))
    .bind(region.as_str())
    .bind(which.status)
    .bind(which.pupil)
    .bind(which.company)
    .bind(page.after.unwrap_or(AgreementId(Uuid::nil())))
    .bind(page.fetch())
    .fetch_all(&mut *rows)
    .await?;
    let listed = page.cut(agreements, |last: &ListedAgreement| last.id)?;
    let shown = listed.items.iter().filter(|agreement| agreement.given_name.is_some());
    named(&gateway, &region, &caller, "list-agreements", shown.map(|agreement| agreement.pupil)).await;
    Ok(listed)
}

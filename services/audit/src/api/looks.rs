//! What auditors looked at.

use crate::Audit;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use event_log::tenant;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use vocabulary::{ActorId, LookId, MandateId, PersonId, RegionId, Role};
use web::{Caller, Listed, Paged, Paging, Path, Problem, Touches};

/// One look of an auditor (inzage).
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct Inspection {
    /// The id of the look.
    #[schema(value_type = LookId)]
    id: Uuid,
    /// Its position in the log of the audit.
    position: i64,
    /// The moment it was recorded, in UTC.
    at: DateTime<Utc>,
    /// The pseudonym of the auditor who looked.
    #[schema(value_type = ActorId)]
    actor: Uuid,
    /// The role of the auditor.
    #[schema(value_type = Role)]
    role: String,
    /// The service that answered.
    service: String,
    /// The id of the operation, such as `list-claims`.
    operation: String,
    /// The parameters of the request, by name; `…` for one that may be a name and was not kept.
    #[schema(value_type = BTreeMap<String, String>)]
    about: Json<BTreeMap<String, String>>,
    /// The stream of the auditor's mandates; absent when the role needs none.
    #[schema(value_type = Option<MandateId>)]
    mandate: Option<Uuid>,
    /// The number of the mandate in that stream.
    number: Option<i64>,
    /// The person whose name was revealed (onthuld); absent for other looks.
    #[schema(value_type = Option<PersonId>)]
    person: Option<Uuid>,
    /// The reason for revealing the name; absent for other looks.
    reason: Option<String>,
}

/// The looks to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhichLooks {
    /// The auditor who looked, by pseudonym.
    auditor: Option<ActorId>,
    /// The mandate that they looked under.
    mandate: Option<MandateId>,
    /// The first day to list.
    from: Option<NaiveDate>,
    /// The last day to list.
    until: Option<NaiveDate>,
}

/// List looks, in the order of the log; an auditor sees their own (inzagen).
#[utoipa::path(
    get, path = "/v1/regions/{region}/audit/looks", operation_id = "list-looks", tag = "audit",
    params(("region" = RegionId, Path), WhichLooks, Paging),
    responses((status = 200, description = "The looks", body = Listed<Inspection>), Problem)
)]
pub(super) async fn list_looks(
    State(audit): State<Audit>,
    Path(region): Path<RegionId>,
    Paged(which, page): Paged<WhichLooks, i64>,
    caller: Caller,
) -> Result<Listed<Inspection>, Problem> {
    let asked = caller.about(&Touches::region())?;
    let own = (asked.by.role == Role::Auditor).then_some(asked.by.id.0);
    let mut rows = tenant(&audit.hub.db, &region).await?;
    let looks: Vec<Inspection> = sqlx::query_as(
        "select id, position, at, actor, role, service, operation, about, mandate, number, person, reason
         from inspections.look
         where region = $1 and ($2::uuid is null or actor = $2) and ($3::uuid is null or actor = $3)
           and ($4::uuid is null or mandate = $4)
           and at >= coalesce($5::date::timestamp at time zone 'Europe/Amsterdam', '-infinity')
           and at < coalesce(($6::date + 1)::timestamp at time zone 'Europe/Amsterdam', 'infinity')
           and position > $7
         order by position limit $8",
    )
    .bind(region.as_str())
    .bind(own)
    .bind(which.auditor)
    .bind(which.mandate)
    .bind(which.from)
    .bind(which.until)
    .bind(page.after.unwrap_or(0))
    .bind(page.fetch())
    .fetch_all(&mut *rows)
    .await?;
    page.cut(looks, |last| last.position)
}

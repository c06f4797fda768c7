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
use web::{Ask, Caller, Listed, Page, Path, Problem, Touches};

/// One look (inzage).
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct Inspection {
    /// Its id.
    #[schema(value_type = LookId)]
    id: Uuid,
    /// Its position in the log of the audit.
    position: i64,
    /// When it was recorded.
    at: DateTime<Utc>,
    /// Who looked, by pseudonym.
    #[schema(value_type = ActorId)]
    actor: Uuid,
    /// In which role.
    #[schema(value_type = Role)]
    role: String,
    /// Which service answered.
    service: String,
    /// The operation's id.
    operation: String,
    /// What was asked, by name; `…` for what may be a name and was not kept.
    #[schema(value_type = BTreeMap<String, String>)]
    about: Json<BTreeMap<String, String>>,
    /// Under which mandate.
    #[schema(value_type = Option<MandateId>)]
    mandate: Option<Uuid>,
    /// Which of the auditor's mandates.
    number: Option<i64>,
    /// Whose name was revealed (onthuld).
    #[schema(value_type = Option<PersonId>)]
    person: Option<Uuid>,
    /// Why it was revealed.
    reason: Option<String>,
}

/// Which looks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhichLooks {
    /// Of this auditor.
    auditor: Option<ActorId>,
    /// Under this mandate.
    mandate: Option<MandateId>,
    /// On this day or later.
    from: Option<NaiveDate>,
    /// On this day or earlier.
    until: Option<NaiveDate>,
    /// From the answer before.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// How many items at most, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// List what was looked at, in the order of the log; an auditor sees their own looks (inzagen).
#[utoipa::path(
    get, path = "/v1/regions/{region}/audit/looks", operation_id = "list-looks", tag = "audit",
    params(("region" = RegionId, Path), WhichLooks),
    responses((status = 200, description = "The looks", body = Listed<Inspection>), Problem)
)]
pub(super) async fn list_looks(
    State(audit): State<Audit>,
    Path(region): Path<RegionId>,
    Ask(which): Ask<WhichLooks>,
    caller: Caller,
) -> Result<Listed<Inspection>, Problem> {
    let asked = caller.about(&Touches::region())?;
    let page = Page { after: None, limit: which.limit.unwrap_or(Page::default().limit) };
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
    .bind(which.auditor.map(|auditor| auditor.0))
    .bind(which.mandate.map(|mandate| mandate.0))
    .bind(which.from)
    .bind(which.until)
    .bind(which.after.unwrap_or(0))
    .bind(page.fetch())
    .fetch_all(&mut *rows)
    .await?;
    Ok(Listed::cut(looks, &page, |last| last.position.to_string()))
}

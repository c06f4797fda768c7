//! Who may look, why, and for how long.

use crate::Audit;
use crate::oversight::mandate::{
    Mandate,
    commands::{Command, Open},
    id_of,
};
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use event_log::tenant;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use utoipa::ToSchema;
use uuid::Uuid;
use vocabulary::{ActorId, MandateId, Reason, RegionId, Role, Service};
use web::{Accepted, Caller, Created, FieldError, Listed, Path, Problem, Refuses, Touches, Valid};

/// A mandate for an auditor (opdracht).
#[derive(Clone, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MandateOpening {
    /// The auditor's issuer, exactly as in the token's `iss`.
    #[schemars(length(min = 1, max = 500))]
    #[schema(min_length = 1, max_length = 500)]
    issuer: String,
    /// The auditor's `sub` in the token.
    #[schemars(length(min = 1, max = 500))]
    #[schema(min_length = 1, max_length = 500)]
    subject: String,
    /// The assignment of the auditor; never a person's name (opdracht).
    assignment: Reason,
    /// The first day, today or later (vanaf).
    from: NaiveDate,
    /// The last day, less than a year later (tot en met).
    until: NaiveDate,
    /// The logs that the mandate covers (logboeken).
    #[schemars(length(min = 1, max = 6))]
    #[schema(min_items = 1, max_items = 6)]
    logs: Vec<Service>,
    /// Whether names may be revealed, each with a reason (namen).
    names: bool,
}

/// The reason for ending a mandate early.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MandateEnding {
    /// The reason; never a person's name (reden).
    reason: Reason,
}

/// A mandate as the list shows it.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct GivenMandate {
    /// The stream of the auditor's mandates.
    #[schema(value_type = MandateId)]
    mandate: Uuid,
    /// Their first, second … one.
    number: i64,
    /// The pseudonym of the auditor.
    #[schema(value_type = ActorId)]
    auditor: Uuid,
    /// The assignment of the auditor (opdracht).
    assignment: String,
    /// The first day on which the mandate is valid.
    from: NaiveDate,
    /// The last day on which the mandate is valid.
    until: NaiveDate,
    /// The logs that the mandate covers.
    #[schema(value_type = Vec<Service>)]
    logs: Json<Vec<Service>>,
    /// Whether names may be revealed.
    names: bool,
    /// The pseudonym of the actor who gave it.
    #[schema(value_type = ActorId)]
    given_by: Uuid,
    /// The moment it was recorded, in UTC.
    given_at: DateTime<Utc>,
    /// The day on which it was ended early.
    ended_on: Option<NaiveDate>,
    /// The reason for ending it early; absent unless it was.
    ended_because: Option<String>,
}

/// Open a mandate for an auditor; without one, an auditor is shown nothing (mandaat openen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/audit/mandates", operation_id = "open-mandate", tag = "audit",
    params(("region" = RegionId, Path)),
    request_body = MandateOpening, responses(Created, Refuses<(Mandate,)>, Problem),
)]
pub(super) async fn open_mandate(
    State(audit): State<Audit>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(opening): Valid<MandateOpening>,
) -> Result<Created, Problem> {
    let asked = caller.about(&Touches::region())?;
    let MandateOpening { issuer, subject, assignment, from, until, mut logs, names } = opening;
    logs.sort_unstable();
    logs.dedup();
    if from.checked_add_months(chrono::Months::new(12)).is_none() {
        let (english, dutch) = ("is a year that people write", "is een jaar zoals mensen dat schrijven");
        return Err(Problem::invalid(vec![FieldError::new("/from", english, dutch)]));
    }
    let auditor = audit.hub.actor(&region, &issuer, &subject).await?;
    let open = Open { auditor, assignment, from, until, logs, names };
    let done = audit.hub.log.execute::<Mandate>(&region, &id_of(&region, auditor), Command::Open(open), &asked).await?;
    Ok(Created::at(done, "/v1/regions/{region}/audit/mandates/{id}"))
}

/// End a mandate before its last day (mandaat beëindigen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/audit/mandates/{mandate}/end", operation_id = "end-mandate", tag = "audit",
    params(("region" = RegionId, Path), ("mandate" = MandateId, Path)),
    request_body = MandateEnding, responses(Accepted, Refuses<(Mandate,)>, Problem),
)]
pub(super) async fn end_mandate(
    State(audit): State<Audit>,
    Path((region, mandate)): Path<(RegionId, MandateId)>,
    caller: Caller,
    Valid(ending): Valid<MandateEnding>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    let command = Command::End { reason: ending.reason };
    Ok(audit.hub.log.execute::<Mandate>(&region, &mandate, command, &asked).await?.into())
}

/// List mandates, the last one given first; an auditor sees their own (mandaten).
#[utoipa::path(
    get, path = "/v1/regions/{region}/audit/mandates", operation_id = "list-mandates", tag = "audit",
    params(("region" = RegionId, Path)),
    responses((status = 200, description = "The mandates", body = Listed<GivenMandate>), Problem)
)]
pub(super) async fn list_mandates(
    State(audit): State<Audit>,
    Path(region): Path<RegionId>,
    caller: Caller,
) -> Result<Listed<GivenMandate>, Problem> {
    let asked = caller.about(&Touches::region())?;
    let own = (asked.by.role == Role::Auditor).then_some(asked.by.id.0);
    let mut rows = tenant(&audit.hub.db, &region).await?;
    // A handful a year in a region: no page needed.
    let mandates = sqlx::query_as(
        "select mandate, number, auditor, assignment, first as \"from\", last as until, logs, names, given_by, given_at,
                ended_on, ended_because
         from mandates.mandate where region = $1 and ($2::uuid is null or auditor = $2) order by position desc",
    )
    .bind(region.as_str())
    .bind(own)
    .fetch_all(&mut *rows)
    .await?;
    Ok(Listed::whole(mandates))
}

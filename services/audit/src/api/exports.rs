//! Which exports left the hub.

use crate::Audit;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use event_log::tenant;
use proto_schemas::audit::disclosure::Form;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use vocabulary::{ActorId, DisclosureId, MandateId, RegionId, Role};
use web::{Caller, Listed, Paged, Paging, Path, Problem, Touches};

/// One export (export van logboeken).
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct ExportShown {
    /// The id of the export.
    #[schema(value_type = DisclosureId)]
    id: Uuid,
    /// Its position in the log of the audit.
    position: i64,
    /// The moment it was recorded, before there was a file; in UTC.
    at: DateTime<Utc>,
    /// The pseudonym of the actor who took it.
    #[schema(value_type = ActorId)]
    actor: Uuid,
    /// The role of that actor: `operator` at the command line of the installation.
    #[schema(value_type = Role)]
    role: String,
    /// The form of the export.
    #[schema(value_type = Form)]
    form: String,
    /// The first date of recording in it; absent: from the beginning.
    #[sqlx(rename = "from_day")]
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<NaiveDate>,
    /// The last one; absent: everything until `ends`.
    #[sqlx(rename = "to_day")]
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<NaiveDate>,
    /// By service, the last position that the export may hold.
    #[schema(value_type = BTreeMap<String, i64>)]
    ends: Json<BTreeMap<String, i64>>,
    /// The mandate under which names were asked for beside it.
    #[schema(value_type = Option<MandateId>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    mandate: Option<Uuid>,
    /// SHA-256 of each file; absent when the files never came.
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    digests: Option<Json<BTreeMap<String, String>>>,
    /// The moment the files were complete, in UTC; absent before.
    #[serde(skip_serializing_if = "Option::is_none")]
    written_at: Option<DateTime<Utc>>,
}

/// The exports to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhichExports {
    /// The form of the exports.
    form: Option<Form>,
    /// The mandate that the exports were taken under.
    mandate: Option<MandateId>,
    /// The SHA-256 of one of the files, in lower-case hexadecimal.
    digest: Option<String>,
    /// The first day to list.
    from: Option<NaiveDate>,
    /// The last day to list.
    until: Option<NaiveDate>,
}

/// List exports of the logs of the region, in the order of the log (exports).
#[utoipa::path(
    get, path = "/v1/regions/{region}/audit/exports", operation_id = "list-audit-exports", tag = "audit",
    params(("region" = RegionId, Path), WhichExports, Paging),
    responses((status = 200, description = "The exports", body = Listed<ExportShown>), Problem)
)]
pub(super) async fn list_audit_exports(
    State(audit): State<Audit>,
    Path(region): Path<RegionId>,
    Paged(which, page): Paged<WhichExports, i64>,
    caller: Caller,
) -> Result<Listed<ExportShown>, Problem> {
    caller.about(&Touches::region())?;
    let mut rows = tenant(&audit.hub.db, &region).await?;
    let exports: Vec<ExportShown> = sqlx::query_as(
        "select id, position, at, actor, role, form, from_day, to_day, ends, mandate, digests, written_at
         from exports.export
         where region = $1 and ($2::text is null or form = $2) and ($3::uuid is null or mandate = $3)
           and ($4::text is null or exists (select from jsonb_each_text(digests) as file where file.value = $4))
           and at >= coalesce($5::date::timestamp at time zone 'Europe/Amsterdam', '-infinity')
           and at < coalesce(($6::date + 1)::timestamp at time zone 'Europe/Amsterdam', 'infinity')
           and position > $7
         order by position limit $8",
    )
    .bind(region.as_str())
    .bind(which.form.map(Form::as_str))
    .bind(which.mandate)
    .bind(which.digest)
    .bind(which.from)
    .bind(which.until)
    .bind(page.after.unwrap_or(0))
    .bind(page.fetch())
    .fetch_all(&mut *rows)
    .await?;
    page.cut(exports, |last| last.position)
}

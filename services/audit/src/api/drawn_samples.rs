//! Which samples were drawn.

use crate::Audit;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use event_log::tenant;
use proto_schemas::audit::sample::Method;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use vocabulary::{ActorId, ClaimId, Euros, MandateId, RegionId, Role, SampleId};
use web::{Caller, Listed, Paged, Paging, Path, Problem, Touches};

/// A sample as the list shows it, from its request on; its lines and their evidence stand in the sample itself.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct DrawnSample {
    /// The id of the sample.
    #[schema(value_type = SampleId)]
    sample: Uuid,
    /// Its position in the log of the audit.
    position: i64,
    /// The moment it was requested, in UTC.
    drawn_at: DateTime<Utc>,
    /// The pseudonym of the auditor who requested it.
    #[schema(value_type = ActorId)]
    drawn_by: Uuid,
    /// The role of the auditor.
    #[schema(value_type = Role)]
    role: String,
    /// The words that the auditor chose (startgetal).
    seed: String,
    /// The method of drawing.
    #[schema(value_type = Method)]
    method: String,
    /// The claim whose lines are the population.
    #[schema(value_type = Option<ClaimId>)]
    claim: Option<Uuid>,
    /// The calendar year whose verified lines are the population; the whole programme when neither is there.
    year: Option<i32>,
    /// The number of lines in the population.
    population: i64,
    /// The sum of the population, in euro cents.
    #[schema(value_type = Euros)]
    total: i64,
    /// The number of lines that were to be drawn.
    size: i64,
    /// The number of lines drawn; absent as long as it is requested and not drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<i64>,
    /// Whether it follows from a checkpoint that was signed after it was asked for, and not from the words alone, as
    /// samples of before that rule do.
    by_checkpoint: bool,
    /// The stream of the auditor's mandates; absent when the role needs none.
    #[schema(value_type = Option<MandateId>)]
    mandate: Option<Uuid>,
    /// The number of the mandate in that stream.
    number: Option<i64>,
}

/// The samples to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhichSamples {
    /// The auditor who drew, by pseudonym.
    drawn_by: Option<ActorId>,
    /// The claim whose lines were the population.
    claim: Option<ClaimId>,
    /// The calendar year whose verified lines were the population.
    #[param(minimum = 2000, maximum = 2099)]
    year: Option<u16>,
    /// The words of the sample: shows whether the same words were drawn with again and again.
    seed: Option<String>,
    /// Drawn on this day or later.
    from: Option<NaiveDate>,
    /// Drawn on this day or earlier.
    until: Option<NaiveDate>,
}

/// List the samples that were drawn, in the order of the log (steekproeven).
#[utoipa::path(
    get, path = "/v1/regions/{region}/audit/samples", tag = "audit", operation_id = "list-audit-samples",
    params(("region" = RegionId, Path), WhichSamples, Paging),
    responses((status = 200, description = "The samples", body = Listed<DrawnSample>), Problem)
)]
pub(super) async fn list_audit_samples(
    State(audit): State<Audit>,
    Path(region): Path<RegionId>,
    Paged(which, page): Paged<WhichSamples, i64>,
    caller: Caller,
) -> Result<Listed<DrawnSample>, Problem> {
    caller.about(&Touches::region())?;
    let mut rows = tenant(&audit.hub.db, &region).await?;
    let samples: Vec<DrawnSample> = sqlx::query_as(
        "select sample, position, drawn_at, drawn_by, role, seed, method, claim, year, population, total, size, lines,
                mandate, number, by_checkpoint
         from samples.sample
         where region = $1 and ($2::uuid is null or drawn_by = $2) and ($3::uuid is null or claim = $3)
           and ($4::integer is null or year = $4) and ($5::text is null or seed = $5)
           and drawn_at >= coalesce($6::date::timestamp at time zone 'Europe/Amsterdam', '-infinity')
           and drawn_at < coalesce(($7::date + 1)::timestamp at time zone 'Europe/Amsterdam', 'infinity')
           and position > $8
         order by position limit $9",
    )
    .bind(region.as_str())
    .bind(which.drawn_by)
    .bind(which.claim)
    .bind(which.year.map(i32::from))
    .bind(which.seed)
    .bind(which.from)
    .bind(which.until)
    .bind(page.after.unwrap_or(0))
    .bind(page.fetch())
    .fetch_all(&mut *rows)
    .await?;
    page.cut(samples, |last| last.position)
}

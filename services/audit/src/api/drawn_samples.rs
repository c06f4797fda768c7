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
use web::{Ask, Caller, FieldError, Listed, Path, Problem, Touches};

/// A sample as the list shows it, from its request on; its lines and their evidence stand in the sample itself.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct DrawnSample {
    /// Its id.
    #[schema(value_type = SampleId)]
    sample: Uuid,
    /// Its position in the log of the audit.
    position: i64,
    /// When it was asked for.
    drawn_at: DateTime<Utc>,
    /// Who asked for it, by pseudonym.
    #[schema(value_type = ActorId)]
    drawn_by: Uuid,
    /// In which role.
    #[schema(value_type = Role)]
    role: String,
    /// The auditor's words (startgetal).
    seed: String,
    /// How.
    #[schema(value_type = Method)]
    method: String,
    /// From the lines of this claim.
    #[schema(value_type = Option<ClaimId>)]
    claim: Option<Uuid>,
    /// From the verified lines of this calendar year; of the whole programme when neither is there.
    year: Option<i32>,
    /// How many lines there were to draw from.
    population: i64,
    /// What they add up to, in euro cents.
    #[schema(value_type = Euros)]
    total: i64,
    /// How many were to be drawn.
    size: i64,
    /// How many were; absent as long as it is asked for and not drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<i64>,
    /// Whether it follows from a checkpoint that was signed after it was asked for, and not from the words alone, as
    /// samples of before that rule do.
    by_checkpoint: bool,
    /// Under which mandate.
    #[schema(value_type = Option<MandateId>)]
    mandate: Option<Uuid>,
    /// Which of the auditor's mandates.
    number: Option<i64>,
}

/// Which samples.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhichSamples {
    /// Drawn by this one.
    drawn_by: Option<ActorId>,
    /// From the lines of this claim.
    claim: Option<ClaimId>,
    /// From the verified lines of this calendar year.
    #[param(minimum = 2000, maximum = 2099)]
    year: Option<u16>,
    /// In these words: who asked again and again is found here.
    seed: Option<String>,
    /// Drawn on this day or later.
    from: Option<NaiveDate>,
    /// Drawn on this day or earlier.
    until: Option<NaiveDate>,
    /// From the answer before.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// At most so many, 1 to 200.
    #[serde(default = "fifty")]
    #[param(minimum = 1, maximum = 200, default = 50, required = false)]
    limit: u16,
}

const fn fifty() -> u16 {
    50
}

/// List the samples that were drawn, in the order of the log (steekproeven).
#[utoipa::path(
    get, path = "/v1/regions/{region}/audit/samples", tag = "audit", operation_id = "list-audit-samples",
    params(("region" = RegionId, Path), WhichSamples),
    responses((status = 200, description = "The samples", body = Listed<DrawnSample>), Problem)
)]
pub(super) async fn list_audit_samples(
    State(audit): State<Audit>,
    Path(region): Path<RegionId>,
    Ask(which): Ask<WhichSamples>,
    caller: Caller,
) -> Result<Listed<DrawnSample>, Problem> {
    caller.about(&Touches::region())?;
    if !(1..=200).contains(&which.limit) {
        return Err(Problem::invalid(vec![FieldError::new("?limit", "is 1 to 200", "is 1 tot en met 200")]));
    }
    let mut rows = tenant(&audit.hub.db, &region).await?;
    let mut samples: Vec<DrawnSample> = sqlx::query_as(
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
    .bind(which.drawn_by.map(|by| by.0))
    .bind(which.claim.map(|claim| claim.0))
    .bind(which.year.map(i32::from))
    .bind(which.seed)
    .bind(which.from)
    .bind(which.until)
    .bind(which.after.unwrap_or(0))
    .bind(i64::from(which.limit) + 1)
    .fetch_all(&mut *rows)
    .await?;
    let more = samples.len() > usize::from(which.limit);
    samples.truncate(which.limit.into());
    let next = samples.last().filter(|_| more).map(|sample| sample.position.to_string());
    Ok(Listed { items: samples, next })
}

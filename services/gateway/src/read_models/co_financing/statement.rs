//! The statement: each figure with the address of its explanation.

use super::figure::{Figure, behind};
use super::target::Target;
use crate::reach::reading;
use crate::{Gateway, Storable};
use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use proto_schemas::co_financing::figures::{ROUNDING, ROUNDING_NL, SHARE_SOURCE, SHARE_SOURCE_NL};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vocabulary::{Euros, RegionId, SchemeCode};
use web::{Ask, Caller, Path, Problem};

/// The co-financing of a region. Amounts are in euro cents.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    /// The region of the statement.
    pub region: RegionId,
    /// The scheme that is counted (regeling).
    pub scheme: SchemeCode,
    /// The first day that is counted.
    pub from: NaiveDate,
    /// The last day that is counted.
    pub until: NaiveDate,
    /// Committed, realised, signed and verified.
    pub figures: Vec<Row>,
    /// The amount that companies should contribute over the programme (doel).
    pub target: Option<Target>,
    /// Target less verified: what must still be proven (nog aan te tonen).
    pub gap: Option<Euros>,
    /// Target less committed: what nobody has planned yet (nog niet toegezegd).
    pub forecast_gap: Option<Euros>,
    /// The rule by which amounts are rounded, in English.
    pub rounding: &'static str,
    /// The rule by which amounts are rounded, in Dutch.
    pub rounding_nl: &'static str,
    /// The source of the share of a pupil's time, in English.
    pub share_source: &'static str,
    /// The source of the share of a pupil's time, in Dutch.
    pub share_source_nl: &'static str,
}

/// One figure of the statement.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    pub figure: Figure,
    /// The number of lines of the figure.
    pub lines: i64,
    /// The sum of the lines, in euro cents.
    pub amount: Euros,
    /// They add up to more than a JSON number holds exactly: the amount stays at 9,007,199,254,740,991 cents, of either
    /// sign. Only logs of before amounts had a range hold that much.
    pub saturated: bool,
    /// How the figure comes about, in English.
    pub english: &'static str,
    /// How the figure comes about, in Dutch.
    pub dutch: &'static str,
    /// The address that lists every line and event of the figure.
    pub explained_at: String,
}

/// The scheme and the days to count.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The scheme to count; `sto` when absent.
    pub scheme: Option<SchemeCode>,
    /// The first day to count; the first day of the target when absent.
    #[param(value_type = Option<NaiveDate>)]
    pub from: Option<Storable<NaiveDate>>,
    /// The last day to count; the last day of the target when absent.
    #[param(value_type = Option<NaiveDate>)]
    pub until: Option<Storable<NaiveDate>>,
}

/// Show the co-financing of the region (cofinancieringsoverzicht): committed, realised, signed, verified, target and
/// gap.
#[utoipa::path(
    get, path = "/v1/regions/{region}/co-financing/statement", operation_id = "show-statement", tag = "queries",
    params(("region" = RegionId, Path), Which),
    responses((status = 200, body = Statement), Problem)
)]
pub async fn show_statement(
    State(gateway): State<Gateway>,
    Path(region): Path<RegionId>,
    Ask(which): Ask<Which>,
    caller: Caller,
) -> Result<Json<Statement>, Problem> {
    let mut rows = reading(&gateway.hub.db, &region, &caller.scope()).await?;
    let target = Target::of(&mut rows, &region).await?;
    let (scheme, from, until) = range(which, target.as_ref())?;
    let mut figures = Vec::new();
    let behind = behind();
    for figure in Figure::ALL {
        let (lines, amount): (i64, i64) = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "select count(*), least(greatest(coalesce(sum(amount), 0), -9223372036854775807), 9223372036854775807)::bigint
             from ({behind}) behind"
        )))
        .bind(region.as_str())
        .bind(scheme.as_str())
        .bind(from)
        .bind(until)
        .bind(figure.as_str())
        .fetch_one(&mut *rows)
        .await?;
        let (amount, saturated) = Euros(amount).exact();
        figures.push(Row {
            figure,
            lines,
            amount,
            saturated,
            english: figure.in_english(),
            dutch: figure.in_dutch(),
            explained_at: format!(
                "/v1/regions/{region}/co-financing/figures/{}?scheme={scheme}&from={from}&until={until}",
                figure.as_str()
            ),
        });
    }
    let of = |figure| figures.iter().find(|row| row.figure == figure).map_or(Euros(0), |row| row.amount);
    let gap = target.as_ref().map(|target| (Euros(target.amount) - of(Figure::Verified)).exact().0);
    let forecast_gap = target.as_ref().map(|target| (Euros(target.amount) - of(Figure::Committed)).exact().0);
    Ok(Json(Statement {
        region,
        scheme,
        from,
        until,
        figures,
        target,
        gap,
        forecast_gap,
        rounding: ROUNDING,
        rounding_nl: ROUNDING_NL,
        share_source: SHARE_SOURCE,
        share_source_nl: SHARE_SOURCE_NL,
    }))
}

pub(super) fn range(which: Which, target: Option<&Target>) -> Result<(SchemeCode, NaiveDate, NaiveDate), Problem> {
    let scheme = match which.scheme {
        Some(scheme) => scheme,
        None => "sto".parse().map_err(|_| Problem::not_found("scheme", "regeling"))?,
    };
    let first = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap_or_default();
    let last = NaiveDate::from_ymd_opt(2099, 12, 31).unwrap_or_default();
    let from = which.from.map(|day| day.0).or(target.map(|target| target.from)).unwrap_or(first);
    let until = which.until.map(|day| day.0).or(target.map(|target| target.until)).unwrap_or(last);
    Ok((scheme, from, until))
}

//! How did a figure come about, from the logs alone?

use super::unread;
use crate::Audit;
use crate::trace::explain::{Explanation, Part, explain};
use crate::trace::figure::{Figure, Range, usual_range};
use crate::trace::reading::Reader;
use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;
use vocabulary::{RegionId, SchemeCode};
use web::{Ask, Caller, Cursor, FieldError, Path, Problem, Touches};

/// The figure and the part of it to explain.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The scheme, for a figure of the statement; `sto` when absent.
    pub scheme: Option<SchemeCode>,
    /// The first day, for a figure of the statement; the first day of the target when absent.
    pub from: Option<NaiveDate>,
    /// The last day, for a figure of the statement; the last day of the target when absent.
    pub until: Option<NaiveDate>,
    /// The calendar year, for a figure of the statement, instead of `from` and `until`.
    #[param(minimum = 2000, maximum = 2099)]
    pub year: Option<i32>,
    /// Lines behind this one: the `next` of the page before.
    pub after: Option<String>,
    /// The highest number of lines on the page, 1 to 100.
    #[serde(default = "twenty")]
    #[param(minimum = 1, maximum = 100, default = 20, required = false)]
    pub limit: u16,
    /// Whether each event shown is proven; true when absent.
    #[serde(default = "yes")]
    #[param(default = true, required = false)]
    pub proofs: bool,
}

const fn yes() -> bool {
    true
}

const fn twenty() -> u16 {
    20
}

/// Trace a figure down to the scans and signatures it rests on, recomputed from the logs (herleiding uit de logboeken).
///
/// The figure is `committed`, `realised`, `signed` or `verified`, the id of a claim, contribution day or contribution,
/// or a line as claims and statements call it, such as `contribution-day/<id>#3`.
#[utoipa::path(
    get, path = "/v1/regions/{region}/audit/figures/{figure}", tag = "audit", operation_id = "trace-figure",
    params(("region" = RegionId, Path), ("figure" = String, Path), Asked),
    responses((status = 200, body = Explanation), Problem)
)]
pub(super) async fn trace_figure(
    State(audit): State<Audit>,
    Path((region, figure)): Path<(RegionId, String)>,
    Ask(asked): Ask<Asked>,
    cursor: Cursor<String>,
    caller: Caller,
) -> Result<Json<Explanation>, Problem> {
    caller.about(&Touches::region())?;
    let figure: Figure = figure.parse().map_err(|_| no_figure())?;
    let mut reader = Reader::new(region, audit.logs.clone()).kept_in(audit.hub.db.clone());
    let usual = usual_range(&mut reader).await.map_err(|error| unread(&error))?;
    let scheme = asked.scheme.unwrap_or(usual.scheme);
    let range = match asked.year.and_then(|year| Range::year(scheme.clone(), year)) {
        Some(year) => year,
        None => Range { scheme, from: asked.from.unwrap_or(usual.from), until: asked.until.unwrap_or(usual.until) },
    };
    let part = Part { after: cursor.open(asked.after.as_deref())?, limit: asked.limit.into(), proofs: asked.proofs };
    let explained = explain(&mut reader, figure, &range, &part).await.map_err(|error| unread(&error))?;
    let mut explained = explained.ok_or_else(|| Problem::not_found("figure", "post"))?;
    explained.name_checkpoints(&audit.hub.db).await?;
    explained.next = explained.next.as_ref().map(|next| cursor.seal(next)).transpose()?;
    Ok(Json(explained))
}

fn no_figure() -> Problem {
    Problem::invalid(vec![FieldError::new(
        "{figure}",
        "must be committed, realised, signed or verified, the id of a claim, contribution day or contribution, or a line such as contribution-day/<id>#3",
        "moet committed, realised, signed of verified zijn, het id van een staat, bijdragedag of bijdrage, of een regel zoals contribution-day/<id>#3",
    )])
}

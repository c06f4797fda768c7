//! How a figure came about: every line behind it, with its inputs and the events it rests on.

use super::figure::{Figure, behind};
use super::statement::{Which, range};
use super::target::Target;
use crate::reach::reading;
use crate::{Gateway, Storable};
use axum::extract::State;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vocabulary::{AttendanceDayId, CompanyId, Euros, RegionId, SchemeCode, SessionId};
use web::{Caller, Listed, Paged, Paging, Path, Problem};

/// A line behind a figure.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Behind {
    /// The reference of the line: a stream, and within a day the number of the line.
    pub reference: String,
    /// Forfait, actual, hours, facility, material, travel, cash; or planned, for a session to come.
    pub kind: String,
    /// The company that contributes.
    pub company: CompanyId,
    /// The date of the fact.
    pub date: NaiveDate,
    /// The amount of the line, in euro cents.
    pub amount: Euros,
    /// Minutes that were confirmed or entered; for a session to come those planned for each pupil.
    pub minutes: Option<i64>,
    /// The number of pupils, for a session to come.
    pub pupils: i64,
    /// The share of the minutes that counts, in basis points.
    pub share: Option<i64>,
    /// The rate of an hour, in euro cents.
    pub rate: Option<Euros>,
    /// The version of the policy that share and rate are from.
    pub policy_version: Option<i64>,
    /// The session that it was put in at; absent for a contribution apart from sessions.
    pub session: Option<SessionId>,
    /// The attendance it rests on.
    pub attendance_day: Option<AttendanceDayId>,
    /// The events it rests on, in the order in which they count.
    pub events: Vec<At>,
}

/// The place of an event in its log.
#[derive(Debug, Serialize, ToSchema)]
pub struct At {
    /// The service in whose log the event is.
    pub service: &'static str,
    /// The position of the event in the log of this region.
    pub position: i64,
    /// The effect of the event: planned, confirmed, accrued, signed or verified.
    pub what: &'static str,
}

#[derive(sqlx::FromRow)]
struct Row {
    reference: String,
    kind: String,
    company: CompanyId,
    date: NaiveDate,
    amount: i64,
    minutes: Option<i64>,
    share: Option<i64>,
    rate: Option<i64>,
    policy_version: Option<i64>,
    session: Option<SessionId>,
    attendance_day: Option<AttendanceDayId>,
    pupils: i64,
    line_position: Option<i64>,
    attendance_position: Option<i64>,
    signed_position: Option<i64>,
    verified_position: Option<i64>,
    session_position: Option<i64>,
}

impl From<Row> for Behind {
    fn from(row: Row) -> Self {
        let at = |service, what| move |position| At { service, position, what };
        let events = [
            row.session_position.map(at("hotspots", "planned")),
            row.attendance_position.map(at("hotspots", "confirmed")),
            row.line_position.map(at("co-financing", "accrued")),
            row.signed_position.map(at("co-financing", "signed")),
            row.verified_position.map(at("co-financing", "verified")),
        ];
        Self {
            reference: row.reference,
            kind: row.kind,
            company: row.company,
            date: row.date,
            amount: Euros(row.amount),
            minutes: row.minutes,
            pupils: row.pupils,
            share: row.share,
            rate: row.rate.map(Euros),
            policy_version: row.policy_version,
            session: row.session,
            attendance_day: row.attendance_day,
            events: events.into_iter().flatten().collect(),
        }
    }
}

/// The figure to explain, a page at a time.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The scheme of the figure; `sto` when absent.
    pub scheme: Option<SchemeCode>,
    /// The first day to count; the first day of the target when absent.
    #[param(value_type = Option<NaiveDate>)]
    pub from: Option<Storable<NaiveDate>>,
    /// The last day to count; the last day of the target when absent.
    #[param(value_type = Option<NaiveDate>)]
    pub until: Option<Storable<NaiveDate>>,
}

/// Explain a figure of the statement (herleiding van een bedrag): its lines, their inputs, and the events they rest on.
#[utoipa::path(
    get, path = "/v1/regions/{region}/co-financing/figures/{figure}", operation_id = "explain-figure", tag = "queries",
    params(("region" = RegionId, Path), ("figure" = Figure, Path), Asked, Paging),
    responses((status = 200, body = Listed<Behind>), Problem)
)]
pub async fn explain_figure(
    State(gateway): State<Gateway>,
    Path((region, figure)): Path<(RegionId, Figure)>,
    Paged(asked, page): Paged<Asked, (NaiveDate, String)>,
    caller: Caller,
) -> Result<Listed<Behind>, Problem> {
    let mut rows = reading(&gateway.hub.db, &region, &caller.scope()).await?;
    let target = Target::of(&mut rows, &region).await?;
    let which = Which { scheme: asked.scheme, from: asked.from, until: asked.until };
    let (scheme, from, until) = range(which, target.as_ref())?;
    let found: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "select * from ({}) behind where $6::date is null or (date, reference) > ($6, $7) order by date, reference limit $8",
        behind()
    )))
    .bind(region.as_str())
    .bind(scheme.as_str())
    .bind(from)
    .bind(until)
    .bind(figure.as_str())
    .bind(page.after.as_ref().map(|(date, _)| *date))
    .bind(page.after.as_ref().map(|(_, reference)| reference.as_str()))
    .bind(page.fetch())
    .fetch_all(&mut *rows)
    .await?;
    page.cut(found.into_iter().map(Behind::from).collect(), |last: &Behind| (last.date, last.reference.clone()))
}

//! Contribution days: how they are counted, signed, verified.

pub(crate) mod open_attendances;

use super::{Command, ContributionDay};
use crate::bodies::{Because, Signature};
use crate::occasion::{Assign, Occasion};
use crate::{known_programme, known_sessions, scheme, terms};
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use event_log::Loaded;
use open_attendances::Open;
use proto_schemas::co_financing::{
    contribution_day::{Day, Method},
    figures::{self, Line},
    occasion,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{
    AttendanceDayId, ContributionDayId, DayMinutes, DocumentHash, Euros, RegionId, SchemeCode, SessionId,
};
use web::{Accepted, Caller, Created, Listed, Page, Paging, Path, Problem, Refuses, Shown, Touches, Valid};

const TAG: &str = "co-financing";

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(choose_contribution_method))
        .routes(routes!(show_contribution_day))
        .routes(routes!(accrue_open_day))
        .routes(routes!(enter_supervisor_minutes))
        .routes(routes!(reverse_contribution_line))
        .routes(routes!(sign_contribution_day))
        .routes(routes!(verify_contribution_day))
        .routes(routes!(reject_contribution_day))
        .routes(routes!(list_open_attendances))
}

/// The choice of how a day is counted.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Choice {
    /// The session; company, hotspot and date follow from it.
    session: SessionId,
    /// The scheme; `sto` when absent.
    scheme: Option<SchemeCode>,
    /// Forfait or actual, never both.
    method: Method,
}

/// The time of a supervisor.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Supervision {
    /// The minutes with the group, 1 to 1440.
    minutes: DayMinutes,
}

/// A contribution day as it stands (bijdragedag).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ShownDay {
    id: ContributionDayId,
    day: Day,
    method: Option<Method>,
    /// The lines that are not reversed.
    lines: Vec<Line>,
    /// The sum of these lines, in euro cents.
    total: Euros,
    /// The digest to sign.
    digest: DocumentHash,
    /// The pupils' shares count for more time than the longest attendance of the day.
    group_effect: bool,
    /// Confirmed attendances that wait for a rate.
    waiting: usize,
    /// The company signed the lines as they stand.
    signed: bool,
    /// Whether another person verified them.
    verified: bool,
    /// The rule by which amounts are rounded.
    rounding: &'static str,
    /// The source of the share of a pupil's time that counts.
    share_source: &'static str,
}

/// A day that something happened to.
async fn known(
    hub: &Hub,
    region: &RegionId,
    id: ContributionDayId,
) -> Result<(Loaded<ContributionDay>, Day, Touches), Problem> {
    let loaded = hub.log.load::<ContributionDay>(region, &id).await?;
    let day = loaded.state.day.clone().ok_or_else(|| Problem::not_found("contribution day", "bijdragedag"))?;
    let touches = Touches::region().company(day.company);
    Ok((loaded, day, touches))
}

/// Asks a day for what nothing else needs to be known of.
async fn ask(
    hub: &Hub,
    region: &RegionId,
    id: ContributionDayId,
    caller: &Caller,
    command: Command,
) -> Result<Accepted, Problem> {
    let (_, _, touches) = known(hub, region, id).await?;
    let asked = caller.about(&touches)?;
    Ok(hub.log.execute::<ContributionDay>(region, &id, command, &asked).await?.into())
}

/// Choose how a day is counted (methode kiezen).
///
/// The day is counted by pupils' minutes (forfait) or by the supervisor's (werkelijk). Refused while the day has lines
/// of the other method that are not reversed.
#[utoipa::path(
    post, path = "/v1/regions/{region}/contribution-days", operation_id = "choose-contribution-method", tag = TAG,
    params(("region" = RegionId, Path)), request_body = Choice,
    responses(Created, Refuses<(ContributionDay, Occasion)>, Problem),
)]
async fn choose_contribution_method(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(choice): Valid<Choice>,
) -> Result<Created, Problem> {
    let session = known_sessions::session(&hub.db, &region, choice.session).await?;
    let session = session.ok_or_else(|| Problem::not_found("session", "bijeenkomst"))?;
    let asked = caller.about(&Touches::region().company(session.company))?;
    if session.cancelled {
        let (english, dutch) = ("The session was cancelled.", "De bijeenkomst is afgelast.");
        return Err(Problem::conflict("session-cancelled", english, dutch));
    }
    let (scheme, _) = scheme::api::known(&hub, &region, choice.scheme).await?;
    let known_sessions::Session { company, hotspot, date, .. } = session;
    let day = Day { company, hotspot, session: choice.session, date, scheme: scheme.clone() };
    let terms = terms::on(&hub, &region, date).await?;
    let mut batch = hub.log.batch(&region);
    batch.add::<ContributionDay>(&day.id(), Command::ChooseMethod { day, method: choice.method, terms });
    let assign = Assign { company, session: choice.session, date, scheme };
    batch.add::<Occasion>(&occasion::id(company, choice.session, date), assign);
    let done = batch.commit(&asked).await?;
    Ok(Created::at(done, "/v1/regions/{region}/contribution-days/{id}"))
}

/// Show a day with its lines, and the digest to sign (bijdragedag tonen).
#[utoipa::path(
    get, path = "/v1/regions/{region}/contribution-days/{day}", operation_id = "show-contribution-day", tag = TAG,
    params(("region" = RegionId, Path), ("day" = ContributionDayId, Path)),
    responses((status = 200, body = ShownDay), Problem),
)]
async fn show_contribution_day(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ContributionDayId)>,
    caller: Caller,
) -> Result<Shown<ShownDay>, Problem> {
    let (Loaded { state, version }, day, touches) = known(&hub, &region, id).await?;
    caller.about(&touches)?;
    let lines = state.statement();
    let shown = ShownDay {
        id,
        day,
        method: state.method,
        total: figures::sum(&lines).total,
        digest: figures::digest(&lines),
        group_effect: state.group_effect(),
        waiting: state.waiting().count(),
        signed: state.signature.is_some(),
        verified: state.verified_by.is_some(),
        rounding: figures::ROUNDING,
        share_source: figures::SHARE_SOURCE,
        lines,
    };
    Ok(Shown::new(version, shown))
}

/// Accrue the attendances of a day that wait for a rate (openstaande aanwezigheid toekennen).
///
/// The hub does so by itself when a rate is adopted; this operation is for a caller who does not want to wait.
#[utoipa::path(
    post, path = "/v1/regions/{region}/contribution-days/{day}/accrual", operation_id = "accrue-open-day", tag = TAG,
    params(("region" = RegionId, Path), ("day" = ContributionDayId, Path)),
    responses(Accepted, Refuses<(ContributionDay,)>, Problem),
)]
async fn accrue_open_day(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ContributionDayId)>,
    caller: Caller,
) -> Result<Accepted, Problem> {
    let (_, day, touches) = known(&hub, &region, id).await?;
    let mut asked = caller.about(&touches)?;
    let terms = terms::on(&hub, &region, day.date).await?;
    asked.policy_version = terms.map(|terms| terms.policy_version);
    Ok(hub.log.execute::<ContributionDay>(&region, &id, Command::AccrueOpen { terms }, &asked).await?.into())
}

/// Enter the supervisor's minutes of a day (tijd van de begeleider invoeren).
///
/// Only on a day that is counted by actual minutes, beside at least one confirmed attendance.
#[utoipa::path(
    post, path = "/v1/regions/{region}/contribution-days/{day}/supervisor-minutes",
    operation_id = "enter-supervisor-minutes", tag = TAG,
    params(("region" = RegionId, Path), ("day" = ContributionDayId, Path)),
    request_body = Supervision, responses(Accepted, Refuses<(ContributionDay,)>, Problem),
)]
async fn enter_supervisor_minutes(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ContributionDayId)>,
    caller: Caller,
    Valid(supervision): Valid<Supervision>,
) -> Result<Accepted, Problem> {
    let (_, day, touches) = known(&hub, &region, id).await?;
    let mut asked = caller.about(&touches)?;
    known_programme::open_period(&hub.db, &region, day.date).await?;
    let terms = terms::on(&hub, &region, day.date).await?;
    asked.policy_version = terms.map(|terms| terms.policy_version);
    let command = Command::AccrueSupervisor { minutes: supervision.minutes.into(), terms };
    Ok(hub.log.execute::<ContributionDay>(&region, &id, command, &asked).await?.into())
}

/// Reverse a line of a day (regel terugdraaien).
#[utoipa::path(
    post, path = "/v1/regions/{region}/contribution-days/{day}/lines/{line}/reversal",
    operation_id = "reverse-contribution-line", tag = TAG,
    params(("region" = RegionId, Path), ("day" = ContributionDayId, Path), ("line" = u32, Path)),
    request_body = Because, responses(Accepted, Refuses<(ContributionDay,)>, Problem),
)]
async fn reverse_contribution_line(
    State(hub): State<Hub>,
    Path((region, id, line)): Path<(RegionId, ContributionDayId, u32)>,
    caller: Caller,
    Valid(Because { reason }): Valid<Because>,
) -> Result<Accepted, Problem> {
    ask(&hub, &region, id, &caller, Command::Reverse { line, reason }).await
}

/// Sign for the company, by the digest (ondertekenen door het bedrijf).
///
/// The signature names the digest that was shown. A line that is added or reversed later voids the signature.
#[utoipa::path(
    post, path = "/v1/regions/{region}/contribution-days/{day}/signature",
    operation_id = "sign-contribution-day", tag = TAG,
    params(("region" = RegionId, Path), ("day" = ContributionDayId, Path)),
    request_body = Signature, responses(Accepted, Refuses<(ContributionDay,)>, Problem),
)]
async fn sign_contribution_day(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ContributionDayId)>,
    caller: Caller,
    Valid(Signature { digest }): Valid<Signature>,
) -> Result<Accepted, Problem> {
    ask(&hub, &region, id, &caller, Command::Sign { digest }).await
}

/// Verify signed lines (verifiëren). An actor who confirmed, entered or signed them may not.
#[utoipa::path(
    post, path = "/v1/regions/{region}/contribution-days/{day}/verification",
    operation_id = "verify-contribution-day", tag = TAG,
    params(("region" = RegionId, Path), ("day" = ContributionDayId, Path)),
    responses(Accepted, Refuses<(ContributionDay,)>, Problem),
)]
async fn verify_contribution_day(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ContributionDayId)>,
    caller: Caller,
) -> Result<Accepted, Problem> {
    ask(&hub, &region, id, &caller, Command::Verify).await
}

/// Reject the signed lines of a day (afwijzen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/contribution-days/{day}/rejection",
    operation_id = "reject-contribution-day", tag = TAG,
    params(("region" = RegionId, Path), ("day" = ContributionDayId, Path)),
    request_body = Because, responses(Accepted, Refuses<(ContributionDay,)>, Problem),
)]
async fn reject_contribution_day(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ContributionDayId)>,
    caller: Caller,
    Valid(Because { reason }): Valid<Because>,
) -> Result<Accepted, Problem> {
    ask(&hub, &region, id, &caller, Command::Reject { reason }).await
}

/// List confirmed attendances that wait for a rate, oldest first (openstaande aanwezigheid).
#[utoipa::path(
    get, path = "/v1/regions/{region}/open-attendances", operation_id = "list-open-attendances", tag = TAG,
    params(("region" = RegionId, Path), Paging), responses((status = 200, body = Listed<Open>), Problem),
)]
async fn list_open_attendances(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    page: Page<(NaiveDate, AttendanceDayId)>,
) -> Result<Listed<Open>, Problem> {
    caller.about(&Touches::region())?;
    let rows = open_attendances::open(&hub.db, &region, page.after, page.fetch()).await?;
    page.cut(rows, |open| (open.date, open.attendance_day))
}

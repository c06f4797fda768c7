//! Who is due, and the runs that forget them.

use crate::retention::forgetting::not_reused;
use crate::retention::hold::Holds;
use crate::retention::holds::all;
use crate::retention::people::{Due, People};
use crate::retention::round::Round;
use crate::retention::schedule::Schedules;
use crate::retention::term::ends_on;
use axum::{Json, extract::State};
use chassis::Hub;
use chrono::NaiveDate;
use event_log::tenant;
use proto_schemas::consortium::{
    retention_run::Held,
    retention_schedule::{Class, Term},
};
use serde::{Deserialize, Serialize};
use sqlx::types::Json as Stored;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use vocabulary::{ActorId, HoldId, PersonId, RegionId, RetentionRunId, Role};
use web::{Ask, Caller, Created, Listed, Page, Paged, Paging, Path, Problem, Touches};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(preview_retention))
        .routes(routes!(list_retention_due))
        .routes(routes!(run_retention, list_retention_runs))
        .routes(routes!(show_retention_run))
}

/// A day to look at.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct OnDay {
    /// The day to look at, by what was adopted and placed until now; today when absent (op).
    on: Option<NaiveDate>,
}

/// The effect that a run would have (vooruitblik).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RetentionPreview {
    /// The day that it is about.
    on: NaiveDate,
    /// The version of the schedule that decides; absent while none does: nobody is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule_version: Option<u32>,
    /// The effect by class.
    classes: Vec<ClassPreview>,
}

/// The effect that a run would have on a class.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ClassPreview {
    class: Class,
    /// The term; absent when the class is kept without end for now.
    #[serde(skip_serializing_if = "Option::is_none")]
    term: Option<Term>,
    /// The number of people who have not left.
    here: i64,
    /// The number of people who left and are not forgotten.
    left: i64,
    /// The number of these whose term is over and whom no hold covers: a run forgets them.
    due: i64,
    /// The number of these whose term is over and whom a hold covers.
    held: i64,
}

/// The people to list.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct WhoIsDue {
    /// The day to look at; today when absent (op).
    on: Option<NaiveDate>,
    /// The class to list; all when absent.
    class: Option<Class>,
    /// Whether to list the people whom a hold covers, or the others; both when absent.
    held: Option<bool>,
}

/// Somebody whose term is over. **Invariant:** no name.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DueShown {
    person: PersonId,
    class: Class,
    /// The person's last day in the region.
    left_on: NaiveDate,
    /// The last day of the term.
    ended_on: NaiveDate,
    /// The hold that covers them, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_by: Option<HoldId>,
}

/// The number of people of a class that a run forgot under a version of the schedule.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ForgottenShown {
    class: Class,
    schedule_version: u32,
    people: u64,
    /// The last day of the term that ended last.
    ended_until: NaiveDate,
}

/// A run as the list shows it (bewaarronde).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RunShown {
    id: RetentionRunId,
    occurred_on: NaiveDate,
    /// The pseudonym of the actor who asked for it; the hub itself for the run of every night.
    asked_by: ActorId,
    role: Role,
    /// Whether it came to its end.
    finished: bool,
    /// The numbers of people forgotten.
    forgotten: Vec<ForgottenShown>,
    /// The numbers of people held back.
    held: Vec<Held>,
    #[serde(skip)]
    position: i64,
}

/// The schedule and the holds that decide who is due.
struct Deciding {
    schedules: Schedules,
    holds: Holds,
}

impl Deciding {
    async fn load(hub: &Hub, region: &RegionId) -> Result<Self, Problem> {
        let schedules = hub.log.load::<Schedules>(region, region).await?.state;
        Ok(Self { schedules, holds: all(hub, region).await? })
    }

    fn people<'a>(&'a self, hub: &'a Hub, region: &'a RegionId, day: NaiveDate) -> People<'a> {
        People { hub, region, version: self.schedules.on(day), holds: &self.holds, day }
    }
}

/// Show how many people of each class a run would forget, and how many are held back (vooruitblik).
#[utoipa::path(
    get, path = "/v1/regions/{region}/retention/preview", operation_id = "preview-retention", tag = "consortium",
    params(("region" = RegionId, Path), OnDay),
    responses((status = 200, description = "Nothing was forgotten.", body = RetentionPreview), Problem)
)]
async fn preview_retention(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    Ask(when): Ask<OnDay>,
    caller: Caller,
) -> Result<Json<RetentionPreview>, Problem> {
    let on = when.on.unwrap_or(caller.about(&Touches::region())?.today());
    let deciding = Deciding::load(&hub, &region).await?;
    let people = deciding.people(&hub, &region, on);
    let mut classes = Vec::new();
    for class in Class::ALL {
        let counted = people.count(class).await?;
        let term = people.version.and_then(|version| version.of(class)).cloned();
        let due = counted.due - counted.held;
        classes.push(ClassPreview { class, term, here: counted.here, left: counted.left, due, held: counted.held });
    }
    let schedule_version = people.version.map(|version| version.number);
    Ok(Json(RetentionPreview { on, schedule_version, classes }))
}

/// List people whose term is over and who are not forgotten yet, by id (wie aan de beurt is).
#[utoipa::path(
    get, path = "/v1/regions/{region}/retention/due", operation_id = "list-retention-due", tag = "consortium",
    params(("region" = RegionId, Path), WhoIsDue, Paging),
    responses((status = 200, description = "The people", body = Listed<DueShown>), Problem)
)]
async fn list_retention_due(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    Paged(which, page): Paged<WhoIsDue, PersonId>,
    caller: Caller,
) -> Result<Listed<DueShown>, Problem> {
    let on = which.on.unwrap_or(caller.about(&Touches::region())?.today());
    let deciding = Deciding::load(&hub, &region).await?;
    let people = deciding.people(&hub, &region, on);
    let classes = which.class.map_or(Class::ALL.to_vec(), |class| vec![class]);
    let shown = |due: Due| {
        let class = Class::ALL.into_iter().find(|class| class.as_str() == due.class)?;
        let ended_on = ends_on(people.version?.of(class)?, due.left_on);
        let held_by = deciding.holds.covering(due.id, class, on).map(|held| held.hold);
        Some(DueShown { person: due.id, class, left_on: due.left_on, ended_on, held_by })
    };
    let due = people.due(&classes, which.held, page.after, page.fetch()).await?;
    page.cut(due.into_iter().filter_map(shown).collect(), |last| last.person)
}

/// Forget everybody whose term is over and whom no hold covers (bewaarronde uitvoeren).
///
/// The hub does it by itself every night. This cannot be undone. When it takes longer than an answer is waited for,
/// it goes on: ask again under the same key.
#[utoipa::path(
    post, path = "/v1/regions/{region}/retention/runs", operation_id = "run-retention", tag = "consortium",
    params(("region" = RegionId, Path)),
    responses(Created, Problem),
)]
async fn run_retention(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
) -> Result<Created, Problem> {
    let asked = caller.about(&Touches::region())?;
    not_reused(&hub, &region, &asked).await?;
    let run = asked.command.as_ref().map(|command| command.id);
    let run = run.map_or_else(RetentionRunId::fresh, |id| RetentionRunId::derived(&["command", &id.to_string()]));
    // Asked again while it goes on, it is waited for.
    let under_way = loop {
        match hub.steps.begin(run.0) {
            Ok(under_way) => break under_way,
            Err(mut ended) => drop(ended.changed().await),
        }
    };
    let (steps, round) = (hub.steps.clone(), Round { hub, region, run, asked });
    let running = async move {
        let _under_way = under_way;
        round.run().await
    };
    let done = steps.finish(running).await?.ok_or_else(Problem::internal)?;
    Ok(Created::at(done, "/v1/regions/{region}/retention/runs/{id}"))
}

async fn runs(
    hub: &Hub,
    region: &RegionId,
    only: Option<RetentionRunId>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<RunShown>, Problem> {
    type Row = (Uuid, i64, NaiveDate, Uuid, String, Option<Stored<Vec<Held>>>, Stored<Vec<ForgottenShown>>);
    let mut rows = tenant(&hub.db, region).await?;
    let found: Vec<Row> = sqlx::query_as(
        "select id, position, occurred_on, asked_by, role, held,
                coalesce((select jsonb_agg(jsonb_build_object('class', class, 'scheduleVersion', schedule_version,
                                                              'people', people, 'endedUntil', ended_until)
                                           order by class, schedule_version)
                          from retention_runs.forgotten
                          where forgotten.region = run.region and forgotten.run = run.id), '[]')
         from retention_runs.run
         where region = $1 and ($2::uuid is null or id = $2) and ($3::bigint is null or position < $3)
         order by position desc limit $4",
    )
    .bind(region.as_str())
    .bind(only)
    .bind(before)
    .bind(limit)
    .fetch_all(&mut *rows)
    .await?;
    let shown = |(id, position, occurred_on, asked_by, role, held, Stored(forgotten)): Row| RunShown {
        id: RetentionRunId(id),
        occurred_on,
        asked_by: ActorId(asked_by),
        role: role.parse().unwrap_or(Role::Hub),
        finished: held.is_some(),
        forgotten,
        held: held.map(|Stored(held)| held).unwrap_or_default(),
        position,
    };
    Ok(found.into_iter().map(shown).collect())
}

/// List runs of the retention schedule, the last one first (bewaarrondes).
#[utoipa::path(
    get, path = "/v1/regions/{region}/retention/runs", operation_id = "list-retention-runs", tag = "consortium",
    params(("region" = RegionId, Path), Paging),
    responses((status = 200, description = "The runs", body = Listed<RunShown>), Problem)
)]
async fn list_retention_runs(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    page: Page<i64>,
    caller: Caller,
) -> Result<Listed<RunShown>, Problem> {
    caller.about(&Touches::region())?;
    let found = runs(&hub, &region, None, page.after, page.fetch()).await?;
    page.cut(found, |run| run.position)
}

/// Show one run of the retention schedule (bewaarronde).
#[utoipa::path(
    get, path = "/v1/regions/{region}/retention/runs/{run}", operation_id = "show-retention-run", tag = "consortium",
    params(("region" = RegionId, Path), ("run" = RetentionRunId, Path)),
    responses((status = 200, description = "The run", body = RunShown), Problem)
)]
async fn show_retention_run(
    State(hub): State<Hub>,
    Path((region, run)): Path<(RegionId, RetentionRunId)>,
    caller: Caller,
) -> Result<Json<RunShown>, Problem> {
    caller.about(&Touches::region())?;
    let found = runs(&hub, &region, Some(run), None, 1).await?.pop();
    Ok(Json(found.ok_or_else(|| Problem::not_found("run", "ronde"))?))
}

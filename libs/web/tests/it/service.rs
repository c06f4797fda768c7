//! Things that can be made, opened and looked at: the smallest service with every kind of operation.

use ::access::Touches;
use axum::{Json, extract::State, response::IntoResponse};
use decider::CommandContext;
use event_log::{Error, KeptAnswer, Receipt};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use vocabulary::{BranchCode, CompanyId, PersonId, RegionId, Role};
use web::{Accepted, Caller, Created, Listed, Page, Paging, Path, Problem, Valid};

pub const REGION_ROLES: &[Role] =
    &[Role::ProgrammeLeader, Role::Teacher, Role::CompanySupervisor, Role::Pupil, Role::Parent];

/// The table of this service.
pub fn roles(operation: &str) -> &'static [Role] {
    match operation {
        "see-school" | "see-company" | "see-person" | "list-things" => REGION_ROLES,
        "tell-moment" => &[
            Role::ProgrammeLeader,
            Role::Teacher,
            Role::CompanySupervisor,
            Role::Pupil,
            Role::Parent,
            Role::Auditor,
            Role::Inspector,
        ],
        "make-thing" | "open-thing" | "name-thing" | "panic" => &[Role::ProgrammeLeader],
        "found-region" => &[Role::Operator],
        _ => &[],
    }
}

/// What the service keeps instead of a log.
#[derive(Default)]
pub struct Memory {
    pub kept: HashMap<Uuid, KeptAnswer>,
    pub things: HashSet<Uuid>,
    pub open: HashSet<Uuid>,
    /// How often the keys were looked up, how many do so now, and how many did at most.
    pub looked_up: [usize; 3],
}

pub type Hub = Arc<Mutex<Memory>>;

/// As the event log does it: the same command answers the same, another content is a mistake.
fn execute(memory: &mut Memory, id: Uuid, version: i32, asked: &CommandContext) -> Result<Receipt, Error> {
    let key = asked.command.clone();
    if let Some(kept) = key.as_ref().and_then(|key| memory.kept.get(&key.id)) {
        let same = Some(&kept.fingerprint) == key.as_ref().map(|key| &key.fingerprint);
        return if same { Ok(Receipt { repeated: true, ..kept.done.clone() }) } else { Err(Error::Reused) };
    }
    if asked.expects.is_some_and(|expected| expected != version - 1) {
        return Err(Error::Conflict { stream: format!("thing/{id}"), expected: 0, actual: version - 1 });
    }
    let position = i64::try_from(memory.kept.len()).unwrap() + 1;
    let done = Receipt { stream: format!("thing/{id}"), version, position, repeated: false };
    if let Some(key) = key {
        memory.kept.insert(key.id, KeptAnswer { done: done.clone(), fingerprint: key.fingerprint });
    }
    Ok(done)
}

#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Making {
    name: String,
    school: BranchCode,
    most_pupils: u8,
}

/// Makes a thing (ding maken).
#[utoipa::path(post, path = "/v1/regions/{region}/things", operation_id = "make-thing", request_body = Making, responses(Created, Problem))]
async fn make(
    State(hub): State<Hub>,
    Path(_region): Path<RegionId>,
    caller: Caller,
    Valid(making): Valid<Making>,
) -> Result<Created, Problem> {
    let asked = caller.about(&Touches::region().school(&making.school))?;
    assert!(!making.name.is_empty() && making.most_pupils > 0);
    let id = Uuid::now_v7();
    let mut memory = hub.lock().unwrap();
    if making.name == "unique" && !memory.things.is_empty() {
        return Err(Problem::conflict("name-taken", "There is one of that name.", "Er is er al een met die naam."));
    }
    let done = execute(&mut memory, id, 1, &asked)?;
    memory.things.insert(done.id().unwrap());
    Ok(Created::at(done, "/v1/regions/{region}/made/{id}"))
}

/// Opens a thing (ding openen). Refuses to do it twice before it looks at the command id.
#[utoipa::path(
    post,
    path = "/v1/regions/{region}/things/{thing}/open",
    operation_id = "open-thing",
    responses(Accepted, Problem)
)]
async fn open(
    State(hub): State<Hub>,
    Path((_region, thing)): Path<(RegionId, Uuid)>,
    caller: Caller,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    let mut memory = hub.lock().unwrap();
    if !memory.open.insert(thing) {
        return Err(Problem::conflict("thing-open", "The thing is open.", "Het ding is open."));
    }
    Ok(execute(&mut memory, thing, 2, &asked)?.into())
}

#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Naming {
    name: String,
}

/// Names a thing (ding noemen).
#[utoipa::path(put, path = "/v1/regions/{region}/things/{thing}/name", operation_id = "name-thing", request_body = Naming, responses(Accepted, Problem))]
async fn name(
    State(hub): State<Hub>,
    Path((_region, thing)): Path<(RegionId, Uuid)>,
    caller: Caller,
    Valid(naming): Valid<Naming>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    assert!(!naming.name.is_empty());
    Ok(execute(&mut hub.lock().unwrap(), thing, 8, &asked)?.into())
}

/// Sees a school (school bekijken).
#[utoipa::path(get, path = "/v1/regions/{region}/schools/{school}", operation_id = "see-school", responses((status = 200), Problem))]
async fn school(Path((_region, school)): Path<(RegionId, BranchCode)>, caller: Caller) -> Result<Json<Value>, Problem> {
    seen(&caller, &Touches::region().school(&school))
}

/// Sees a company (bedrijf bekijken).
#[utoipa::path(get, path = "/v1/regions/{region}/companies/{company}", operation_id = "see-company", responses((status = 200), Problem))]
async fn company(
    Path((_region, company)): Path<(RegionId, CompanyId)>,
    caller: Caller,
) -> Result<Json<Value>, Problem> {
    seen(&caller, &Touches::region().company(company))
}

/// Sees a pupil (leerling bekijken).
#[utoipa::path(get, path = "/v1/regions/{region}/persons/{person}", operation_id = "see-person", responses((status = 200), Problem))]
async fn person(Path((_region, person)): Path<(RegionId, PersonId)>, caller: Caller) -> Result<Json<Value>, Problem> {
    seen(&caller, &Touches::region().person(person))
}

fn seen(caller: &Caller, touched: &Touches) -> Result<Json<Value>, Problem> {
    let asked = caller.about(touched)?;
    Ok(Json(json!({ "as": asked.by.role })))
}

/// Tells when and in which trace something was asked (moment tonen).
#[utoipa::path(get, path = "/v1/regions/{region}/moment", operation_id = "tell-moment", responses((status = 200), Problem))]
async fn moment(Path(_region): Path<RegionId>, caller: Caller) -> Result<Json<Value>, Problem> {
    let asked = caller.about(&Touches::region())?;
    Ok(Json(json!({ "at": asked.at, "traceparent": asked.traceparent, "expects": asked.expects })))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Thing {
    number: u32,
}

/// Lists things (dingen tonen).
#[utoipa::path(get, path = "/v1/regions/{region}/things", operation_id = "list-things", params(Paging), responses((status = 200, body = Listed<Thing>), Problem))]
async fn list(Path(_region): Path<RegionId>, page: Page<u32>, caller: Caller) -> Result<Listed<Thing>, Problem> {
    if caller.scope().region_wide {
        let behind = page.after.map_or(0, |last| last + 1);
        let rows = (behind..60).take(usize::try_from(page.fetch()).unwrap()).map(|number| Thing { number }).collect();
        page.cut(rows, |thing| thing.number)
    } else {
        Ok(Listed::whole(vec![]))
    }
}

/// Founds a region (regio oprichten).
#[utoipa::path(post, path = "/v1/regions", operation_id = "found-region", responses(Accepted, Problem))]
async fn found(State(hub): State<Hub>, caller: Caller) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    Ok(execute(&mut hub.lock().unwrap(), Uuid::now_v7(), 1, &asked)?.into())
}

/// Lists keys, as needs no token (sleutels tonen).
#[utoipa::path(get, path = "/v1/regions/{region}/keys", operation_id = "list-checkpoint-keys", responses((status = 200), Problem))]
async fn keys(State(hub): State<Hub>, Path(region): Path<RegionId>) -> Result<Json<Value>, Problem> {
    {
        let [all, now, most] = &mut hub.lock().unwrap().looked_up;
        (*all, *now) = (*all + 1, *now + 1);
        *most = (*most).max(*now);
    }
    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    hub.lock().unwrap().looked_up[1] -= 1;
    if region.as_str() == "nowhere" { Err(Problem::not_found("region", "regio")) } else { Ok(Json(json!(["key"]))) }
}

/// Panics (in paniek raken).
#[utoipa::path(get, path = "/v1/regions/{region}/panic", operation_id = "panic", responses((status = 200)))]
async fn panic(Path(_region): Path<RegionId>) -> &'static str {
    panic!("Jansen")
}

/// Has no row in the table (staat niet in de tabel).
#[utoipa::path(get, path = "/v1/regions/{region}/unwritten", operation_id = "unwritten", responses((status = 200)))]
async fn unwritten() -> impl IntoResponse {
    "in"
}

pub fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(make, list))
        .routes(routes!(open))
        .routes(routes!(name))
        .routes(routes!(school))
        .routes(routes!(company))
        .routes(routes!(person))
        .routes(routes!(moment))
        .routes(routes!(found))
        .routes(routes!(keys))
        .routes(routes!(panic))
        .routes(routes!(unwritten))
        // A route that is in no document.
        .route("/v1/regions/{region}/undocumented", axum::routing::get(unwritten))
}

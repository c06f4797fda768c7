//! Files of schools and pupils: looked at first, then brought in as a whole.

use super::{Import, Run};
use crate::files::named::branches_named;
use crate::files::{Fault, Faults, pupils};
use crate::people::numbers;
use crate::people::person::Within;
use crate::people::pupil_import::PupilImport;
use crate::people::running_imports::run_within;
use crate::region::consortium::school::School;
use crate::region::members::{Known, schools_among};
use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use chassis::Hub;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use proto_schemas::consortium::import::Kind;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{BranchCode, ImportId, RegionId};
use web::{Caller, Created, FieldError, Path, Problem, Refuses, Touches};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(preview_pupil_import))
        .routes(routes!(import_pupils))
        .routes(routes!(show_import))
}

/// How long an answer is waited for when the caller does not say.
const DEFAULT_TIMEOUT: u64 = 20;
/// And at most: the shell gives up after thirty seconds.
const MAX_TIMEOUT: u64 = 25;

/// The seconds of `Prefer: wait=10` (RFC 7240).
fn patience(headers: &HeaderMap) -> Duration {
    let preferred = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    let mut preferences = preferred.flat_map(|value| value.split([',', ';']));
    let wait = preferences.find_map(|it| it.trim().strip_prefix("wait=")?.parse().ok());
    Duration::from_secs(wait.unwrap_or(DEFAULT_TIMEOUT).min(MAX_TIMEOUT))
}

/// A fault in a file, and its place. **Invariant:** never a value.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FaultShown {
    /// The line in the file, the header being 1; absent for the file as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    /// The column as the file names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    /// The fault in English.
    english: String,
    /// The fault in Dutch (wat er niet klopt).
    dutch: String,
}

/// The changes that a file of pupils would make; nothing was written.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PupilPreview {
    /// The number of lines in the file.
    total: usize,
    /// Pupils whose number is new.
    new: usize,
    /// Pupils whose number is known.
    known: usize,
    /// The faults, 500 at most; empty for a file that can be imported.
    faults: Vec<FaultShown>,
    /// The number of faults that are not listed; absent when all are.
    #[serde(skip_serializing_if = "Option::is_none")]
    more_faults: Option<usize>,
}

/// The status of an import.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum ImportStatus {
    /// Rows are being prepared; none is written.
    Running,
    /// Every row was written.
    Finished,
    /// No row was written.
    Failed,
}

/// The progress of an import (voortgang van een import).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ImportShown {
    id: ImportId,
    kind: Kind,
    status: ImportStatus,
    /// The number of rows that are prepared.
    done: u32,
    /// The number of rows in the file.
    total: u32,
    /// The number of rows that registered something new; absent unless the import is finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    registered: Option<u32>,
    /// The number of rows that changed something; absent unless the import is finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<u32>,
    /// The number of rows that changed nothing; absent unless the import is finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    unchanged: Option<u32>,
    /// The code of the problem that it failed with; absent unless the import failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

impl From<&Fault> for FaultShown {
    fn from(fault: &Fault) -> Self {
        Self {
            line: Some(fault.line).filter(|line| *line > 0),
            column: Some(fault.column.clone()).filter(|column| !column.is_empty()),
            english: fault.english.clone(),
            dutch: fault.dutch.clone(),
        }
    }
}

fn shown(id: ImportId, run: &Run, import: &Import) -> ImportShown {
    let mut shown = ImportShown {
        id,
        kind: run.kind,
        status: ImportStatus::Running,
        done: run.done,
        total: run.total,
        registered: None,
        changed: None,
        unchanged: None,
        code: None,
    };
    match import {
        Import::Unknown | Import::Running(_) => {}
        Import::Finished { registered, changed, unchanged, .. } => {
            shown.status = ImportStatus::Finished;
            (shown.registered, shown.changed, shown.unchanged) = (Some(*registered), Some(*changed), Some(*unchanged));
        }
        Import::Failed { code, .. } => {
            shown.status = ImportStatus::Failed;
            shown.code = Some(code.clone());
        }
    }
    shown
}

pub(crate) fn refused(faults: &Faults) -> Problem {
    let (told, past) = faults.told.split_at(faults.told.len().min(web::MAX_ERRORS));
    let told = told.iter().map(|it| FieldError::new(it.pointer(), &it.english, &it.dutch)).collect();
    Problem::invalid_and_more(told, past.len() + faults.more)
}

pub(crate) fn faults_shown(faults: &Faults) -> (Vec<FaultShown>, Option<usize>) {
    (faults.told.iter().map(FaultShown::from).collect(), Some(faults.more).filter(|more| *more > 0))
}

pub(crate) fn taking_part(known: &BTreeMap<BranchCode, Known>) -> BTreeMap<BranchCode, School> {
    known.iter().filter_map(|(code, known)| Some((code.clone(), known.school()?.clone()))).collect()
}

/// The same import when the same command is asked again.
pub(crate) fn import_id(command: Option<uuid::Uuid>) -> ImportId {
    command.map_or_else(ImportId::fresh, |id| ImportId::derived(&["command", &id.to_string()]))
}

async fn read_pupils(hub: &Hub, region: &RegionId, caller: &Caller, file: Bytes) -> Result<pupils::Read, Problem> {
    let (file, named) = web::aside(move || {
        let named = branches_named(&file);
        (file, named)
    })
    .await?;
    let named = schools_among(hub, region, &named).await?;
    let members = taking_part(&named).into_keys().collect();
    let today = caller.today();
    let (read, schools) = web::aside(move || {
        let read = pupils::read(&file, today, &members);
        let schools: BTreeSet<BranchCode> = read.lines.iter().map(|line| line.pupil.home_school.clone()).collect();
        (read, schools)
    })
    .await?;
    // Every school in the file must be within the caller's reach.
    for school in &schools {
        caller.about(&Touches::region().school(school))?;
    }
    Ok(read)
}

/// Whose pupils a caller may change: the file says where they go, and this where they may come from.
fn within(caller: &Caller) -> Within {
    let scope = caller.scope();
    if scope.region_wide { Within::Region } else { Within::Schools(scope.schools.into_iter().collect()) }
}

/// Preview the changes of a file of pupils, with every fault at once (leerlingenimport bekijken).
///
/// The body has a header and one pupil a line: `leerlingnummer;voornaam;achternaam;geboortedatum;vestiging;
/// gastvestiging;leerweg;profiel;leerjaar;klas;cohort;ouder;ouder e-mail`, or the same in English. Nothing is
/// written, and no fault repeats what stands in the file.
#[utoipa::path(
    post, path = "/v1/regions/{region}/pupil-imports/preview", operation_id = "preview-pupil-import", tag = "consortium",
    params(("region" = RegionId, Path)),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, description = "The changes that the import would make", body = PupilPreview), Problem),
)]
async fn preview_pupil_import(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    file: Bytes,
) -> Result<Json<PupilPreview>, Problem> {
    let read = read_pupils(&hub, &region, &caller, file).await?;
    let known = numbers::count_known(&hub, &region, &within(&caller), &read.lines).await?;
    let new = read.lines.len() - known;
    let (faults, more_faults) = faults_shown(&read.faults);
    Ok(Json(PupilPreview { total: read.total, new, known, faults, more_faults }))
}

/// Import the pupils of a file: all of them or none (leerlingen importeren).
///
/// A pupil is found again by the school's own number, and registered once. When it takes longer than the
/// time to wait the answer is 202, and the import's address says how far it is; asking again under the same
/// key waits on. A few imports run at a time: when none of them ends within that time the answer is 503 `busy`, and
/// nothing has begun.
#[utoipa::path(
    post, path = "/v1/regions/{region}/pupil-imports", operation_id = "import-pupils", tag = "consortium",
    params(
        ("region" = RegionId, Path),
        ("Prefer" = Option<String>, Header, description = "`wait=10`: answer after ten seconds at the latest, 25 at most (RFC 7240)."),
    ),
    request_body(content = String, content_type = "text/csv"),
    responses(Created, (status = 202, description = "The import goes on (loopt nog)", body = ImportShown), Refuses<(Import,)>, Problem),
)]
async fn import_pupils(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    headers: HeaderMap,
    file: Bytes,
) -> Result<Response, Problem> {
    let read = read_pupils(&hub, &region, &caller, file).await?;
    if !read.faults.is_empty() {
        return Err(refused(&read.faults));
    }
    let within = within(&caller);
    let first = read.lines.first().map(|line| &line.pupil.home_school).filter(|_| within != Within::Region);
    let asked = caller.about(&Touches::region().schools(first))?;
    let id = import_id(asked.command.as_ref().map(|command| command.id));
    let import = PupilImport { hub: hub.clone(), region: region.clone(), id, lines: read.lines, within, asked };
    match run_within(import, patience(&headers)).await? {
        Some(done) => Ok(Created::at(done, "/v1/regions/{region}/imports/{id}").into_response()),
        None => {
            let import = hub.log.load::<Import>(&region, &id).await?.state;
            let Some(run) = import.run() else { return Err(Problem::internal()) };
            let shown = shown(id, run, &import);
            let mut answer = (StatusCode::ACCEPTED, Json(shown)).into_response();
            if let Ok(location) = HeaderValue::from_str(&format!("/v1/regions/{region}/imports/{id}")) {
                answer.headers_mut().insert(header::LOCATION, location);
            }
            Ok(answer)
        }
    }
}

/// Show the progress and the result of an import (voortgang van een import).
#[utoipa::path(
    get, path = "/v1/regions/{region}/imports/{import}", operation_id = "show-import", tag = "consortium",
    params(("region" = RegionId, Path), ("import" = ImportId, Path)),
    responses((status = 200, description = "The progress of the import", body = ImportShown), Problem),
)]
async fn show_import(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ImportId)>,
    caller: Caller,
) -> Result<Json<ImportShown>, Problem> {
    let import = hub.log.load::<Import>(&region, &id).await?.state;
    let run = import.run().ok_or_else(|| Problem::not_found("import", "import"))?;
    // Of every school in it: its counts are of all of them together.
    for school in &run.schools {
        caller.about(&Touches::region().school(school))?;
    }
    Ok(Json(shown(id, run, &import)))
}

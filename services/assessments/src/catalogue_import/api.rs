//! The catalogue files of SLO, sent as two texts in one body.

use super::diff::{Difference, difference};
use super::slo::{self, Fault, File, Read};
use super::{CatalogueImport, Summary};
use crate::catalogue_import;
use crate::elective::{Command::Import, Elective};
use axum::{Json, extract::State};
use chassis::Hub;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{DocumentHash, ElectiveId, ImportId, RegionId};
use web::{Caller, Created, FieldError, Path, Problem, Refuses, Shown, Touches, Valid};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(preview_catalogue_import))
        .routes(routes!(import_catalogue))
        .routes(routes!(show_catalogue_import))
}

/// How many faults are told at once: nobody reads more.
const MAX_FAULTS: usize = 500;

/// How many electives are looked up in one round trip.
const TOGETHER: usize = 200;

/// Both files, read together: neither means anything alone.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CatalogueFiles {
    /// The whole text of the file with profile modules and electives: UTF-8, `;` between fields, a header with at
    /// least slo_uuid, code, soort, profiel, titel, omschrijving, niveaus and n_deeltaken.
    #[schemars(length(max = 1_048_576))]
    #[schema(max_length = 1_048_576)]
    electives: String,
    /// The whole text of the file with deeltaken: a header with at least code_ouder, deeltaak_code, titel and
    /// n_eindtermen.
    #[schemars(length(max = 1_048_576))]
    #[schema(max_length = 1_048_576)]
    deeltaken: String,
}

/// The changes that an import would make; nothing was written.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportPreview {
    /// The faults, 500 at most; with any fault the import is refused as a whole.
    faults: Vec<RowFault>,
    /// The number of faults that are not listed; absent when all are.
    #[serde(skip_serializing_if = "Option::is_none")]
    more_faults: Option<usize>,
    /// How many profile modules and electives the file holds; 0 while there are faults.
    electives: u32,
    /// The number of their deeltaken.
    deeltaken: u32,
    /// The number of electives that are new.
    added: u32,
    /// The electives that would change.
    changed: Vec<ChangedElective>,
    /// Codes that stand for more than one elective; each gets the deeltaken of its code.
    shared_codes: Vec<String>,
}

/// Something wrong on one line.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RowFault {
    /// The file: `electives` or `deeltaken`.
    file: &'static str,
    /// The line where the row begins; 1 is the header.
    line: u64,
    /// The fault in English.
    english: String,
    /// The fault in Dutch.
    dutch: String,
}

/// An elective that reads otherwise.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangedElective {
    /// The elective that would change.
    id: ElectiveId,
    /// Its code in the file.
    code: String,
    /// The names of the fields that differ.
    #[schema(value_type = Vec<String>)]
    fields: Vec<&'static str>,
}

/// The changes that an import made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// The id of the import.
    id: ImportId,
    /// SHA-256 of the file with electives.
    electives_hash: DocumentHash,
    /// SHA-256 of the file with deeltaken.
    deeltaken_hash: DocumentHash,
    /// How many profile modules and electives the file holds.
    electives: u32,
    /// The number of their deeltaken.
    deeltaken: u32,
    /// The number of electives that were new.
    added: u32,
    /// The electives that changed.
    changed: Vec<ElectiveId>,
}

/// Preview the changes of an import of these files, and every row with a fault; nothing is written (import vooraf
/// bekijken).
#[utoipa::path(
    post, path = "/v1/regions/{region}/catalogue-imports/preview", operation_id = "preview-catalogue-import", tag = "assessments",
    params(("region" = RegionId, Path)), request_body = CatalogueFiles,
    responses((status = 200, body = ImportPreview), Problem),
)]
async fn preview_catalogue_import(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(files): Valid<CatalogueFiles>,
) -> Result<Json<ImportPreview>, Problem> {
    caller.about(&Touches::region())?;
    let mut preview = ImportPreview {
        faults: vec![],
        more_faults: None,
        electives: 0,
        deeltaken: 0,
        added: 0,
        changed: vec![],
        shared_codes: vec![],
    };
    match web::aside(move || slo::read(&files.electives, &files.deeltaken)).await? {
        Err(faults) => {
            preview.more_faults = faults.len().checked_sub(MAX_FAULTS).filter(|more| *more > 0);
            preview.faults = faults.iter().take(MAX_FAULTS).map(RowFault::from).collect();
        }
        Ok(read) => {
            (preview.electives, preview.deeltaken) = counts(&read);
            (preview.added, preview.changed) = compared(&hub, &region, &read).await?;
            preview.shared_codes = read.shared;
        }
    }
    Ok(Json(preview))
}

/// Import both files into the catalogue, whole or not at all (catalogus inlezen).
///
/// The same files again change nothing. The import at `Location` lists the changes; the preview lists them beforehand.
#[utoipa::path(
    post, path = "/v1/regions/{region}/catalogue-imports", operation_id = "import-catalogue", tag = "assessments",
    params(("region" = RegionId, Path)), request_body = CatalogueFiles,
    responses(Created, Refuses<(CatalogueImport, Elective)>, Problem),
)]
async fn import_catalogue(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(files): Valid<CatalogueFiles>,
) -> Result<Created, Problem> {
    let asked = caller.about(&Touches::region())?;
    let (read, electives_hash, deeltaken_hash) = web::aside(move || {
        let hash = catalogue_import::hash;
        (slo::read(&files.electives, &files.deeltaken), hash(&files.electives), hash(&files.deeltaken))
    })
    .await?;
    let read = read.map_err(|faults| Problem::invalid(faults.iter().map(FieldError::from).collect()))?;
    let (electives, deeltaken) = counts(&read);
    let (added, changed) = compared(&hub, &region, &read).await?;
    let summary = Summary {
        electives_hash,
        deeltaken_hash,
        electives,
        deeltaken,
        added,
        changed: changed.into_iter().map(|changed| changed.id).collect(),
    };
    let import = catalogue_import::id(&summary.electives_hash, &summary.deeltaken_hash);
    let mut batch = hub.log.batch(&region);
    batch.add::<CatalogueImport>(&import, summary);
    for (id, elective) in read.electives {
        batch.add::<Elective>(&id, Import { import, elective });
    }
    Ok(batch.commit(&asked).await?.into())
}

/// Show the changes that an import made (import bekijken).
#[utoipa::path(
    get, path = "/v1/regions/{region}/catalogue-imports/{import}", operation_id = "show-catalogue-import", tag = "assessments",
    params(("region" = RegionId, Path), ("import" = ImportId, Path)),
    responses((status = 200, body = ImportReport), Problem),
)]
async fn show_catalogue_import(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ImportId)>,
    caller: Caller,
) -> Result<Shown<ImportReport>, Problem> {
    caller.about(&Touches::region())?;
    let loaded = hub.log.load::<CatalogueImport>(&region, &id).await?;
    let summary = loaded.state.summary().cloned().ok_or_else(|| Problem::not_found("import", "import"))?;
    let Summary { electives_hash, deeltaken_hash, electives, deeltaken, added, changed } = summary;
    let report = ImportReport { id, electives_hash, deeltaken_hash, electives, deeltaken, added, changed };
    Ok(Shown::new(loaded.version, report))
}

fn counts(read: &Read) -> (u32, u32) {
    let deeltaken: usize = read.electives.iter().map(|(_, elective)| elective.deeltaken.len()).sum();
    let count = |n| u32::try_from(n).unwrap_or(u32::MAX);
    (count(read.electives.len()), count(deeltaken))
}

async fn compared(hub: &Hub, region: &RegionId, read: &Read) -> Result<(u32, Vec<ChangedElective>), Problem> {
    let (mut added, mut changed) = (0, Vec::new());
    for some in read.electives.chunks(TOGETHER) {
        let ids: Vec<ElectiveId> = some.iter().map(|(id, _)| *id).collect();
        let known = hub.log.load_all::<Elective>(region, &ids).await?;
        for ((id, elective), known) in some.iter().zip(known) {
            match difference(&known.state, elective) {
                Difference::Added => added += 1,
                Difference::Changed(fields) => {
                    changed.push(ChangedElective { id: *id, code: elective.code.clone(), fields })
                }
                Difference::None => {}
            }
        }
    }
    Ok((added, changed))
}

fn name(file: File) -> &'static str {
    match file {
        File::Electives => "electives",
        File::Deeltaken => "deeltaken",
    }
}

impl From<&Fault> for RowFault {
    fn from(fault: &Fault) -> Self {
        let Fault { file, line, wrong } = fault;
        Self { file: name(*file), line: *line, english: wrong.to_string(), dutch: wrong.in_dutch() }
    }
}

impl From<&Fault> for FieldError {
    /// The pointer goes as far as the file's text; the line stands in the message.
    fn from(fault: &Fault) -> Self {
        let Fault { file, line, wrong } = fault;
        Self::new(
            format!("/{}", name(*file)),
            format!("line {line}: {wrong}"),
            format!("regel {line}: {}", wrong.in_dutch()),
        )
    }
}

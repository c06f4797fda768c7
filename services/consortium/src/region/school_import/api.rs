//! Files of branches as DUO publishes them.

use super::{Brought, bring};
use crate::people::import::api::{FaultShown, faults_shown, import_id, refused, taking_part};
use crate::people::import::{
    Command::{Finish, Start},
    Import,
};
use crate::region::member::{Member, MemberId};
use crate::region::members::schools_among;
use axum::{Json, body::Bytes, extract::State};
use chassis::Hub;
use proto_schemas::consortium::import::Kind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{BranchCode, RegionId};
use web::{Ask, Caller, Created, FieldError, Path, Problem, Refuses, Touches};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(preview_school_import)).routes(routes!(import_schools))
}

/// The branches to import.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct Branches {
    /// Branch codes with commas, such as `00YH00,01GH01` (vestigingscodes).
    branches: String,
}

/// The changes that a file of schools would make; nothing was written.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SchoolPreview {
    /// The schools that would join.
    joined: Vec<BranchCode>,
    /// The schools that would change.
    changed: Vec<BranchCode>,
    /// Schools that the file says nothing new of.
    unchanged: Vec<BranchCode>,
    /// The faults, 500 at most; empty for a file that can be imported.
    faults: Vec<FaultShown>,
    /// The number of faults that are not listed; absent when all are.
    #[serde(skip_serializing_if = "Option::is_none")]
    more_faults: Option<usize>,
}

fn branches(text: &str) -> Result<BTreeSet<BranchCode>, Problem> {
    let codes = text.split(',').map(str::trim).filter(|code| !code.is_empty());
    let read: Result<BTreeSet<BranchCode>, _> = codes.map(str::parse).collect();
    match read {
        Ok(codes) if (1..=500).contains(&codes.len()) => Ok(codes),
        _ => {
            let english = "must be 1 to 500 branch codes such as 00YH00, with commas";
            let dutch = "moeten 1 tot 500 vestigingscodes zijn, zoals 00YH00, met komma's";
            Err(Problem::invalid(vec![FieldError::new("?branches", english, dutch)]))
        }
    }
}

/// Preview the changes of a file of branches, with every fault at once (scholenimport bekijken).
///
/// The body is a file of DUO as published, `;`-separated, UTF-8 or cp1252: branches with their board,
/// branches with coordinates, or pupils per profile. Nothing is written.
#[utoipa::path(
    post, path = "/v1/regions/{region}/school-imports/preview", operation_id = "preview-school-import", tag = "consortium",
    params(("region" = RegionId, Path), Branches),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, description = "The changes that the import would make", body = SchoolPreview), Problem),
)]
async fn preview_school_import(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    Ask(asked_for): Ask<Branches>,
    caller: Caller,
    file: Bytes,
) -> Result<Json<SchoolPreview>, Problem> {
    let asked = caller.about(&Touches::region())?;
    let wanted = branches(&asked_for.branches)?;
    let known = schools_among(&hub, &region, &wanted).await?;
    let today = asked.today();
    let brought = web::aside(move || bring(&file, &wanted, &taking_part(&known), today)).await?;
    let Brought { joined, changed, unchanged, faults, .. } = brought;
    let (faults, more_faults) = faults_shown(&faults);
    Ok(Json(SchoolPreview { joined, changed, unchanged, faults, more_faults }))
}

/// Import the branches that are asked for from a file of DUO: all of them or none (scholen importeren).
///
/// The body is as in the preview. Send the file with boards first; later files complete what is known.
#[utoipa::path(
    post, path = "/v1/regions/{region}/school-imports", operation_id = "import-schools", tag = "consortium",
    params(("region" = RegionId, Path), Branches),
    request_body(content = String, content_type = "text/csv"),
    responses(Created, Refuses<(Import, Member)>, Problem),
)]
async fn import_schools(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    Ask(asked_for): Ask<Branches>,
    caller: Caller,
    file: Bytes,
) -> Result<Created, Problem> {
    let asked = caller.about(&Touches::region())?;
    let wanted = branches(&asked_for.branches)?;
    let known = schools_among(&hub, &region, &wanted).await?;
    let (today, schools) = (asked.today(), wanted.iter().cloned().collect());
    let (brought, known) = web::aside(move || {
        let brought = bring(&file, &wanted, &taking_part(&known), today);
        (brought, known)
    })
    .await?;
    if !brought.faults.is_empty() {
        return Err(refused(&brought.faults));
    }
    let count = |schools: &Vec<BranchCode>| u32::try_from(schools.len()).unwrap_or(u32::MAX);
    let start =
        Start { kind: Kind::Schools, total: u32::try_from(brought.commands.len()).unwrap_or(u32::MAX), schools };
    let finish = Finish {
        registered: count(&brought.joined),
        changed: count(&brought.changed),
        unchanged: count(&brought.unchanged),
    };
    let id = import_id(asked.command.as_ref().map(|command| command.id));
    let mut batch = hub.log.batch(&region);
    batch.add::<Import>(&id, start).add::<Import>(&id, finish);
    for (school, command) in brought.commands {
        let asking = known.get(&school).cloned().unwrap_or_default().asked(command);
        batch.add::<Member>(&MemberId::School(school), asking);
    }
    Ok(Created::at(batch.commit(&asked).await?, "/v1/regions/{region}/imports/{id}"))
}

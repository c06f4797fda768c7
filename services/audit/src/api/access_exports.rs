//! Everything that is held about somebody, for that person (inzageverzoek): opened with a reason, read page by page.

use super::{unanswered, unread};
use crate::Audit;
use crate::oversight::access_export::{Entry, Error, part};
use crate::oversight::disclosure::{Access, Disclosure, commands::Command};
use crate::oversight::sealed_names::SealedNames;
use crate::trace::reading::Unread;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::NaiveDate;
use http::{StatusCode, header};
use processing::Activity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{DisclosureId, PersonId, Reason, RegionId};
use web::{Caller, Created, Listed, Page, Paging, Path, Problem, Refuses, Touches, Valid};

/// The person who asks for the data that is held about them, and the reason that it is given.
#[derive(Clone, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessExportOpening {
    /// The person, by the pseudonym in every event (pseudoniem).
    person: PersonId,
    /// The reason: who asked, and how their identity was established; never a name. It is kept for ever (reden).
    reason: Reason,
}

/// A part of what is held about a person. Contains personal data: give it to that person only.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessExportPage {
    /// The id of the export.
    export: DisclosureId,
    /// The person whose data it holds.
    person: PersonId,
    /// The last day on which this export may be read.
    until: NaiveDate,
    /// Nothing is left that says who this was: what was sealed is `null` (vergeten).
    forgotten: bool,
    /// The events that concern them, by service and position, opened.
    #[schema(inline)]
    #[serde(flatten)]
    entries: Listed<Entry>,
}

/// Open an export of everything that is held about a person, for that person; the reason is recorded first (inzageverzoek).
#[utoipa::path(
    post, path = "/v1/regions/{region}/audit/access-exports", tag = "audit", operation_id = "open-access-export",
    params(("region" = RegionId, Path)), request_body = AccessExportOpening,
    responses(Created, Refuses<(Disclosure,)>, Problem)
)]
pub(super) async fn open_access_export(
    State(audit): State<Audit>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(AccessExportOpening { person, reason }): Valid<AccessExportOpening>,
) -> Result<Created, Problem> {
    let asked = caller.about(&Touches::region())?;
    let known = SealedNames::of(&audit.hub.db, &region, person).await?;
    known.ok_or_else(|| Problem::not_found("person", "persoon"))?;
    let command = Command::OpenAccess { person, reason };
    let done = audit.hub.log.execute::<Disclosure>(&region, &DisclosureId::fresh(), command, &asked).await?;
    Ok(Created::at(done, "/v1/regions/{region}/audit/access-exports/{id}"))
}

/// Read an export of what is held about a person, page by page; only the actor who opened it may (inzage).
///
/// The texts that are sealed for this person are opened, those of others are left out. There is no page while the vault
/// does not answer.
#[utoipa::path(
    get, path = "/v1/regions/{region}/audit/access-exports/{export}", tag = "audit", operation_id = "show-access-export",
    params(("region" = RegionId, Path), ("export" = DisclosureId, Path), Paging),
    responses((status = 200, description = "A page, to be given to that person only", body = AccessExportPage), Problem)
)]
pub(super) async fn show_access_export(
    State(audit): State<Audit>,
    Path((region, export)): Path<(RegionId, DisclosureId)>,
    page: Page<(String, i64)>,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    let asked = caller.about(&Touches::region())?;
    let hub = &audit.hub;
    let Access { person, until, .. } = match hub.log.load::<Disclosure>(&region, &export).await?.state {
        Disclosure::Access(access) if access.by == asked.by.id => access,
        // To anybody else it is not there.
        Disclosure::Access(_) | Disclosure::None | Disclosure::Names | Disclosure::Logs | Disclosure::Written => {
            return Err(Problem::not_found("access export", "inzageverzoek"));
        }
    };
    if asked.today() > until {
        return Err(over(until));
    }
    let exporting = hub.processing.begin(Activity::AccessExport, "show-access-export", caller.traceparent());
    let after = page.after.as_ref().map(|(service, position)| (service.as_str(), *position));
    let read = part(&audit.logs, &hub.vault, &region, person, after, page.rows()).await;
    let (entries, summary) = read.map_err(not_read)?;
    hub.processing.write(&exporting, &region, [person]).await.map_err(|_| Problem::unavailable("log of processing"))?;
    let known = SealedNames::of(&hub.db, &region, person).await?;
    let forgotten = summary.forgotten > 0 || known.is_none_or(|known| known.name.is_none());
    let entries = page.cut(entries, |entry: &Entry| (entry.service.clone(), entry.position))?;
    let answer = AccessExportPage { export, person, until, forgotten, entries };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)))
}

fn over(until: NaiveDate) -> Problem {
    Problem::new(
        StatusCode::GONE,
        "access-export-over",
        format!("This export could be read until {until}: open another one."),
        format!("Deze inzage kon worden gelezen tot en met {until}: open een nieuwe."),
    )
}

fn not_read(error: Error) -> Problem {
    match error {
        Error::Log(error) => unanswered(error),
        Error::Unreadable { service, position } => unread(&Unread::Event { service, position }),
        Error::Vault { service, position, error } => {
            tracing::warn!(service, position, %error, "an access export is not whole");
            error.into()
        }
        Error::Unlisted { .. } | Error::Unwritten(_) => {
            tracing::error!(%error, "an access export is not whole");
            Problem::internal()
        }
    }
}

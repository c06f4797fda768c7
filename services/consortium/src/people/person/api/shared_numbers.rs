//! Pupils of two schools of one institution with one number: the programme leader decides whether they are one.

use crate::people::person::Person;
use axum::extract::State;
use chassis::Hub;
use chrono::{DateTime, Utc};
use event_log::tenant;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use vocabulary::{BranchCode, PersonId, RegionId};
use web::{Caller, Listed, Page, Paging, Path, Problem, Touches};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(list_shared_pupil_numbers))
}

/// Two pupils with one number.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SharedNumber {
    /// The pupil who was registered later, by a school that does not reach the other.
    pupil: PersonId,
    /// The school of that pupil now; absent once they were forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    school: Option<BranchCode>,
    /// The pupil who had the number already.
    elsewhere: PersonId,
    /// The school of that pupil now; absent once they were forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    school_elsewhere: Option<BranchCode>,
    /// The moment the later one was registered, in UTC.
    registered_at: DateTime<Utc>,
    #[serde(skip)]
    position: i64,
}

/// List pupils whose number somebody at another school of the institution has (gedeelde leerlingnummers).
///
/// A school cannot move or find another school's pupil by a number, so whom it names is registered as its own. When both
/// are one, import the pupil's line as programme leader, which moves who had the number, and record that the other left.
#[utoipa::path(
    get, path = "/v1/regions/{region}/shared-pupil-numbers", operation_id = "list-shared-pupil-numbers", tag = "consortium",
    params(("region" = RegionId, Path), Paging),
    responses((status = 200, description = "The pairs", body = Listed<SharedNumber>), Problem)
)]
async fn list_shared_pupil_numbers(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    page: Page<i64>,
    caller: Caller,
) -> Result<Listed<SharedNumber>, Problem> {
    caller.about(&Touches::region())?;
    let mut rows = tenant(&hub.db, &region).await?;
    let found: Vec<(i64, Uuid, Uuid, DateTime<Utc>)> = sqlx::query_as(
        "select position, pupil, elsewhere, registered_at from shared_numbers.shared
         where region = $1 and position > $2 order by position limit $3",
    )
    .bind(region.as_str())
    .bind(page.after.unwrap_or(0))
    .bind(page.fetch())
    .fetch_all(&mut *rows)
    .await?;
    drop(rows);
    let people: Vec<PersonId> =
        found.iter().flat_map(|(_, pupil, elsewhere, _)| [PersonId(*pupil), PersonId(*elsewhere)]).collect();
    let people = hub.log.load_all::<Person>(&region, &people).await?.into_iter();
    let mut schools = people.map(|it| it.state.pupil().map(|known| known.pupil.home_school.clone()));
    let shown = found.into_iter().map(|(position, pupil, elsewhere, registered_at)| SharedNumber {
        pupil: PersonId(pupil),
        school: schools.next().flatten(),
        elsewhere: PersonId(elsewhere),
        school_elsewhere: schools.next().flatten(),
        registered_at,
        position,
    });
    page.cut(shown.collect(), |last| last.position)
}

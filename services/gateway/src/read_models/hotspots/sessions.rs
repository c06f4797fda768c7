//! Which sessions are coming up, are they full, and who comes?

mod fold;

pub use fold::Sessions;

use super::hotspot_list::hotspot_of;
use crate::named::named;
use crate::reach::reading;
use crate::read_models::consortium::person_of;
use crate::words::words;
use crate::{Gateway, Storable};
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use vocabulary::{CompanyId, HotspotId, PersonId, RegionId, SessionId};
use web::{Caller, Listed, Paged, Paging, Path, Problem};

words! {
    /// The status of a session.
    SessionStatus {
        /// It is to come (gepland).
        Planned,
        /// It has begun (bezig).
        Running,
        /// It is over (afgelopen).
        Finished,
        /// It does not take place (afgelast).
        Cancelled,
    }
}

/// A session as a list shows it.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// The id of the session.
    pub id: SessionId,
    /// The hotspot that the pupils visit.
    pub hotspot: HotspotId,
    /// The name of that hotspot.
    pub hotspot_name: Option<String>,
    /// The company of the hotspot.
    pub company: CompanyId,
    /// The day in the Netherlands.
    pub date: NaiveDate,
    /// The start of the session, in UTC.
    pub starts_at: DateTime<Utc>,
    /// The end of the session, in UTC.
    pub ends_at: DateTime<Utc>,
    /// The status of the session.
    pub status: SessionStatus,
    /// The number of pupils enrolled.
    pub enrolled: i32,
    /// The highest number of pupils.
    pub max: i16,
    /// The stream's version: the ETag for a command.
    pub version: i32,
}

/// A session with its group.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionWithPupils {
    /// The session that was asked for.
    #[serde(flatten)]
    pub session: Session,
    /// The pupils the caller may see (groep).
    pub pupils: Vec<Enrolled>,
}

/// A pupil of the group.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct Enrolled {
    /// The random id of the pupil.
    pub pupil: PersonId,
    /// The school that answers for the pupil.
    pub school: String,
    /// Absent when the caller may not see it, or the pupil was forgotten.
    pub given_name: Option<String>,
    /// Absent when the caller may not see it, or the pupil was forgotten.
    pub family_name: Option<String>,
}

/// The sessions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The first day to list.
    #[param(value_type = Option<NaiveDate>)]
    pub from: Option<Storable<NaiveDate>>,
    /// The last day to list.
    #[param(value_type = Option<NaiveDate>)]
    pub until: Option<Storable<NaiveDate>>,
    /// The hotspot of the sessions.
    pub hotspot: Option<HotspotId>,
    /// The company of the sessions.
    pub company: Option<CompanyId>,
    /// The status of the sessions, such as `planned`.
    pub status: Option<SessionStatus>,
}

fn select() -> String {
    format!(
        "select session.id, hotspot, hotspot.name as hotspot_name, session.company, date, starts_at, ends_at, session.status,
        enrolled, max, version
        from sessions.session {}",
        hotspot_of("session.region", "session.hotspot")
    )
}

/// List sessions by day (bijeenkomsten): `from` today gives the upcoming ones.
#[utoipa::path(
    get, path = "/v1/regions/{region}/sessions", operation_id = "list-sessions", tag = "queries",
    params(("region" = RegionId, Path), Which, Paging),
    responses((status = 200, body = Listed<Session>), Problem)
)]
pub async fn list_sessions(
    State(gateway): State<Gateway>,
    Path(region): Path<RegionId>,
    Paged(which, page): Paged<Which, (DateTime<Utc>, SessionId)>,
    caller: Caller,
) -> Result<Listed<Session>, Problem> {
    let (starts_at, id) = page.after.unwrap_or((DateTime::UNIX_EPOCH, SessionId(Uuid::nil())));
    let mut rows = reading(&gateway.hub.db, &region, &caller.scope()).await?;
    let sessions = sqlx::query_as::<_, Session>(sqlx::AssertSqlSafe(format!(
        // A day is a range of moments, so that the index by moment finds where the list begins.
        "{} where session.region = $1
             and starts_at >= coalesce($2::date::timestamp at time zone 'Europe/Amsterdam', '-infinity')
             and starts_at < coalesce(($3::date + 1)::timestamp at time zone 'Europe/Amsterdam', 'infinity')
             and ($4::uuid is null or session.hotspot = $4) and ($5::uuid is null or session.company = $5)
             and ($6::text is null or session.status = $6) and (starts_at, session.id) > ($7, $8)
         order by starts_at, session.id limit $9",
        select()
    )))
    .bind(region.as_str())
    .bind(which.from.map(|day| day.0))
    .bind(which.until.map(|day| day.0))
    .bind(which.hotspot)
    .bind(which.company)
    .bind(which.status)
    .bind(starts_at)
    .bind(id)
    .bind(page.fetch())
    .fetch_all(&mut *rows)
    .await?;
    page.cut(sessions, |last| (last.starts_at, last.id))
}

/// Show a session (bijeenkomst) and its group, as far as the caller reaches.
#[utoipa::path(
    get, path = "/v1/regions/{region}/sessions/{session}", operation_id = "show-session", tag = "queries",
    params(("region" = RegionId, Path), ("session" = SessionId, Path)),
    responses((status = 200, body = SessionWithPupils), Problem)
)]
pub async fn show_session(
    State(gateway): State<Gateway>,
    Path((region, session)): Path<(RegionId, SessionId)>,
    caller: Caller,
) -> Result<Json<SessionWithPupils>, Problem> {
    let mut rows = reading(&gateway.hub.db, &region, &caller.scope()).await?;
    let found = sqlx::query_as::<_, Session>(sqlx::AssertSqlSafe(format!(
        "{} where session.region = $1 and session.id = $2",
        select()
    )))
    .bind(region.as_str())
    .bind(session)
    .fetch_optional(&mut *rows)
    .await?;
    let session = found.ok_or_else(|| Problem::not_found("session", "bijeenkomst"))?;
    // A group has ten pupils by policy and 255 by its type: no page needed.
    let named_pupil = person_of("enrolment.region", "enrolment.pupil");
    let pupils: Vec<Enrolled> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "select enrolment.pupil, enrolment.school, given_name, family_name
         from sessions.enrolment {named_pupil}
         where enrolment.region = $1 and enrolment.session = $2 order by family_name, given_name, enrolment.pupil"
    )))
    .bind(region.as_str())
    .bind(session.id)
    .fetch_all(&mut *rows)
    .await?;
    let shown = pupils.iter().filter(|pupil| pupil.given_name.is_some()).map(|pupil| pupil.pupil);
    named(&gateway, &region, &caller, "show-session", shown).await;
    Ok(Json(SessionWithPupils { session, pupils }))
}

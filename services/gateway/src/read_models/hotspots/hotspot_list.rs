//! Which hotspots are there, what do they teach, and what is missing before they open?

use crate::Gateway;
use crate::reach::{reach, readable, reading};
use crate::read_models::consortium::company_of;
use crate::words::words;
use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use event_log::Recorded;
use projections::{CannotApply, Projection};
use proto_schemas::hotspots::hotspot::{Education, Event};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use vocabulary::{CompanyId, HotspotId, RegionId};
use web::{Caller, Listed, Paged, Paging, Path, Problem};

/// Folds hotspots.
#[derive(Clone, Copy, Debug)]
pub struct Hotspots;

impl Projection for Hotspots {
    const NAME: &'static str = "hotspots";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["hotspots"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["hotspot"]);
    // What the region offers is for everyone of the region.
    const TABLES: &'static str = concat!(
        "create table hotspot (
            region text not null, id uuid not null, name text not null, company uuid not null, status text not null,
            elective uuid, profile text, part text, plan_of_approach boolean not null default false,
            safety_valid_until date, schools text[] not null default '{}', equipment text[] not null,
            primary key (region, id));
         create index on hotspot (region, name, id)",
        reach!("hotspot", everyone),
        readable!()
    );

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: HotspotId = happened.stream_id().ok_or_else(|| CannotApply::Park("a hotspot has an id".into()))?;
        let change = |set: &str| sqlx::AssertSqlSafe(format!("update hotspot set {set} where region = $1 and id = $2"));
        let region = happened.region.as_str();
        let query = match happened.event::<Event>()? {
            Event::Proposed { company, name, equipment, .. } => sqlx::query(
                "insert into hotspot (region, id, company, name, equipment, status) values ($1, $2, $3, $4, $5, 'proposed')",
            )
            .bind(region)
            .bind(id)
            .bind(company)
            .bind(String::from(name))
            .bind(equipment.into_iter().map(String::from).collect::<Vec<_>>()),
            Event::EducationLinked { education } => {
                let (elective, profile, part) = match education {
                    Education::Elective { elective } => (Some(elective.0), None, None),
                    Education::ProfilePart { profile, part } => (None, Some(String::from(profile)), Some(String::from(part))),
                };
                sqlx::query(change("elective = $3, profile = $4, part = $5")).bind(region).bind(id).bind(elective).bind(profile).bind(part)
            }
            Event::PlanOfApproachAdopted { .. } => sqlx::query(change("plan_of_approach = true")).bind(region).bind(id),
            Event::ContractAttached { school, .. } => {
                sqlx::query(change("schools = array_append(array_remove(schools, $3), $3)")).bind(region).bind(id).bind(school)
            }
            Event::ContractDetached { school, .. } => {
                sqlx::query(change("schools = array_remove(schools, $3)")).bind(region).bind(id).bind(school)
            }
            Event::SafetyCheckAttached { valid_until, .. } => {
                sqlx::query(change("safety_valid_until = $3")).bind(region).bind(id).bind(valid_until)
            }
            Event::SafetyCheckDetached { .. } => sqlx::query(change("safety_valid_until = null")).bind(region).bind(id),
            Event::Opened { .. } => sqlx::query(change("status = $3")).bind(region).bind(id).bind(HotspotStatus::Open),
            Event::Suspended { .. } => sqlx::query(change("status = $3")).bind(region).bind(id).bind(HotspotStatus::Suspended),
            Event::Retired { .. } => sqlx::query(change("status = $3")).bind(region).bind(id).bind(HotspotStatus::Retired),
        };
        query.execute(rows).await?;
        Ok(())
    }
}

words! {
    /// The status of a hotspot.
    HotspotStatus {
        /// It was proposed; its papers are not complete (voorgesteld).
        Proposed,
        /// Pupils may come (open).
        Open,
        /// Nobody comes for the time being (opgeschort).
        Suspended,
        /// It is over for good (gesloten).
        Retired,
    }
}

/// A hotspot and its papers.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct Hotspot {
    /// The id of the hotspot.
    pub id: HotspotId,
    /// The name of the hotspot.
    pub name: String,
    /// The company that hosts it.
    pub company: CompanyId,
    /// The name of that company.
    pub company_name: Option<String>,
    /// The status of the hotspot.
    pub status: HotspotStatus,
    /// The elective it teaches (keuzevak).
    pub elective: Option<Uuid>,
    /// The profile whose part it teaches (profiel).
    pub profile: Option<String>,
    /// The part of the profile (profieldeel).
    pub part: Option<String>,
    /// Whether its plan of approach was adopted (plan van aanpak).
    pub plan_of_approach: bool,
    /// The last day its safety check allows a session (veiligheidscontrole).
    pub safety_valid_until: Option<NaiveDate>,
    /// The schools that signed its contract: their pupils may be enrolled.
    pub schools: Vec<String>,
    /// Equipment that a school could not buy.
    pub equipment: Vec<String>,
}

/// The hotspots to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The status of the hotspots, such as `open`.
    pub status: Option<HotspotStatus>,
    /// The company of the hotspots.
    pub company: Option<CompanyId>,
}

fn select() -> String {
    format!(
        "select hotspot.id, hotspot.name, hotspot.company, company.name as company_name, hotspot.status, elective, profile, part,
        plan_of_approach, safety_valid_until, schools, equipment
        from hotspots.hotspot {}",
        company_of("hotspot.region", "hotspot.company")
    )
}

/// Joins a row with the hotspot it is about, whose columns are those of `hotspot`. `region` and `id` are columns of the row.
pub(super) fn hotspot_of(region: &str, id: &str) -> String {
    format!("left join hotspots.hotspot on hotspot.region = {region} and hotspot.id = {id}")
}

/// List hotspots (hotspots) with their education and papers.
#[utoipa::path(
    get, path = "/v1/regions/{region}/hotspots", operation_id = "list-hotspots", tag = "queries",
    params(("region" = RegionId, Path), Which, Paging),
    responses((status = 200, body = Listed<Hotspot>), Problem)
)]
pub async fn list_hotspots(
    State(gateway): State<Gateway>,
    Path(region): Path<RegionId>,
    Paged(which, page): Paged<Which, (String, HotspotId)>,
    caller: Caller,
) -> Result<Listed<Hotspot>, Problem> {
    let (name, id) = page.after.clone().unwrap_or_else(|| (String::new(), HotspotId(Uuid::nil())));
    let mut rows = reading(&gateway.hub.db, &region, &caller.scope()).await?;
    let hotspots = sqlx::query_as::<_, Hotspot>(sqlx::AssertSqlSafe(format!(
        "{} where hotspot.region = $1 and ($2::text is null or hotspot.status = $2) and ($3::uuid is null or hotspot.company = $3)
             and (hotspot.name, hotspot.id) > ($4, $5)
         order by hotspot.name, hotspot.id limit $6",
        select()
    )))
    .bind(region.as_str())
    .bind(which.status)
    .bind(which.company)
    .bind(name)
    .bind(id)
    .bind(page.fetch())
    .fetch_all(&mut *rows)
    .await?;
    page.cut(hotspots, |last| (last.name.clone(), last.id))
}

/// Show one hotspot with its education and papers (één hotspot bekijken).
#[utoipa::path(
    get, path = "/v1/regions/{region}/hotspots/{hotspot}", operation_id = "show-hotspot", tag = "queries",
    params(("region" = RegionId, Path), ("hotspot" = HotspotId, Path)),
    responses((status = 200, body = Hotspot), Problem)
)]
pub async fn show_hotspot(
    State(gateway): State<Gateway>,
    Path((region, hotspot)): Path<(RegionId, HotspotId)>,
    caller: Caller,
) -> Result<Json<Hotspot>, Problem> {
    let mut rows = reading(&gateway.hub.db, &region, &caller.scope()).await?;
    let found = sqlx::query_as::<_, Hotspot>(sqlx::AssertSqlSafe(format!(
        "{} where hotspot.region = $1 and hotspot.id = $2",
        select()
    )))
    .bind(region.as_str())
    .bind(hotspot)
    .fetch_optional(&mut *rows)
    .await?;
    found.map(Json).ok_or_else(|| Problem::not_found("hotspot", "hotspot"))
}

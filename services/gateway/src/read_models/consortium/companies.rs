//! Which companies take part, and where are they?

use crate::Gateway;
use crate::reach::{reach, readable, reading};
use crate::words::words;
use axum::extract::State;
use event_log::Recorded;
use projections::{CannotApply, Projection};
use proto_schemas::consortium::company::Event;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use vocabulary::{CompanyId, RegionId};
use web::{Caller, Listed, Paged, Paging, Path, Problem};

/// Folds companies.
#[derive(Clone, Copy, Debug)]
pub struct Companies;

impl Projection for Companies {
    const NAME: &'static str = "companies";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["company"]);
    // Names of companies are public: everyone of the region sees them.
    const TABLES: &'static str = concat!(
        "create table company (
            region text not null, id uuid not null, name text not null, kvk text not null, status text not null,
            sector text, street text not null, number text not null, postcode text not null, place text not null,
            latitude_micro integer, longitude_micro integer,
            primary key (region, id));
         create index on company (region, name, id)",
        reach!("company", everyone),
        readable!()
    );

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        self.apply_all(rows, &[happened]).await
    }

    /// Companies are nominated by the dozen: those that follow each other are one statement.
    async fn apply_all(&self, rows: &mut PgConnection, happened: &[&Recorded]) -> Result<(), CannotApply> {
        let mut nominated = Vec::new();
        for event in happened {
            let id: CompanyId = event.stream_id().ok_or_else(|| CannotApply::Park("a company has an id".into()))?;
            let status = match event.event::<Event>()? {
                Event::Nominated { name, kvk, sector, address, coordinates, .. } => {
                    nominated.push(Nominated {
                        region: event.region.clone(),
                        id,
                        name: name.into(),
                        kvk: kvk.to_string(),
                        status: CompanyStatus::Nominated,
                        sector: sector.map(String::from),
                        street: address.street.into(),
                        number: address.number,
                        postcode: address.postcode,
                        place: address.place.into(),
                        latitude_micro: coordinates.map(|point| point.latitude_micro),
                        longitude_micro: coordinates.map(|point| point.longitude_micro),
                    });
                    continue;
                }
                Event::Oriented { .. } => CompanyStatus::Oriented,
                Event::Onboarded { .. } => CompanyStatus::Onboarded,
                Event::Activated { .. } => CompanyStatus::Active,
                Event::Suspended { .. } => CompanyStatus::Suspended,
                Event::Left { .. } => CompanyStatus::Left,
            };
            insert(rows, &mut nominated).await?;
            sqlx::query("update company set status = $3 where region = $1 and id = $2")
                .bind(event.region.as_str())
                .bind(id)
                .bind(status)
                .execute(&mut *rows)
                .await?;
        }
        Ok(insert(rows, &mut nominated).await?)
    }
}

/// Joins a row with the company it is about, whose columns are those of `company`. `region` and `id` are columns of the row.
pub(in crate::read_models) fn company_of(region: &str, id: &str) -> String {
    format!("left join companies.company on company.region = {region} and company.id = {id}")
}

/// A row of the table.
#[derive(Serialize)]
struct Nominated {
    region: RegionId,
    id: CompanyId,
    name: String,
    kvk: String,
    status: CompanyStatus,
    sector: Option<String>,
    street: String,
    number: String,
    postcode: String,
    place: String,
    latitude_micro: Option<i32>,
    longitude_micro: Option<i32>,
}

async fn insert(rows: &mut PgConnection, nominated: &mut Vec<Nominated>) -> sqlx::Result<()> {
    if !nominated.is_empty() {
        sqlx::query("insert into company select * from jsonb_populate_recordset(null::company, $1)")
            .bind(sqlx::types::Json(std::mem::take(nominated)))
            .execute(rows)
            .await?;
    }
    Ok(())
}

words! {
    /// The status of a company.
    CompanyStatus {
        /// An account manager proposed it (voorgedragen).
        Nominated,
        /// It was told what takes part means (georiënteerd).
        Oriented,
        /// It joined (aangesloten).
        Onboarded,
        /// It receives pupils (actief).
        Active,
        /// It takes no part for the time being (opgeschort).
        Suspended,
        /// It takes part no more (vertrokken).
        Left,
    }
}

/// A company site (bedrijfslocatie).
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct Company {
    /// Its id in the region.
    pub id: CompanyId,
    /// The public name of the company.
    pub name: String,
    /// Chamber of Commerce number (KvK-nummer).
    pub kvk: String,
    /// The status of the company.
    pub status: CompanyStatus,
    /// The sector of the company (branche).
    pub sector: Option<String>,
    /// The name of the street (straat).
    pub street: String,
    /// The house number (huisnummer).
    pub number: String,
    /// The postcode, such as `4201AB`.
    pub postcode: String,
    /// The name of the town (plaats).
    pub place: String,
    /// Millionths of a degree north.
    pub latitude_micro: Option<i32>,
    /// Millionths of a degree east.
    pub longitude_micro: Option<i32>,
}

/// The companies to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The status of the companies, such as `active`.
    pub status: Option<CompanyStatus>,
}

/// List the company sites of the region (bedrijven).
#[utoipa::path(
    get, path = "/v1/regions/{region}/companies", operation_id = "list-companies", tag = "queries",
    params(("region" = RegionId, Path), Which, Paging),
    responses((status = 200, body = Listed<Company>), Problem)
)]
pub async fn list_companies(
    State(gateway): State<Gateway>,
    Path(region): Path<RegionId>,
    Paged(which, page): Paged<Which, (String, CompanyId)>,
    caller: Caller,
) -> Result<Listed<Company>, Problem> {
    let (name, id) = page.after.clone().unwrap_or_else(|| (String::new(), CompanyId(Uuid::nil())));
    let mut rows = reading(&gateway.hub.db, &region, &caller.scope()).await?;
    let companies = sqlx::query_as::<_, Company>(
        "select id, name, kvk, status, sector, street, number, postcode, place, latitude_micro, longitude_micro
         from companies.company
         where region = $1 and ($2::text is null or status = $2) and (name, id) > ($3, $4)
         order by name, id limit $5",
    )
    .bind(region.as_str())
    .bind(which.status)
    .bind(name)
    .bind(id)
    .bind(page.fetch())
    .fetch_all(&mut *rows)
    .await?;
    page.cut(companies, |last| (last.name.clone(), last.id))
}

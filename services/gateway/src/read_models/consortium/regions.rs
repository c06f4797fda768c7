//! What is this region: who takes part, what is planned, what is the target?

use super::companies::company_of;
use crate::Gateway;
use crate::reach::{reach, readable, reading};
use crate::words::words;
use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use event_log::Recorded;
use projections::{CannotApply, Projection};
use proto_schemas::consortium::consortium::{Event, Partner};
use serde::Serialize;
use sqlx::AssertSqlSafe;
use sqlx::PgConnection;
use utoipa::ToSchema;
use vocabulary::RegionId;
use web::{Caller, FixedPage, Listed, Path, Problem};

/// The most partners in one answer.
const MAX_PARTNERS: u16 = 2_000;

/// Folds the region itself.
#[derive(Clone, Copy, Debug)]
pub struct Regions;

impl Regions {
    async fn join(
        rows: &mut PgConnection,
        region: &str,
        kind: RegionPartnerKind,
        id: String,
        name: Option<&str>,
        vmbo: bool,
    ) -> Result<(), CannotApply> {
        sqlx::query(
            "insert into partner (region, kind, id, name, vmbo) values ($1, $2, $3, $4, $5)
             on conflict (region, kind, id) do update set name = excluded.name, vmbo = excluded.vmbo",
        )
        .bind(region)
        .bind(kind)
        .bind(id)
        .bind(name)
        .bind(vmbo)
        .execute(rows)
        .await?;
        Ok(())
    }

    async fn leave(
        rows: &mut PgConnection,
        region: &str,
        kind: RegionPartnerKind,
        id: String,
    ) -> Result<(), CannotApply> {
        sqlx::query("delete from partner where region = $1 and kind = $2 and id = $3")
            .bind(region)
            .bind(kind)
            .bind(id)
            .execute(rows)
            .await?;
        Ok(())
    }
}

impl Projection for Regions {
    const NAME: &'static str = "regions";
    const VERSION: u32 = 2;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["consortium"]);
    const TABLES: &'static str = concat!(
        "create table region (
            region text not null primary key, name text not null, founded_on date not null, lead_school text, lead_board text,
            plan_version bigint, programme_from date, programme_until date, budget bigint, subsidisable bigint,
            target bigint, target_share bigint, target_from date, target_until date);
         create table partner (
            region text not null, kind text not null, id text not null, name text, vmbo boolean not null,
            primary key (region, kind, id))",
        reach!("region", everyone),
        reach!("partner", everyone),
        readable!()
    );

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let region = happened.region.as_str();
        match happened.event::<Event>()? {
            Event::Founded { name, occurred_on } => {
                sqlx::query("insert into region (region, name, founded_on) values ($1, $2, $3)")
                    .bind(region)
                    .bind(name.as_str())
                    .bind(occurred_on)
                    .execute(rows)
                    .await?;
            }
            Event::SchoolJoined { school, name, vmbo, .. } | Event::SchoolChanged { school, name, vmbo, .. } => {
                Self::join(rows, region, RegionPartnerKind::School, school.into(), Some(name.as_str()), vmbo).await?;
            }
            Event::PrimarySchoolJoined { school, name, .. } => {
                Self::join(rows, region, RegionPartnerKind::PrimarySchool, school.into(), Some(name.as_str()), false)
                    .await?;
            }
            Event::MboJoined { institution, name, .. } => {
                Self::join(rows, region, RegionPartnerKind::Mbo, institution.into(), Some(name.as_str()), false)
                    .await?;
            }
            Event::CompanyJoined { company, .. } => {
                Self::join(rows, region, RegionPartnerKind::Company, company.to_string(), None, false).await?
            }
            Event::OtherPartnerJoined { partner, name, .. } => {
                Self::join(rows, region, RegionPartnerKind::Other, partner.to_string(), Some(name.as_str()), false)
                    .await?;
            }
            Event::SchoolLeft { school, .. } => {
                Self::leave(rows, region, RegionPartnerKind::School, school.into()).await?
            }
            Event::PartnerLeft { partner, .. } => {
                let (kind, id) = match partner {
                    Partner::PrimarySchool(school) => (RegionPartnerKind::PrimarySchool, school.into()),
                    Partner::Mbo(institution) => (RegionPartnerKind::Mbo, institution.into()),
                    Partner::Company(company) => (RegionPartnerKind::Company, company.to_string()),
                    Partner::Other(partner) => (RegionPartnerKind::Other, partner.to_string()),
                };
                Self::leave(rows, region, kind, id).await?;
            }
            Event::LeadPartnerNamed { school, board, .. } => {
                sqlx::query("update region set lead_school = $2, lead_board = $3 where region = $1")
                    .bind(region)
                    .bind(school.as_str())
                    .bind(board)
                    .execute(rows)
                    .await?;
            }
            Event::PlanAdopted { version, programme_from, programme_until, budget, subsidisable, .. } => {
                sqlx::query(
                    "update region set plan_version = $2, programme_from = $3, programme_until = $4, budget = $5, subsidisable = $6
                     where region = $1",
                )
                .bind(region)
                .bind(i64::from(version))
                .bind(programme_from)
                .bind(programme_until)
                .bind(budget.cents())
                .bind(subsidisable.cents())
                .execute(rows)
                .await?;
            }
            Event::TargetSet { amount, share, from, until, .. } => {
                sqlx::query("update region set target = $2, target_share = $3, target_from = $4, target_until = $5 where region = $1")
                    .bind(region)
                    .bind(amount.cents())
                    .bind(i64::from(share.0))
                    .bind(from)
                    .bind(until)
                    .execute(rows)
                    .await?;
            }
            Event::SeatTaken { .. }
            | Event::SeatVacated { .. }
            | Event::PeriodOpened { .. }
            | Event::PeriodClosed { .. } => {}
        }
        Ok(())
    }
}

/// A region and its plan. Amounts in euro cents.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Region {
    pub region: RegionId,
    /// The name of the region.
    pub name: String,
    /// The day it was founded.
    pub founded_on: NaiveDate,
    /// The school whose board is the lead partner (penvoerder).
    pub lead_school: Option<String>,
    /// The board of that site (bevoegd gezag).
    pub lead_board: Option<String>,
    /// The version of the plan in force.
    pub plan_version: Option<i64>,
    /// First day of the programme.
    pub programme_from: Option<NaiveDate>,
    /// Last day of the programme.
    pub programme_until: Option<NaiveDate>,
    /// The sum of all budget lines, in euro cents.
    pub budget: Option<i64>,
    /// The part of them that can be subsidised.
    pub subsidisable: Option<i64>,
    /// The amount that companies should contribute (doel), in euro cents.
    pub target: Option<i64>,
    /// Its share of the subsidisable budget, in basis points.
    pub target_share: Option<i64>,
    /// The partners of the region, by kind and name: 2,000 at most.
    pub partners: Vec<PartnerOf>,
    /// Give it as `after` to get the partners that follow; absent when none do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

words! {
    /// The kind of a partner.
    RegionPartnerKind {
        /// A school for secondary education (VO-school).
        School,
        /// A primary school (basisschool).
        PrimarySchool,
        /// An institution for vocational education (mbo-instelling).
        Mbo,
        /// A company (bedrijf).
        Company,
        /// Another partner (overige partner).
        Other,
    }
}

/// A partner of a region.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct PartnerOf {
    /// The kind of the partner.
    pub kind: RegionPartnerKind,
    /// Branch code, BRIN or id.
    pub id: String,
    /// The public name of the partner.
    pub name: Option<String>,
    /// Whether vmbo is taught there.
    pub vmbo: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    founded_on: NaiveDate,
    lead_school: Option<String>,
    lead_board: Option<String>,
    plan_version: Option<i64>,
    programme_from: Option<NaiveDate>,
    programme_until: Option<NaiveDate>,
    budget: Option<i64>,
    subsidisable: Option<i64>,
    target: Option<i64>,
    target_share: Option<i64>,
}

/// Show a region with its partners, plan and target (regio).
#[utoipa::path(
    get, path = "/v1/regions/{region}", operation_id = "show-region", tag = "queries",
    params(("region" = RegionId, Path), web::After),
    responses((status = 200, body = Region), Problem)
)]
pub async fn show_region(
    State(gateway): State<Gateway>,
    Path(region): Path<RegionId>,
    FixedPage(page): FixedPage<(String, String, String), MAX_PARTNERS>,
    caller: Caller,
) -> Result<Json<Region>, Problem> {
    let (kind, name, id) = page.after.clone().unwrap_or_default();
    let mut rows = reading(&gateway.hub.db, &region, &caller.scope()).await?;
    let found: Option<Row> = sqlx::query_as(
        "select name, founded_on, lead_school, lead_board, plan_version, programme_from, programme_until, budget, subsidisable,
                target, target_share
         from regions.region where region = $1",
    )
    .bind(region.as_str())
    .fetch_optional(&mut *rows)
    .await?;
    let row = found.ok_or_else(|| Problem::not_found("region", "regio"))?;
    let named = company_of("partner.region", "case when kind = 'company' then partner.id::uuid end");
    let partners = sqlx::query_as::<_, PartnerOf>(AssertSqlSafe(format!(
        "select kind, partner.id, shown.name, vmbo from regions.partner {named}
         cross join lateral (select coalesce(partner.name, company.name) as name) shown
         where partner.region = $1 and (kind, coalesce(shown.name, ''), partner.id) > ($2, $3, $4)
         order by kind, coalesce(shown.name, ''), partner.id limit $5"
    )))
    .bind(region.as_str())
    .bind(kind)
    .bind(name)
    .bind(id)
    .bind(page.fetch())
    .fetch_all(&mut *rows)
    .await?;
    let place =
        |last: &PartnerOf| (last.kind.as_str().to_owned(), last.name.clone().unwrap_or_default(), last.id.clone());
    let Listed { items: partners, next } = page.cut(partners, place)?;
    Ok(Json(Region {
        region,
        name: row.name,
        founded_on: row.founded_on,
        lead_school: row.lead_school,
        lead_board: row.lead_board,
        plan_version: row.plan_version,
        programme_from: row.programme_from,
        programme_until: row.programme_until,
        budget: row.budget,
        subsidisable: row.subsidisable,
        target: row.target,
        target_share: row.target_share,
        partners,
        next,
    }))
}

//! Which schools take part?

use crate::Known;
use event_log::{Recorded, tenant};
use projections::{CannotApply, Projection};
use proto_schemas::consortium::consortium::Event;
use sqlx::{PgConnection, Row};
use vocabulary::{BranchCode, RegionId};

/// A site of a school that takes part, or did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct School {
    /// Its public code.
    pub branch: BranchCode,
    /// Its public name.
    pub name: String,
    /// The number of its competent authority.
    pub board: String,
    /// Whether vmbo is taught here.
    pub vmbo: bool,
    /// Codes of the vmbo profiles offered.
    pub profiles: Vec<String>,
    /// Whether it takes part now.
    pub takes_part: bool,
}

/// Folds the schools of each region.
#[derive(Clone, Copy, Debug)]
pub struct KnownSchools;

impl Projection for KnownSchools {
    const NAME: &'static str = "known-schools";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["consortium"]);
    const TABLES: &'static str = "create table school (
        region text not null, branch text not null, name text not null, board text not null,
        vmbo boolean not null, profiles text[] not null, takes_part boolean not null,
        primary key (region, branch))";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        match happened.event::<Event>()? {
            Event::SchoolJoined { school, name, board, vmbo, profiles, .. }
            | Event::SchoolChanged { school, name, board, vmbo, profiles, .. } => {
                sqlx::query(
                    "insert into school (region, branch, name, board, vmbo, profiles, takes_part) values ($1, $2, $3, $4, $5, $6, true)
                     on conflict (region, branch) do update set name = excluded.name, board = excluded.board,
                         vmbo = excluded.vmbo, profiles = excluded.profiles, takes_part = true",
                )
                .bind(happened.region.as_str())
                .bind(school.as_str())
                .bind(name.as_str())
                .bind(board)
                .bind(vmbo)
                .bind(profiles)
                .execute(rows)
                .await?;
            }
            Event::SchoolLeft { school, .. } => {
                sqlx::query("update school set takes_part = false where region = $1 and branch = $2")
                    .bind(happened.region.as_str())
                    .bind(school.as_str())
                    .execute(rows)
                    .await?;
            }
            _ => {}
        }
        Ok(())
    }
}

impl Known {
    /// A school that takes part in the region, or did.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn school(&self, region: &RegionId, branch: &BranchCode) -> sqlx::Result<Option<School>> {
        let mut transaction = tenant(self.app(), region).await?;
        let row = sqlx::query("select name, board, vmbo, profiles, takes_part from known_schools.school where region = $1 and branch = $2")
            .bind(region.as_str())
            .bind(branch.as_str())
            .fetch_optional(&mut *transaction)
            .await?;
        row.map(|row| {
            Ok(School {
                branch: branch.clone(),
                name: row.try_get("name")?,
                board: row.try_get("board")?,
                vmbo: row.try_get("vmbo")?,
                profiles: row.try_get("profiles")?,
                takes_part: row.try_get("takes_part")?,
            })
        })
        .transpose()
    }
}

//! Who holds what? Folded into a table, and from there into the book that requests are checked against.

use access::{Grant, Grants};
use bus::{CannotApply, Projection};
use event_log::{Recorded, tenant};
use proto_schemas::consortium::grant::Event;
use sqlx::{PgConnection, PgPool, Row};
use std::sync::Arc;
use tokio::sync::{Mutex, watch};
use uuid::Uuid;
use vocabulary::{ActorId, CompanyId, GrantId, PersonId, RegionId};

/// Folds grants. Copies share one book.
#[derive(Clone, Debug)]
pub struct KnownGrants {
    app: PgPool,
    book: Grants,
    /// How many reloads are under way.
    reloading: Arc<watch::Sender<usize>>,
    /// One reload at a time: what was read first never replaces what was read later.
    turn: Arc<Mutex<()>>,
}

impl KnownGrants {
    pub(crate) fn new(app: PgPool, book: Grants) -> Self {
        Self { app, book, reloading: Arc::new(watch::channel(0).0), turn: Arc::default() }
    }

    pub(crate) fn book(&self) -> Grants {
        self.book.clone()
    }

    pub(crate) async fn start(&self, owner: &PgPool) -> sqlx::Result<()> {
        // The owner sees which regions there are; what they hold is read per region.
        let regions: Vec<String> =
            sqlx::query_scalar("select distinct region from known_grants.grant").fetch_all(owner).await?;
        for region in regions.into_iter().filter_map(|region| region.parse().ok()) {
            self.reload(&region).await?;
        }
        Ok(())
    }

    pub(crate) async fn settled(&self) {
        let mut reloading = self.reloading.subscribe();
        // The sender lives as long as we do.
        let _ = reloading.wait_for(|under_way| *under_way == 0).await;
    }

    async fn reload(&self, region: &RegionId) -> sqlx::Result<()> {
        let _turn = self.turn.lock().await;
        let mut transaction = tenant(&self.app, region).await?;
        let rows = sqlx::query(r#"select id, actor, role, school, company, person, "from", until from known_grants.grant where region = $1"#)
            .bind(region.as_str())
            .fetch_all(&mut *transaction)
            .await?;
        let grants = rows.iter().filter_map(|row| read(row).transpose()).collect::<sqlx::Result<_>>()?;
        self.book.replace(region, grants);
        Ok(())
    }
}

/// `None` when the row holds a role or a school that this version does not know: it grants nothing.
fn read(row: &sqlx::postgres::PgRow) -> sqlx::Result<Option<Grant>> {
    let school: Option<String> = row.try_get("school")?;
    let (Ok(role), Ok(school)) =
        (row.try_get::<String, _>("role")?.parse(), school.map(|code| code.parse()).transpose())
    else {
        return Ok(None);
    };
    Ok(Some(Grant {
        id: GrantId(row.try_get("id")?),
        actor: ActorId(row.try_get("actor")?),
        role,
        school,
        company: row.try_get::<Option<Uuid>, _>("company")?.map(CompanyId),
        person: row.try_get::<Option<Uuid>, _>("person")?.map(PersonId),
        from: row.try_get("from")?,
        until: row.try_get("until")?,
    }))
}

impl Projection for KnownGrants {
    const NAME: &'static str = "known-grants";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["grant"]);
    const TABLES: &'static str = r#"create table "grant" (
        region text not null, id uuid not null, actor uuid not null, role text not null,
        school text, company uuid, person uuid, "from" date, until date,
        primary key (region, id))"#;

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: GrantId = happened.stream_id().ok_or_else(|| CannotApply::Park("a grant has an id".into()))?;
        match happened.event::<Event>()? {
            Event::Granted { actor, role, school, company, person, from, until } => {
                sqlx::query(
                    r#"insert into "grant" (region, id, actor, role, school, company, person, "from", until)
                       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                       on conflict (region, id) do update set actor = excluded.actor, role = excluded.role,
                           school = excluded.school, company = excluded.company, person = excluded.person,
                           "from" = excluded."from", until = excluded.until"#,
                )
                .bind(happened.region.as_str())
                .bind(id.0)
                .bind(actor.0)
                .bind(role.as_str())
                .bind(school.map(String::from))
                .bind(company.map(|company| company.0))
                .bind(person.map(|person| person.0))
                .bind(from)
                .bind(until)
                .execute(rows)
                .await?;
            }
            Event::Revoked { .. } => {
                sqlx::query(r#"delete from "grant" where region = $1 and id = $2"#)
                    .bind(happened.region.as_str())
                    .bind(id.0)
                    .execute(rows)
                    .await?;
            }
        }
        Ok(())
    }

    fn committed(&self, region: &RegionId) {
        self.reloading.send_modify(|under_way| *under_way += 1);
        let (this, region) = (self.clone(), region.clone());
        tokio::spawn(async move {
            // Until it works: a revoked grant must not live on because the database was away.
            while let Err(error) = this.reload(&region).await {
                tracing::warn!(%error, %region, "grants could not be read again");
                if this.app.is_closed() {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            }
            this.reloading.send_modify(|under_way| *under_way -= 1);
        });
    }
}

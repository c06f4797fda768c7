//! Which grants are there? Folded from the log alone into a table, and from there into the book that requests are
//! checked against.
//!
//! **Invariant:** what cannot be read gives nothing: a grant with a parked event is not in the book.

mod alarms;

use access::{End, Grant, Grants};
use alarms::Alarms;
use bus::{Head, none_parked};
use chrono::{DateTime, Utc};
use event_log::{Pool, Recorded, data_of, tenant};
use projections::{CannotApply, Projection, Reads};
use proto_schemas::consortium::grant::Event;
use serde_json::Value;
use sqlx::{PgConnection, Row};
use std::sync::Arc;
use tokio::sync::{Mutex, watch};
use uuid::Uuid;
use vocabulary::{ActorId, CompanyId, GrantId, PersonId, RegionId, Role};

/// The grants of a region that count: none of which an event is parked.
fn counting() -> String {
    let none_parked = none_parked(KnownGrants::NAME, "consortium", "$1", "'grant/' || kept.id");
    format!(r#"from known_grants."grant" kept where kept.region = $1 and {none_parked}"#)
}

/// Folds grants. Copies share one book.
#[derive(Clone, Debug)]
pub struct KnownGrants {
    app: Pool,
    book: Grants,
    /// How many reloads beside the log are under way.
    reloading: Arc<watch::Sender<usize>>,
    /// One reload at a time: what was read first never replaces what was read later.
    turn: Arc<Mutex<()>>,
    alarms: Arc<Alarms>,
}

impl KnownGrants {
    pub(crate) fn new(app: &Pool, book: Grants) -> Self {
        // A connection of its own: it never waits for those that requests and read models hold.
        let app = app.apart(1);
        Self { app, book, reloading: Arc::new(watch::channel(0).0), turn: Arc::default(), alarms: Arc::default() }
    }

    pub(crate) fn book(&self) -> Grants {
        self.book.clone()
    }

    pub(crate) async fn is_held(&self, region: &RegionId, role: Role) -> sqlx::Result<bool> {
        let mut rows = tenant(&self.app, region).await?;
        sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select exists (select {} and kept.role = $2)", counting())))
            .bind(region.as_str())
            .bind(role.as_str())
            .fetch_one(&mut *rows)
            .await
    }

    pub(crate) async fn settled(&self) {
        let mut reloading = self.reloading.subscribe();
        // The sender lives as long as we do.
        let _ = reloading.wait_for(|under_way| *under_way == 0).await;
    }

    async fn reload(&self, region: &RegionId) -> sqlx::Result<()> {
        let _turn = self.turn.lock().await;
        let mut transaction = tenant(&self.app, region).await?;
        let select = format!(r#"select id, actor, role, school, company, person, "from", until {}"#, counting());
        let rows = sqlx::query(sqlx::AssertSqlSafe(select)).bind(region.as_str()).fetch_all(&mut *transaction).await?;
        let grants = rows.iter().filter_map(|row| read(row).transpose()).collect::<sqlx::Result<_>>()?;
        let holders = sqlx::query_scalar::<_, Uuid>("select actor from known_grants.holder where region = $1");
        let holders = holders.bind(region.as_str()).fetch_all(&mut *transaction).await?;
        self.book.ever_held(region, holders.into_iter().map(ActorId));
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

/// The event, when this version understands all of it. A field that it does not know may be a bound: to leave it out
/// would widen the grant.
fn understood(happened: &Recorded) -> Result<Event, CannotApply> {
    let event: Event = happened.event()?;
    let whole = |text: &str, member: Option<&str>| -> Option<Value> {
        let mut value: Value = serde_json::from_str(text).ok()?;
        member.map_or(Some(value.clone()), |member| value.get_mut(member).map(Value::take))
    };
    let known = data_of(&event).ok().and_then(|known| whole(&known, None));
    let written = whole(&happened.text, Some("data"));
    let (Some(Value::Object(known)), Some(Value::Object(written))) = (known, written) else {
        return Err(CannotApply::Park("a grant has data".into()));
    };
    // What is absent and what is null say the same.
    if written.iter().any(|(field, value)| !value.is_null() && !known.contains_key(field)) {
        return Err(CannotApply::Park("a field that this version does not know: nothing is granted".into()));
    }
    Ok(event)
}

impl Projection for KnownGrants {
    const NAME: &'static str = "known-grants";
    // 2: rebuilt from the log, since version 1 was folded from messages. 3: with everyone who ever held something.
    const VERSION: u32 = 3;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["grant"]);
    const READS: Reads = Reads::Log;
    const TABLES: &'static str = r#"create table "grant" (
        region text not null, id uuid not null, actor uuid not null, role text not null,
        school text, company uuid, person uuid, "from" date, until date,
        primary key (region, id));
        create table holder (region text not null, actor uuid not null, primary key (region, actor))"#;

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: GrantId = happened.stream_id().ok_or_else(|| CannotApply::Park("a grant has an id".into()))?;
        match understood(happened)? {
            Event::Granted { actor, role, school, company, person, from, until } => {
                sqlx::query(
                    r#"insert into "grant" (region, id, actor, role, school, company, person, "from", until)
                       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                       on conflict (region, id) do update set actor = excluded.actor, role = excluded.role,
                           school = excluded.school, company = excluded.company, person = excluded.person,
                           "from" = excluded."from", until = excluded.until"#,
                )
                .bind(happened.region.as_str())
                .bind(id)
                .bind(actor)
                .bind(role.as_str())
                .bind(school.map(String::from))
                .bind(company)
                .bind(person)
                .bind(from)
                .bind(until)
                .execute(&mut *rows)
                .await?;
                // It outlives the grant: an identity keeps its pseudonym, also when everything it held was revoked.
                sqlx::query("insert into holder (region, actor) values ($1, $2) on conflict do nothing")
                    .bind(happened.region.as_str())
                    .bind(actor)
                    .execute(rows)
                    .await?;
            }
            Event::Revoked { .. } => {
                sqlx::query(r#"delete from "grant" where region = $1 and id = $2"#)
                    .bind(happened.region.as_str())
                    .bind(id)
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

    async fn reached(&self, here: &Head, changed: bool) -> Result<(), sqlx::Error> {
        if changed {
            self.reload(&here.region).await?;
        }
        self.book.reached(&here.region, End { epoch: here.epoch, position: here.position });
        Ok(())
    }

    fn asked(&self, at: DateTime<Utc>, ends: Option<&[Head]>) {
        if let Some(ends) = ends {
            let end = |head: &Head| (head.region.clone(), End { epoch: head.epoch, position: head.position });
            self.book.asked(at, &ends.iter().map(end).collect());
        }
        self.alarms.raise(&self.book);
    }
}

//! Every table of every database shows one region only, whoever looks and whatever they forgot to ask.

use crate::whole::{Whole, on_the_hub, services};
use crate::world::{FOREIGN_COMPANY, FOREIGN_PUPIL, FOREIGN_SCHOOL, World, bound};
use serde_json::json;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use tokio::sync::OnceCell;
use vocabulary::Role;

/// The roles the hub works under; the owner of the tables only migrates and rebuilds.
const ROLES: [&str; 3] = ["regiohub_app", "regiohub_reader", "regiohub_vault"];

/// Tables that the roles may read and that say nothing about any region, each with what they hold.
const OF_NO_REGION: &[(&str, &str)] = &[
    ("bus.leases", "which process relays a log or rebuilds a read model"),
    ("bus.projections", "which version of a read model is live"),
];

/// Tables that `regiohub.bus` opens over all regions: positions only.
const OPEN_TO_THE_BUS: [&str; 2] = ["bus.checkpoints", "bus.parked"];

/// Tables in which the story leaves nothing, each with the reason.
const EMPTY: &[(&str, &str)] = &[
    ("bus.parked", "nothing went wrong"),
    ("checkpoints.handed", "nobody keeps checkpoints of the region"),
    ("checkpoints.witness", "nobody keeps checkpoints of the region"),
    ("gateway.event_log.event", "the gateway decides nothing"),
    ("gateway.event_log.head", "the gateway decides nothing"),
];

/// Tables in which the story may leave nothing, each with the reason.
const MAY_BE_EMPTY: &[(&str, &str)] =
    &[("event_log.kept", "only a command that changed nothing leaves a row; the tests of the event log fill it")];

/// Tables of the gateway that everyone in the region may read, each with the reason.
const FOR_EVERYONE: &[(&str, &str)] = &[
    ("regions.region", "what the region is"),
    ("regions.partner", "which organisations take part"),
    ("companies.company", "which companies take part"),
    ("hotspots.hotspot", "what is offered where"),
    ("sessions.session", "what is offered when; who comes is in another table"),
    ("co_financing.policy", "what holds for all"),
    ("co_financing.target", "what companies are to put in together"),
    ("retention.schedule", "how long who is kept"),
];

/// Tables of the gateway in which a row may be of every school, each with the reason.
const FOR_EVERY_SCHOOL: &[(&str, &str)] = &[
    ("agreements.contract", "any school of the region may be the next to sign a contract"),
    ("signatures.open", "any school of the region may be the next to sign a contract"),
];

/// One table, view or the like.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Table {
    name: String,
    row_security: bool,
    has_region: bool,
    /// Whom of [`ROLES`] it lets read.
    readers: Vec<String>,
    /// Whom it lets write in any way.
    writers: Vec<String>,
}

struct Looked {
    one: World,
    other: World,
}

static LOOKED: OnceCell<Looked> = OnceCell::const_new();

/// The same happened in two regions, under the same ids.
async fn looked(hub: &Whole) -> &'static Looked {
    LOOKED
        .get_or_init(async || {
            let one = World::played(hub, "scheiding-een").await;
            let other = World::played(hub, "scheiding-twee").await;
            hub.settle().await;
            assert_eq!(hub.parked(&one.region).await, [""; 0]);
            for world in [&one, &other] {
                hub.grant(&world.region, "controle", Role::Controller, bound(Role::Controller, false)).await;
            }
            hub.settle().await;
            for world in [&one, &other] {
                let checkpoints = format!("/v1/regions/{}/audit/checkpoints", world.region);
                hub.client("controle").post(&checkpoints, &json!({})).await.expect(200);
            }
            Looked { one, other }
        })
        .await
}

async fn connection(hub: &Whole, database: &str) -> PgConnection {
    let url: sqlx::postgres::PgConnectOptions = std::env::var("REGIOHUB_TEST_POSTGRES_URL").unwrap().parse().unwrap();
    let name = format!("{}_{}", hub.databases.prefix(), database.replace('-', "_"));
    url.database(&name).connect().await.unwrap()
}

/// Every table of a database that any of the roles may touch.
async fn tables(at: &mut PgConnection) -> Vec<Table> {
    sqlx::query_as(
        "select n.nspname || '.' || c.relname as name, c.relrowsecurity as row_security,
                exists (select from pg_attribute a
                        where a.attrelid = c.oid and a.attname = 'region' and not a.attisdropped) as has_region,
                array(select r::text from unnest($1) r where has_schema_privilege(r, n.oid, 'usage')
                      and has_any_column_privilege(r, c.oid, 'select')) as readers,
                array(select r::text from unnest($1) r where has_schema_privilege(r, n.oid, 'usage')
                      and (has_any_column_privilege(r, c.oid, 'insert') or has_any_column_privilege(r, c.oid, 'update')
                           or has_table_privilege(r, c.oid, 'delete') or has_table_privilege(r, c.oid, 'truncate'))) as writers
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema')
           and n.nspname not like 'pg_toast%' and n.nspname not like 'pg_temp%'
         order by 1",
    )
    .bind(there(at).await)
    .fetch_all(&mut *at)
    .await
    .unwrap()
}

/// Those of [`ROLES`] that this server has.
async fn there(at: &mut PgConnection) -> Vec<String> {
    let roles: Vec<String> = ROLES.iter().map(ToString::to_string).collect();
    let there: Vec<String> = sqlx::query_scalar("select rolname::text from pg_roles where rolname = any ($1)")
        .bind(roles)
        .fetch_all(at)
        .await
        .unwrap();
    assert_eq!(there.len(), ROLES.len(), "{there:?}");
    there
}

/// How many rows a transaction sees that began so.
async fn count(at: &mut PgConnection, begin: &str, table: &str, which: &str) -> i64 {
    let mut transaction = at.begin().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(begin.to_owned())).execute(&mut *transaction).await.unwrap();
    let sql = AssertSqlSafe(format!("select count(*) from {table} where {which}"));
    sqlx::query_scalar(sql).fetch_one(&mut *transaction).await.unwrap_or_else(|error| panic!("{table}: {error}"))
}

fn as_role(role: &str) -> String {
    format!("set local role {role};")
}

fn in_region(role: &str, world: &World) -> String {
    format!("set local role {role}; set local regiohub.region = '{}';", world.region)
}

fn known(list: &[(&str, &str)], name: &str) -> bool {
    list.iter().any(|(it, reason)| *it == name && !reason.is_empty())
}

/// Runs a check on every table that any role may read, in every database of the hub.
async fn each(hub: &Whole, mut check: impl AsyncFnMut(&mut PgConnection, &str, &Table) -> Vec<String>) {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for database in services().chain(["vault"]) {
        let mut at = connection(hub, database).await;
        for table in tables(&mut at).await {
            if table.readers.is_empty() && table.writers.is_empty() {
                continue;
            }
            checked += 1;
            let found = check(&mut at, database, &table).await;
            wrong.extend(found.into_iter().map(|it| format!("{database}: {} {it}", table.name)));
        }
        at.close().await.unwrap();
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(checked > 60, "only {checked} tables were looked at");
}

#[test]
fn every_table_has_row_level_security_and_says_of_which_region_a_row_is() {
    on_the_hub(async |hub| {
        looked(hub).await;
        each(hub, async |_, _, table| {
            let fine = known(OF_NO_REGION, &table.name) || (table.row_security && table.has_region);
            (!fine).then(|| format!("is open: {table:?}")).into_iter().collect()
        })
        .await;
    });
}

#[test]
fn without_a_region_there_are_no_rows() {
    on_the_hub(async |hub| {
        looked(hub).await;
        each(hub, async |at, _, table| {
            let mut wrong = Vec::new();
            for role in table.readers.iter().filter(|_| !known(OF_NO_REGION, &table.name)) {
                for tenant in ["", "set local regiohub.region = '';", "set local regiohub.reach = 'region';"] {
                    let seen = count(at, &format!("{}{tenant}", as_role(role)), &table.name, "true").await;
                    if seen > 0 {
                        wrong.push(format!("shows {role} {seen} rows ({tenant})"));
                    }
                }
            }
            wrong
        })
        .await;
    });
}

#[test]
fn a_region_sees_its_own_rows_and_none_of_another() {
    on_the_hub(async |hub| {
        let Looked { one, other } = looked(hub).await;
        each(hub, async |at, _, table| {
            let mut wrong = Vec::new();
            if known(OF_NO_REGION, &table.name) {
                return wrong;
            }
            for (own, foreign) in [(one, other), (other, one)] {
                for role in &table.readers {
                    let begin = format!("{} set local regiohub.reach = 'region';", in_region(role, own));
                    let strange =
                        count(at, &begin, &table.name, &format!("region is distinct from '{}'", own.region)).await;
                    if strange > 0 {
                        wrong.push(format!("shows {role} of {} {strange} rows of others", own.region));
                    }
                    let seen = count(at, &begin, &table.name, "true").await;
                    let there = count(at, "", &table.name, &format!("region = '{}'", own.region)).await;
                    if seen != there {
                        wrong.push(format!("shows {role} of {} {seen} of its {there} rows", own.region));
                    }
                }
                for role in &table.writers {
                    // Also when there is nothing to move, the row that is made up must be refused.
                    let mut transaction = at.begin().await.unwrap();
                    let begin = AssertSqlSafe(in_region(role, own));
                    sqlx::raw_sql(begin).execute(&mut *transaction).await.unwrap();
                    let sql = format!("update {} set region = '{}'", table.name, foreign.region);
                    let moved = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *transaction).await;
                    let refused =
                        moved.as_ref().err().and_then(|error| error.as_database_error()?.code().map(String::from));
                    if refused.as_deref() != Some("42501") && moved.map_or(true, |done| done.rows_affected() > 0) {
                        wrong.push(format!("lets {role} move rows into another region: {refused:?}"));
                    }
                }
            }
            wrong
        })
        .await;
    });
}

#[test]
fn the_bus_opens_positions_and_nothing_else() {
    on_the_hub(async |hub| {
        looked(hub).await;
        each(hub, async |at, _, table| {
            let mut wrong = Vec::new();
            let positions = OPEN_TO_THE_BUS.contains(&table.name.as_str()) || known(OF_NO_REGION, &table.name);
            for role in table.readers.iter().filter(|_| !positions) {
                let seen =
                    count(at, &format!("{}set local regiohub.bus = 'on';", as_role(role)), &table.name, "true").await;
                if seen > 0 {
                    wrong.push(format!("shows {role} {seen} rows to the bus"));
                }
            }
            wrong
        })
        .await;
    });
}

/// So that no check above is passed by a table in which there is nothing to see.
#[test]
fn every_table_has_rows_of_both_regions() {
    on_the_hub(async |hub| {
        let Looked { one, other } = looked(hub).await;
        each(hub, async |at, database, table| {
            let mut wrong = Vec::new();
            if known(OF_NO_REGION, &table.name) || known(MAY_BE_EMPTY, &table.name) {
                return wrong;
            }
            let empty = known(EMPTY, &table.name) || known(EMPTY, &format!("{database}.{}", table.name));
            for world in [one, other] {
                let rows = count(at, "", &table.name, &format!("region = '{}'", world.region)).await;
                if (rows > 0) == empty {
                    wrong.push(format!("has {rows} rows of {}", world.region));
                }
            }
            wrong
        })
        .await;
    });
}

/// The restrictive policies under which the reader sees a table, as their conditions.
async fn reach(at: &mut PgConnection, table: &str) -> Vec<String> {
    sqlx::query_scalar(
        "select pg_get_expr(polqual, polrelid) from pg_policy
         where polrelid = $1::regclass and not polpermissive and polcmd in ('r', '*')
           and polroles @> array[(select oid from pg_roles where rolname = 'regiohub_reader')]",
    )
    .bind(table)
    .fetch_all(at)
    .await
    .unwrap()
}

#[test]
fn the_reader_sees_no_more_of_a_read_model_than_its_reach() {
    on_the_hub(async |hub| {
        let Looked { one, .. } = looked(hub).await;
        let mut personal = 0;
        each(hub, async |at, database, table| {
            let mut wrong = Vec::new();
            if !table.readers.iter().any(|it| it == "regiohub_reader") {
                return wrong;
            }
            if database != "gateway" {
                wrong.push("is shown to the gateway's reader".to_owned());
                return wrong;
            }
            if table.writers.iter().any(|it| it == "regiohub_reader") {
                wrong.push("can be written by the reader".to_owned());
            }
            let reach = reach(at, &table.name).await;
            if reach.is_empty() {
                wrong.push("has no restrictive policy for the reader".to_owned());
            }
            let everyone = reach.iter().all(|it| it == "true");
            if everyone != known(FOR_EVERYONE, &table.name) {
                wrong.push(format!("is for everyone: {everyone}"));
            }
            if everyone {
                return wrong;
            }
            personal += 1;
            let bound = |schools: &str, companies: &str, persons: &str| {
                format!(
                    "{} set local regiohub.reach = 'bound'; set local regiohub.schools = '{schools}';
                     set local regiohub.companies = '{companies}'; set local regiohub.persons = '{persons}';",
                    in_region("regiohub_reader", one)
                )
            };
            let school = if known(FOR_EVERY_SCHOOL, &table.name) { "" } else { FOREIGN_SCHOOL };
            let foreign = bound(school, FOREIGN_COMPANY, FOREIGN_PUPIL);
            for (who, begin) in [
                ("who forgot to say its reach", in_region("regiohub_reader", one)),
                ("of no school, company or pupil", bound("", "", "")),
                ("of others", foreign),
            ] {
                let seen = count(at, &begin, &table.name, "true").await;
                if seen > 0 {
                    wrong.push(format!("shows {seen} rows to a reader {who}"));
                }
            }
            wrong
        })
        .await;
        assert!(personal >= 5, "only {personal} tables are personal");
    });
}

#[test]
fn the_logs_cannot_be_rewritten_by_the_hub() {
    on_the_hub(async |hub| {
        for service in services() {
            let mut at = connection(hub, service).await;
            for privilege in ["update", "delete", "truncate"] {
                let may: bool = sqlx::query_scalar("select has_table_privilege('regiohub_app', 'event_log.event', $1)")
                    .bind(privilege)
                    .fetch_one(&mut at)
                    .await
                    .unwrap();
                assert!(!may, "{service}: the hub may {privilege} events");
            }
            let owned: i64 = sqlx::query_scalar(
                "select count(*) from pg_class c join pg_roles r on r.oid = c.relowner
                 where r.rolname = any (array['regiohub_app', 'regiohub_reader', 'regiohub_vault'])",
            )
            .fetch_one(&mut at)
            .await
            .unwrap();
            assert_eq!(owned, 0, "{service}: an owner is not bound by row-level security");
            let above: i64 = sqlx::query_scalar(
                "select count(*) from pg_roles where (rolsuper or rolbypassrls or rolcanlogin)
                 and rolname = any (array['regiohub_app', 'regiohub_reader', 'regiohub_vault'])",
            )
            .fetch_one(&mut at)
            .await
            .unwrap();
            assert_eq!(above, 0, "a role that row-level security does not bind");
            at.close().await.unwrap();
        }
    });
}

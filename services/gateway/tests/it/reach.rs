//! Nobody sees more than their grants reach, even where a query forgets to ask for less.

use crate::world::{World, each};
use access::Scope;
use serde_json::json;
use sqlx::AssertSqlSafe;
use testkit::Holding;
use vocabulary::{PersonId, Role};

#[tokio::test]
async fn everyone_sees_the_attendance_they_reach() {
    let world = World::new().await;
    let session = world.planned("2026-09-08", 360).await;
    let ours = world.pupil("Ada", "Appel", &world.school).await;
    let theirs = world.pupil("Bo", "Beer", &world.other_school).await;
    world.confirmed(session, ours, &world.school, "2026-09-08").await;
    world.confirmed(session, theirs, &world.other_school, "2026-09-08").await;
    let teacher = world.at_school(Role::Teacher).await;
    let supervisor = world.at_company(Role::CompanySupervisor).await;
    let elsewhere = world.hub.granted(Holding::of(Role::CompanySupervisor).company(world.other_company)).await;
    let pupil = world.hub.granted(Holding::of(Role::Pupil).person(theirs)).await;
    assert_eq!(each(&world.list(&teacher, "pupils").await, "givenName"), ["Ada"]);
    assert_eq!(each(&world.list(&teacher, "attendance-days").await, "givenName"), ["Ada"]);
    assert_eq!(each(&world.list(&pupil, "attendance-days").await, "givenName"), ["Bo"]);
    // A company knows who comes by id: names are between a pupil and the school.
    assert_eq!(each(&world.list(&supervisor, "attendance-days").await, "givenName"), ["", ""]);
    assert_eq!(world.list(&elsewhere, "attendance-days").await.len(), 0);
    supervisor.get(&world.url("pupils")).await.expect(403);
    world.hub.stranger().get(&world.url("attendance-days")).await.expect(403);
}

#[tokio::test]
async fn a_forgotten_where_shows_nothing() {
    let world = World::new().await;
    let session = world.planned("2026-09-08", 360).await;
    let pupil = world.pupil("Ada", "Appel", &world.school).await;
    world.enrolled(session, pupil, &world.school).await;
    world.confirmed(session, pupil, &world.school, "2026-09-08").await;
    world.accrued(&world.day(session, "2026-09-08", "sto"), 1, 100).await;
    world.hub.settle().await;
    let count = async |region: &str, scope: &Scope, table: &str| -> i64 {
        let mut rows = gateway::reading(&world.hub.hub.db, &region.parse().unwrap(), scope).await.unwrap();
        let count = sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}")));
        count.fetch_one(&mut *rows).await.unwrap()
    };
    let region_wide = Scope { region_wide: true, ..Scope::default() };
    let nothing = Scope::default();
    let elsewhere = Scope {
        schools: vec![world.other_school.clone()],
        companies: vec![world.other_company],
        persons: vec![PersonId::fresh()],
        ..Scope::default()
    };
    for table in ["people.person", "sessions.enrolment", "attendance.day", "co_financing.line", "signatures.open"] {
        assert!(count("voorbeeld", &region_wide, table).await > 0, "{table}");
        assert_eq!(count("voorbeeld", &nothing, table).await, 0, "{table}");
        assert_eq!(count("voorbeeld", &elsewhere, table).await, 0, "{table}");
        assert_eq!(count("elders", &region_wide, table).await, 0, "{table}");
    }
    // And nothing can be written, whatever is reached.
    let mut rows = gateway::reading(&world.hub.hub.db, &world.hub.region, &region_wide).await.unwrap();
    assert!(sqlx::query("delete from people.person").execute(&mut *rows).await.is_err());
}

#[tokio::test]
async fn every_read_model_is_closed_but_for_what_is_reached() {
    let world = World::new().await;
    world.hub.settle().await;
    let tables: Vec<(String, bool, bool, bool)> = sqlx::query_as(
        "select made.relnamespace::regnamespace::text || '.' || made.relname,
                made.relrowsecurity and made.relforcerowsecurity,
                exists (select from pg_policy where polrelid = made.oid and polname = 'reach' and not polpermissive
                        and polcmd = 'r' and polroles = array['regiohub_reader'::regrole::oid]),
                has_table_privilege('regiohub_reader', made.oid, 'select')
                and not has_table_privilege('regiohub_reader', made.oid, 'insert, update, delete, truncate')
         from pg_class made
         where made.relkind = 'r' and made.relnamespace::regnamespace::text not like 'known\\_%'
           and obj_description(made.relnamespace, 'pg_namespace') like 'a read model of the hub%'",
    )
    .fetch_all(&world.hub.hub.db)
    .await
    .unwrap();
    assert!(tables.len() > 15, "{tables:?}");
    for (table, closed, reach, reads) in tables {
        assert!(closed && reach && reads, "{table}: row security {closed}, reach {reach}, grant {reads}");
    }
    // What the services know for themselves is not for readers.
    let open: Vec<String> = sqlx::query_scalar(
        "select nspname::text from pg_namespace
         where (nspname like 'known\\_%' or nspname in ('bus', 'event_log')) and has_schema_privilege('regiohub_reader', oid, 'usage')",
    )
    .fetch_all(&world.hub.hub.db)
    .await
    .unwrap();
    assert_eq!(open, [""; 0]);
}

#[tokio::test]
async fn a_holder_of_two_grants_sees_what_both_reach() {
    let world = World::new().await;
    world.pupil("Ada", "Appel", &world.school).await;
    world.pupil("Bo", "Beer", &world.other_school).await;
    let teacher = world.at_school(Role::Teacher).await;
    world.hub.grant(&teacher, Holding::of(Role::Teacher).school(&world.other_school)).await;
    assert_eq!(each(&world.list(&teacher, "pupils").await, "givenName"), ["Ada", "Bo"]);
    let me = teacher.get(&world.url("me")).await.expect(200).json();
    assert_eq!(each(me["grants"].as_array().unwrap(), "role"), ["teacher", "teacher"]);
    assert_eq!(me["region"], json!("voorbeeld"));
}

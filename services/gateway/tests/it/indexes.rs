//! No list reads a whole table: thousands of rows of other regions cost nothing.

use crate::world::World;
use serde_json::json;
use sqlx::{Connection, PgConnection};
use std::collections::BTreeMap;
use vocabulary::PersonId;

/// Rows of ten other regions, a thousand each.
const FILL: &str = "
    insert into companies.company (region, id, name, kvk, status, street, number, postcode, place)
        select 'r' || n % 10, gen_random_uuid(), 'c' || n, '1', 'active', '', '', '', '' from generate_series(1, 10000) n;
    insert into hotspots.hotspot (region, id, name, company, status, equipment)
        select 'r' || n % 10, gen_random_uuid(), 'h' || n, gen_random_uuid(), 'open', '{}' from generate_series(1, 10000) n;
    insert into people.person (region, id, kind, school, given_name, family_name)
        select 'r' || n % 10, gen_random_uuid(), 'pupil', '99XX00', 'g' || n, 'f' || n from generate_series(1, 10000) n;
    insert into sessions.session (region, id, hotspot, company, date, starts_at, ends_at, status, max, version)
        select 'r' || n % 10, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), date '2026-01-01' + n % 300,
               timestamp '2026-01-01' + make_interval(days => n % 300), timestamp '2026-01-02', 'planned', 10, 1
        from generate_series(1, 10000) n;
    insert into attendance.day (region, id, pupil, session, hotspot, company, school, date, status)
        select 'r' || n % 10, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(),
               '99XX00', date '2026-01-01' + n % 300, 'confirmed' from generate_series(1, 10000) n;
    insert into signatures.open (region, subject, id, party, since)
        select 'r' || n % 10, 'contract', gen_random_uuid(), 'company', now() from generate_series(1, 10000) n;
    insert into agreements.contract (region, id, status, hotspot, hotspot_name, company, company_name, document_hash, \"from\")
        select 'r' || n % 10, gen_random_uuid(), 'open', gen_random_uuid(), 'h', gen_random_uuid(), 'c', 'd', '2026-01-01'
        from generate_series(1, 10000) n;
    insert into co_financing.entry (region, id, subject, company, scheme, date)
        select 'r' || n % 10, gen_random_uuid(), 'contribution-day', gen_random_uuid(), 'sto', date '2026-01-01' + n % 300
        from generate_series(1, 10000) n;
    insert into co_financing.line (region, reference, entry, company, scheme, date, kind, amount, event, position)
        select region, id::text, id, company, scheme, date, 'forfait', 1, id, 1 from co_financing.entry where region like 'r_';
    insert into co_financing.planned (region, session, company, hotspot, date, minutes, enrolled, status, position, last_position)
        select region, id, company, hotspot, date, 360, 8, status, 1, 1 from sessions.session where region like 'r_';
    analyze";

const BIG: [&str; 10] = [
    "companies.company",
    "hotspots.hotspot",
    "people.person",
    "sessions.session",
    "attendance.day",
    "signatures.open",
    "agreements.contract",
    "co_financing.entry",
    "co_financing.line",
    "co_financing.planned",
];

#[tokio::test]
async fn lists_and_statement_read_by_index() {
    let world = World::new().await;
    world.adopted(4999).await;
    world.fact("consortium.company-nominated", &format!("company/{}", world.company), json!({})).await;
    world
        .fact("hotspots.hotspot-proposed", &format!("hotspot/{}", world.hotspot), json!({ "company": world.company }))
        .await;
    let session = world.planned("2026-09-08", 360).await;
    world.enrolled(session, PersonId::fresh(), &world.school).await;
    world.pupil("Ada", "Appel", &world.school).await;
    let stream = format!("contract/{}", vocabulary::ContractId::fresh());
    world.fact("agreements.contract-drawn-up", &stream, json!({ "company": world.company })).await;
    world.accrued(&world.day(world.planned("2026-09-09", 360).await, "2026-09-09", "sto"), 1, 100).await;
    world.hub.settle().await;

    // Past row-level security: whoever made the databases.
    let database: String = sqlx::query_scalar("select current_database()").fetch_one(&world.hub.hub.db).await.unwrap();
    let url: sqlx::postgres::PgConnectOptions = std::env::var("REGIOHUB_TEST_POSTGRES_URL").unwrap().parse().unwrap();
    let mut owner = PgConnection::connect_with(&url.database(&database)).await.unwrap();
    sqlx::raw_sql(FILL).execute(&mut owner).await.unwrap();

    let before = read(&mut owner).await;
    // Often enough for a connection to settle on a plan for any values.
    for _ in 0..12 {
        for list in [
            "companies",
            "hotspots",
            "pupils",
            "pupils?school=99XX00&name=a",
            "sessions?from=2026-09-01",
            "attendance-days",
            "attendance-days?from=2026-09-01&until=2026-09-30",
            "open-signatures",
            "contracts",
            "co-financing/statement",
            "co-financing/figures/committed",
        ] {
            world.leader.get(&world.url(list)).await.expect(200);
        }
    }
    // Counters are written down when a connection ends its transaction a second later, or closes.
    world.hub.hub.db.close().await;
    let mut after = read(&mut owner).await;
    while BIG.iter().any(|table| after[*table].1 == before[*table].1) {
        tokio::task::yield_now().await;
        after = read(&mut owner).await;
    }
    for table in BIG {
        assert_eq!(after[table].0, before[table].0, "{table} was read whole");
    }
}

/// Of each table, how many rows were read by going through it whole, and how often an index was used.
async fn read(owner: &mut PgConnection) -> BTreeMap<String, (i64, i64)> {
    sqlx::query_as::<_, (String, i64, i64)>(
        "select schemaname || '.' || relname, seq_tup_read, idx_scan from pg_stat_user_tables where idx_scan is not null",
    )
    .fetch_all(owner)
    .await
    .unwrap()
    .into_iter()
    .map(|(table, whole, index)| (table, (whole, index)))
    .collect()
}

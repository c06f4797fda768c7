//! The book of grants is read again after each change: what was read first never replaces what was read later.

use chassis::Service;
use proto_schemas::consortium::grant::Event;
use sqlx::{AssertSqlSafe, PgPool};
use testkit::TestHub;
use vocabulary::{GrantId, Role};

/// The first reading that sees what this actor holds stops there, and answers what it saw when the lock is free.
const HOLD: &str = "
    create sequence public.readings;
    create function public.held(actor uuid) returns boolean language plpgsql security definer as $$
    begin
        if current_query() like 'select id, actor, role%' and nextval('public.readings') = 1 then
            perform pg_advisory_xact_lock_shared(7);
        end if;
        return true;
    end $$;
    create policy hold on known_grants.grant as restrictive for select
        using (case when actor = '{actor}' then public.held(actor) else true end)";

/// Who waits for the lock.
const HELD: &str = "select count(*) from pg_locks where locktype = 'advisory' and not granted
    and database = (select oid from pg_database where datname = current_database())";

async fn count(owner: &PgPool, select: &'static str) -> i64 {
    sqlx::query_scalar(select).fetch_one(owner).await.unwrap()
}

fn holds(hub: &TestHub, client: &testkit::Client) -> bool {
    !hub.hub.known.book().of(&hub.region, client.actor, hub.now().date_naive()).is_empty()
}

#[tokio::test]
async fn a_reading_that_was_held_up_never_brings_back_a_grant_that_was_revoked_meanwhile() {
    let hub = testkit::hub(Service::new("consortium")).await;
    let stays = hub.holding(Role::ProgrammeLeader).await;
    let goes = hub.client("goes");
    let owner = &PgPool::connect_with((*hub.hub.db.connect_options()).clone()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(HOLD.replace("{actor}", &goes.actor.to_string()))).execute(owner).await.unwrap();
    let mut lock = event_log::begin(owner, "begin").await.unwrap();
    sqlx::query("select pg_advisory_xact_lock(7)").execute(&mut *lock).await.unwrap();

    let stream = format!("grant/{}", GrantId::fresh());
    let (actor, role) = (goes.actor, Role::Controller);
    let granted = Event::Granted { actor, role, school: None, company: None, person: None, from: None, until: None };
    hub.happened("consortium", &hub.region, &stream, &granted).await;
    hub.bus.settle().await.unwrap();
    while count(owner, HELD).await == 0 {
        tokio::task::yield_now().await;
    }
    // The first reading has seen the grant, and is held. It is revoked, and read again.
    hub.happened("consortium", &hub.region, &stream, &Event::Revoked { reason: "Vertrokken".parse().unwrap() }).await;
    hub.bus.settle().await.unwrap();
    // A reading that did not wait its turn would be done after so many questions to the same server.
    for _ in 0..200 {
        count(owner, HELD).await;
    }
    lock.rollback().await.unwrap();
    // Nothing is folded any more: no further reading makes good what this one did.
    hub.hub.known.settled().await;
    assert!(holds(&hub, &stays));
    assert!(!holds(&hub, &goes), "what was read first replaced what was read later");
}

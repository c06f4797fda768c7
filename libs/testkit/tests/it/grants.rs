//! The book of grants is read again after each change: what was read first never replaces what was read later.

use chassis::Service;
use chrono::TimeDelta;
use proto_schemas::consortium::grant::Event;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, PgPool};
use testkit::{Client, TestHub};
use vocabulary::{ActorId, GrantId, Role};

/// What a later version may write in the stream of a grant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
enum Later {
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.role-revoked.v2")]
    Revoked { grounds: String },
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.role-granted.v1", rename_all = "camelCase")]
    Granted { actor: ActorId, role: Role, only_on_mondays: bool },
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.role-revoked.v1")]
    Malformed { reason: u32 },
}

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

fn leads(client: &Client) -> Event {
    let (actor, role) = (client.actor, Role::ProgrammeLeader);
    Event::Granted { actor, role, school: None, company: None, person: None, from: None, until: None }
}

fn holds(hub: &TestHub, client: &Client) -> bool {
    !hub.hub.known.book().of(&hub.region, client.actor, hub.now().date_naive()).is_empty()
}

#[tokio::test]
async fn a_delayed_reading_never_restores_a_revoked_grant() {
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
    let settled = || {
        let bus = hub.projections.clone();
        tokio::spawn(async move { bus.settle().await.unwrap() })
    };
    let first = settled();
    while count(owner, HELD).await == 0 {
        tokio::task::yield_now().await;
    }
    // The first reading has seen the grant, and is held. It is revoked, and read again.
    hub.happened("consortium", &hub.region, &stream, &Event::Revoked { reason: "Vertrokken".parse().unwrap() }).await;
    let second = settled();
    // A reading that did not wait its turn would be done after so many questions to the same server.
    for _ in 0..200 {
        count(owner, HELD).await;
    }
    lock.rollback().await.unwrap();
    first.await.unwrap();
    second.await.unwrap();
    // Nothing is folded any more: no further reading makes good what this one did.
    hub.hub.known.settled().await;
    assert!(holds(&hub, &stays));
    assert!(!holds(&hub, &goes), "what was read first replaced what was read later");
}

#[tokio::test]
async fn a_revocation_that_cannot_be_read_denies_and_is_parked() {
    for revoked in [Later::Revoked { grounds: "moved".into() }, Later::Malformed { reason: 7 }] {
        let hub = testkit::hub(Service::new("consortium")).await;
        let (stays, goes) = (hub.holding(Role::ProgrammeLeader).await, hub.client("goes"));
        let stream = format!("grant/{}", GrantId::fresh());
        hub.happened("consortium", &hub.region, &stream, &leads(&goes)).await;
        hub.settle().await;
        assert!(holds(&hub, &goes));
        let at = hub.happened("consortium", &hub.region, &stream, &revoked).await.position;
        // Given again behind it: that waits too.
        hub.happened("consortium", &hub.region, &stream, &leads(&goes)).await;
        hub.settle().await;
        assert!(!holds(&hub, &goes), "{revoked:?}");
        assert!(holds(&hub, &stays), "{revoked:?}");
        let parked = hub.projections.parked(&hub.region).await.unwrap();
        let parked: Vec<_> = parked.iter().map(|one| (one.reader.as_str(), one.position)).collect();
        assert_eq!(parked, [("known-grants", at), ("known-grants", at + 1)]);
        // Tried again it is no further: it still denies.
        assert_eq!(hub.projections.retry(&hub.region, "known-grants").await.unwrap().handled, 0);
        hub.hub.known.settled().await;
        assert!(!holds(&hub, &goes), "{revoked:?}");
    }
}

#[tokio::test]
async fn a_grant_with_a_bound_that_this_version_does_not_know_gives_nothing() {
    let hub = testkit::hub(Service::new("consortium")).await;
    let someone = hub.client("someone");
    let granted = Later::Granted { actor: someone.actor, role: Role::ProgrammeLeader, only_on_mondays: true };
    hub.happened("consortium", &hub.region, &format!("grant/{}", GrantId::fresh()), &granted).await;
    hub.settle().await;
    assert!(!holds(&hub, &someone), "a grant that is bound to Mondays counts every day");
    assert!(!hub.hub.known.is_held(&hub.region, Role::ProgrammeLeader).await.unwrap());
    assert_eq!(hub.projections.parked(&hub.region).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_parked_event_that_is_handled_at_last_counts_again() {
    let hub = testkit::hub(Service::new("consortium")).await;
    let someone = hub.client("someone");
    let owner = &PgPool::connect_with((*hub.hub.db.connect_options()).clone()).await.unwrap();
    // A table that refuses a row stands for a version that cannot write it.
    let refuse = "alter table known_grants.grant add constraint refused check (role <> 'programme-leader')";
    sqlx::raw_sql(refuse).execute(owner).await.unwrap();
    let stream = format!("grant/{}", GrantId::fresh());
    hub.happened("consortium", &hub.region, &stream, &leads(&someone)).await;
    hub.settle().await;
    assert!(!holds(&hub, &someone));
    sqlx::raw_sql("alter table known_grants.grant drop constraint refused").execute(owner).await.unwrap();
    assert_eq!(hub.projections.retry(&hub.region, "known-grants").await.unwrap().handled, 1);
    hub.hub.known.settled().await;
    assert!(holds(&hub, &someone));
}

#[tokio::test]
async fn grants_count_before_the_first_event_and_no_longer_than_their_bounds() {
    let hub = testkit::hub(Service::new("consortium")).await;
    let book = hub.hub.known.book();
    assert_eq!(book.current(&hub.region), Ok(()));
    let leader = hub.holding(Role::ProgrammeLeader).await;
    assert_eq!(book.current(&hub.region), Ok(()));
    hub.age.advance(TimeDelta::seconds(60));
    assert_eq!(book.current(&hub.region), Ok(()));
    hub.age.advance(TimeDelta::milliseconds(1));
    assert!(book.current(&hub.region).is_err());
    // It is read to its end again: nothing else makes it younger.
    hub.settle().await;
    assert_eq!(book.current(&hub.region), Ok(()));
    assert!(holds(&hub, &leader));
}

#[tokio::test]
async fn a_log_that_lost_its_end_makes_its_grants_stale() {
    let hub = testkit::hub(Service::new("consortium")).await;
    let leader = hub.holding(Role::ProgrammeLeader).await;
    hub.grant(&leader, testkit::Holding::of(Role::Controller)).await;
    let book = hub.hub.known.book();
    let owner = &PgPool::connect_with((*hub.hub.db.connect_options()).clone()).await.unwrap();
    // The owner of the database takes the last event away, and declares nothing.
    sqlx::raw_sql(
        "begin; set local regiohub.region = 'voorbeeld'; set local session_replication_role = replica;
         delete from event_log.event where position = 2; update event_log.head set position = 1; commit",
    )
    .execute(owner)
    .await
    .unwrap();
    hub.projections.look().await;
    hub.age.advance(TimeDelta::seconds(10));
    assert_eq!(book.current(&hub.region), Ok(()));
    hub.age.advance(TimeDelta::milliseconds(1));
    assert!(book.current(&hub.region).is_err());
}

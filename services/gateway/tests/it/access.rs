//! Nothing shares the fate of access: what a role gives and what its revocation takes follow from the log alone.

use crate::world::{PUPIL, World};
use access::Scope;
use proto_schemas::consortium::grant;
use serde_json::json;
use std::time::{Duration, Instant};
use testkit::{Client, TestHub};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vocabulary::{GrantId, PersonId, Purpose, Role, Sealed};

/// What only a region-wide role may see.
const STATEMENT: &str = "co-financing/statement";
const LONG: Duration = Duration::from_secs(40);

/// Waits until something holds.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < LONG, "it never came to pass: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn running(hub: &TestHub) -> (CancellationToken, JoinHandle<()>) {
    let (end, bus) = (CancellationToken::new(), hub.projections.clone());
    let token = end.clone();
    (end, tokio::spawn(async move { bus.run(token).await.unwrap() }))
}

fn granted(client: &Client, role: Role) -> grant::Event {
    grant::Event::Granted {
        actor: client.actor,
        role,
        school: None,
        company: None,
        person: None,
        from: None,
        until: None,
    }
}

fn scope(hub: &TestHub, client: &Client) -> Scope {
    Scope::of(&hub.hub.known.book().of(&hub.region, client.actor, hub.now().date_naive()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_message_makes_nobody_programme_leader() {
    let world = World::new().await;
    let hub = &world.hub;
    let (teacher, honest) = (world.at_school(Role::Teacher).await, hub.client("honest"));
    teacher.get(&world.url(STATEMENT)).await.expect(403);
    let forged = granted(&teacher, Role::ProgrammeLeader);
    hub.forged("consortium", &format!("grant/{}", GrantId::fresh()), &forged).await;
    let (end, task) = running(hub);
    // A true grant comes at the position that the forger took.
    let stream = format!("grant/{}", GrantId::fresh());
    hub.happened("consortium", &hub.region, &stream, &granted(&honest, Role::ProgrammeLeader)).await;
    let decided = async || scope(hub, &honest).region_wide || scope(hub, &teacher).region_wide;
    until("one of the two counts", decided).await;
    assert!(!scope(hub, &teacher).region_wide, "the forged message counts");
    teacher.get(&world.url(STATEMENT)).await.expect(403);
    honest.get(&world.url(STATEMENT)).await.expect(200);
    end.cancel();
    task.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_role_is_denied_while_the_vault_is_away() {
    let world = World::new().await;
    let hub = &world.hub;
    let goes = hub.client("goes");
    let stream = format!("grant/{}", GrantId::fresh());
    hub.happened("consortium", &hub.region, &stream, &granted(&goes, Role::ProgrammeLeader)).await;
    hub.settle().await;
    goes.get(&world.url("pupils")).await.expect(200);

    let field = format!("nl.sterktechniekonderwijs.{PUPIL}.v1#name");
    let (someone, nobody) = (PersonId::fresh(), PersonId::fresh());
    let sealed = hub.hub.vault.seal(&hub.region, someone, Purpose::Identity, &field, "{}").await.unwrap();
    let (end, task) = running(hub);
    // All of them read the log together.
    let before =
        world.fact("consortium.company-nominated", &format!("company/{}", world.other_company), json!({})).await;
    hub.projections.progress().wait(&hub.region, &[("consortium", before.position)], LONG).await.unwrap();
    hub.lose_the_vault().await;
    // A key that is not in memory: the vault must be asked.
    let sealed = Sealed { person: nobody, ..sealed };
    let pupil = json!({ "homeSchool": world.school, "hostSchool": null, "name": sealed, "guardians": [] });
    world.fact(PUPIL, &format!("person/{nobody}"), pupil).await;
    world.fact("consortium.company-nominated", &format!("company/{}", world.company), json!({})).await;
    let revoked = grant::Event::Revoked { reason: "Vertrokken".parse().unwrap() };
    hub.happened("consortium", &hub.region, &stream, &revoked).await;
    until("the revoked role is denied", async || goes.get(&world.url("pupils")).await.status == 403).await;
    until("the company is listed", async || {
        let listed = world.leader.get(&world.url("companies")).await.expect(200).json();
        listed["items"].as_array().unwrap().len() == 2
    })
    .await;
    // What needs the vault waits, and nothing was skipped.
    let people = hub.projections.progress().lag().into_iter().find(|it| it.reader == "people").unwrap();
    assert!(people.position < people.end, "{people:?}");
    assert!(hub.projections.parked(&hub.region).await.unwrap().is_empty());
    end.cancel();
    task.await.unwrap();
}

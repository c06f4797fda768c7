//! A replay that is ended in the middle, politely or not, leaves nothing behind the next one, and the hub goes on.

use super::{API, digests, findings, program, replay, scratch_schemas};
use crate::whole::{Bound, Whole, on_the_hub};
use crate::world::World;
use rustix::process::{Pid, Signal, kill_process};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};
use std::process::{Output, Stdio};
use tokio::process::{Child, Command};
use vocabulary::Role;

/// So often we look before we think that something does not come.
const MAX_POLLS: usize = 500;

/// A replay of the gateway's read models that is stopped while its scratch tables stand there.
struct Stopped {
    child: Child,
    owner: PgConnection,
    /// What its sessions are called.
    name: String,
}

fn server() -> String {
    std::env::var("REGIOHUB_TEST_POSTGRES_URL").unwrap()
}

/// The database of the gateway, as its owner.
async fn gateway(hub: &Whole) -> PgConnection {
    let options: PgConnectOptions = server().parse().unwrap();
    options.database(&format!("{}_gateway", hub.databases.prefix())).connect().await.unwrap()
}

impl Stopped {
    async fn in_the_middle(hub: &Whole, region: &str) -> Self {
        let (owner, name) = (gateway(hub).await, format!("replay of {region}"));
        let mut command = Command::new(program());
        command.args(["audit", "replay", "--format", "json", region, API[0], API[1]]);
        command.env("REGIOHUB_POSTGRES_URL", server());
        command.env("REGIOHUB_DATABASE_PREFIX", format!("{}_", hub.databases.prefix()));
        command.env("PGAPPNAME", &name);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let before = scratch_schemas(hub).await;
        let mut stopped = Self { child: command.spawn().unwrap(), owner, name };
        loop {
            assert_eq!(stopped.child.try_wait().unwrap(), None, "it ended before it was seen at work");
            if scratch_schemas(hub).await > before {
                stopped.tell(Signal::STOP);
                assert!(stopped.sessions("%").await > 0, "its sessions have its name");
                // It may have been about to go, and the next one not yet there.
                if stopped.is_answered().await && scratch_schemas(hub).await > before {
                    return stopped;
                }
                stopped.tell(Signal::CONT);
            }
        }
    }

    fn tell(&self, signal: Signal) {
        kill_process(Pid::from_raw(i32::try_from(self.child.id().unwrap()).unwrap()).unwrap(), signal).unwrap();
    }

    /// Whether the server has done what it was asked for last, and waits for nothing that a stopped process has.
    async fn is_answered(&mut self) -> bool {
        for _ in 0..MAX_POLLS {
            if self.sessions("active").await == 0 {
                return true;
            }
        }
        false
    }

    /// Until the server has noticed that its client is gone.
    async fn gone(&mut self) {
        while self.sessions("%").await > 0 {}
    }

    /// How many sessions it has in this state.
    async fn sessions(&mut self, state: &str) -> i64 {
        let select = "select count(*) from pg_stat_activity where application_name = $1 and state like $2";
        sqlx::query_scalar(select).bind(&self.name).bind(state).fetch_one(&mut self.owner).await.unwrap()
    }

    /// How it ended, and what it said.
    async fn ended(self) -> (i32, String) {
        let Output { status, stdout, stderr } = self.child.wait_with_output().await.unwrap();
        (status.code().unwrap_or(-1), String::from_utf8([stdout, stderr].concat()).unwrap())
    }
}

/// What a replay that did not end left beside its schema.
async fn left_beside(hub: &Whole) -> i64 {
    let select = "select (select count(*) from bus.checkpoints where reader like '%/into/%')
                       + (select count(*) from bus.parked where reader like '%/into/%')";
    sqlx::query_scalar(select).fetch_one(&mut gateway(hub).await).await.unwrap()
}

/// Someone is granted a role, and may read at once.
async fn goes_on(hub: &Whole, world: &World, name: &str) {
    hub.grant(&world.region, name, Role::ProgrammeLeader, Bound::default()).await;
    hub.settle().await;
    hub.client(name).get(&format!("/v1/regions/{}/companies", world.region)).await.expect(200);
}

#[test]
fn an_interrupted_replay_removes_its_tables() {
    on_the_hub(async |hub| {
        let world = World::played(hub, "afgebroken").await;
        hub.settle().await;
        for (signal, name) in [(Signal::INT, "na-ctrl-c"), (Signal::TERM, "na-term")] {
            let stopped = Stopped::in_the_middle(hub, world.region.as_str()).await;
            goes_on(hub, &world, name).await;
            stopped.tell(signal);
            stopped.tell(Signal::CONT);
            let (code, said) = stopped.ended().await;
            assert_eq!(code, 1, "{said}");
            assert!(said.contains("ended before it was done; the scratch tables are gone"), "{said}");
            assert_eq!((scratch_schemas(hub).await, left_beside(hub).await), (0, 0), "{signal:?}");
        }
        let (code, lines) = replay(hub, &[world.region.as_str(), API[0], API[1]]).await;
        assert_eq!((code, findings(&lines)), (0, vec![]));
    });
}

#[test]
fn the_next_replay_removes_what_a_killed_one_left() {
    on_the_hub(async |hub| {
        let world = World::played(hub, "neergehaald").await;
        hub.settle().await;
        let mut stopped = Stopped::in_the_middle(hub, world.region.as_str()).await;
        stopped.tell(Signal::KILL);
        stopped.child.wait().await.unwrap();
        stopped.gone().await;
        assert_eq!(scratch_schemas(hub).await, 1, "nobody was left to drop it");
        goes_on(hub, &world, "na-kill").await;
        let (code, lines) = replay(hub, &[world.region.as_str(), API[0], API[1]]).await;
        assert_eq!((code, findings(&lines)), (0, vec![]));
        assert_eq!((scratch_schemas(hub).await, left_beside(hub).await), (0, 0));
    });
}

#[test]
fn a_replay_at_work_keeps_its_tables_when_another_one_clears_up() {
    on_the_hub(async |hub| {
        let world = World::played(hub, "tegelijk").await;
        hub.settle().await;
        let stopped = Stopped::in_the_middle(hub, world.region.as_str()).await;
        let (code, lines) = replay(hub, &[world.region.as_str(), API[0], API[1]]).await;
        assert_eq!((code, findings(&lines)), (0, vec![]));
        assert_eq!(scratch_schemas(hub).await, 1, "the one that is stopped");
        stopped.tell(Signal::CONT);
        let (code, said) = stopped.ended().await;
        assert_eq!(code, 0, "{said}");
        let said: Vec<_> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(digests(&said), digests(&lines));
        assert_eq!((scratch_schemas(hub).await, left_beside(hub).await), (0, 0));
    });
}

//! A foreign event leads to a command here.

use crate::alarms;
use crate::counts::{Event, count};
use crate::scratch::{Scratch, region, scratch, until};
use bus::{Bus, CannotReact, Progress, Reaction, Retried, Settings};
use decider::{Aggregate, CommandContext, Refusal};
use event_log::{Database, EventLog, Recorded};
use projections::{CannotApply, Projection, Projections};
use sqlx::PgConnection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What answers count up to.
#[derive(Default)]
struct Answer {
    total: i64,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
enum No {
    #[error("zero is no answer")]
    Zero,
}

impl Refusal for No {
    fn in_dutch(&self) -> String {
        "nul is geen antwoord".into()
    }
}

impl Aggregate for Answer {
    const CATEGORY: &'static str = "answer";
    type Id = Uuid;
    type Command = i64;
    type Event = Event;
    type Refusal = No;

    fn decide(&self, by: &i64, _: &CommandContext) -> Result<Vec<Event>, No> {
        if *by == 0 { Err(No::Zero) } else { Ok(vec![Event::Raised { by: *by }]) }
    }

    fn evolve(self, Event::Raised { by }: Event) -> Self {
        Self { total: self.total + by }
    }
}

const THE_ANSWER: Uuid = Uuid::from_u128(42);

/// What the reaction of these tests lacks.
#[derive(Default)]
struct Lacks {
    /// Something that comes by itself.
    later: AtomicBool,
    /// Something that never comes by itself.
    forever: AtomicBool,
}

struct Repeats {
    log: EventLog,
    lacks: Arc<Lacks>,
}

impl Reaction for Repeats {
    const NAME: &'static str = "repeats";
    const LOGS: &'static [&'static str] = &["counters"];

    async fn react(&self, happened: &Recorded, asked: CommandContext) -> Result<(), CannotReact> {
        if self.lacks.later.load(Ordering::SeqCst) {
            return Err(CannotReact::Later("not known yet".into()));
        }
        if self.lacks.forever.load(Ordering::SeqCst) {
            return Err(CannotReact::Never("nobody knows".into()));
        }
        let Event::Raised { by } = happened.event()?;
        self.log.execute::<Answer>(&happened.region, &THE_ANSWER, by, &asked).await?;
        Ok(())
    }
}

fn repeating(ground: &Scratch, lacks: &Arc<Lacks>) -> Bus {
    let reaction = Repeats { log: ground.answers.clone(), lacks: lacks.clone() };
    ground.answering_bus().reaction(reaction, &ground.sources())
}

/// Asks its database what it does not know.
struct Mistaken {
    database: Database,
}

impl Reaction for Mistaken {
    const NAME: &'static str = "mistaken";
    const LOGS: &'static [&'static str] = &["counters"];

    async fn react(&self, _happened: &Recorded, _asked: CommandContext) -> Result<(), CannotReact> {
        sqlx::query("select nothing from nowhere").execute(&self.database.app).await?;
        Ok(())
    }
}

/// What was answered, from the log of the answers.
struct Answered;

impl Projection for Answered {
    const NAME: &'static str = "answered";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["answers"];
    const TABLES: &'static str = crate::counts::TABLES;

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        count(rows, happened, &AtomicBool::new(false)).await
    }
}

/// Answers, and goes on once its answer is in a lookup.
struct Waits {
    log: EventLog,
    progress: Progress,
}

impl Reaction for Waits {
    const NAME: &'static str = "waits";
    const LOGS: &'static [&'static str] = &["counters"];

    async fn react(&self, happened: &Recorded, asked: CommandContext) -> Result<(), CannotReact> {
        let (Event::Raised { by }, region) = (happened.event()?, &happened.region);
        let head = self.log.execute::<Answer>(region, &THE_ANSWER, by, &asked).await?.position;
        let read = self.progress.wait_for(Answered::NAME, "answers", region, head, Duration::from_millis(20)).await;
        read.map_err(|lag| CannotReact::Later(lag.to_string()))
    }
}

async fn total(ground: &Scratch) -> (i64, i32) {
    let loaded = ground.answers.load::<Answer>(&region("ons"), &THE_ANSWER).await.unwrap();
    (loaded.state.total, loaded.version)
}

#[tokio::test]
async fn a_reaction_that_is_redelivered_has_one_effect() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 2]).await;
        ground.bus().relay(ground.counters.clone()).settle().await.unwrap();
        let bus = repeating(&ground, &Arc::default());
        bus.settle().await.unwrap();
        assert_eq!(total(&ground).await, (3, 2));

        Scratch::owner(&ground.answering, "update bus.checkpoints set position = 0").await;
        bus.settle().await.unwrap();
        assert_eq!(total(&ground).await, (3, 2));
    })
    .await;
}

#[tokio::test]
async fn a_reaction_that_waits_for_a_lookup_over_its_own_answers_settles() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 2]).await;
        let progress = Progress::new(ground.answering.app.clone());
        let waits = Waits { log: ground.answers.clone(), progress: progress.clone() };
        let bus = ground.answering_bus().reporting_to(&progress).relay(ground.answers.clone());
        let bus = bus.reaction(waits, &ground.sources());
        let bus = Projections::over(bus).projection(Answered, &ground.sources());
        bus.settle().await.unwrap();
        assert_eq!(total(&ground).await, (3, 2));
    })
    .await;
}

#[test]
fn a_missing_lookup_is_awaited_only_until_it_read_the_event() {
    assert!(matches!(CannotReact::lacking("it", false), CannotReact::Later(_)));
    assert!(matches!(CannotReact::lacking("it", true), CannotReact::Never(_)));
}

#[tokio::test]
async fn a_reaction_is_asked_by_the_hub_because_of_the_event() {
    scratch(|ground| async move {
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        ground.append("ons", "a", &[1], Some(trace)).await;
        repeating(&ground, &Arc::default()).settle().await.unwrap();
        let cause = ground.counters.page(&region("ons"), 0, 1).await.unwrap().remove(0);
        let effect = ground.answers.page(&region("ons"), 0, 1).await.unwrap().remove(0);
        let envelope = effect.envelope().unwrap();
        assert_eq!(envelope.actor_role, vocabulary::Role::Hub);
        assert_eq!((envelope.causation, envelope.correlation), (Some(cause.id), Some(cause.id)));
        assert_eq!(envelope.traceparent.as_deref(), Some(trace));
    })
    .await;
}

#[tokio::test]
async fn a_transient_failure_is_retried_for_ever_with_an_alarm() {
    alarms::listen();
    scratch(|ground| async move {
        let lacks = Arc::new(Lacks::default());
        lacks.later.store(true, Ordering::SeqCst);
        let settings = Settings { alarm_after: Duration::from_secs(1), ..ground.settings() };
        let bus = Bus::new("answers", ground.nats.clone(), ground.answering.clone(), settings);
        let reaction = Repeats { log: ground.answers.clone(), lacks: lacks.clone() };
        let bus = bus.reaction(reaction, &ground.sources());
        ground.raise("later", "a", &[1, 2]).await;
        let (end, running) = (CancellationToken::new(), bus.clone());
        let token = end.clone();
        let running = tokio::spawn(async move { running.run(token).await.unwrap() });
        let alarm = ["reaction/repeats at 1 of", "waits", "later", "not known yet"];
        until("somebody is told what it waits for", async || !alarms::raised(&alarm).is_empty()).await;
        assert_eq!(bus.parked(&region("later")).await.unwrap(), []);
        lacks.later.store(false, Ordering::SeqCst);
        let done = async || {
            let loaded = ground.answers.load::<Answer>(&region("later"), &THE_ANSWER).await.unwrap();
            (loaded.state.total, loaded.version) == (3, 2)
        };
        until("it goes on by itself", done).await;
        assert_eq!(alarms::raised(&alarm).len(), 1, "told once");
        end.cancel();
        running.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_statement_that_the_database_refuses_is_parked_at_once() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1]).await;
        let bus = ground.answering_bus().reaction(Mistaken { database: ground.answering.clone() }, &ground.sources());
        bus.settle().await.unwrap();
        let parked = bus.parked(&region("ons")).await.unwrap();
        assert_eq!(parked.len(), 1);
        assert!(parked[0].error.starts_with("42P01"), "{}", parked[0].error);
    })
    .await;
}

#[test]
fn an_error_of_the_moment_is_later_and_an_error_of_the_program_never() {
    let later = |error: event_log::Error| matches!(CannotReact::from(error), CannotReact::Later(_));
    for error in [sqlx::Error::PoolTimedOut, sqlx::Error::WorkerCrashed, std::io::Error::other("away").into()] {
        assert!(later(event_log::Error::Unavailable(error)));
    }
    assert!(later(event_log::Error::Closed));
    assert!(later(event_log::Error::Conflict { stream: "answer/1".into(), expected: 1, actual: 2 }));
    assert!(!later(event_log::Error::Unavailable(sqlx::Error::RowNotFound)));
    assert!(!later(event_log::Error::Reused));
    assert!(!later(event_log::Error::TooLarge { event_type: "a".into(), bytes: 1 }));
}

#[tokio::test]
async fn a_permanent_failure_is_parked_and_a_retry_keeps_the_order() {
    scratch(|ground| async move {
        let lacks = Arc::new(Lacks::default());
        lacks.forever.store(true, Ordering::SeqCst);
        ground.raise("ons", "a", &[1, 2]).await;
        let bus = repeating(&ground, &lacks);
        bus.settle().await.unwrap();
        let parked = bus.parked(&region("ons")).await.unwrap();
        let parked: Vec<_> = parked.iter().map(|one| (one.reader.as_str(), one.error.as_str(), one.attempts)).collect();
        assert_eq!(
            parked,
            [
                ("reaction/repeats", "nobody knows", 1),
                ("reaction/repeats", "waits for an earlier event of its stream", 0)
            ]
        );
        lacks.forever.store(false, Ordering::SeqCst);
        let retried = bus.retry(&region("ons"), "reaction/repeats").await.unwrap();
        assert_eq!(retried, Retried { handled: 2, left: 0 });
        assert_eq!(total(&ground).await, (3, 2));
    })
    .await;
}

#[tokio::test]
async fn a_refusal_is_parked_at_once_and_the_next_stream_goes_on() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[0]).await;
        ground.raise("ons", "b", &[5]).await;
        let bus = repeating(&ground, &Arc::default());
        bus.settle().await.unwrap();
        let parked = bus.parked(&region("ons")).await.unwrap();
        assert_eq!(parked.len(), 1);
        assert_eq!(parked[0].error, "answer/zero: zero is no answer");
        assert_eq!(total(&ground).await, (5, 1));
    })
    .await;
}

#[tokio::test]
async fn after_a_restore_a_reaction_reads_again_and_repeats_nothing() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 0]).await;
        let bus = repeating(&ground, &Arc::default());
        bus.settle().await.unwrap();
        Scratch::owner(&ground.database, "set local regiohub.region = 'ons'; update event_log.head set epoch = 2")
            .await;
        bus.settle().await.unwrap();
        assert_eq!(total(&ground).await, (1, 1));
        assert_eq!(bus.parked(&region("ons")).await.unwrap().len(), 1);
        let mut rows = event_log::tenant(&ground.answering.app, &region("ons")).await.unwrap();
        let (epoch, position): (i32, i64) =
            sqlx::query_as("select epoch, position from bus.checkpoints").fetch_one(&mut *rows).await.unwrap();
        assert_eq!((epoch, position), (2, 2));
    })
    .await;
}

#[test]
fn parts_of_an_answer_have_command_ids_of_their_own() {
    let command = decider::CommandKey { id: Uuid::from_u128(1), fingerprint: vec![] };
    let asked =
        CommandContext { command: Some(command), ..CommandContext::new(vocabulary::Actor::hub(), chrono::Utc::now()) };
    let id = |name| bus::part(&asked, name).command.unwrap().id;
    assert_eq!(id("a"), id("a"));
    assert_ne!(id("a"), id("b"));
}

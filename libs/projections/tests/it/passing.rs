//! Events that concern nobody go by without a transaction, and nothing is lost by that.

use crate::counts::{Event, TABLES, count};
use crate::scratch::{Scratch, region, scratch, until};
use bus::{Bus, CannotReact, Lag, Reaction, Settings};
use decider::CommandContext;
use event_log::{NewEvent, Recorded};
use projections::{CannotApply, Projection, Projections, Reads};
use sqlx::PgConnection;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const LONG: Duration = Duration::from_secs(30);

/// Folds meters, and no counters.
struct Meters;

impl Projection for Meters {
    const NAME: &'static str = "meters";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["counters"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["meter"]);
    const TABLES: &'static str = TABLES;

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        count(rows, happened, &AtomicBool::new(true)).await
    }
}

struct Running {
    bus: Projections,
    end: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    fn of(ground: &Scratch, write_every: Duration) -> Self {
        let settings = Settings { write_every, ..ground.settings() };
        let bus = Bus::new("counters", ground.nats.clone(), ground.database.clone(), settings);
        Self::started(Projections::over(bus.relay(ground.counters.clone())).projection(Meters, &ground.sources()))
    }

    fn started(bus: Projections) -> Self {
        let (end, running) = (CancellationToken::new(), bus.clone());
        let token = end.clone();
        Self { bus, end, task: tokio::spawn(async move { running.run(token).await.unwrap() }) }
    }

    async fn seen(&self, position: i64) {
        self.bus.progress().wait(&region("ons"), &[("counters", position)], LONG).await.unwrap();
    }

    async fn stopped(self) {
        self.end.cancel();
        self.task.await.unwrap();
    }
}

async fn meter(ground: &Scratch, by: i64) -> i64 {
    ground.append_to("ons", "meter/a", vec![NewEvent::of(&Event::Raised { by }).unwrap()]).await.position
}

async fn counter(ground: &Scratch) -> i64 {
    ground.append("ons", "a", &[1; 3], None).await.position
}

const CHECKPOINT: &str = "select position from bus.checkpoints";
const TOTAL: &str = "select coalesce(sum(total), 0)::bigint from meters.counts";

/// The same, from the log itself.
struct Apart;

impl Projection for Apart {
    const NAME: &'static str = "apart";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["counters"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["meter"]);
    const READS: Reads = Reads::Log;
    const TABLES: &'static str = TABLES;

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        count(rows, happened, &AtomicBool::new(true)).await
    }
}

/// Answers meters, with nothing.
struct Nods;

impl Reaction for Nods {
    const NAME: &'static str = "nods";
    const LOGS: &'static [&'static str] = &["counters"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["meter"]);

    async fn react(&self, _happened: &Recorded, _asked: CommandContext) -> Result<(), CannotReact> {
        Ok(())
    }
}

#[tokio::test]
async fn every_reader_writes_down_in_silence_how_far_it_read() {
    scratch(|ground| async move {
        let settings = Settings { write_every: Duration::from_millis(300), ..ground.settings() };
        let bus = Bus::new("counters", ground.nats.clone(), ground.database.clone(), settings);
        let bus = bus.relay(ground.counters.clone()).reaction(Nods, &ground.sources());
        let bus = Projections::over(bus).projection(Meters, &ground.sources());
        let running = Running::started(bus.projection(Apart, &ground.sources()));
        running.seen(meter(&ground, 1).await).await;
        let last = counter(&ground).await;
        running.seen(last).await;
        // Nothing more comes.
        for reader in ["meters", "apart", "reaction/nods"] {
            let position = format!("{CHECKPOINT} where reader = '{reader}'");
            until(reader, async || ground.number("ons", &position).await == last).await;
        }
        assert_eq!(ground.number("ons", TOTAL).await, 1);
        running.stopped().await;
    })
    .await;
}

#[tokio::test]
async fn a_wait_for_one_reader_ends_before_its_checkpoint_is_written() {
    scratch(|ground| async move {
        let running = Running::of(&ground, LONG * 100);
        running.seen(meter(&ground, 1).await).await;
        let last = counter(&ground).await;
        let progress = running.bus.progress();
        progress.wait_for("meters", "counters", &region("ons"), last, LONG).await.unwrap();
        assert_eq!(ground.number("ons", CHECKPOINT).await, 1);
        let more = progress.wait_for("meters", "counters", &region("ons"), last + 1, Duration::from_millis(100)).await;
        assert_eq!(more, Err(Lag { service: "counters".into(), wanted: last + 1, have: last }));
        running.stopped().await;
    })
    .await;
}

#[tokio::test]
async fn a_checkpoint_past_unconcerned_events_is_written_with_the_next() {
    scratch(|ground| async move {
        let running = Running::of(&ground, LONG * 100);
        running.seen(meter(&ground, 1).await).await;
        running.seen(counter(&ground).await).await;
        running.seen(counter(&ground).await).await;
        assert_eq!(ground.number("ons", CHECKPOINT).await, 1);
        running.seen(meter(&ground, 2).await).await;
        assert_eq!((ground.number("ons", CHECKPOINT).await, ground.number("ons", TOTAL).await), (8, 3));
        running.stopped().await;
    })
    .await;
}

#[tokio::test]
async fn a_wait_in_vain_never_lowers_the_progress() {
    scratch(|ground| async move {
        let running = Running::of(&ground, LONG * 100);
        running.seen(meter(&ground, 1).await).await;
        let last = counter(&ground).await;
        running.seen(last).await;
        let progress = running.bus.progress();
        let wait = |position| {
            let progress = progress.clone();
            async move { progress.wait(&region("ons"), &[("counters", position)], Duration::from_millis(200)).await }
        };
        // While it waits for what does not come, the checkpoint is read, which is behind.
        assert!(wait(last + 1).await.is_err());
        assert_eq!(ground.number("ons", CHECKPOINT).await, 1);
        assert_eq!(wait(last).await, Ok(()));
        running.stopped().await;
    })
    .await;
}

#[tokio::test]
async fn later_events_of_a_parked_stream_are_parked_and_the_rest_goes_on() {
    scratch(|ground| async move {
        let running = Running::of(&ground, LONG * 100);
        running.seen(meter(&ground, 1).await).await;
        running.seen(counter(&ground).await).await;
        running.seen(meter(&ground, -2).await).await;
        let parked = running.bus.parked(&region("ons")).await.unwrap();
        assert_eq!(parked.iter().map(|one| one.position).collect::<Vec<_>>(), [5]);
        assert_eq!((ground.number("ons", CHECKPOINT).await, ground.number("ons", TOTAL).await), (5, 1));
        running.stopped().await;
    })
    .await;
}

#[tokio::test]
async fn a_process_that_ends_before_its_checkpoint_reads_again() {
    scratch(|ground| async move {
        let first = Running::of(&ground, LONG * 100);
        first.seen(meter(&ground, 1).await).await;
        first.seen(counter(&ground).await).await;
        first.stopped().await;
        assert_eq!(ground.number("ons", CHECKPOINT).await, 1);
        let second = Running::of(&ground, LONG * 100);
        second.seen(meter(&ground, 2).await).await;
        assert_eq!((ground.number("ons", CHECKPOINT).await, ground.number("ons", TOTAL).await), (5, 3));
        second.stopped().await;
    })
    .await;
}

#[tokio::test]
async fn when_its_time_has_come_it_is_written_down_by_itself() {
    scratch(|ground| async move {
        let running = Running::of(&ground, Duration::ZERO);
        running.seen(meter(&ground, 1).await).await;
        let last = counter(&ground).await;
        running.seen(last).await;
        assert_eq!(ground.number("ons", CHECKPOINT).await, last);
        running.stopped().await;
    })
    .await;
}

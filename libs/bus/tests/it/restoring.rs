//! A backup of the log is put back while its stream and its readers are further.

use crate::counts::Counts;
use crate::scratch::{Scratch, region, scratch, until};
use bus::Error;
use event_log::{Context, Hash, NewEvent, Restoration, Restored};
use projections::{Projections, rebuild_into};
use replay::digest;
use tokio_util::sync::CancellationToken;
use vocabulary::Actor;

const KEEP: &str = "create schema kept; create table kept.event as table event_log.event;
                    create table kept.head as table event_log.head;
                    create table kept.kept as table event_log.kept";
const PUT_BACK: &str =
    "truncate event_log.event, event_log.head, event_log.kept; insert into event_log.event table kept.event;
                        insert into event_log.head table kept.head;
                        insert into event_log.kept table kept.kept";

/// That the log was restored, as the service that owns it writes it down.
#[expect(clippy::disallowed_methods, reason = "an event of no enum")]
fn declared(follows: Option<(i64, Hash)>) -> Restoration {
    let event_type = "nl.sterktechniekonderwijs.counters.log-restored.v1".to_owned();
    let context = Context {
        by: Actor::hub(),
        on_behalf_of: None,
        cause: None,
        correlation: None,
        traceparent: None,
        policy_version: None,
    };
    Restoration { epoch: 2, follows, event: NewEvent::of_type(event_type, &serde_json::json!({})).unwrap(), context }
}

#[tokio::test]
async fn a_restored_log_is_refused_until_declared_and_then_converges() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 2, 4]).await;
        ground.raise("anders", "a", &[5]).await;
        let bus = Projections::over(ground.bus().relay(ground.counters.clone()))
            .projection(Counts::default(), &ground.sources());
        bus.settle().await.unwrap();
        Scratch::owner(&ground.database, KEEP).await;
        ground.raise("ons", "a", &[8, 16]).await;
        bus.settle().await.unwrap();
        assert_eq!(ground.number("ons", "select total from all_counts.counts").await, 31);

        Scratch::owner(&ground.database, PUT_BACK).await;
        let other = ground.second_process().await;
        // A command that came before anyone noticed: its position has been published with something else.
        other.raise("ons", "a", &[100]).await;
        let bus = Projections::over(other.bus().relay(other.counters.clone()))
            .projection(Counts::default(), &other.sources());
        let refused = bus.settle().await.unwrap_err();
        assert!(matches!(refused, Error::Ahead { last: 5, head: 4, .. }), "{refused}");
        assert!(refused.to_string().ends_with("regiohub restored ons --service counters --reason TEXT"), "{refused}");

        // The hub runs while its operator says so.
        let end = CancellationToken::new();
        let running = tokio::spawn({
            let (bus, end) = (bus.clone(), end.clone());
            async move { bus.run(end).await.unwrap() }
        });
        let ends = other.counters.heads().await.unwrap();
        let last = ends.iter().find(|head| head.region == region("ons")).unwrap();
        let wanted = declared(Some((last.position, last.root().unwrap())));
        let Some(Restored::Written(head)) = other.counters.restored(&region("ons"), &wanted).await.unwrap() else {
            panic!("it was not written")
        };
        assert_eq!((head.epoch, head.position), (2, 5));
        assert!(other.counters.restored(&region("elders"), &wanted).await.unwrap().is_none());
        let total = "select coalesce((select total from all_counts.counts), 0)";
        until("the tables hold what happened", async || ground.number("ons", total).await == 107).await;
        other.raise("ons", "a", &[1_000]).await;
        until("and go on", async || ground.number("ons", total).await == 1_107).await;
        end.cancel();
        running.await.unwrap();
        bus.settle().await.unwrap();

        for (slug, stream, events) in [("ons", "ons_2", 6), ("anders", "anders", 1)] {
            let scope = [("counters".to_owned(), region(slug), events)];
            let sources = ground.sources();
            rebuild_into(&ground.database, Counts::default(), "scratch", &sources, &scope).await.unwrap();
            let made = digest(&ground.database.app, "scratch", &region(slug)).await.unwrap();
            assert_eq!(digest(&ground.database.app, "all_counts", &region(slug)).await.unwrap(), made);
            let stream = ground.stream(stream).await;
            assert_eq!(stream.cached_info().state.messages, events.unsigned_abs());
            for event in other.counters.page(&region(slug), 0, 10).await.unwrap() {
                let message = stream.get_raw_message(event.position.unsigned_abs()).await.unwrap();
                assert_eq!(message.payload, event.text);
            }
        }
        assert!(ground.jetstream.get_stream(ground.stream_name("ons")).await.is_err(), "the old stream is gone");
    })
    .await;
}

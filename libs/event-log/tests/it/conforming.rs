//! An event that the schema of its type refuses is never written, and neither is what was decided with it.

use crate::counter::{Counter, Raise, asked, under};
use crate::scratch::scratch;
use decider::{Aggregate, CommandContext};
use event_log::Error;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vocabulary::RegionId;

/// It takes any number, and its schema does not.
#[derive(Default)]
struct Door;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
enum Event {
    #[serde(rename = "nl.sterktechniekonderwijs.doors.door-numbered.v1")]
    Numbered {
        #[schemars(length(min = 1, max = 20))]
        number: String,
    },
}

#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
enum Never {}

impl decider::Refusal for Never {
    fn in_dutch(&self) -> String {
        match *self {}
    }
}

impl Aggregate for Door {
    const CATEGORY: &'static str = "door";
    type Id = Uuid;
    type Command = String;
    type Event = Event;
    type Refusal = Never;

    fn decide(&self, number: &String, _: &CommandContext) -> Result<Vec<Event>, Never> {
        Ok(vec![Event::Numbered { number: number.clone() }])
    }

    fn evolve(self, _: Event) -> Self {
        self
    }
}

#[tokio::test]
async fn an_event_that_does_not_conform_is_never_written() {
    scratch(async |scratch| {
        let (region, door, counter): (RegionId, _, _) = ("voorbeeld".parse().unwrap(), Uuid::now_v7(), Uuid::now_v7());
        let log = &scratch.log;
        for bad in ["", &"9".repeat(21), &"9".repeat(5_000)] {
            let mut batch = log.batch(&region);
            batch.add::<Counter>(&counter, Raise(1)).add::<Door>(&door, bad.to_owned());
            let asked = under(Uuid::now_v7(), "numbered");
            let command = asked.command.clone().unwrap().id;
            let refused = batch.commit(&asked).await.unwrap_err();
            let Error::Nonconforming(refused) = refused else { panic!("{refused}") };
            assert_eq!(refused.at, "/number");
            assert!(log.kept(&region, command).await.unwrap().is_none(), "what had no effect is decided again");
        }
        assert!(log.heads().await.unwrap().iter().all(|head| head.region != region || head.position == 0));
        for good in ["1".to_owned(), "9".repeat(20)] {
            log.execute::<Door>(&region, &door, good, &asked()).await.unwrap();
        }
    })
    .await;
}

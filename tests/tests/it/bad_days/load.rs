//! Eight clients that give commands until they are told to stop.

use super::{
    hub::Hub,
    ledger::{Act, Asker, Entry, Ledger, Told},
    seed::Seed,
};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use uuid::Uuid;

const CLIENTS: u32 = 8;
/// However long a fault lasts, a client gives no more.
const MAX_STATEMENTS: u32 = 1_500;

pub struct Load {
    pub ledger: Arc<Ledger>,
    seen: Arc<Seen>,
    over: Arc<AtomicBool>,
    clients: JoinSet<()>,
}

/// What queries were answered.
#[derive(Default)]
struct Seen {
    answered: AtomicU32,
    /// 503: not that far yet, or not there.
    later: AtomicU32,
}

struct Client {
    number: u32,
    seed: Seed,
    asker: Asker,
    ledger: Arc<Ledger>,
    seen: Arc<Seen>,
    partners: Vec<Uuid>,
}

impl Load {
    pub fn start(hub: &Hub, seed: u64) -> Self {
        let (ledger, seen) = (Arc::new(Ledger::default()), Arc::new(Seen::default()));
        let over = Arc::new(AtomicBool::new(false));
        let mut clients = JoinSet::new();
        for number in 0..CLIENTS {
            let client = Client {
                number,
                seed: Seed::new(seed + u64::from(number)),
                asker: Asker::of(hub),
                ledger: ledger.clone(),
                seen: seen.clone(),
                partners: vec![],
            };
            clients.spawn(client.run(over.clone()));
        }
        Self { ledger, seen, over, clients }
    }

    /// Waits until so many more commands were acknowledged: how long it took.
    pub async fn goes_on(&self, more: u64) -> Duration {
        let (before, began) = (self.ledger.done(), Instant::now());
        while self.ledger.done() < before + usize::try_from(more).unwrap() {
            assert!(began.elapsed() < Duration::from_secs(240), "commands do not go on");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        began.elapsed()
    }

    /// How many queries saw what was saved.
    pub fn seen(&self) -> u32 {
        self.seen.answered.load(Ordering::Relaxed)
    }

    /// How many were told to come back.
    pub fn told_later(&self) -> u32 {
        self.seen.later.load(Ordering::Relaxed)
    }

    pub async fn end(mut self) -> Arc<Ledger> {
        self.over.store(true, Ordering::Relaxed);
        while let Some(ended) = self.clients.join_next().await {
            ended.unwrap();
        }
        self.ledger
    }
}

impl Client {
    async fn run(mut self, over: Arc<AtomicBool>) {
        let mut pause = 1;
        for count in 0..MAX_STATEMENTS {
            if over.load(Ordering::Relaxed) {
                return;
            }
            let (act, key) = (self.act(count), format!("{}-{count}", self.number));
            let (told, position) = act.ask(&self.asker, &key, &self.ledger).await;
            pause = if told == Told::Unknown { (pause * 2).min(200) } else { 1 };
            if let (Told::Receipt(_), Act::Join { partner }) = (&told, act) {
                self.partners.push(partner);
                if count % 4 == 0 {
                    self.look(partner, &position).await;
                }
            }
            self.ledger.write(Entry { key, act, told });
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    fn act(&mut self, count: u32) -> Act {
        match self.seed.between(0, 20) {
            0..8 => Act::Nominate { number: 10_000_000 + self.number * 10_000 + count },
            8..13 if !self.partners.is_empty() => {
                let which = self.seed.next() % self.partners.len() as u64;
                Act::Leave { partner: self.partners.swap_remove(usize::try_from(which).unwrap()) }
            }
            13 => Act::Stale { partner: self.seed.uuid() },
            _ => Act::Join { partner: self.seed.uuid() },
        }
    }

    /// Whoever saved something and asks for it sees it, or is told to come back.
    async fn look(&self, partner: Uuid, position: &str) {
        let Ok(answer) = self.asker.ask(Method::GET, "").header("hub-min-position", position).send().await else {
            return;
        };
        if answer.status() != StatusCode::OK {
            self.seen.later.fetch_add(1, Ordering::Relaxed);
            return self.ledger.away(answer).await;
        }
        let Ok(region) = answer.json::<Value>().await else { return };
        self.seen.answered.fetch_add(1, Ordering::Relaxed);
        let partners = region["partners"].as_array().unwrap();
        if !partners.iter().any(|it| it["id"] == partner.to_string()) {
            self.ledger.note(format!("{position} was asked for, and {partner} is not there"));
        }
    }
}

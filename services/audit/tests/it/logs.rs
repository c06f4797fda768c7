//! Logs of every service on databases of their own, filled with every event that was ever written, and signed.

use crate::tamper::ways::Owned;
use audit::notary::{keyring, signer};
use bus::LogSource;
use chassis::{Secrets, Signing};
use chrono::{DateTime, TimeDelta, Utc};
use decider::{Clock, CommandContext, Hand};
use event_log::{Append, Change, Context, Database, EventLog, Head, NewEvent, Restoration, Restored};
use evidence::checkpoint::Notary;
use evidence::export::Source;
use evidence::inspect;
use evidence::signer::Signer;
use evidence::verify::{Given, Log, Schemas, Verdict};
use proofs::{Checkpoint, Declaration, Kind, Note, Verifier};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use std::collections::BTreeMap;
use tempfile::TempDir;
use testkit::{Databases, written_before};
use uuid::Uuid;
use vocabulary::{Actor, RegionId, Service};

/// Every service that is looked into: all but the audit itself.
pub fn services() -> Vec<&'static str> {
    Service::ALL.into_iter().filter(|it| it.is_read_by_others()).map(Service::as_str).collect()
}

const BEGINNING: &str = "2026-09-01T10:00:00Z";

pub struct Logs {
    pub region: RegionId,
    pub notary: Notary,
    pub hand: Hand,
    pub schemas: Schemas,
    pub audit: Database,
    /// What an auditor noted when the logs were signed: the key, on paper.
    pub keys: Vec<Verifier>,
    databases: BTreeMap<&'static str, (Database, EventLog)>,
    clock: Clock,
    made: Databases,
    /// Where the signer remembers, and beside it the mark.
    pub memory: TempDir,
}

impl Logs {
    /// Empty ones.
    pub async fn new() -> Self {
        let mut made = Databases::new();
        let (clock, hand) = Clock::settable(BEGINNING.parse().unwrap());
        let mut databases = BTreeMap::new();
        for service in services() {
            let database = Database::open(made.make(service).await, 4).await.unwrap();
            EventLog::migrate(&database).await.unwrap();
            let log = EventLog::new(service, "00000000000000000000", &database, clock.clone());
            databases.insert(service, (database, log));
        }
        let audit = Database::open(made.make("audit").await, 4).await.unwrap();
        audit::migrate(&audit).await.unwrap();
        let memory = tempfile::tempdir().unwrap();
        let notary = Notary {
            db: audit.app.clone(),
            keyring: keyring(&Secrets::of([7; 32])),
            domain: "hub.example".into(),
            clock: clock.clone(),
            logs: databases.values().map(|(_, log)| LogSource::Here(log.clone())).collect(),
            signer: signer(&Signing::in_data(memory.path()), ""),
            operator_key: Some(operator().verifier(Kind::Log)),
        };
        let schemas = audit::schemas::validators().unwrap();
        let region = "voorbeeld".parse().unwrap();
        Self { region, notary, hand, schemas, audit, keys: vec![], databases, clock, made, memory }
    }

    /// Filled with three rounds, a checkpoint after each, and a few events more than were signed.
    pub async fn signed() -> Self {
        Self::filled(usize::MAX, 10).await
    }

    /// The same, of few events each.
    pub async fn small() -> Self {
        Self::filled(4, 2).await
    }

    async fn filled(most: usize, behind: usize) -> Self {
        let mut logs = Self::new().await;
        // The first key is rotated away, and came into the wrong hands.
        logs.notary.rotate(&logs.region).await.unwrap();
        logs.later(TimeDelta::hours(1));
        for round in 0..3 {
            logs.fill(round, most).await;
            logs.notary.cut_all(&logs.region).await.unwrap();
            logs.later(TimeDelta::hours(1));
        }
        logs.fill(3, behind).await;
        logs.keys = logs.published().await.split_off(1);
        logs
    }

    pub fn later(&self, time: TimeDelta) {
        self.hand.set(self.clock.now() + time);
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Writes every event of every service, once each, five to an append; at most `most` of a service.
    pub async fn fill(&self, round: usize, most: usize) {
        for (service, (_, log)) in &self.databases {
            let examples = examples(service);
            for (number, example) in examples.iter().enumerate().take(most) {
                let stream =
                    format!("{}/{}", example["subject"].as_str().unwrap().split('/').next().unwrap(), id(number / 5));
                let expected =
                    log.history(&self.region, &stream).await.unwrap().last().map_or(0, |event| event.version);
                let data = example["data"].to_string();
                // No two ciphertexts are the same.
                let data = data.replace("\"sealed\":\"", &format!("\"sealed\":\"{round}{number}"));
                let data = serde_json::from_str(&data).unwrap();
                let event = written_before(example["type"].as_str().unwrap(), &data);
                let change = Change { stream, expected, events: vec![event] };
                let context = Context::of(&CommandContext::new(Actor::hub(), self.clock.now()));
                let append = Append { changes: vec![change], context, command: None };
                log.append(&self.region, append).await.unwrap();
                self.later(TimeDelta::seconds(1));
            }
        }
    }

    pub fn owner(&self, service: &str) -> &PgPool {
        &self.databases[service].0.owner
    }

    /// The keys that are published.
    pub async fn published(&self) -> Vec<Verifier> {
        self.notary.keys(&self.region).await.unwrap().iter().map(|key| key.verifier.parse().unwrap()).collect()
    }

    /// What an auditor brings who has the key and nothing else.
    pub fn given(&self) -> Given {
        Given { keys: self.keys.clone(), ..Given::default() }
    }

    pub async fn verify_with(&self, service: &str, given: &Given) -> Verdict {
        let log = Log { region: self.region.clone(), service: service.to_owned() };
        let database = &self.databases[service].0;
        inspect::verify(database, &self.audit.app, log, &self.schemas, given, |_| {}).await.unwrap()
    }

    pub async fn verify(&self, service: &str) -> Verdict {
        self.verify_with(service, &self.given()).await
    }

    /// The texts of a log as they stand in the database, whatever was done to them.
    pub async fn texts(&self, service: &str) -> Vec<String> {
        sqlx::query_scalar("select body from event_log.event where region = 'voorbeeld' order by position")
            .fetch_all(self.owner(service))
            .await
            .unwrap()
    }

    /// The stream that [`Logs::grow`] writes.
    pub const LONG: &str = "contribution/01990000-0009-7000-8000-0000000000aa";

    /// So many events more of one stream, in one append.
    pub async fn grow(&self, service: &str, events: i64) {
        let log = &self.databases[service].1;
        let expected = log.history(&self.region, Self::LONG).await.unwrap().last().map_or(0, |event| event.version);
        let event_type = "nl.sterktechniekonderwijs.co-financing.contribution-withdrawn.v1";
        let event = |number| written_before(event_type, &json!({ "reason": format!("Vergissing {number}") }));
        let events: Vec<NewEvent> = (0..events).map(event).collect();
        if !events.is_empty() {
            let change = Change { stream: Self::LONG.to_owned(), expected, events };
            let context = Context::of(&CommandContext::new(Actor::hub(), self.clock.now()));
            log.append(&self.region, Append { changes: vec![change], context, command: None }).await.unwrap();
        }
    }

    /// Puts a log back to its first events, as whoever restores a backup does.
    pub async fn put_back(&self, service: &str, position: i64) {
        let gone = format!("delete from event_log.event where position > {position}");
        sqlx::raw_sql(AssertSqlSafe(gone)).execute(self.owner(service)).await.unwrap();
        self.cover(service).await;
    }

    /// Signs where a log is, whatever was signed before, as whoever holds the key and the database can.
    pub async fn sign_anyway(&self, service: &str) {
        let secret = Secrets::of([7; 32]).kept("checkpoint-voorbeeld-2").unwrap();
        let key = proofs::Signer::new("hub.example/voorbeeld", &secret).unwrap();
        let head = self.head(service).await;
        let checkpoint = Checkpoint {
            origin: self.notary.origin(&self.region, service),
            size: head.position.unsigned_abs(),
            root: head.root().unwrap(),
            epoch: head.epoch.unsigned_abs(),
        };
        let text = checkpoint.to_string();
        let note = Note { signatures: vec![key.sign(&text)], text }.to_string();
        sqlx::query(
            "insert into checkpoints.checkpoint (region, service, epoch, size, cut_at, note, frontier)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(self.region.as_str())
        .bind(service)
        .bind(head.epoch)
        .bind(head.position)
        .bind(self.now())
        .bind(note)
        .bind(head.frontier)
        .execute(&self.audit.owner)
        .await
        .unwrap();
    }

    /// What an export of it needs.
    pub async fn source(&self, service: &str) -> Source {
        let log = self.databases[service].1.clone();
        let head = log.heads().await.unwrap().into_iter().find(|head| head.region == self.region).unwrap();
        let named = Log { region: self.region.clone(), service: service.to_owned() };
        let aside = inspect::aside(&self.audit.app, &named).await.unwrap();
        let older = inspect::older_leaves(&self.audit.app, &named, &aside).await.unwrap();
        let notes = aside.checkpoints.iter().map(|signed| signed.note.parse().unwrap()).collect();
        let keys = aside.listed.into_iter().map(|key| key.verifier).collect();
        Source { log, end: head.position, epoch: head.epoch.unsigned_abs(), notes, older, keys }
    }

    /// The log of a service as its owner has it.
    pub fn owned<'a>(&'a self, service: &'a str) -> Owned<'a> {
        let earlier = Some(Secrets::of([7; 32]).kept("checkpoint-voorbeeld-1").unwrap());
        Owned { region: self.region.as_str(), service, log: self.owner(service), audit: &self.audit.owner, earlier }
    }

    /// See [`Owned::cover`].
    pub async fn cover(&self, service: &str) {
        self.owned(service).cover().await;
    }

    /// Another process that signs for the same installation, once this one does not.
    pub fn second_signer(&self) -> Notary {
        Notary { signer: signer(&Signing::in_data(self.memory.path()), ""), ..self.notary.clone() }
    }

    /// The one that signed so far is gone, and another one has its memory.
    pub fn start_again(&mut self) {
        self.notary.signer = Signer::nowhere();
        self.notary = self.second_signer();
    }

    /// Whoever has the database, the keys and the memory begins again, as if nothing had been signed.
    pub fn forget_what_was_signed(&mut self) {
        std::fs::remove_dir_all(self.memory.path().join("signer")).unwrap();
        std::fs::remove_file(self.memory.path().join("signer.begun")).unwrap();
        self.start_again();
    }

    pub async fn head(&self, service: &str) -> Head {
        self.databases[service].1.heads().await.unwrap().remove(0)
    }

    /// The operator declares that a log was restored: by default to where it ends now.
    pub async fn declare(&self, service: &str, change: impl FnOnce(&mut Declaration)) -> Restored {
        let head = self.head(service).await;
        let epoch = head.epoch.unsigned_abs();
        let mut said = Declaration {
            origin: self.notary.origin(&self.region, service),
            from_epoch: epoch,
            to_epoch: epoch + 1,
            position: head.position.unsigned_abs(),
            root: head.root().unwrap(),
            reason: "The disk was lost".to_owned(),
            afterwards: false,
        };
        change(&mut said);
        let note = said.sign(&operator()).unwrap().to_string();
        let data = json!({
            "fromEpoch": said.from_epoch, "toEpoch": said.to_epoch, "position": said.position,
            "root": hex::encode(said.root), "reason": said.reason, "afterwards": said.afterwards, "note": note,
        });
        let event_type = vocabulary::restore::event_type(service);
        let wanted = Restoration {
            epoch: i32::try_from(said.to_epoch).unwrap(),
            follows: (!said.afterwards).then_some((head.position, head.root().unwrap())),
            event: written_before(&event_type, &data),
            context: Context::of(&CommandContext::new(Actor::hub(), self.clock.now())),
        };
        self.databases[service].1.restored(&self.region, &wanted).await.unwrap().unwrap()
    }

    pub async fn drop_all(mut self) {
        self.made.drop_all().await;
    }
}

pub fn operator() -> proofs::Signer {
    proofs::Signer::new(&Declaration::key_name("hub.example"), &[9; 32]).unwrap()
}

fn id(number: usize) -> Uuid {
    Uuid::from_u128(0x0199_0f3a_5a10_7c21_9d4e_0000_0000_0000 + number as u128)
}

/// The frozen example of each event of a service.
fn examples(service: &str) -> Vec<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto-schemas/examples");
    let begin = format!("nl.sterktechniekonderwijs.{service}.");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(&begin))
        .collect();
    files.sort();
    files.iter().map(|path| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()).collect()
}

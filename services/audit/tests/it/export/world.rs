//! Logs of a region, and a key that signs their checkpoints.

use audit::schemas::committed;
use chrono::{DateTime, Utc};
use decider::{Clock, CommandContext, Hand};
use event_log::{Append, Change, Context, Database, EventLog, NewEvent};
use evidence::export::{Checked, Dates, Error, Export, Progress, Source, tables};
use evidence::verify::{Given, Schemas};
use proofs::{Checkpoint, Frontier, Kind, Note, Signer, Verifier, leaf_hash};
use proto_schemas::consortium::policy::{Event, Policy};
use proto_schemas::hotspots::session;
use serde_json::json;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};
use testkit::{Databases, written_before};
use uuid::Uuid;
use vocabulary::{Actor, PersonId, RegionId};

const DOMAIN: &str = "hub.example.nl";

pub struct World {
    pub region: RegionId,
    databases: Databases,
    logs: Vec<(EventLog, Database)>,
    clock: Clock,
    hand: Hand,
    folder: tempfile::TempDir,
    notes: Mutex<Vec<(String, Note)>>,
}

impl World {
    pub async fn new() -> Self {
        let mut databases = Databases::new();
        let (clock, hand) = Clock::settable("2026-09-01T06:00:00Z".parse().unwrap());
        let mut logs = Vec::new();
        for service in ["consortium", "hotspots"] {
            let database = Database::open(databases.make(service).await, 5).await.unwrap();
            EventLog::migrate(&database).await.unwrap();
            logs.push((EventLog::new(service, "00000000000000000000", &database, clock.clone()), database));
        }
        let region = "voorbeeld".parse().unwrap();
        let folder = tempfile::tempdir().unwrap();
        Self { region, databases, logs, clock, hand, folder, notes: Mutex::default() }
    }

    fn log(&self, service: &str) -> &(EventLog, Database) {
        self.logs.iter().find(|(log, _)| log.service() == service).unwrap()
    }

    async fn write(&self, service: &str, stream: String, events: Vec<NewEvent>) {
        let context = Context::of(&CommandContext::new(Actor::hub(), self.clock.now()));
        let changes = vec![Change { stream, expected: 0, events }];
        self.log(service).0.append(&self.region, Append { changes, context, command: None }).await.unwrap();
    }

    /// So many events of hotspots on a date.
    pub async fn day(&self, date: &str, events: usize) {
        self.hand.set(format!("{date}T10:00:00Z").parse::<DateTime<Utc>>().unwrap());
        let event = || NewEvent::of(&session::Event::PupilWithdrawn { pupil: PersonId(Uuid::now_v7()) }).unwrap();
        self.write("hotspots", format!("session/{}", Uuid::now_v7()), (0..events).map(|_| event()).collect()).await;
    }

    /// An event that the schema of its type refuses, as it came from a file of before that was watched.
    pub async fn without_house_number(&self) {
        let data = json!({
            "school": "99AA00", "name": "Voorbeeldcollege", "board": "12345", "brin": "99AA", "vmbo": true, "profiles": [],
            "address": { "street": "Voorbeeldstraat", "number": "", "postcode": "1234AB", "place": "Voorbeeldstad" },
            "occurredOn": "2026-09-01",
        });
        let event = written_before("nl.sterktechniekonderwijs.consortium.school-joined.v1", &data);
        self.write("consortium", format!("consortium/{}", self.region), vec![event]).await;
    }

    /// The consortium adopts a policy.
    pub async fn policy(&self) {
        self.policy_of(self.region.as_str()).await;
    }

    /// Another one adopts it, in the same log.
    pub async fn policy_of(&self, consortium: &str) {
        let adopted =
            Event::Adopted { version: 1, valid_from: "2026-09-02".parse().unwrap(), policy: Policy::shipped() };
        self.write("consortium", format!("policy/{consortium}"), vec![NewEvent::of(&adopted).unwrap()]).await;
    }

    pub async fn texts(&self, service: &str) -> Vec<String> {
        let page = self.log(service).0.page(&self.region, 0, 100_000).await.unwrap();
        page.into_iter().map(|event| event.text).collect()
    }

    fn signer(service: &str) -> Signer {
        let origin = format!("{DOMAIN}/voorbeeld/{service}");
        Signer::new(&origin, &[service.len() as u8; 32]).unwrap()
    }

    pub fn key(&self, service: &str) -> Verifier {
        Self::signer(service).verifier(Kind::Log)
    }

    /// What an auditor brings who has the keys and nothing else.
    pub fn given(&self) -> Given {
        Given { keys: vec![self.key("consortium"), self.key("hotspots")], ..Given::default() }
    }

    /// Signs what the first events of a log are.
    pub async fn checkpoint(&self, service: &str, size: usize) {
        let mut tree = Frontier::default();
        self.texts(service).await.iter().take(size).for_each(|text| tree.push(leaf_hash(text)));
        let origin = format!("{DOMAIN}/{}/{service}", self.region);
        let text = Checkpoint { origin, size: tree.size(), root: tree.root(), epoch: 1 }.to_string();
        let note = Note { signatures: vec![Self::signer(service).sign(&text)], text };
        self.notes.lock().unwrap().push((service.to_owned(), note));
    }

    /// Has a witness sign under the last checkpoint, and answers its key.
    pub fn cosign(&self, name: &str) -> Verifier {
        let witness = Signer::new(name, &[9; 32]).unwrap();
        let mut notes = self.notes.lock().unwrap();
        let (_, note) = notes.last_mut().unwrap();
        note.signatures.push(witness.cosign(&note.text, 1_788_000_000));
        witness.verifier(Kind::Witness)
    }

    async fn sources(&self) -> Vec<Source> {
        let mut logs = Vec::new();
        for (log, _) in &self.logs {
            let head = log.heads().await.unwrap().into_iter().find(|head| head.region == self.region);
            let Some(head) = head else { continue };
            let notes = self.notes.lock().unwrap();
            let notes = notes.iter().filter(|(service, _)| service == log.service());
            let notes = notes.map(|(_, note)| note.clone()).collect();
            let keys = vec![self.key(log.service())];
            logs.push(Source { log: log.clone(), end: head.position, epoch: 1, notes, older: vec![], keys });
        }
        logs
    }

    pub async fn export(&self, name: &str, dates: Dates) -> Result<PathBuf, Error> {
        let path = self.path(&format!("{name}.zip"));
        let export = Export {
            region: self.region.clone(),
            dates,
            logs: self.sources().await,
            schemas: committed(),
            path: path.clone(),
        };
        export.write(|_| ()).await.map(|_| path)
    }

    pub async fn tables(&self, dates: Dates) -> Vec<PathBuf> {
        let folder = self.folder.path().to_owned();
        tables(self.region.clone(), dates, self.sources().await, folder, |_| ()).await.unwrap()
    }

    /// Takes an event out of the database, as only its owner can.
    pub async fn delete(&self, service: &str, position: i64) {
        let delete = "delete from event_log.event where position = $1";
        sqlx::query(delete).bind(position).execute(&self.log(service).1.owner).await.unwrap();
    }

    /// What lies in the folder of the exports.
    pub fn files(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        let mut files: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        files
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub async fn end(mut self) {
        for (_, database) in &self.logs {
            database.app.close().await;
            database.owner.close().await;
        }
        self.databases.drop_all().await;
    }
}

/// What a check says of an export, with the schemas of this program.
pub fn check(path: &Path, given: &Given, seen: impl FnMut(Progress<'_>)) -> io::Result<Checked> {
    static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| audit::schemas::validators().unwrap());
    evidence::export::check(path, &SCHEMAS, given, seen)
}

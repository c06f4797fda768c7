//! The names beside an export: of the people in it, written down first, and nothing of them in the zip.

use crate::world::World;
use audit::oversight::names::{Named, Names, NoNames};
use audit::schemas::committed;
use evidence::export::{Dates, Export, Manifest, Source};
use proto_schemas::consortium::person::Event;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use vocabulary::{PersonId, Purpose};

/// A name that stands nowhere else.
const CANARY: &str = "Kanariepietje";
const CORRECTED: &str = "nl.sterktechniekonderwijs.consortium.pupil-corrected.v1";

/// A world, and a folder for its exports.
struct Exported {
    world: World,
    folder: tempfile::TempDir,
}

impl Exported {
    async fn new() -> Self {
        Self { world: World::new().await, folder: tempfile::tempdir().unwrap() }
    }

    async fn zip(&self, dates: Dates) -> (PathBuf, Manifest) {
        let (region, path) = (self.world.hub.region.clone(), self.folder.path().join("voorbeeld.zip"));
        let mut logs = Vec::new();
        for service in ["audit", "consortium"] {
            let log = self.world.hub.log(service).clone();
            let heads = log.heads().await.unwrap();
            let end = heads.iter().find(|head| head.region == region).map_or(0, |head| head.position);
            logs.push(Source { log, end, epoch: 1, notes: vec![], older: vec![], keys: vec![] });
        }
        let manifest =
            Export { region, dates, logs, schemas: committed(), path: path.clone() }.write(|_| ()).await.unwrap();
        (path, manifest)
    }

    async fn named(&self, (zip, manifest): &(PathBuf, Manifest)) -> Result<Named, NoNames> {
        let hub = &self.world.hub;
        let (region, people) = (hub.region.clone(), hub.log("consortium").clone());
        let (vault, processing) = (hub.hub.vault.clone(), hub.hub.processing.clone());
        Names { region, people, vault, processing }.beside(zip, manifest).await
    }

    /// What lies in the folder.
    fn files(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.path()).unwrap();
        let mut files: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        files
    }

    fn spans(&self) -> Vec<Value> {
        self.world.hub.processed().into_iter().filter(|span| span["name"] == "export-names").collect()
    }

    async fn happened(&self, person: PersonId, event: &Event) {
        self.world.hub.happened("consortium", &self.world.hub.region, &format!("person/{person}"), event).await;
    }

    async fn corrected(&self, person: PersonId, given: &str) {
        let (region, vault) = (&self.world.hub.region, &self.world.hub.hub.vault);
        let seal = async |field: &str, plain: &str| {
            let field = format!("{CORRECTED}#{field}");
            vault.seal(region, person, Purpose::Identity, &field, plain).await.unwrap()
        };
        let name = seal("name", &json!({ "given": given, "family": CANARY }).to_string()).await;
        let birth_date = seal("birthDate", "2011-03-05").await;
        self.happened(person, &Event::PupilCorrected { name, birth_date, guardians: vec![] }).await;
    }
}

/// The lines of the file, by person.
fn lines(file: &Path) -> BTreeMap<String, Value> {
    let text = fs::read_to_string(file).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|line| (line["person"].as_str().unwrap().to_owned(), line)).collect()
}

#[tokio::test]
async fn a_file_of_names_leaves_the_zip_unchanged() {
    let it = Exported::new().await;
    let (ada, bob) = (it.world.pupil("Ada", CANARY).await, it.world.pupil("Bob", CANARY).await);
    it.corrected(ada, "Adá").await;
    let zip = it.zip(Dates::default()).await;
    let before = fs::read(&zip.0).unwrap();
    let named = it.named(&zip).await.unwrap();
    assert_eq!((named.people, named.forgotten), (2, 0));
    assert_eq!(it.files(), ["voorbeeld-names.ndjson", "voorbeeld.zip"]);
    assert_eq!(fs::metadata(&named.file).unwrap().permissions().mode() & 0o777, 0o600);
    let line = |person: PersonId, given: &str| {
        let name = json!({ "given": given, "family": CANARY });
        (person.to_string(), json!({ "person": person, "kind": "pupil", "forgotten": false, "name": name }))
    };
    assert_eq!(lines(&named.file), [line(ada, "Adá"), line(bob, "Bob")].into());
    assert!(!fs::read_to_string(&named.file).unwrap().contains("2011-03"), "a birth date was opened");

    assert!(fs::read(&zip.0).unwrap() == before, "the zip changed");
    let again = it.zip(Dates::default()).await;
    assert!(fs::read(&again.0).unwrap() == before, "names beside it made it another zip");
    let [span] = &it.spans()[..] else { panic!("one line of both") };
    let subjects = span["attributes"]["dpl.core.data_subject_id"].as_array().unwrap().clone();
    let mut expected =
        [ada, bob].map(|person| json!(it.world.hub.hub.processing.subject(&it.world.hub.region, person)));
    expected.sort_by_key(ToString::to_string);
    let mut subjects = subjects;
    subjects.sort_by_key(ToString::to_string);
    assert_eq!(subjects, expected);
}

#[tokio::test]
async fn a_person_outside_the_export_is_not_named() {
    let it = Exported::new().await;
    let (ada, bob) = (it.world.pupil("Ada", CANARY).await, it.world.pupil("Bob", "Iemand-Anders").await);
    let second = "2026-09-02";
    it.world.hub.at(&format!("{second}T10:00:00Z"));
    // Registered the day before; what happened to them is in the export.
    it.happened(ada, &Event::PersonLeft { occurred_on: second.parse().unwrap() }).await;
    let named = it.named(&it.zip(Dates { from: second.parse().ok(), to: None }).await).await.unwrap();
    let lines = lines(&named.file);
    assert_eq!(lines.keys().collect::<Vec<_>>(), [&ada.to_string()]);
    assert_eq!(it.spans().len(), 1);
    assert!(!lines.contains_key(&bob.to_string()));
    let none = it.named(&it.zip(Dates { from: "2026-09-03".parse().ok(), to: None }).await).await.unwrap();
    assert_eq!((none.people, fs::read(&none.file).unwrap()), (0, vec![]));
}

#[tokio::test]
async fn a_file_of_names_marks_a_forgotten_person() {
    let it = Exported::new().await;
    let (ada, bob) = (it.world.pupil("Ada", CANARY).await, it.world.pupil("Bob", "Iemand-Anders").await);
    it.world.hub.hub.vault.forget(&it.world.hub.region, ada).await.unwrap();
    let forgotten = Event::PersonForgotten {
        reason: "Bewaartermijn verstreken".parse().unwrap(),
        occurred_on: "2026-09-01".parse().unwrap(),
        retention: None,
    };
    // Of one the key is gone, of the other the event is there and the key still is.
    it.happened(bob, &forgotten).await;
    let named = it.named(&it.zip(Dates::default()).await).await.unwrap();
    assert_eq!((named.people, named.forgotten, it.spans().len()), (2, 2, 0));
    for line in lines(&named.file).values() {
        assert_eq!((&line["forgotten"], line.get("name")), (&json!(true), None));
    }
}

#[tokio::test]
async fn without_the_vault_or_the_log_of_processing_there_is_no_file() {
    let it = Exported::new().await;
    let ada = it.world.pupil("Ada", CANARY).await;
    let zip = it.zip(Dates::default()).await;
    it.world.hub.lose_the_processing_log();
    assert!(matches!(it.named(&zip).await, Err(NoNames::Processing(_))));
    assert_eq!(it.files(), ["voorbeeld.zip"]);
    // No key of theirs is in memory any more: the vault must be asked.
    it.world.hub.hub.vault.forget(&it.world.hub.region, ada).await.unwrap();
    it.world.hub.lose_the_vault().await;
    assert!(matches!(it.named(&zip).await, Err(NoNames::Vault(vault::Error::Unavailable(_)))));
    assert_eq!(it.files(), ["voorbeeld.zip"]);
}

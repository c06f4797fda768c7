//! An export proves what it holds, and shows any damage to it.

mod browser;
mod combined;
mod damage;
mod edges;
mod forger;
mod forks;
mod nonconforming;
mod page;
mod world;

use chrono::NaiveDate;
use evidence::export::{Dates, Error};
use evidence::verify::{Given, Standing};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use proofs::Verifier;
use serde_json::Value;
use std::fs;
use world::{World, check};

fn keyed(keys: &[Verifier]) -> Given {
    Given { keys: keys.to_vec(), ..Given::default() }
}

fn date(text: &str) -> Option<NaiveDate> {
    Some(text.parse().unwrap())
}

#[tokio::test]
async fn the_same_range_gives_the_same_bytes_however_much_is_appended_since() {
    let world = World::new().await;
    world.day("2026-09-01", 40).await;
    world.day("2026-09-02", 700).await;
    world.day("2026-09-03", 10).await;
    world.checkpoint("hotspots", 745).await;
    let september = Dates { from: date("2026-09-02"), to: date("2026-09-02") };
    let before = world.export("before", september).await.unwrap();
    world.day("2026-09-04", 30).await;
    world.checkpoint("hotspots", 770).await;
    let after = world.export("after", september).await.unwrap();
    assert!(fs::read(&before).unwrap() == fs::read(&after).unwrap(), "the bytes differ");

    let checked = check(&after, &world.given(), |_| ()).unwrap();
    assert_eq!(checked.findings, []);
    let log = checked.logs.iter().find(|log| log.service == "hotspots").unwrap();
    assert_eq!((log.first, log.last, log.signed), (41, 740, 745));
    world.end().await;
}

#[tokio::test]
async fn a_whole_export_is_intact_up_to_where_a_given_key_signed_it() {
    let world = World::new().await;
    world.policy().await;
    world.day("2026-09-01", 600).await;
    world.checkpoint("hotspots", 1).await;
    world.checkpoint("hotspots", 512).await;
    world.checkpoint("consortium", 1).await;
    let path = world.export("whole", Dates::default()).await.unwrap();
    let checked = check(&path, &keyed(&[world.key("hotspots")]), |_| ()).unwrap();
    assert_eq!(
        checked.findings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["consortium: no checkpoint is signed with a key that was given: a wrong key, or the log of another hub"]
    );
    let checked = check(&path, &world.given(), |_| ()).unwrap();
    assert_eq!(checked.findings, []);
    let signed: Vec<_> = checked.logs.iter().map(|log| (log.service.as_str(), log.last, log.signed)).collect();
    assert_eq!(signed, [("consortium", 1, 1), ("hotspots", 600, 512)]);
    assert_eq!(checked.verdict(), Standing::Intact { up_to: 513, unsigned: 88 });
    // Without a key it is consistent in itself, whatever keys are in it.
    let alone = check(&path, &Given::default(), |_| ()).unwrap();
    assert_eq!((alone.findings.as_slice(), alone.verdict()), (&[][..], Standing::ConsistentInItself));
    assert!(alone.logs.iter().all(|log| log.signed == 0) && alone.keys.len() == 2);
    let manifest = checked.manifest.unwrap();
    let names: Vec<_> = manifest.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "README.txt",
            "checkpoints/consortium.txt",
            "checkpoints/hotspots.txt",
            "events/consortium.ndjson",
            "events/hotspots.ndjson",
            "keys.json",
            "leaves/consortium.bin",
            "leaves/hotspots.bin",
            "policies.json",
            "schemas/nl.sterktechniekonderwijs.consortium.policy-adopted.v1.schema.json",
            "schemas/nl.sterktechniekonderwijs.hotspots.session-pupil-withdrawn.v1.schema.json",
            "verify.html",
        ]
    );
    world.end().await;
}

#[tokio::test]
async fn a_cosignature_is_exported_and_verified_with_its_key() {
    let world = World::new().await;
    world.day("2026-09-01", 30).await;
    world.checkpoint("hotspots", 10).await;
    let witness = world.cosign("school.example/witness");
    world.checkpoint("hotspots", 30).await;
    let path = world.export("cosigned", Dates::default()).await.unwrap();
    let with = |keys: &[Verifier], witness: &Verifier| Given { witnesses: vec![witness.clone()], ..keyed(keys) };
    let checked = check(&path, &with(&[world.key("hotspots")], &witness), |_| ()).unwrap();
    assert_eq!(checked.findings, []);
    let cosigned = &checked.logs[0].cosigned[0];
    assert_eq!((cosigned.witness.as_str(), cosigned.size, checked.logs[0].signed), ("school.example/witness", 10, 30));
    let stranger = proofs::Signer::new("school.example/witness", &[8; 32]).unwrap().verifier(proofs::Kind::Witness);
    let checked = check(&path, &with(&[], &stranger), |_| ()).unwrap();
    assert_eq!(
        checked.findings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["hotspots: no checkpoint of this log is signed by school.example/witness"]
    );
    // The key of a witness vouches for no log.
    let checked = check(&path, &keyed(&[witness]), |_| ()).unwrap();
    assert!(checked.logs[0].signed == 0 && checked.verdict().is_wrong(), "{:?}", checked.findings);
    world.end().await;
}

#[tokio::test]
async fn an_export_holds_the_exact_texts_and_the_policies_of_before_its_range() {
    let world = World::new().await;
    world.policy().await;
    world.day("2026-09-02", 3).await;
    let path = world.export("part", Dates { from: date("2026-09-02"), to: None }).await.unwrap();
    let files = damage::files(&path);
    let texts = world.texts("hotspots").await;
    assert_eq!(String::from_utf8(files["events/hotspots.ndjson"].clone()).unwrap(), texts.join("\n") + "\n");
    assert_eq!(files["events/consortium.ndjson"], b"");
    let policies = String::from_utf8(files["policies.json"].clone()).unwrap();
    assert_eq!(policies, format!("[\n{}\n]\n", world.texts("consortium").await[0]));
    assert_eq!(check(&path, &Given::default(), |_| ()).unwrap().findings, []);
    world.end().await;
}

#[tokio::test]
async fn a_log_with_a_hole_is_not_exported_and_what_was_there_stays() {
    let world = World::new().await;
    world.day("2026-09-01", 20).await;
    let path = world.export("log", Dates::default()).await.unwrap();
    let whole = fs::read(&path).unwrap();
    world.delete("hotspots", 7).await;
    let refused = world.export("log", Dates::default()).await.unwrap_err();
    assert!(matches!(refused, Error::Damaged { position: 7, .. }), "{refused}");
    let refused = world.export("log", Dates { from: date("2026-09-02"), to: None }).await.unwrap_err();
    assert!(matches!(refused, Error::Damaged { position: 7, .. }), "{refused}");
    assert!(fs::read(&path).unwrap() == whole);
    assert_eq!(world.files(), ["log.zip"], "something was left behind");
    world.end().await;
}

#[tokio::test]
async fn the_tables_hold_what_the_texts_hold() {
    let world = World::new().await;
    world.policy().await;
    world.day("2026-09-01", 600).await;
    let files = world.tables(Dates::default()).await;
    assert_eq!(files.len(), 2);
    for (service, file) in ["consortium", "hotspots"].into_iter().zip(files) {
        let texts = world.texts(service).await;
        let read = SerializedFileReader::new(fs::File::open(file).unwrap()).unwrap();
        let rows: Vec<_> = read.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), texts.len());
        for (row, text) in rows.iter().zip(&texts) {
            let event: Value = serde_json::from_str(text).unwrap();
            assert_eq!(row.get_long(0).unwrap(), event["position"]);
            assert_eq!(row.get_int(1).unwrap(), event["version"]);
            let time = chrono::DateTime::from_timestamp_micros(row.get_timestamp_micros(2).unwrap()).unwrap();
            assert_eq!(time, event["time"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap());
            for (column, name) in [(3, "id"), (4, "type"), (5, "subject"), (6, "actor"), (7, "actorrole")] {
                assert_eq!(row.get_string(column).unwrap(), event[name].as_str().unwrap());
            }
            assert_eq!(serde_json::from_str::<Value>(row.get_string(8).unwrap()).unwrap(), event["data"]);
        }
    }
    world.end().await;
}

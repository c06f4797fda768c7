//! What the hub holds about one person: all of it, and nothing of anybody else.

use crate::bad_days::hub::{Hub, REGION, program};
use crate::files::{root, text};
use crate::whole::{Whole, on_the_hub};
use audit::oversight::access_export::registry::{SEALED_FIELDS, SealedField};
use audit::oversight::access_export::{Because, Entry, Summary, access_export};
use bus::LogSource;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use vocabulary::{PersonId, RegionId, Role};

/// The frozen example of an event, about `person`, with a text of its own in every sealed field.
async fn planted(hub: &Whole, region: &RegionId, event_type: &str, person: PersonId, other: bool) -> Vec<String> {
    let example = text(&root().join(format!("proto-schemas/examples/{event_type}.example.json")));
    let mut example: Value = serde_json::from_str(&example).unwrap();
    let mut planted = Vec::new();
    for field in SEALED_FIELDS.iter().filter(|field| field.event_type == event_type) {
        let plain = format!("{} {} {}", field.opened_as, event_type, if other { "ander" } else { "eigen" });
        let name = format!("{event_type}#{}", field.opened_as);
        let sealed = hub.vault.seal(region, person, field.purpose, &name, &plain).await.unwrap();
        *place(&mut example["data"], field) = serde_json::to_value(sealed).unwrap();
        planted.push(plain);
    }
    let stream = if event_type.contains(".consortium.") {
        format!("person/{person}")
    } else {
        // What is written about someone stands in the life of something else.
        let subject = example["subject"].as_str().unwrap().split_once('/').unwrap().0.to_owned();
        format!("{subject}/{}", uuid::Uuid::now_v7())
    };
    let service = event_type.split('.').nth(2).unwrap();
    hub.happened(service, region, &stream, event_type, &example["data"]).await;
    planted
}

fn place<'a>(data: &'a mut Value, field: &SealedField) -> &'a mut Value {
    let mut at = data;
    for step in field.path.split('.') {
        at = match step.strip_suffix("[]") {
            Some(list) => &mut at[list][0],
            None => &mut at[step],
        };
    }
    at
}

fn sources(hub: &Whole) -> Vec<LogSource> {
    let deciding = regiohub::services::deciding();
    deciding.iter().map(|service| LogSource::Here(hub.hub(service.name()).log.clone())).collect()
}

async fn exported(hub: &Whole, region: &RegionId, person: PersonId) -> (Vec<Entry>, Summary) {
    let mut entries = Vec::new();
    let each = |entry: &Entry| {
        entries.push(entry.clone());
        Ok(())
    };
    let summary = access_export(&sources(hub), &hub.vault, region, person, each).await.unwrap();
    (entries, summary)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_gives_it_with_a_reason_that_stands_in_the_audits_log() {
    let hub = Hub::start().await;
    let person = PersonId::fresh().to_string();
    let given = async |more: &[&str]| {
        let mut command = tokio::process::Command::new(program());
        command.args(["audit", "access-export", REGION, &person]).args(more).arg("--data-dir").arg(hub.data());
        command.output().await.unwrap()
    };
    assert_eq!(given(&[]).await.status.code(), Some(2), "a reason is asked for");
    let given = given(&["--reason", "Per brief gevraagd"]).await;
    // Nothing is held about them: also that was asked, and is recorded.
    let told = String::from_utf8(given.stderr).unwrap();
    assert!(given.status.code() == Some(1) && told.contains("concerns"), "{told}");
    let recorded = hub.inside(&format!("/services/audit/log/{REGION}?after=0")).send().await.unwrap();
    let recorded = recorded.text().await.unwrap();
    let recorded: Value = serde_json::from_str(recorded.lines().last().unwrap()).unwrap();
    assert_eq!((&recorded["actorrole"], &recorded["data"]["person"]), (&json!("operator"), &json!(person)));
    assert_eq!(recorded["data"]["reason"], "Per brief gevraagd");
    hub.stop().await;
}

#[test]
fn an_access_export_opens_every_field_of_its_person_and_no_other() {
    on_the_hub(async |hub| {
        let region: RegionId = "inzage".parse().unwrap();
        let (own, other) = (PersonId::fresh(), PersonId::fresh());
        let types: BTreeSet<&str> = SEALED_FIELDS.iter().map(|field| field.event_type).collect();
        let (mut mine, mut theirs) = (Vec::new(), Vec::new());
        for event_type in &types {
            mine.extend(planted(hub, &region, event_type, own, false).await);
            theirs.extend(planted(hub, &region, event_type, other, true).await);
        }
        let (entries, summary) = exported(hub, &region, own).await;
        let all = serde_json::to_string(&entries).unwrap();
        for plain in &mine {
            assert!(all.contains(plain), "{plain} is not in the export");
        }
        for plain in theirs.iter().chain([&other.to_string(), &"\"sealed\"".to_owned()]) {
            assert!(!all.contains(plain), "{plain} is in the export");
        }
        assert_eq!(entries.len(), types.len());
        assert_eq!((summary.opened, summary.forgotten), (SEALED_FIELDS.len() as u64, 0));
        assert_eq!(summary.read, 2 * types.len() as u64);

        hub.vault.forget(&region, own).await.unwrap();
        let (entries, summary) = exported(hub, &region, own).await;
        assert_eq!((entries.len(), summary.opened), (types.len(), 0));
        assert_eq!(summary.forgotten, SEALED_FIELDS.len() as u64);
    });
}

#[test]
fn an_access_export_holds_what_a_person_did_and_what_names_them() {
    on_the_hub(async |hub| {
        let region: RegionId = "inzage-daden".parse().unwrap();
        let (own, other) = (PersonId::fresh(), PersonId::fresh());
        let bound = |person| crate::whole::Bound { person: Some(person), ..Default::default() };
        hub.grant(&region, "leerling-inzage", Role::Pupil, bound(own)).await;
        hub.grant(&region, "ouder-inzage", Role::Parent, bound(own)).await;
        hub.grant(&region, "ander-inzage", Role::Pupil, bound(other)).await;
        let (entries, summary) = exported(hub, &region, own).await;
        let reasons: Vec<&[Because]> = entries.iter().map(|entry| entry.because.as_slice()).collect();
        assert_eq!(reasons, [[Because::Named], [Because::Named]]);
        assert_eq!(summary.read, 3);
        assert_eq!(entries[0].data["person"], json!(own));
    });
}

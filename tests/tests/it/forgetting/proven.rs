//! What an auditor does after somebody was forgotten: every figure explained, logs and export verified.

use super::{Hub, REGION, accountant};
use serde_json::{Value, json};
use std::fs::File;
use std::path::PathBuf;
use vocabulary::Service;

/// The figures of the statement with what they rest on, from the logs alone; without how far those were read and signed.
pub async fn figures(hub: &Hub) -> Vec<Value> {
    let mut all = Vec::new();
    for figure in ["committed", "realised", "signed", "verified"] {
        let pages = hub.run(&["audit", "explain", figure, "--region", REGION, "--format", "json"]).await;
        for mut page in pages {
            assert_eq!(page["findings"], json!([]), "{figure}");
            assert!(page["amount"].as_i64().unwrap() > 0, "{figure}");
            let page = page.as_object_mut().unwrap();
            assert!(page.remove("readUpTo").is_some() && page.remove("proofs").is_some());
            assert!(page.remove("checkpoints").is_some());
            let mut page = json!(page);
            unsigned(&mut page);
            all.push(page);
        }
    }
    all
}

/// Takes out which checkpoint covers an event: more are cut meanwhile.
fn unsigned(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("checkpoint");
            fields.values_mut().for_each(unsigned);
        }
        Value::Array(items) => items.iter_mut().for_each(unsigned),
        _ => {}
    }
}

/// Verifies the logs, makes an export and verifies that. What was said, and the files of the export, stand in the
/// hub's folder afterwards: there everything is looked through.
pub async fn logs_and_an_export_of_them(hub: &Hub) {
    let folder = hub.data.path();
    let zip = folder.join("export.zip");
    let zip = zip.to_str().unwrap();
    // The auditor has the key on paper: in the file are those that were published before.
    let keys = hub.data.path().join("keys.txt");
    std::fs::write(&keys, hub.said(&["audit", "keys", REGION]).await).unwrap();
    let keys = keys.to_str().unwrap();
    let verdicts = hub.run(&["audit", "verify", REGION, "--key", keys, "--format", "json"]).await;
    assert_eq!(verdicts.len(), Service::ALL.len());
    for verdict in &verdicts {
        let signed = verdict["checkpoints"].as_array().unwrap().len();
        assert!(verdict["findings"] == json!([]) && signed > 0, "{verdict}");
        assert_eq!(verdict["verdict"]["kind"], "intact", "{verdict}");
    }
    hub.said(&["audit", "export", REGION, "--out", zip, "--format", "json"]).await;
    let mut checked = hub.run(&["audit", "verify", zip, "--key", keys, "--format", "json"]).await;
    // On a slow machine it tells its progress as well.
    checked.retain(|line| line.get("verdict").is_some());
    assert_eq!(checked.len(), Service::ALL.len());
    for (log, verdict) in checked.iter().zip(&verdicts) {
        assert!(log["verdict"]["kind"] == "intact" && log["signed"].as_u64().unwrap() > 0, "{log}");
        assert!(
            verdicts.iter().any(|verdict| verdict["service"] == log["service"] && verdict["size"] == log["last"]),
            "{verdict}"
        );
    }
    let mut told = String::new();
    for what in [REGION, zip] {
        told += &hub.said(&["audit", "verify", what, "--key", keys]).await;
        told += &hub.said(&["audit", "verify", what, "--key", keys, "--format", "json"]).await;
    }
    for language in ["nl", "en"] {
        told += &hub.said(&["audit", "explain", "verified", "--region", REGION, "--language", language]).await;
    }
    assert!(told.contains("intact") && told.contains("consortium"), "{told}");
    std::fs::write(folder.join("told.txt"), told).unwrap();
    unpacked(zip.into(), folder.join("export"));
    accountant::finds_an_export_intact_and_an_altered_minute_by_its_position(hub, zip.as_ref(), &folder.join("export"))
        .await;
}

fn unpacked(zip: PathBuf, into: PathBuf) {
    zip::ZipArchive::new(File::open(zip).unwrap()).unwrap().extract(&into).unwrap();
    let texts = std::fs::read_to_string(into.join("events/consortium.ndjson")).unwrap();
    assert!(texts.contains("pupil-registered") && texts.contains("person-forgotten"));
}

//! The walkthrough of an accountant: the key on paper, the zip, and a browser that asks nothing of the network.

#[path = "../../../../services/audit/tests/it/export/browser.rs"]
mod browser;

use super::{Hub, REGION};
use browser::{Browser, installed};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// Follows it over the zip of a region that was really played, and over one in which a minute was altered.
pub async fn finds_an_export_intact_and_an_altered_minute_by_its_position(hub: &Hub, zip: &Path, unpacked: &Path) {
    let Some(program) = installed() else {
        assert!(std::env::var_os("CI").is_none(), "there is no Chromium: apt-get install -y chromium");
        eprintln!("NOT TESTED: there is no Chromium on this machine (apt-get install -y chromium)");
        return;
    };
    let readme = std::fs::read_to_string(unpacked.join("README.txt")).unwrap();
    assert!(readme.contains("verify.html"), "{readme}");
    let keys = hub.said(&["audit", "keys", REGION]).await;
    let key = keys.lines().last().unwrap().to_owned();
    let altered = zip.with_file_name("altered.zip");
    let position = with_a_minute_altered(zip, &altered);
    let (zip, page) = (zip.to_owned(), unpacked.join("verify.html"));
    let looked = move || {
        let mut browser = Browser::open(program, &page);
        let (state, words) = browser.checked(&zip, &key);
        assert_eq!(state, "intact", "{words}");
        let (state, words) = browser.checked(&altered, &key);
        assert_eq!(state, "broken", "{words}");
        assert!(words.contains(&format!("first bad position {position} of hotspots")), "{words}");
    };
    tokio::task::spawn_blocking(looked).await.unwrap();
}

/// Copies an export; the first attendance that was confirmed says one minute more. Where it stands.
fn with_a_minute_altered(from: &Path, to: &Path) -> usize {
    let mut archive = ZipArchive::new(File::open(from).unwrap()).unwrap();
    let mut copy = ZipWriter::new(File::create(to).unwrap());
    let mut position = 0;
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let (name, mut bytes) = (file.name().unwrap().into_owned(), Vec::new());
        file.read_to_end(&mut bytes).unwrap();
        if name == "events/hotspots.ndjson" {
            let text = String::from_utf8(bytes).unwrap();
            let at = text.find("attendance-day-confirmed.v1").unwrap();
            position = text[..at].lines().count();
            let minutes = at + text[at..].find(r#""minutes":"#).unwrap() + r#""minutes":"#.len();
            bytes = format!("{}1{}", &text[..minutes], &text[minutes..]).into_bytes();
        }
        copy.start_file(name, SimpleFileOptions::default()).unwrap();
        copy.write_all(&bytes).unwrap();
    }
    copy.finish().unwrap();
    position
}

//! The page inside an export, in a real browser without a network.

use super::browser::{Browser, installed};
use super::damage::{exported, files, forged};
use std::fs;

/// Where there is no Chromium nothing can be said about the page; `.ci/run` installs it, and then this is no way out.
pub fn chromium() -> Option<&'static str> {
    let program = installed();
    if program.is_none() {
        assert!(std::env::var_os("CI").is_none(), "there is no Chromium: apt-get install -y chromium");
        eprintln!("NOT TESTED: there is no Chromium on this machine (apt-get install -y chromium)");
    }
    program
}

#[tokio::test]
async fn the_page_calls_intact_only_what_a_given_key_signed() {
    let Some(program) = chromium() else { return };
    let (world, path) = exported().await;
    let page = world.path("verify.html");
    fs::write(&page, &files(&path)["verify.html"]).unwrap();
    let keys = format!("{}\n{}", world.key("hotspots"), world.key("consortium"));
    let to = |name: &str| world.path(&format!("{name}.zip"));
    let mut browser = Browser::open(program, &page);

    let (state, words) = browser.checked(&path, &keys);
    assert_eq!(state, "intact", "{words}");
    assert!(words.contains("Intact") && words.contains("the keys that you gave"), "{words}");
    let absent = "nothing is said of it: agreements, assessments, co-financing, audit";
    assert!(words.contains(absent), "a log that is not in it is named: {words}");
    let (state, words) = browser.checked(&path, "");
    assert_eq!(state, "unvouched", "{words}");
    assert!(words.contains("nobody vouches for it") && !words.contains("Intact"), "{words}");
    assert!(words.contains(&world.key("hotspots").to_string()), "the key to compare is shown: {words}");

    // The event behind an edge shows what was left out there; without it nothing does.
    let dated = super::damage::dated(&world).await;
    let (state, words) = browser.checked(&dated, &keys);
    assert_eq!(state, "intact", "{words}");
    let lowered = forged(&dated, to("page-lowered"), |files| super::edges::lower_last(files, 2));
    let (state, words) = browser.checked(&lowered, &keys);
    assert!(state == "broken" && words.contains("The event beside the range"), "{state} {words}");
    let bare = forged(&dated, to("page-bare"), |files| {
        super::edges::lower_last(files, 2);
        super::edges::forget(files);
    });
    let (state, words) = browser.checked(&bare, &keys);
    assert!(state == "edges" && words.contains("not proven"), "{state} {words}");

    let edited = forged(&path, to("page-edited"), |files| {
        let text = String::from_utf8(files["events/hotspots.ndjson"].clone()).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines[16] = lines[16].replace("\"actorrole\":\"", "\"actorrole\":\"x");
        files.insert("events/hotspots.ndjson".into(), (lines.join("\n") + "\n").into_bytes());
    });
    let (state, words) = browser.checked(&edited, &keys);
    assert_eq!(state, "broken");
    assert!(words.contains("Not as it was: first bad position 17 of hotspots"), "{words}");

    let leaves = forged(&path, to("page-leaves"), |files| files.get_mut("leaves/hotspots.bin").unwrap()[32 * 29] ^= 1);
    let (state, words) = browser.checked(&leaves, &keys);
    assert_eq!(state, "broken");
    assert!(words.contains("first bad position 26 of hotspots") && words.contains("hotspots@30"), "{words}");

    let policy = forged(&path, to("page-policy"), |files| {
        let text = String::from_utf8(files["policies.json"].clone()).unwrap();
        files.insert(
            "policies.json".into(),
            text.replace("\"forfaitShare\":2500", "\"forfaitShare\":9900").into_bytes(),
        );
    });
    assert_eq!(browser.checked(&policy, &keys).0, "broken");

    let other = forged(&path, to("page-other"), |files| {
        files.insert("checkpoints/hotspots.txt".into(), files["checkpoints/consortium.txt"].clone());
    });
    let (state, words) = browser.checked(&other, &keys);
    assert!(state == "broken" && words.contains("A checkpoint is of another log."), "{words}");

    let newer = forged(&path, to("page-newer"), |files| {
        let text = String::from_utf8(files["manifest.json"].clone()).unwrap();
        files.insert("manifest.json".into(), text.replace("\"version\": 1", "\"version\": 2").into_bytes());
    });
    let (state, words) = browser.checked(&newer, "");
    assert!(state == "broken" && words.contains("another version than this page knows"), "{words}");

    let zip = forged(&path, to("page-forged"), super::forger::forge);
    let (state, words) = browser.checked(&zip, &keys);
    assert!(state == "broken" && words.contains("first bad position 1 of hotspots"), "{words}");
    assert!(browser.checked(&zip, "").0 != "intact");

    let foreign = proofs::Signer::new("hub.example.nl/voorbeeld/hotspots", &[9; 32]).unwrap();
    let (state, words) = browser.checked(&path, &foreign.verifier(proofs::Kind::Log).to_string());
    assert!(state == "broken" && words.contains("is signed with a key that you gave"), "{words}");
    assert!(browser.checked(&path, "no key").1.contains("What you pasted is no key"));

    let whole = fs::read(&path).unwrap();
    for length in [0, 100, whole.len() / 2, whole.len() - 1] {
        let cut = to(&format!("page-cut-{length}"));
        fs::write(&cut, &whole[..length]).unwrap();
        let (state, words) = browser.checked(&cut, &keys);
        assert!(state == "broken" && words.contains("damaged or cut off"), "{length}: {words}");
    }
    let content = files(&path);
    for at in (0..whole.len()).step_by(whole.len() / 20) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        let flipped = to(&format!("page-flipped-{at}"));
        fs::write(&flipped, bytes).unwrap();
        // A flip in a date of the zip itself changes nothing that is read; some other readers refuse such a zip.
        if browser.checked(&flipped, &keys).0 != "broken"
            && let Ok(read) = super::damage::try_files(&flipped)
        {
            assert_eq!(read, content, "byte {at}");
        }
    }

    browser.says("speak(0)");
    let (_, words) = browser.checked(&path, &keys);
    assert!(
        words.contains("Ongeschonden tot waar")
            && words.contains("langs een andere weg")
            && !words.contains("Intact up"),
        "{words}"
    );
    drop(browser);
    world.end().await;
}

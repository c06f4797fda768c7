//! An event that the schema of its type refuses is told by its position, apart from what was altered.

use super::browser::Browser;
use super::damage::{files, forged};
use super::page::chromium;
use super::world::World;
use crate::export::world::check;
use evidence::export::Dates;
use evidence::verify::{Given, Standing, What};
use std::fs;
use std::path::PathBuf;

/// An export in which the second event of the consortium does not conform.
async fn exported() -> (World, PathBuf) {
    let world = World::new().await;
    world.policy().await;
    world.without_house_number().await;
    world.day("2026-09-01", 30).await;
    world.checkpoint("consortium", 2).await;
    world.checkpoint("hotspots", 30).await;
    let path = world.export("nonconforming", Dates::default()).await.unwrap();
    (world, path)
}

/// One event less than there was, with all digests of the manifest made to fit.
fn altered(world: &World, path: &std::path::Path) -> PathBuf {
    forged(path, world.path("altered.zip"), |files| {
        let text = String::from_utf8(files["events/consortium.ndjson"].clone()).unwrap();
        let text = text.replace("Voorbeeldstad", "Voorbeelddorp");
        files.insert("events/consortium.ndjson".into(), text.into_bytes());
    })
}

#[tokio::test]
async fn altered_wins_over_nonconforming() {
    let (world, path) = exported().await;
    let checked = check(&path, &world.given(), |_| ()).unwrap();
    assert_eq!((checked.findings.len(), checked.nonconforming.len()), (0, 1), "{:?}", checked.findings);
    let told = &checked.nonconforming[0];
    assert_eq!(
        (told.service.as_deref(), told.position, told.code),
        (Some("consortium"), Some(2), Some(What::Nonconforming))
    );
    assert!(told.what.ends_with("refuses it at /data/address/number"), "{told}");
    assert_eq!(checked.verdict(), Standing::Nonconforming { up_to: 32, unsigned: 0 });

    let unkeyed = check(&path, &Given::default(), |_| ()).unwrap();
    assert!(matches!(unkeyed.verdict(), Standing::Nonconforming { up_to: 0, .. }), "{}", unkeyed.verdict());
    assert!(unkeyed.verdict().to_string().contains("nobody vouches for it"));

    let checked = check(&altered(&world, &path), &world.given(), |_| ()).unwrap();
    assert_eq!(checked.verdict(), Standing::Altered);
    assert!(checked.findings.iter().all(|finding| finding.code != Some(What::Nonconforming)), "{:?}", checked.findings);
    world.end().await;
}

#[tokio::test]
async fn the_page_distinguishes_nonconforming_from_altered() {
    let Some(program) = chromium() else { return };
    let (world, path) = exported().await;
    let page = world.path("verify.html");
    fs::write(&page, &files(&path)["verify.html"]).unwrap();
    let keys = format!("{}\n{}", world.key("hotspots"), world.key("consortium"));
    let mut browser = Browser::open(program, &page);
    let (state, words) = browser.checked(&path, &keys);
    assert_eq!(state, "nonconforming", "{words}");
    assert!(words.contains("consortium@2") && words.contains("/data/address/number"), "{words}");
    assert!(words.contains("Not altered") && !words.contains("Not as it was"), "{words}");
    let (state, words) = browser.checked(&altered(&world, &path), &keys);
    assert_eq!(state, "broken", "{words}");
    drop(browser);
    world.end().await;
}

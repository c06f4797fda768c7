//! The catalogue over HTTP.

use crate::region::{Region, problem, road_safety, rubric};
use serde_json::{Value, json};
use testkit::Holding;
use vocabulary::Role;

const ELECTIVES: &str = include_str!("../data/electives.csv");
const DEELTAKEN: &str = include_str!("../data/deeltaken.csv");

fn files(electives: &str, deeltaken: &str) -> Value {
    json!({ "electives": electives, "deeltaken": deeltaken })
}

async fn import(region: &Region, files: &Value) -> testkit::Answer {
    region.member.post(&region.path("catalogue-imports"), files).await
}

async fn preview(region: &Region, files: &Value) -> Value {
    let answer = region.member.post(&region.path("catalogue-imports/preview"), files).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn events(region: &Region) -> usize {
    region.hub.events("assessments").await.len()
}

async fn listed(region: &Region, query: &str) -> Value {
    region.hub.settle().await;
    let answer = region.member.get(&region.path(&format!("electives{query}"))).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn the_same_files_again_change_nothing() {
    let region = Region::new().await;
    let files = files(ELECTIVES, DEELTAKEN);
    let before = preview(&region, &files).await;
    assert_eq!((&before["electives"], &before["deeltaken"], &before["added"]), (&json!(7), &json!(15), &json!(7)));
    assert_eq!(before["sharedCodes"], json!(["K/EO/09"]));
    assert_eq!(events(&region).await, 0, "a preview writes nothing");

    let first = import(&region, &files).await;
    assert_eq!(first.status, 201, "{}", first.text());
    assert_eq!(events(&region).await, 8, "seven electives and the import");
    let again = import(&region, &files).await;
    assert_eq!((again.status.as_u16(), again.json()["id"].clone()), (201, first.json()["id"].clone()));
    assert_eq!(events(&region).await, 8);
    assert_eq!(preview(&region, &files).await["added"], 0);
    assert_eq!(listed(&region, "").await["items"].as_array().unwrap().len(), 7);
}

#[tokio::test]
async fn an_import_lists_its_changes() {
    let region = Region::new().await;
    import(&region, &files(ELECTIVES, DEELTAKEN)).await;
    let newer = files(&ELECTIVES.replace("Duurzame energie", "Zonnestroom"), DEELTAKEN);
    let expected = json!([{
        "id": "b35a6165-84d8-46ee-85a0-0aa2c68cc302", "code": "K/PIE/05", "fields": ["title"],
    }]);
    assert_eq!(preview(&region, &newer).await["changed"], expected);
    let imported = import(&region, &newer).await;
    let report = region.member.get(imported.header("location")).await.json();
    assert_eq!((&report["added"], &report["changed"]), (&json!(0), &json!(["b35a6165-84d8-46ee-85a0-0aa2c68cc302"])));
    assert_eq!(listed(&region, "?search=ZONNESTROOM").await["items"][0]["code"], "K/PIE/05");
}

#[tokio::test]
async fn a_file_with_faults_is_refused_whole_with_every_fault() {
    let region = Region::new().await;
    let bad = files(&ELECTIVES.replacen("keuzevak;M&T", "keuzevak;MaT", 1), &DEELTAKEN.replacen(";4\n", ";vier\n", 1));
    let faults = preview(&region, &bad).await["faults"].clone();
    let refused = import(&region, &bad).await;
    assert_eq!(problem(&refused), "400 invalid");
    let told = refused.json()["errors"].as_array().unwrap().len();
    assert_eq!((faults.as_array().unwrap().len(), told), (4, 4), "{faults}");
    assert_eq!(events(&region).await, 0);
}

#[tokio::test]
async fn a_region_adds_an_elective_of_its_own() {
    let region = Region::new().await;
    let added = region.member.post(&region.path("electives"), &road_safety()).await;
    let shown = region.member.get(added.header("location")).await;
    assert_eq!((&shown.json()["own"], &shown.json()["unusualSize"]), (&json!(true), &json!(false)));

    let mut long = road_safety();
    long["size"] = json!(6001);
    let revised = region.member.put(added.header("location"), &long).await;
    assert_eq!(revised.status, 200, "{}", revised.text());
    // R095: outside 80 to 100 clock hours is told and not refused.
    assert_eq!(region.member.get(added.header("location")).await.json()["unusualSize"], true);
    assert_eq!(
        problem(&region.member.post(&region.path("electives"), &road_safety()).await),
        "409 elective-already-there"
    );

    // R101: 10 days of 8 hours for 100 hours.
    let fit = region.member.get(&format!("{}/fit?days=10", added.header("location"))).await.json();
    assert_eq!((&fit["fits"], &fit["left"]), (&json!(["VWW/1"]), &json!(["VWW/2"])));

    import(&region, &files(ELECTIVES, DEELTAKEN)).await;
    assert_eq!(listed(&region, "?kind=elective").await["items"].as_array().unwrap().len(), 7);
    assert_eq!(listed(&region, "?profile=M%26T").await["items"][0]["code"], "K/MET/13");
    let first = listed(&region, "?limit=5").await;
    let rest = listed(&region, &format!("?limit=5&after={}", first["next"].as_str().unwrap().replace(' ', "+"))).await;
    assert_eq!((rest["items"].as_array().unwrap().len(), rest["items"][2]["code"].clone()), (3, json!("VWW")));
}

#[tokio::test]
async fn the_catalogue_is_everyones_to_read_and_few_to_change() {
    let region = Region::new().await;
    let elective = region.elective().await;
    let pupil = region.hub.granted(Holding::of(Role::Pupil).person(region.pupil)).await;
    assert_eq!(pupil.get(&region.path(&format!("electives/{elective}"))).await.status, 200);
    for someone in [&pupil, &region.teacher, &region.supervisor] {
        assert_eq!(problem(&someone.post(&region.path("electives"), &road_safety()).await), "403 not-allowed");
        let rubric = someone.put(&region.path(&format!("electives/{elective}/rubric")), &rubric(&["W1"])).await;
        assert_eq!(problem(&rubric), "403 not-allowed");
    }
    assert_eq!(problem(&region.hub.stranger().get(&region.path("electives")).await), "403 not-allowed");
}

#[tokio::test]
async fn the_real_files_are_imported_whole_and_again_change_nothing() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/electives");
    let open = |name: &str| std::fs::read_to_string(format!("{folder}/{name}"));
    let (Ok(electives), Ok(deeltaken)) =
        (open("slo_profielmodules_keuzevakken_2025-12.csv"), open("slo_deeltaken_2025-12.csv"))
    else {
        return; // Public data that the project does not carry.
    };
    let region = Region::new().await;
    let files = files(&electives, &deeltaken);
    assert_eq!(import(&region, &files).await.status, 201);
    assert_eq!(events(&region).await, 199, "198 electives and the import");
    assert_eq!(import(&region, &files).await.status, 201);
    assert_eq!(events(&region).await, 199);
    let preview = preview(&region, &files).await;
    assert_eq!((&preview["electives"], &preview["deeltaken"]), (&json!(198), &json!(677)));
    assert_eq!((&preview["added"], &preview["changed"]), (&json!(0), &json!([])));
    let twins = listed(&region, "?search=K/EO/09").await;
    assert_eq!(
        twins["items"].as_array().unwrap().iter().map(|twin| twin["deeltaken"].clone()).collect::<Vec<_>>(),
        [2, 2]
    );
}

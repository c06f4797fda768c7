//! What is this region, who takes part, which hotspots are there?

use crate::world::{World, each};
use serde_json::json;
use std::collections::BTreeSet;
use vocabulary::HotspotId;

#[tokio::test]
async fn a_region_shows_its_partners_plan_and_target() {
    let world = World::new().await;
    let stream = format!("consortium/{}", world.hub.region);
    world.fact("consortium.consortium-founded", &stream, json!({ "name": "Voorbeeld" })).await;
    for (school, name) in [(&world.school, "Eerste"), (&world.other_school, "Tweede")] {
        world.fact("consortium.school-joined", &stream, json!({ "school": school, "name": name })).await;
    }
    world.fact("consortium.company-nominated", &format!("company/{}", world.company), json!({ "name": "Kou" })).await;
    world.fact("consortium.company-joined", &stream, json!({ "company": world.company })).await;
    let school = json!({ "school": world.other_school });
    world.fact("consortium.school-left", &stream, school).await;
    world.fact("consortium.target-set", &stream, json!({ "amount": 1_000_000, "share": 1000 })).await;
    world.hub.settle().await;
    let region = world.leader.get(&format!("/v1/regions/{}", world.hub.region)).await.expect(200).json();
    assert_eq!(
        (&region["name"], &region["target"], &region["targetShare"]),
        (&json!("Voorbeeld"), &json!(1_000_000), &json!(1000))
    );
    // A company's name comes from the company itself.
    assert_eq!(each(region["partners"].as_array().unwrap(), "name"), ["Kou", "Eerste"]);
}

#[tokio::test]
async fn a_region_shows_two_thousand_partners_and_where_the_next_ones_are() {
    let world = World::new().await;
    let stream = format!("consortium/{}", world.hub.region);
    world.fact("consortium.consortium-founded", &stream, json!({ "name": "Voorbeeld" })).await;
    world.hub.settle().await;
    let url = format!("/v1/regions/{}", world.hub.region);
    // Schools share a name, so that the id tells them apart; the company has none that is known.
    let mut owner = world.hub.hub.db.acquire().await.unwrap().detach();
    let many = format!(
        "reset role; set regiohub.region = '{0}';
         insert into regions.partner (region, kind, id, name, vmbo)
         select '{0}', 'school', to_char(n, 'FM0000'), 'School ' || n / 3, true from generate_series(1, 1999) n;
         insert into regions.partner (region, kind, id, vmbo) values ('{0}', 'company', '{1}', false)",
        world.hub.region, world.company
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(many)).execute(&mut owner).await.unwrap();
    let whole = world.leader.get(&url).await.expect(200).json();
    assert_eq!((whole["partners"].as_array().unwrap().len(), whole.get("next")), (2_000, None));

    let one_more = "insert into regions.partner (region, kind, id, name, vmbo)
                    values (current_setting('regiohub.region'), 'school', '2000', 'School 12', true)";
    sqlx::raw_sql(one_more).execute(&mut owner).await.unwrap();
    let first = world.leader.get(&url).await.expect(200).json();
    let next = first["next"].as_str().unwrap();
    let rest = world.leader.get(&format!("{url}?after={next}")).await.expect(200).json();
    assert_eq!((&rest["name"], rest.get("next")), (&json!("Voorbeeld"), None));
    let [first, rest] = [&first, &rest].map(|shown| shown["partners"].as_array().unwrap().clone());
    assert_eq!((first.len(), rest.len()), (2_000, 1));
    let all: Vec<_> = first.into_iter().chain(rest).collect();
    let ids: BTreeSet<&str> = each(&all, "id").into_iter().collect();
    assert_eq!((ids.len(), each(&all, "kind")[0]), (2_001, "company"));

    for after in ["!", "AA", ""] {
        let refused = world.leader.get(&format!("{url}?after={after}")).await.expect(400);
        assert_eq!(refused.problem(), "invalid", "{after:?}");
    }
}

#[tokio::test]
async fn companies_are_listed_by_name_with_their_state() {
    let world = World::new().await;
    for (company, name) in [(world.company, "Kou"), (world.other_company, "Bouw")] {
        world.fact("consortium.company-nominated", &format!("company/{company}"), json!({ "name": name })).await;
    }
    world.fact("consortium.company-oriented", &format!("company/{}", world.company), json!({})).await;
    assert_eq!(each(&world.paged(&world.leader, "companies").await, "name"), ["Bouw", "Kou"]);
    assert_eq!(each(&world.list(&world.leader, "companies?status=oriented").await, "name"), ["Kou"]);
}

#[tokio::test]
async fn a_hotspot_shows_which_papers_it_has() {
    let world = World::new().await;
    let stream = format!("hotspot/{}", world.hotspot);
    world.fact("consortium.company-nominated", &format!("company/{}", world.company), json!({ "name": "Kou" })).await;
    world.fact("hotspots.hotspot-proposed", &stream, json!({ "company": world.company, "name": "Zon" })).await;
    // Another one of the same name: the id tells them apart from page to page.
    let twin = HotspotId::fresh();
    let said = json!({ "company": world.other_company, "name": "Zon" });
    world.fact("hotspots.hotspot-proposed", &format!("hotspot/{twin}"), said).await;
    world.fact("hotspots.hotspot-plan-of-approach-adopted", &stream, json!({})).await;
    for school in [&world.school, &world.other_school] {
        world.fact("hotspots.hotspot-contract-attached", &stream, json!({ "school": school })).await;
    }
    world.fact("hotspots.hotspot-contract-detached", &stream, json!({ "school": world.other_school })).await;
    world.fact("hotspots.hotspot-safety-check-attached", &stream, json!({ "validUntil": "2027-08-31" })).await;
    world.fact("hotspots.hotspot-opened", &stream, json!({ "company": world.company })).await;
    assert_eq!(world.paged(&world.leader, "hotspots").await.len(), 2);
    let open = world.list(&world.leader, "hotspots?status=open").await;
    let [open] = &open[..] else { panic!("{open:?}") };
    assert_eq!(open["id"], json!(world.hotspot));
    assert_eq!((&open["companyName"], &open["planOfApproach"]), (&json!("Kou"), &json!(true)));
    assert_eq!((&open["schools"], &open["safetyValidUntil"]), (&json!([world.school]), &json!("2027-08-31")));
    let shown = world.leader.get(&world.url(&format!("hotspots/{}", world.hotspot))).await.expect(200).json();
    assert_eq!(&shown, open);
    let none = world.leader.get(&world.url(&format!("hotspots/{}", HotspotId::fresh()))).await.expect(404);
    assert_eq!(none.problem(), "hotspot-not-found");
}

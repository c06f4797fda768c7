//! Which contracts and stage agreements are there, and how far are they?

use crate::world::{World, each};
use serde_json::json;
use testkit::Holding;
use vocabulary::{AgreementId, ContractId, PersonId, Role};

#[tokio::test]
async fn a_contract_is_open_until_company_and_school_signed_the_same_document() {
    let world = World::new().await;
    let stream = format!("contract/{}", ContractId::fresh());
    world.fact("agreements.contract-drawn-up", &stream, json!({ "company": world.company })).await;
    let said = json!({ "company": world.other_company });
    world.fact("agreements.contract-drawn-up", &format!("contract/{}", ContractId::fresh()), said).await;
    world.fact("agreements.contract-signed", &stream, json!({ "party": { "company": world.company } })).await;
    world.fact("agreements.contract-signed", &stream, json!({ "party": { "school": world.school } })).await;
    world.fact("agreements.contract-concluded", &stream, json!({})).await;
    let concluded = world.list(&world.leader, "contracts?status=concluded").await;
    assert_eq!((&concluded[0]["signedByCompany"], &concluded[0]["schools"]), (&json!(true), &json!([world.school])));
    world.fact("agreements.contract-amended", &stream, json!({ "edition": 2 })).await;
    let all = world.paged(&world.leader, "contracts").await;
    assert_eq!(each(&all, "status"), ["open", "open"]);
    assert_eq!((&all[0]["edition"], &all[0]["schools"]), (&json!(2), &json!([])));

    // Any school may sign any contract; a company sees its own.
    let teacher = world.at_school(Role::Teacher).await;
    let signatory = world.at_company(Role::CompanySignatory).await;
    assert_eq!(world.list(&teacher, "contracts").await.len(), 2);
    assert_eq!(each(&world.list(&signatory, "contracts").await, "company"), [world.company.to_string()]);
    let pupil = world.hub.granted(Holding::of(Role::Pupil).person(PersonId::fresh())).await;
    pupil.get(&world.url("contracts")).await.expect(403);
}

#[tokio::test]
async fn a_stage_agreement_is_its_schools_own_until_it_is_offered() {
    let world = World::new().await;
    let stream = format!("stage-agreement/{}", AgreementId::fresh());
    let pupil = world.pupil("Ada", "Appel", &world.school).await;
    let said = json!({ "pupil": pupil, "school": world.school, "company": world.company });
    world.fact("agreements.stage-agreement-drafted", &stream, said).await;
    let teacher = world.at_school(Role::Teacher).await;
    let elsewhere = world.hub.granted(Holding::of(Role::Teacher).school(&world.other_school)).await;
    let supervisor = world.at_company(Role::CompanySupervisor).await;
    let parent = world.hub.granted(Holding::of(Role::Parent).person(pupil)).await;
    assert_eq!(each(&world.list(&teacher, "stage-agreements").await, "status"), ["draft"]);
    for who in [&elsewhere, &supervisor, &parent] {
        assert_eq!(world.list(who, "stage-agreements").await.len(), 0);
    }
    world.fact("agreements.stage-agreement-offered", &stream, json!({})).await;
    for who in [&teacher, &supervisor, &parent] {
        assert_eq!(each(&world.list(who, "stage-agreements").await, "status"), ["offered"]);
    }
    assert_eq!(each(&world.list(&teacher, "stage-agreements").await, "givenName"), ["Ada"]);
    assert_eq!(world.list(&elsewhere, "stage-agreements").await.len(), 0);
    world.leader.get(&world.url("stage-agreements")).await.expect(403);

    world.fact("agreements.stage-agreement-activated", &stream, json!({})).await;
    assert_eq!(world.list(&teacher, "stage-agreements?status=active").await.len(), 1);
    world.fact("agreements.stage-agreement-amended", &stream, json!({ "edition": 2 })).await;
    assert_eq!(world.list(&teacher, "stage-agreements?status=offered").await.len(), 1);
    world.fact("agreements.ended-by-consent", &stream, json!({ "endsOn": "2027-03-05" })).await;
    assert_eq!(each(&world.list(&teacher, "stage-agreements").await, "until"), ["2027-03-05"]);
}

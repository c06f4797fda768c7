//! Which signatures are open? Each goes when it is put, and comes back when it is voided.

use crate::world::World;
use serde_json::{Value, json};
use testkit::Client;
use vocabulary::{AgreementId, ContractId, ContributionId, PersonId, Role};

impl World {
    /// Who is waited for, each with the school where there is one.
    async fn open(&self, who: &Client) -> Vec<String> {
        let open = self.paged(who, "open-signatures").await;
        let text = |item: &Value| match item["school"].as_str() {
            Some(school) => format!("{} {school}", item["party"].as_str().unwrap()),
            None => item["party"].as_str().unwrap().to_owned(),
        };
        let mut open: Vec<_> = open.iter().map(text).collect();
        open.sort();
        open
    }
}

#[tokio::test]
async fn a_contract_waits_for_its_company_and_a_first_school() {
    let world = World::new().await;
    let stream = format!("contract/{}", ContractId::fresh());
    let teacher = world.at_school(Role::Teacher).await;
    let signatory = world.at_company(Role::CompanySignatory).await;
    world.fact("agreements.contract-drawn-up", &stream, json!({ "company": world.company })).await;
    assert_eq!(world.open(&world.leader).await, ["company", "school"]);
    // Any school may be the one: every teacher sees that it is waited for, and nothing of the company's side.
    assert_eq!(world.open(&teacher).await, ["school"]);
    assert_eq!(world.open(&signatory).await, ["company", "school"]);

    let company = json!({ "party": { "company": world.company } });
    let school = |code| json!({ "party": { "school": code } });
    world.fact("agreements.contract-signed", &stream, company).await;
    assert_eq!(world.open(&world.leader).await, ["school"]);
    world.fact("agreements.contract-signed", &stream, school(&world.school)).await;
    world.fact("agreements.contract-signed", &stream, school(&world.other_school)).await;
    assert_eq!(world.open(&world.leader).await, [""; 0]);

    // All three at once: the same moment, the same contract, two of the same party.
    let voided = json!([{ "company": world.company }, { "school": world.school }, { "school": world.other_school }]);
    world.fact("agreements.contract-amended", &stream, json!({ "voided": voided })).await;
    assert_eq!(world.open(&world.leader).await, ["company", "school 99XX00", "school 99YY00"]);
    assert_eq!(world.open(&teacher).await, ["school 99XX00"]);
    assert_eq!(world.open(&signatory).await.len(), 3);
    world.fact("agreements.contract-signed", &stream, school(&world.school)).await;
    assert_eq!(world.open(&world.leader).await, ["company", "school 99YY00"]);
}

#[tokio::test]
async fn a_stage_agreement_waits_for_three_sides_once_it_is_offered() {
    let world = World::new().await;
    let (pupil, stream) = (PersonId::fresh(), format!("stage-agreement/{}", AgreementId::fresh()));
    let said = json!({ "pupil": pupil, "school": world.school, "company": world.company });
    world.fact("agreements.stage-agreement-drafted", &stream, said).await;
    world.fact("agreements.stage-agreement-amended", &stream, json!({ "voided": [] })).await;
    assert_eq!(world.open(&world.leader).await, [""; 0]);
    world.fact("agreements.stage-agreement-offered", &stream, json!({})).await;
    let all = ["company 99XX00", "pupil-or-parent 99XX00", "school 99XX00"];
    assert_eq!(world.open(&world.leader).await, all);

    let signed = |party: &str, minor: bool| json!({ "party": party, "pupilMinor": minor });
    world.fact("agreements.stage-agreement-signed", &stream, signed("company", true)).await;
    // A minor's own signature is not the one that is waited for.
    world.fact("agreements.stage-agreement-signed", &stream, signed("pupil", true)).await;
    assert_eq!(world.open(&world.leader).await, ["pupil-or-parent 99XX00", "school 99XX00"]);
    world.fact("agreements.consent-form-recorded", &stream, json!({})).await;
    assert_eq!(world.open(&world.leader).await, ["school 99XX00"]);
    // The form is void as well, though it is none of the signatures.
    world.fact("agreements.stage-agreement-amended", &stream, json!({ "voided": ["company", "pupil"] })).await;
    assert_eq!(world.open(&world.leader).await, all);

    world.fact("agreements.stage-agreement-signed", &stream, signed("company", false)).await;
    world.fact("agreements.stage-agreement-signed", &stream, signed("school", false)).await;
    world.fact("agreements.stage-agreement-signed", &stream, signed("pupil", false)).await;
    assert_eq!(world.open(&world.leader).await, [""; 0]);
}

#[tokio::test]
async fn a_contribution_day_waits_for_its_company_and_then_for_the_region() {
    let world = World::new().await;
    let session = world.planned("2026-09-08", 360).await;
    let day = world.day(session, "2026-09-08", "sto");
    world.accrued(&day, 1, 100).await;
    world.accrued(&day, 2, 100).await;
    assert_eq!(world.open(&world.leader).await, ["company"]);
    world.on(&day, "signed", json!({})).await;
    assert_eq!(world.open(&world.leader).await, ["region"]);
    world.on(&day, "verified", json!({})).await;
    assert_eq!(world.open(&world.leader).await, [""; 0]);
    // A correction: one line goes, and what was signed no longer stands.
    world.on(&day, "reversed", json!({ "line": 1 })).await;
    world.on(&day, "signature-voided", json!({})).await;
    assert_eq!(world.open(&world.leader).await, ["company"]);
    world.on(&day, "signed", json!({})).await;
    world.on(&day, "rejected", json!({})).await;
    assert_eq!(world.open(&world.leader).await, ["company"]);
    // Nothing is left to sign for.
    world.on(&day, "reversed", json!({ "line": 2 })).await;
    world.on(&day, "signature-voided", json!({})).await;
    assert_eq!(world.open(&world.leader).await, [""; 0]);
}

#[tokio::test]
async fn a_contribution_in_kind_waits_likewise() {
    let world = World::new().await;
    let contribution = ContributionId::fresh();
    let stream = format!("contribution/{contribution}");
    let said = json!({ "contribution": contribution, "company": world.company });
    world.fact("co-financing.contribution-recorded", &stream, said).await;
    assert_eq!(world.open(&world.leader).await, ["company"]);
    world.fact("co-financing.contribution-signed", &stream, json!({})).await;
    assert_eq!(world.open(&world.leader).await, ["region"]);
    world.fact("co-financing.contribution-signature-voided", &stream, json!({})).await;
    assert_eq!(world.open(&world.leader).await, ["company"]);
    world.fact("co-financing.contribution-reversed", &stream, json!({})).await;
    assert_eq!(world.open(&world.leader).await, [""; 0]);
}

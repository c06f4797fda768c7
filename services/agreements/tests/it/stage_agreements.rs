use crate::world::World;
use serde_json::{Value, json};
use testkit::{Answer, Client, Holding};
use vocabulary::{AgreementId, PersonId, Role};

/// 17 up to 31 August 2026, 18 on 1 September.
const EIGHTEEN_TODAY: &str = "2008-09-01";
const EIGHTEEN_TOMORROW: &str = "2008-09-02";

impl World {
    fn stage_terms(&self) -> Value {
        json!({
            "kind": "block", "stageTeacher": self.staff, "stageSupervisor": self.contact,
            "goals": "Mount and test a board.", "activities": "Helps without voltage.",
            "from": "2026-09-07", "until": "2026-09-18", "hours": 70, "place": "The workshop.",
            "times": "08:00 to 15:30.", "supervision": 60, "conduct": "House rules.",
            "insured": 100_000_000, "damageCap": 50_000,
        })
    }

    async fn offered(&self, pupil: PersonId) -> AgreementId {
        let new = json!({ "pupil": pupil, "company": self.company, "terms": self.stage_terms() });
        let id: AgreementId = self.teacher.post(&self.url("stage-agreements"), &new).await.expect(201).id();
        self.teacher.post(&self.url(&format!("stage-agreements/{id}/offer")), &json!({})).await.expect(200);
        id
    }

    async fn agreement(&self, id: AgreementId) -> Value {
        self.teacher.get(&self.url(&format!("stage-agreements/{id}"))).await.expect(200).json()
    }

    async fn signs(&self, id: AgreementId, by: &Client, slot: &str) -> Answer {
        let hash = self.agreement(id).await["documentHash"].clone();
        by.post(&self.url(&format!("stage-agreements/{id}/{slot}-signature")), &json!({ "documentHash": hash })).await
    }

    async fn both_sign(&self, id: AgreementId) {
        self.signs(id, &self.teacher, "school").await.expect(200);
        self.signs(id, &self.signatory, "company").await.expect(200);
    }

    async fn phase(&self, id: AgreementId) -> String {
        self.agreement(id).await["phase"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn the_pupils_own_signature_is_enough_from_the_eighteenth_birthday_on() {
    let world = World::new().await;
    for (birth_date, phase) in [(EIGHTEEN_TODAY, "active"), (EIGHTEEN_TOMORROW, "offered")] {
        let pupil = world.pupil(birth_date).await;
        let id = world.offered(pupil).await;
        world.both_sign(id).await;
        let own = world.as_person(Role::Pupil, pupil).await;
        world.signs(id, &own, "pupil").await.expect(200);
        assert_eq!(world.phase(id).await, phase, "born on {birth_date}");
    }
}

#[tokio::test]
async fn a_minor_stays_inactive_until_a_parent_signs_or_a_form_is_on_file() {
    let world = World::new().await;
    let pupil = world.pupil("2011-03-04").await;
    let by_parent = world.offered(pupil).await;
    world.both_sign(by_parent).await;
    assert_eq!(world.phase(by_parent).await, "offered");
    let parent = world.as_person(Role::Parent, pupil).await;
    world.signs(by_parent, &parent, "parent").await.expect(200);
    assert_eq!(world.agreement(by_parent).await["permission"], "parent");
    assert_eq!(world.phase(by_parent).await, "active");

    let by_form = world.offered(pupil).await;
    world.both_sign(by_form).await;
    let form = world.url(&format!("stage-agreements/{by_form}/consent-form"));
    let hash = world.agreement(by_form).await["documentHash"].clone();
    let late = json!({ "documentHash": hash, "givenOn": "2026-09-02" });
    assert_eq!(world.teacher.post(&form, &late).await.expect(409).problem(), "stage-agreement-in-future");
    world.teacher.post(&form, &json!({ "documentHash": hash, "givenOn": "2026-08-30" })).await.expect(200);
    assert_eq!(world.phase(by_form).await, "active");
    assert_eq!(world.count("stage-agreement-activated").await, 2);
}

#[tokio::test]
async fn nobody_else_signs() {
    let world = World::new().await;
    let pupil = world.pupil("2011-03-04").await;
    let id = world.offered(pupil).await;
    let foreign = world.hub.granted(Holding::of(Role::CompanySignatory).company(world.other_company)).await;
    world.signs(id, &foreign, "company").await.expect(403);
    let other_teacher = world.hub.granted(Holding::of(Role::Teacher).school(&world.other_school)).await;
    world.signs(id, &other_teacher, "school").await.expect(403);
    let other_child = world.pupil("2011-03-05").await;
    let other_parent = world.as_person(Role::Parent, other_child).await;
    world.signs(id, &other_parent, "parent").await.expect(403);
    world.signs(id, &world.teacher, "company").await.expect(403);
    other_teacher.get(&world.url(&format!("stage-agreements/{id}"))).await.expect(403);
    assert_eq!(world.count("stage-agreement-signed").await, 0);
}

#[tokio::test]
async fn a_draft_is_seen_and_signed_by_nobody_but_its_school() {
    let world = World::new().await;
    let pupil = world.pupil("2011-03-04").await;
    let new = json!({ "pupil": pupil, "company": world.company, "terms": world.stage_terms() });
    let id: AgreementId = world.teacher.post(&world.url("stage-agreements"), &new).await.expect(201).id();
    world.signatory.get(&world.url(&format!("stage-agreements/{id}"))).await.expect(403);
    assert_eq!(world.signs(id, &world.teacher, "school").await.expect(409).problem(), "stage-agreement-not-offered");
}

#[tokio::test]
async fn an_amendment_voids_signatures_and_another_hash_is_refused() {
    let world = World::new().await;
    let pupil = world.pupil(EIGHTEEN_TODAY).await;
    let id = world.offered(pupil).await;
    let old = world.agreement(id).await["documentHash"].clone();
    world.both_sign(id).await;
    let mut longer = world.stage_terms();
    longer["hours"] = json!(72);
    let amend = world.url(&format!("stage-agreements/{id}/amendments"));
    world.teacher.post(&amend, &json!({ "terms": longer })).await.expect(200);
    assert_eq!(world.agreement(id).await["signatures"], json!([]));
    let sign = world.url(&format!("stage-agreements/{id}/company-signature"));
    let refused = world.signatory.post(&sign, &json!({ "documentHash": old })).await.expect(409);
    assert_eq!(refused.problem(), "stage-agreement-other-document");
}

#[tokio::test]
async fn terms_that_break_an_article_are_refused() {
    let world = World::new().await;
    let pupil = world.pupil("2011-03-04").await;
    let refused = async |field: &str, value: Value| {
        let mut terms = world.stage_terms();
        terms[field] = value;
        let new = json!({ "pupil": pupil, "company": world.company, "terms": terms });
        let answer = world.teacher.post(&world.url("stage-agreements"), &new).await;
        assert!(answer.status.is_client_error(), "{field}: {}", answer.text());
        answer.problem()
    };
    assert_eq!(refused("supervision", json!(59)).await, "stage-agreement-too-little-supervision");
    assert_eq!(refused("until", json!("2026-09-06")).await, "stage-agreement-ends-before-start");
    assert_eq!(refused("hours", json!(0)).await, "stage-agreement-no-hours");
    assert_eq!(refused("damageCap", json!(100_000_001)).await, "stage-agreement-damage-beyond-cover");
    // The company's contact is no member of staff of a school.
    assert_eq!(refused("stageTeacher", json!(world.contact)).await, "invalid");
    assert_eq!(world.count("stage-agreement-drafted").await, 0);
}

#[tokio::test]
async fn a_dispute_goes_up_step_by_step_and_what_it_is_about_is_sealed() {
    let world = World::new().await;
    let pupil = world.pupil("2011-03-04").await;
    let id = world.offered(pupil).await;
    world.both_sign(id).await;
    let parent = world.as_person(Role::Parent, pupil).await;
    world.signs(id, &parent, "parent").await.expect(200);
    let own = world.as_person(Role::Pupil, pupil).await;
    let disputes = world.url(&format!("stage-agreements/{id}/disputes"));
    own.post(&disputes, &json!({ "subject": "Canary: sweeping all day" })).await.expect(200);
    let up = format!("{disputes}/1/escalations");
    let skipped = own.post(&up, &json!({ "to": "representatives" })).await.expect(409);
    assert_eq!(skipped.problem(), "stage-agreement-skips-step");
    own.post(&up, &json!({ "to": "stage-teacher" })).await.expect(200);
    let settle = format!("{disputes}/1/settlement");
    world.signatory.post(&settle, &json!({ "outcome": "None" })).await.expect(403);
    world.teacher.post(&settle, &json!({ "outcome": "Other tasks" })).await.expect(200);
    let expected = json!([{ "number": 1, "level": "stage-teacher", "settled": true }]);
    assert_eq!(world.agreement(id).await["disputes"], expected);
    assert!(world.hub.events("agreements").await.iter().all(|event| !event.text.contains("Canary")));
}

#[tokio::test]
async fn a_school_ends_a_stage_after_hearings_and_a_company_with_reasons() {
    let world = World::new().await;
    let pupil = world.pupil(EIGHTEEN_TODAY).await;
    let own = world.as_person(Role::Pupil, pupil).await;
    let active = async || {
        let id = world.offered(pupil).await;
        world.both_sign(id).await;
        world.signs(id, &own, "pupil").await.expect(200);
        id
    };
    let ending = json!({ "endsOn": "2026-09-10", "reasons": "The machine is broken" });
    let by_school = active().await;
    let end = world.url(&format!("stage-agreements/{by_school}/ending-by-school"));
    assert_eq!(world.teacher.post(&end, &ending).await.expect(409).problem(), "stage-agreement-not-heard");
    for who in ["pupil", "stage-supervisor", "stage-teacher"] {
        let hearing = json!({ "who": who, "heardOn": "2026-09-01" });
        world.teacher.post(&world.url(&format!("stage-agreements/{by_school}/hearings")), &hearing).await.expect(200);
    }
    world.teacher.post(&end, &ending).await.expect(200);
    assert_eq!(world.phase(by_school).await, "ended");

    let by_company = active().await;
    let end = world.url(&format!("stage-agreements/{by_company}/ending-by-company"));
    world.signatory.post(&end, &json!({ "endsOn": "2026-09-10" })).await.expect(400);
    world.signatory.post(&end, &ending).await.expect(200);

    let by_consent = active().await;
    let consent = world.url(&format!("stage-agreements/{by_consent}/end-consents"));
    for who in [&world.teacher, &world.signatory, &own] {
        assert_eq!(world.phase(by_consent).await, "active");
        who.post(&consent, &json!({ "endsOn": "2026-09-10" })).await.expect(200);
    }
    assert_eq!(world.agreement(by_consent).await["endedOn"], "2026-09-10");
}

#[tokio::test]
async fn a_forgotten_pupil_changes_the_paper_and_not_the_hash() {
    let world = World::new().await;
    let pupil = world.pupil(EIGHTEEN_TODAY).await;
    let id = world.offered(pupil).await;
    let text = world.url(&format!("stage-agreements/{id}/text"));
    let paper = world.url(&format!("stage-agreements/{id}/document"));
    let before = world.teacher.get(&text).await.expect(200).text();
    assert!(before.contains(&pupil.to_string()) && !before.contains("Zoë"));
    let named = world.signatory.get(&paper).await.expect(200).body;
    assert_eq!(named, world.teacher.get(&paper).await.expect(200).body);
    if let Ok(folder) = std::env::var("REGIOHUB_TEST_PAPERS") {
        std::fs::write(format!("{folder}/stage-agreement.pdf"), &named).unwrap();
    }

    world.hub.hub.vault.forget(&world.hub.region, pupil).await.unwrap();
    assert_eq!(before, world.teacher.get(&text).await.expect(200).text());
    assert_ne!(named, world.teacher.get(&paper).await.expect(200).body);
    assert_eq!(world.signs(id, &world.teacher, "school").await.expect(410).problem(), "person-forgotten");
}

#[tokio::test]
async fn it_is_explained_when_an_agreement_is_needed() {
    let world = World::new().await;
    let ask = async |query: &str| {
        world.teacher.get(&world.url(&format!("stage-agreement-need?{query}"))).await.expect(200).json()
    };
    assert_eq!(ask("kind=visit&age=15").await["need"], "required-by-age");
    assert_eq!(ask("kind=visit&age=16").await["required"], false);
    assert_eq!(ask("kind=block&age=17").await["need"], "required-by-kind");
    world.teacher.get(&world.url("stage-agreement-need?kind=holiday&age=17")).await.expect(400);
}

// R012
#[tokio::test]
async fn the_host_school_agrees_on_an_elective_in_practice() {
    let world = World::new().await;
    let pupil = world.pupil_with_host(EIGHTEEN_TODAY, Some(&world.other_school)).await;
    let host = world.hub.granted(Holding::of(Role::Teacher).school(&world.other_school)).await;
    let draft = async |who: &Client, kind: &str| {
        let mut terms = world.stage_terms();
        terms["kind"] = json!(kind);
        let new = json!({ "pupil": pupil, "company": world.company, "terms": terms });
        who.post(&world.url("stage-agreements"), &new).await
    };
    draft(&world.teacher, "elective-in-practice").await.expect(403);
    draft(&host, "block").await.expect(403);
    draft(&world.teacher, "block").await.expect(201);
    // The host school may, and then names a teacher of its own.
    let refused = draft(&host, "elective-in-practice").await.expect(409);
    assert_eq!(refused.problem(), "stage-agreement-teacher-of-other-school");
}

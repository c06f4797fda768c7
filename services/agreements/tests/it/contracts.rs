use crate::world::World;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use testkit::{Client, Holding};
use vocabulary::{BranchCode, ContractId, Role};

fn terms() -> Value {
    json!({
        "theory": "How a cooling circuit works.", "practice": "Fill and measure a circuit.", "theoryAt": "school",
        "equipment": ["Training rig"], "safety": "Shoes and goggles.", "insurance": "The school insures its pupils.",
        "liability": "Each answers for its own people.", "photos": "No photo without consent.",
        "contribution": "One supervisor a session.", "from": "2026-09-01", "until": "2027-07-31",
    })
}

impl World {
    async fn contract(&self) -> ContractId {
        let new = json!({ "hotspot": self.hotspot, "terms": terms() });
        self.leader.post(&self.url("contracts"), &new).await.expect(201).id()
    }

    async fn shown(&self, contract: ContractId) -> Value {
        self.leader.get(&self.url(&format!("contracts/{contract}"))).await.expect(200).json()
    }

    async fn hash(&self, contract: ContractId) -> String {
        self.shown(contract).await["documentHash"].as_str().unwrap().to_owned()
    }

    async fn member_of(&self, school: &BranchCode) -> Client {
        self.hub.granted(Holding::of(Role::WorkingGroupMember).school(school)).await
    }

    async fn sign_for_company(&self, contract: ContractId, by: &Client, hash: &str) -> testkit::Answer {
        by.post(&self.url(&format!("contracts/{contract}/company-signature")), &json!({ "documentHash": hash })).await
    }

    async fn sign_for_school(
        &self,
        contract: ContractId,
        by: &Client,
        school: &BranchCode,
        hash: &str,
    ) -> testkit::Answer {
        let body = json!({ "school": school, "documentHash": hash });
        by.post(&self.url(&format!("contracts/{contract}/school-signatures")), &body).await
    }
}

#[tokio::test]
async fn company_and_one_school_conclude_a_contract_and_later_schools_join() {
    let world = World::new().await;
    let contract = world.contract().await;
    let hash = world.hash(contract).await;
    world.sign_for_company(contract, &world.signatory, &hash).await.expect(200);
    assert_eq!(world.shown(contract).await["concluded"], false);
    world.sign_for_school(contract, &world.teacher, &world.school, &hash).await.expect(200);
    assert_eq!(world.shown(contract).await["concluded"], true);

    let member = world.member_of(&world.other_school).await;
    world.sign_for_school(contract, &member, &world.other_school, &hash).await.expect(200);
    world.sign_for_school(contract, &member, &world.other_school, &hash).await.expect(200);
    assert_eq!((world.count("contract-concluded").await, world.count("contract-school-joined").await), (1, 1));
}

#[tokio::test]
async fn one_changed_digit_of_the_hash_is_refused_and_nothing_is_written() {
    let world = World::new().await;
    let contract = world.contract().await;
    let hash = world.hash(contract).await;
    let changed = format!("{}{}", if hash.starts_with('0') { '1' } else { '0' }, &hash[1..]);
    let refused = world.sign_for_company(contract, &world.signatory, &changed).await.expect(409);
    assert_eq!(refused.problem(), "contract-other-document");
    assert_eq!(world.count("contract-signed").await, 0);
}

#[tokio::test]
async fn a_foreign_company_and_a_member_of_another_school_do_not_sign() {
    let world = World::new().await;
    let contract = world.contract().await;
    let hash = world.hash(contract).await;
    let foreign = world.hub.granted(Holding::of(Role::CompanySignatory).company(world.other_company)).await;
    world.sign_for_company(contract, &foreign, &hash).await.expect(403);
    world.sign_for_company(contract, &world.leader, &hash).await.expect(403);
    foreign.get(&world.url(&format!("contracts/{contract}"))).await.expect(403);
    let member = world.member_of(&world.other_school).await;
    let refused = world.sign_for_school(contract, &member, &world.school, &hash).await.expect(409);
    assert_eq!(refused.problem(), "contract-not-of-the-school");
    world.sign_for_school(contract, &world.teacher, &world.other_school, &hash).await.expect(403);
}

#[tokio::test]
async fn an_amendment_voids_the_signatures() {
    let world = World::new().await;
    let contract = world.contract().await;
    let hash = world.hash(contract).await;
    world.sign_for_company(contract, &world.signatory, &hash).await.expect(200);
    world.sign_for_school(contract, &world.teacher, &world.school, &hash).await.expect(200);
    let mut amended = terms();
    amended["theoryAt"] = json!("both");
    let amend = world.url(&format!("contracts/{contract}/amendments"));
    world.leader.post(&amend, &json!({ "terms": amended })).await.expect(200);

    let shown = world.shown(contract).await;
    assert_eq!((&shown["edition"], &shown["concluded"], &shown["signatures"]), (&json!(2), &json!(false), &json!([])));
    let refused = world.sign_for_company(contract, &world.signatory, &hash).await.expect(409);
    assert_eq!(refused.problem(), "contract-other-document");
    let hash = world.hash(contract).await;
    world.sign_for_company(contract, &world.signatory, &hash).await.expect(200);
    world.sign_for_school(contract, &world.teacher, &world.school, &hash).await.expect(200);
    assert_eq!(world.count("contract-concluded").await, 2);
}

#[tokio::test]
async fn the_text_has_the_hash_that_is_signed_and_the_paper_is_the_same_twice() {
    let world = World::new().await;
    let contract = world.contract().await;
    let text = world.signatory.get(&world.url(&format!("contracts/{contract}/text"))).await.expect(200);
    assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
    let digest: String = Sha256::digest(&text.body).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, world.hash(contract).await);

    let paper = world.url(&format!("contracts/{contract}/document"));
    let first = world.teacher.get(&paper).await.expect(200);
    assert_eq!(first.header("content-type"), "application/pdf");
    assert!(first.body.starts_with(b"%PDF-"));
    assert_eq!(first.body, world.signatory.get(&paper).await.expect(200).body);
}

#[tokio::test]
async fn bad_terms_are_named_all_at_once_and_an_unknown_hotspot_is_not_found() {
    let world = World::new().await;
    let mut bad = terms();
    bad["theoryAt"] = json!("somewhere");
    bad["safety"] = json!("");
    bad["salary"] = json!(100);
    let refused = world.leader.post(&world.url("contracts"), &json!({ "hotspot": world.hotspot, "terms": bad })).await;
    assert_eq!(refused.status.as_u16(), 400, "{}", refused.text());
    assert_eq!(refused.json()["errors"].as_array().unwrap().len(), 3, "{}", refused.text());
    let unknown = json!({ "hotspot": vocabulary::HotspotId::fresh(), "terms": terms() });
    world.leader.post(&world.url("contracts"), &unknown).await.expect(404);
    assert_eq!(world.count("contract-drawn-up").await, 0);
}

#[tokio::test]
async fn drawing_up_again_under_one_key_gives_the_first_contract() {
    let world = World::new().await;
    let new = json!({ "hotspot": world.hotspot, "terms": terms() });
    let leader = world.leader.clone().key("one-and-the-same-key");
    let first: ContractId = leader.post(&world.url("contracts"), &new).await.expect(201).id();
    let second: ContractId = leader.post(&world.url("contracts"), &new).await.expect(201).id();
    assert_eq!((first, world.count("contract-drawn-up").await), (second, 1));
}

#[tokio::test]
async fn every_operation_has_a_row_in_the_access_table() {
    let world = World::new().await;
    assert_eq!(web::unguarded(&world.hub.openapi), Vec::<String>::new());
    assert_eq!(web::dangling(&world.hub.openapi), Vec::<String>::new());
}

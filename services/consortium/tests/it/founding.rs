//! From nothing to a plan with a target.

use crate::world::{ISSUER, founded, founding, nomination, path, plan, service, with_schools};
use serde_json::json;
use testkit::Holding;
use vocabulary::Role;

#[tokio::test]
async fn only_the_operator_founds_a_region() {
    let hub = testkit::hub(service()).await;
    hub.stranger().put(&path(""), &founding()).await.expect(403);
    hub.operator().put(&path(""), &founding()).await.expect(200);
    let again = hub.operator().put(&path(""), &founding()).await.expect(200);
    assert_eq!(again.json()["version"], 2);
    let mut other = founding();
    other["name"] = json!("STO Anders");
    assert_eq!(hub.operator().put(&path(""), &other).await.expect(409).problem(), "consortium-already-founded");
    assert_eq!(hub.events("consortium").await.len(), 3);
}

#[tokio::test]
async fn a_region_is_founded_and_plans() {
    let world = with_schools().await;
    let (hub, leader) = (&world.hub, &world.leader);
    let plan_path = path("/plan");
    assert_eq!(leader.put(&plan_path, &plan()).await.expect(409).problem(), "consortium-no-mbo");
    leader.put(&path("/partners/mbo/25LX"), &json!({ "name": "Mbo" })).await.expect(200);
    let company = world.company().await;
    leader.put(&path(&format!("/partners/companies/{company}")), &json!({})).await.expect(200);
    let primary = json!({ "name": "Basisschool", "board": "12345" });
    leader.put(&path("/partners/primary-schools/99AA00"), &primary).await.expect(200);
    leader.put(&plan_path, &plan()).await.expect(200);

    let controller = hub.holding(Role::Controller).await;
    assert_eq!(leader.put(&path("/target"), &json!({})).await.expect(409).problem(), "no-policy");
    let policy = serde_json::to_value(proto_schemas::consortium::policy::Policy::shipped()).unwrap();
    let adopt = |from: &str| json!({ "validFrom": from, "policy": policy });
    leader.post(&path("/policies"), &adopt("2025-01-01")).await.expect(403);
    controller.post(&path("/policies"), &adopt("2024-12-31")).await.expect(409);
    controller.post(&path("/policies"), &adopt("2025-01-01")).await.expect(200);
    leader.put(&path("/target"), &json!({})).await.expect(200);

    let events = hub.events("consortium").await;
    let target = events.iter().find(|event| event.event_type.ends_with("target-set.v1")).unwrap();
    let target: serde_json::Value = serde_json::from_str(&target.text).unwrap();
    assert_eq!(target["data"]["amount"], 200_000);
    assert_eq!(target["policyversion"], 1);
}

#[tokio::test]
async fn a_retry_with_the_same_key_answers_the_same() {
    let world = founded().await;
    let leader = world.leader.clone().key("one");
    let first = leader.post(&path("/companies"), &nomination()).await.expect(201);
    let again = leader.post(&path("/companies"), &nomination()).await.expect(201);
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("location"), again.header("location"));
    let mut other = nomination();
    other["name"] = json!("Anders");
    leader.post(&path("/companies"), &other).await.expect(422);
}

#[tokio::test]
async fn a_caller_without_a_grant_is_denied() {
    let world = founded().await;
    let stranger = world.hub.stranger();
    stranger.put(&path("/plan"), &plan()).await.expect(403);
    stranger.post(&path("/companies"), &nomination()).await.expect(403);
    // A leader here is nobody elsewhere.
    world.leader.put("/v1/regions/elders/plan", &plan()).await.expect(403);
    for operation in web::operations(&world.hub.openapi) {
        assert!(!access::table::roles(&operation).is_empty(), "{operation} has no row");
    }
    let documented = web::operations(&world.hub.openapi);
    for row in access::table::consortium::ROWS {
        assert!(documented.iter().any(|operation| operation == row.operation), "{} is a row of nothing", row.operation);
    }
}

#[tokio::test]
async fn a_school_has_one_seat_and_a_revoked_grant_counts_no_more() {
    let world = founded().await;
    let (hub, leader) = (&world.hub, &world.leader);
    let seat = |subject: &str| json!({ "to": { "issuer": ISSUER, "subject": subject }, "role": "working-group-member", "school": "01OE04" });
    let grant = leader.post(&path("/grants"), &seat("first")).await.expect(201).id::<vocabulary::GrantId>();
    let refused = leader.post(&path("/grants"), &seat("second")).await.expect(409);
    assert_eq!(refused.problem(), "consortium-seat-taken");
    hub.settle().await;
    let first = hub.client("first");
    first.post(&path("/companies"), &nomination()).await.expect(201);
    let revoked = path(&format!("/grants/{grant}/revocation"));
    leader.put(&revoked, &json!({ "reason": "Andere functie" })).await.expect(200);
    hub.settle().await;
    first.post(&path("/companies"), &nomination()).await.expect(403);
    leader.post(&path("/grants"), &seat("second")).await.expect(201);
}

#[tokio::test]
async fn with_a_school_goes_its_seat_and_with_a_company_its_partnership() {
    let world = with_schools().await;
    let (hub, leader) = (&world.hub, &world.leader);
    let to = json!({ "issuer": ISSUER, "subject": "member" });
    let seat = json!({ "to": to, "role": "working-group-member", "school": "24TP02" });
    leader.post(&path("/grants"), &seat).await.expect(201);
    let company = world.company().await;
    leader.put(&path(&format!("/partners/companies/{company}")), &json!({})).await.expect(200);
    let departure = path(&format!("/companies/{company}/departure"));
    leader.put(&departure, &json!({ "reason": "Bedrijf gestopt" })).await.expect(200);
    leader.delete(&path("/schools/24TP02")).await.expect(200);
    leader.delete(&path("/schools/24TP02")).await.expect(200);
    assert_eq!(leader.delete(&path("/schools/01OE04")).await.expect(409).problem(), "consortium-leads-the-region");
    let events = hub.events("consortium").await;
    let last: Vec<_> = events[events.len() - 5..].iter().map(|it| it.event_type.rsplit_once('.').unwrap().0).collect();
    let kinds = ["company-left", "partner-left", "seat-vacated", "school-left", "role-revoked"];
    assert_eq!(last, kinds.map(|kind| format!("nl.sterktechniekonderwijs.consortium.{kind}")));
}

#[tokio::test]
async fn nobody_grants_themselves_a_role_and_the_operator_only_begins() {
    let world = founded().await;
    let own = json!({ "to": { "issuer": ISSUER, "subject": "leader" }, "role": "controller" });
    assert_eq!(world.leader.post(&path("/grants"), &own).await.expect(409).problem(), "grant-to-oneself");
    let operator = world.hub.operator();
    let other = json!({ "to": { "issuer": ISSUER, "subject": "someone" }, "role": "controller" });
    operator.post(&path("/grants"), &other).await.expect(403);
    let itself = json!({ "to": { "issuer": ISSUER, "subject": "operator" } });
    assert_eq!(operator.post(&path("/programme-leaders"), &itself).await.expect(409).problem(), "grant-to-oneself");
}

#[tokio::test]
async fn a_school_system_grants_at_its_own_school_only() {
    let world = founded().await;
    let system = world.system("01OE04").await;
    let teacher = json!({ "to": { "issuer": ISSUER, "subject": "teacher" }, "role": "teacher" });
    system.post(&path("/schools/01OE04/grants"), &teacher).await.expect(201);
    system.post(&path("/schools/24TP02/grants"), &teacher).await.expect(403);
}

#[tokio::test]
async fn a_company_goes_step_by_step_and_only_an_account_manager_contacts_it() {
    let world = founded().await;
    let (hub, leader) = (&world.hub, &world.leader);
    let school = "01OE04".parse().unwrap();
    let teacher = hub.granted(Holding::of(Role::Teacher).school(&school)).await;
    let company: vocabulary::CompanyId = teacher.post(&path("/companies"), &nomination()).await.expect(201).id();
    let nominated: serde_json::Value =
        serde_json::from_str(&hub.events("consortium").await.last().unwrap().text).unwrap();
    assert_eq!(nominated["data"]["nominatedBy"], "01OE04");
    let at = |step: &str| path(&format!("/companies/{company}/{step}"));
    leader.put(&at("orientation"), &json!({})).await.expect(403);
    let manager = hub.holding(Role::AccountManager).await;
    manager.put(&at("activation"), &json!({})).await.expect(409);
    manager.put(&at("orientation"), &json!({})).await.expect(200);
    let onboarding = json!({ "goals": ["young-talent"], "targetGroups": ["secondary"], "timeClass": "more" });
    manager.put(&at("onboarding"), &onboarding).await.expect(200);
    manager.put(&at("activation"), &json!({})).await.expect(200);
    let unknown = path(&format!("/companies/{}/activation", vocabulary::CompanyId::fresh()));
    manager.put(&unknown, &json!({})).await.expect(404);
    let signatory = json!({ "to": { "issuer": ISSUER, "subject": "boss" }, "role": "company-signatory" });
    manager.post(&at("grants"), &signatory).await.expect(201);
    hub.settle().await;
    let known = hub.hub.known.company(&hub.region, company).await.unwrap();
    assert!(known.is_some_and(|company| company.active));
}

#[tokio::test]
async fn every_error_of_a_body_is_listed_at_once() {
    let world = founded().await;
    let mut bad = nomination();
    bad["kvk"] = json!("1");
    bad["branch"] = json!("x");
    bad["surprise"] = json!(1);
    let before = world.events().await;
    let answer = world.leader.post(&path("/companies"), &bad).await.expect(400);
    assert_eq!(answer.json()["errors"].as_array().unwrap().len(), 3, "{}", answer.text());
    assert_eq!(world.events().await, before);
}

#[tokio::test]
async fn the_operator_may_lead_to_begin_with() {
    let hub = testkit::hub(service()).await;
    let itself = json!({ "to": { "issuer": ISSUER, "subject": "operator" } });
    hub.operator().post(&path("/programme-leaders"), &itself).await.expect(404);
    hub.operator().put(&path(""), &founding()).await.expect(200);
    hub.operator().post(&path("/companies"), &nomination()).await.expect(403);
    hub.operator().post(&path("/programme-leaders"), &itself).await.expect(201);
    hub.settle().await;
    hub.operator().post(&path("/companies"), &nomination()).await.expect(201);
}

#[tokio::test]
async fn a_step_on_a_version_that_is_no_more_is_stale() {
    let world = founded().await;
    let manager = world.hub.holding(Role::AccountManager).await;
    let company: vocabulary::CompanyId = manager.post(&path("/companies"), &nomination()).await.expect(201).id();
    let at = path(&format!("/companies/{company}/orientation"));
    manager.clone().with("If-Match", "\"2\"").put(&at, &json!({})).await.expect(412);
    let answer = manager.clone().with("If-Match", "\"1\"").put(&at, &json!({})).await.expect(200);
    assert_eq!((answer.header("etag"), answer.header("hub-position").starts_with("consortium=")), ("\"2\"", true));
}

#[tokio::test]
async fn a_signatory_names_another_company() {
    let world = founded().await;
    let company = world.company().await;
    let signatory = world.hub.granted(Holding::of(Role::CompanySignatory).company(company)).await;
    let mut other = nomination();
    other["address"]["number"] = json!("2");
    signatory.post(&path("/companies"), &other).await.expect(201);
}

//! A term is adopted, people leave, the clock passes the term: who is due is gone from vault and lists, who is held stays.

use crate::whole::{Whole, on_the_hub};
use crate::world::{HOLD, PUPIL, TEACHER, World};
use chassis::Hub;
use consortium::retention::daily::{Days, run_due};
use decider::Clock;
use serde_json::{Value, json};
use vocabulary::Role;

/// Every region's round of a day, at noon.
async fn round_on(hub: &Whole, day: &str) {
    let clock = Clock::fixed(format!("{day}T12:00:00Z").parse().unwrap());
    let consortium = Hub { clock, ..hub.hub("consortium").clone() };
    run_due(&consortium, &mut Days::new()).await.unwrap();
    hub.settle().await;
}

async fn events(hub: &Whole, world: &World, end: &str) -> Vec<Value> {
    let events = hub.hub("consortium").log.page(&world.region, 0, 100_000).await.unwrap();
    let found = events.iter().filter(|event| event.event_type.ends_with(end));
    found.map(|event| serde_json::from_str(&event.text).unwrap()).collect()
}

async fn name(hub: &Whole, world: &World, kind: &str) -> Option<String> {
    let registered = events(hub, world, &format!("{kind}-registered.v1")).await.swap_remove(0);
    let field = format!("{}#name", registered["type"].as_str().unwrap());
    let sealed = serde_json::from_value(registered["data"]["name"].clone()).unwrap();
    hub.vault.open(&world.region, &field, &sealed).await.unwrap()
}

#[test]
fn a_person_who_left_is_forgotten_after_the_adopted_term() {
    on_the_hub(async |hub| {
        let world = World::played(hub, "bewaard").await;
        world.people(hub, false).await;
        hub.settle().await;
        let someone = |role| hub.client(&world.subject(role, false));
        let at = |path: &str| format!("/v1/regions/{}/{path}", world.region);
        let (leader, controller) = (someone(Role::ProgrammeLeader), someone(Role::Controller));

        let term = |class: &str, months: u16, law: &str| json!({ "class": class, "months": months, "countedFrom": "leaving", "ground": "legal-obligation", "law": law });
        let adopting =
            json!({ "validFrom": "2026-10-07", "terms": [term("pupil", 6, "Wet A"), term("staff", 1, "Wet B")] });
        controller.post(&at("retention/schedules"), &adopting).await.expect(200);
        for (role, person) in [(Role::SchoolSystem, PUPIL), (Role::ExamSecretary, TEACHER)] {
            let leaving = at(&format!("persons/{person}/leaving"));
            someone(role).put(&leaving, &json!({ "occurredOn": "2026-10-06" })).await.expect(200);
        }
        hub.settle().await;
        let listed = async || {
            let pupils = leader.get(&at("pupils")).await.expect(200).json();
            let of = |it: &&Value| it["id"] == PUPIL;
            pupils["items"].as_array().unwrap().iter().find(of).unwrap().clone()
        };
        assert_eq!(
            (&listed().await["familyName"], &listed().await["leftOn"]),
            (&json!("Persoon"), &json!("2026-10-06"))
        );
        let later = leader.clone().at("2026-10-08T12:00:00Z");
        let register = later.get(&at("processing-activities")).await.expect(200).text();
        assert!(register.contains("Wet A") && register.contains("versie 2"), "{register}");

        round_on(hub, "2027-04-06").await;
        assert!(events(hub, &world, "person-forgotten.v1").await.len() == 1, "only who was forgotten before");
        assert!(name(hub, &world, "pupil").await.is_some() && name(hub, &world, "staff").await.is_some());
        let auditor = someone(Role::Auditor);
        let preview = auditor.get(&at("retention/preview?on=2027-04-07")).await.expect(200).json();
        let counted = |class: usize| json!([preview["classes"][class]["due"], preview["classes"][class]["held"]]);
        assert_eq!((counted(0), counted(1)), (json!([1, 0]), json!([0, 1])));

        round_on(hub, "2027-04-07").await;
        let forgotten = events(hub, &world, "person-forgotten.v1").await;
        let (last, said) = (&forgotten[1], &forgotten[1]["data"]["retention"]);
        assert_eq!((&last["subject"], &last["actorrole"]), (&json!(format!("person/{PUPIL}")), &json!("hub")));
        assert_eq!(said["term"], adopting["terms"][0]);
        assert_eq!((&said["scheduleVersion"], &said["endedOn"]), (&json!(2), &json!("2027-04-06")));
        assert_eq!(name(hub, &world, "pupil").await, None);
        assert_eq!(listed().await["familyName"], Value::Null);
        assert!(name(hub, &world, "staff").await.is_some(), "a hold covers staff");

        // By hand neither, and then its last day passes.
        let forgetting = at(&format!("persons/{TEACHER}/forgetting"));
        let asked = json!({ "reason": "Verzoek van de betrokkene" });
        let refused = leader.clone().at("2027-06-30T12:00:00Z").post(&forgetting, &asked).await.expect(409);
        assert!(refused.problem() == "person-held" && refused.text().contains(HOLD), "{}", refused.text());
        round_on(hub, "2027-06-30").await;
        assert!(name(hub, &world, "staff").await.is_some());
        round_on(hub, "2027-07-01").await;
        assert_eq!(name(hub, &world, "staff").await, None);
        let runs = auditor.get(&at("retention/runs")).await.expect(200).json();
        let told: Vec<_> =
            runs["items"].as_array().unwrap().iter().map(|run| json!([run["occurredOn"], run["held"]])).collect();
        assert_eq!(told[0], json!(["2027-07-01", []]));
        assert_eq!(told[1], json!(["2027-04-07", [{ "class": "staff", "people": 1 }]]));
        assert_eq!(hub.parked(&world.region).await, [""; 0]);
    });
}

//! Where does the co-financing stand, and which events lead to each figure?

use crate::world::World;
use proto_schemas::co_financing::contribution_day::Day;
use proto_schemas::co_financing::figures::forfait;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::Client;
use uuid::Uuid;
use vocabulary::{BasisPoints, ContributionId, Euros, Minutes, PersonId, Role, SessionId};

const FIGURES: [&str; 4] = ["committed", "realised", "signed", "verified"];

impl World {
    /// A day of the first company.
    pub fn day(&self, session: SessionId, date: &str, scheme: &str) -> Day {
        Day {
            company: self.company,
            hotspot: self.hotspot,
            session,
            date: date.parse().unwrap(),
            scheme: scheme.parse().unwrap(),
        }
    }

    /// Something happens to a day, such as `signed`.
    pub async fn on(&self, day: &Day, what: &str, mut said: Value) {
        said["day"] = json!(day);
        self.fact(&format!("co-financing.contribution-day-{what}"), &format!("contribution-day/{}", day.id()), said)
            .await;
    }

    /// A pupil's line, after the attendance it rests on.
    pub async fn accrued(&self, day: &Day, line: u32, cents: i64) {
        let (pupil, date) = (PersonId::fresh(), day.date.to_string());
        let attendance_day = self.confirmed(day.session, pupil, &self.school, &date).await;
        let confirmed = self.hub.events("hotspots").await.pop().unwrap();
        let attendance = json!({ "attendanceDay": attendance_day, "event": confirmed.id, "position": confirmed.position,
                                 "minutes": 360, "school": self.school, "confirmedBy": Uuid::now_v7() });
        self.on(day, "pupil-accrued", json!({ "line": line, "attendance": attendance, "amount": cents })).await;
    }

    /// A rate and a target of ten euros over the year 2026.
    pub async fn adopted(&self, rate: i64) {
        let mut policy = json!(proto_schemas::consortium::policy::Policy::shipped());
        policy["supervisorRate"] = json!(rate);
        let said = json!({ "version": 1, "validFrom": "2026-01-01", "policy": policy });
        self.fact("consortium.policy-adopted", &format!("policy/{}", self.hub.region), said).await;
        let said = json!({ "amount": 1000, "share": 1000, "of": 10_000, "from": "2026-01-01", "until": "2026-12-31" });
        self.fact("consortium.target-set", &format!("consortium/{}", self.hub.region), said).await;
    }

    /// The statement, after checking that every figure is the sum of what explains it.
    pub async fn statement(&self, who: &Client, query: &str) -> Value {
        self.hub.settle().await;
        let statement = who.get(&self.url(&format!("co-financing/statement{query}"))).await.expect(200).json();
        let mut wider: Option<BTreeSet<String>> = None;
        for (row, name) in statement["figures"].as_array().unwrap().iter().zip(FIGURES) {
            assert_eq!(row["figure"], name);
            let address = row["explainedAt"].as_str().unwrap().strip_prefix(&self.url("")).unwrap();
            let lines = self.paged(who, address).await;
            assert_eq!(row["lines"], lines.len(), "{name}");
            assert_eq!(row["amount"], lines.iter().map(|line| line["amount"].as_i64().unwrap()).sum::<i64>(), "{name}");
            for at in lines.iter().flat_map(|line| line["events"].as_array().unwrap()) {
                let events = self.hub.events(at["service"].as_str().unwrap()).await;
                assert!(events.iter().any(|event| event.position == at["position"].as_i64().unwrap()), "{at}");
            }
            let here: BTreeSet<String> = lines.iter().map(|line| line["reference"].to_string()).collect();
            assert!(wider.is_none_or(|wider| here.is_subset(&wider)), "{name}");
            wider = Some(here);
        }
        statement
    }
}

fn amounts(statement: &Value) -> [i64; 4] {
    [0, 1, 2, 3].map(|row| statement["figures"][row]["amount"].as_i64().unwrap())
}

#[tokio::test]
async fn each_figure_holds_the_next_one_and_every_cent_has_a_line() {
    let world = World::new().await;
    world.adopted(4999).await;
    let days: Vec<Day> = {
        let mut days = vec![];
        for date in ["2026-09-08", "2026-09-09", "2026-09-10"] {
            days.push(world.day(world.planned(date, 360).await, date, "sto"));
        }
        days
    };
    for (day, cents) in days.iter().zip([100, 20, 3]) {
        world.accrued(day, 1, cents).await;
        world.accrued(day, 2, cents).await;
    }
    world.on(&days[0], "signed", json!({})).await;
    world.on(&days[1], "signed", json!({})).await;
    world.on(&days[1], "verified", json!({})).await;
    let statement = world.statement(&world.leader, "").await;
    assert_eq!(amounts(&statement), [246, 246, 240, 40]);
    assert_eq!((&statement["gap"], &statement["forecastGap"]), (&json!(960), &json!(754)));
    assert_eq!(statement["target"]["amount"], 1000);

    // What is voided counts as realised only, and what is taken back not at all.
    world.on(&days[1], "reversed", json!({ "line": 1 })).await;
    world.on(&days[1], "signature-voided", json!({})).await;
    assert_eq!(amounts(&world.statement(&world.leader, "").await), [226, 226, 200, 0]);
    world.on(&days[0], "rejected", json!({})).await;
    assert_eq!(amounts(&world.statement(&world.leader, "").await), [226, 226, 0, 0]);
}

#[tokio::test]
async fn a_session_to_come_counts_each_pupil_rounded_until_lines_live() {
    let world = World::new().await;
    world.adopted(4999).await;
    // 361 minutes at a quarter and € 49.99 an hour are 7519.33 cents, and 7519 for each of three.
    let (session, cancelled) = (world.planned("2026-09-08", 361).await, world.planned("2026-09-09", 361).await);
    for _ in 0..3 {
        world.enrolled(session, PersonId::fresh(), &world.school).await;
        world.enrolled(cancelled, PersonId::fresh(), &world.school).await;
    }
    let each = forfait(Minutes(361), BasisPoints(2500), Euros(4999)).cents();
    assert_eq!(amounts(&world.statement(&world.leader, "").await), [6 * each, 0, 0, 0]);
    world.fact("hotspots.session-cancelled", &format!("session/{cancelled}"), json!({})).await;
    assert_eq!(amounts(&world.statement(&world.leader, "").await), [3 * each, 0, 0, 0]);
    let day = world.day(session, "2026-09-08", "sto");
    world.accrued(&day, 1, 50).await;
    assert_eq!(amounts(&world.statement(&world.leader, "").await), [50, 50, 0, 0]);
    // Its only line taken back before the session ended: what it will bring is expected again.
    world.on(&day, "reversed", json!({ "line": 1 })).await;
    assert_eq!(amounts(&world.statement(&world.leader, "").await), [3 * each, 0, 0, 0]);
    world.fact("hotspots.session-finished", &format!("session/{session}"), json!({})).await;
    assert_eq!(amounts(&world.statement(&world.leader, "").await), [0; 4]);
}

#[tokio::test]
async fn half_a_cent_is_rounded_alike_before_and_after_a_session() {
    // 1 minute at a quarter: rates around the half cent, 0.5 cent at € 1.20.
    for rate in [119, 120, 121] {
        let world = World::new().await;
        world.adopted(rate).await;
        let session = world.planned("2026-09-08", 1).await;
        world.enrolled(session, PersonId::fresh(), &world.school).await;
        let cents = forfait(Minutes(1), BasisPoints(2500), Euros(rate)).cents();
        assert_eq!(amounts(&world.statement(&world.leader, "").await), [cents, 0, 0, 0], "{rate}");
    }
}

#[tokio::test]
async fn a_statement_is_of_one_scheme_and_some_days() {
    let world = World::new().await;
    world.adopted(4999).await;
    let (first, second) = (world.planned("2026-09-08", 360).await, world.planned("2026-09-09", 360).await);
    world.accrued(&world.day(first, "2026-09-08", "sto"), 1, 100).await;
    world.accrued(&world.day(second, "2026-09-09", "other"), 1, 20).await;
    let statement = world.statement(&world.leader, "").await;
    assert_eq!((&statement["from"], &statement["until"]), (&json!("2026-01-01"), &json!("2026-12-31")));
    assert_eq!(amounts(&statement), [100, 100, 0, 0]);
    assert_eq!(amounts(&world.statement(&world.leader, "?scheme=other").await), [20, 20, 0, 0]);
    assert_eq!(amounts(&world.statement(&world.leader, "?until=2026-09-07").await), [0; 4]);
    assert_eq!(amounts(&world.statement(&world.leader, "?from=2026-09-08&until=2026-09-08").await), [100, 100, 0, 0]);
    assert_eq!(amounts(&world.statement(&world.leader, "?from=2026-09-09").await), [0; 4]);
}

#[tokio::test]
async fn a_session_to_come_counts_under_the_scheme_it_was_assigned_to() {
    let world = World::new().await;
    world.adopted(4800).await;
    let session = world.planned("2026-09-08", 60).await;
    world.enrolled(session, PersonId::fresh(), &world.school).await;
    let occasion = proto_schemas::co_financing::occasion::id(world.company, session, "2026-09-08".parse().unwrap());
    let said = json!({ "company": world.company, "session": session, "date": "2026-09-08", "scheme": "other" });
    world.fact("co-financing.occasion-assigned", &format!("occasion/{occasion}"), said).await;
    assert_eq!(amounts(&world.statement(&world.leader, "").await), [0; 4]);
    assert_eq!(amounts(&world.statement(&world.leader, "?scheme=other").await), [1200, 0, 0, 0]);
}

#[tokio::test]
async fn a_contribution_in_kind_counts_for_its_own_company_only() {
    let world = World::new().await;
    for (company, cents) in [(world.company, 500), (world.other_company, 70)] {
        let contribution = ContributionId::fresh();
        let said = json!({ "contribution": contribution, "company": company, "scheme": "sto", "date": "2026-09-08",
                           "what": { "kind": "cash" }, "amount": cents });
        world.fact("co-financing.contribution-recorded", &format!("contribution/{contribution}"), said).await;
    }
    let signatory = world.at_company(Role::CompanySignatory).await;
    assert_eq!(amounts(&world.statement(&world.leader, "").await), [570, 570, 0, 0]);
    assert_eq!(amounts(&world.statement(&signatory, "").await), [500, 500, 0, 0]);
}

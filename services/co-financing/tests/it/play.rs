//! A region with a company, a session and the people who act.

use proto_schemas::{
    co_financing::contribution_day::{self, Day},
    consortium::{company, consortium, policy},
    hotspots::{attendance, session},
};
use serde_json::{Value, json};
use testkit::{Answer, Client, Holding, TestHub};
use vocabulary::{
    ActorId, AttendanceDayId, BranchCode, CompanyId, ContributionDayId, Euros, HotspotId, Minutes, PersonId, Role,
    SchemeCode, SessionId,
};

pub const DATE: &str = "2026-09-01";

pub struct Play {
    pub hub: TestHub,
    pub company: CompanyId,
    pub session: SessionId,
    pub hotspot: HotspotId,
    /// Verifies.
    pub leader: Client,
    /// Fixes.
    pub controller: Client,
    /// Signs for the company.
    pub signatory: Client,
    /// Confirmed the attendances.
    pub supervisor: ActorId,
}

impl Play {
    /// With a company, a session and people; without a policy.
    pub async fn without_a_rate() -> Self {
        let hub = testkit::hub(co_financing::service()).await;
        let (company, session, hotspot) = (CompanyId::fresh(), SessionId::fresh(), HotspotId::fresh());
        let nominated: company::Event = event(json!({
            "type": "nl.sterktechniekonderwijs.consortium.company-nominated.v1",
            "data": { "name": "Voorbeeld Koeltechniek", "kvk": "90001354", "sbi": [], "occurredOn": "2026-08-01",
                "address": { "street": "Straat", "number": "1", "postcode": "1234AB", "place": "Plaats", "municipality": "Plaats" } },
        }));
        hub.happened("consortium", &hub.region, &format!("company/{company}"), &nominated).await;
        let target: consortium::Event = event(json!({
            "type": "nl.sterktechniekonderwijs.consortium.target-set.v1",
            "data": { "amount": 5_000_000, "share": 1000, "of": 50_000_000, "from": "2025-01-01", "until": "2028-12-31" },
        }));
        hub.happened("consortium", &hub.region, &format!("consortium/{}", hub.region), &target).await;
        let planned: session::Event = event(json!({
            "type": "nl.sterktechniekonderwijs.hotspots.session-planned.v1",
            "data": { "hotspot": hotspot, "company": company, "date": DATE, "startsAt": "2026-09-01T07:00:00Z",
                "endsAt": "2026-09-01T13:00:00Z", "max": 10, "min": 8, "theoryAtCompany": false, "activities": [],
                "minimumAge": 14 },
        }));
        hub.happened("hotspots", &hub.region, &format!("session/{session}"), &planned).await;
        let leader = hub.holding(Role::ProgrammeLeader).await;
        let controller = hub.holding(Role::Controller).await;
        let signatory = hub.granted(Holding::of(Role::CompanySignatory).company(company)).await;
        let supervisor = ActorId::derived(&["supervisor"]);
        Self { hub, company, session, hotspot, leader, controller, signatory, supervisor }
    }

    /// And with € 40.00 an hour at 25 %, from the programme's start on.
    pub async fn new() -> Self {
        let play = Self::without_a_rate().await;
        play.adopt(1, Some(Euros::whole(40))).await;
        play
    }

    pub async fn adopt(&self, version: u32, rate: Option<Euros>) {
        self.adopted(version, rate).await;
        self.hub.settle().await;
    }

    /// The same, and nobody has read it.
    pub async fn adopted(&self, version: u32, rate: Option<Euros>) {
        let policy = policy::Policy { supervisor_rate: rate, ..policy::Policy::shipped() };
        let valid_from = "2025-01-01".parse().unwrap();
        let adopted = policy::Event::Adopted { version, valid_from, policy };
        self.hub.happened("consortium", &self.hub.region, &format!("policy/{}", self.hub.region), &adopted).await;
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/v1/regions/{}/{rest}", self.hub.region)
    }

    /// The day of the session under `sto`.
    pub fn day(&self) -> ContributionDayId {
        Day {
            company: self.company,
            hotspot: self.hotspot,
            session: self.session,
            date: DATE.parse().unwrap(),
            scheme: SchemeCode::sto(),
        }
        .id()
    }

    pub fn pupil(&self, number: u32) -> (PersonId, AttendanceDayId) {
        let pupil = PersonId::derived(&[&number.to_string()]);
        (pupil, attendance::id_of(self.session, pupil))
    }

    pub async fn confirmed(&self, number: u32, minutes: u32) {
        let (pupil, id) = self.pupil(number);
        let confirmed = attendance::Event::Confirmed {
            pupil,
            session: self.session,
            hotspot: self.hotspot,
            company: self.company,
            school: school(),
            date: DATE.parse().unwrap(),
            minutes: Minutes(minutes),
            by: self.supervisor,
        };
        self.hub.happened("hotspots", &self.hub.region, &format!("attendance-day/{id}"), &confirmed).await;
        self.hub.settle().await;
    }

    pub async fn corrected(&self, number: u32, minutes: u32, replaced: u32) {
        let (pupil, id) = self.pupil(number);
        let corrected = attendance::Event::Corrected {
            pupil,
            session: self.session,
            hotspot: self.hotspot,
            company: self.company,
            school: school(),
            date: DATE.parse().unwrap(),
            minutes: Minutes(minutes),
            replaced: Minutes(replaced),
            reason: "left early".parse().unwrap(),
            by: ActorId::derived(&["teacher"]),
        };
        self.hub.happened("hotspots", &self.hub.region, &format!("attendance-day/{id}"), &corrected).await;
        self.hub.settle().await;
    }

    /// What the programme leader sees of the day.
    pub async fn shown(&self) -> Value {
        self.leader.get(&self.path(&format!("contribution-days/{}", self.day()))).await.expect(200).json()
    }

    /// Something asked of the day.
    pub async fn ask(&self, who: &Client, what: &str, body: Value) -> Answer {
        let answer = who.post(&self.path(&format!("contribution-days/{}/{what}", self.day())), &body).await;
        self.hub.settle().await;
        answer
    }

    pub async fn sign(&self) -> Answer {
        let digest = self.shown().await["digest"].clone();
        self.ask(&self.signatory, "signature", json!({ "digest": digest })).await
    }

    pub async fn signed_and_verified(&self) {
        self.sign().await.expect(200);
        self.ask(&self.leader, "verification", json!({})).await.expect(200);
    }

    /// The events of contribution days, oldest first.
    pub async fn day_events(&self) -> Vec<contribution_day::Event> {
        let all = self.hub.events("co-financing").await;
        all.iter().filter(|event| event.category() == "contribution-day").map(|event| event.event().unwrap()).collect()
    }
}

pub fn event<E: serde::de::DeserializeOwned>(value: Value) -> E {
    serde_json::from_value(value).unwrap()
}

fn school() -> BranchCode {
    "99XX00".parse().unwrap()
}

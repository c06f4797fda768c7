//! A region with two schools, a company and the people who act.

use chrono::{DateTime, Utc};
use proto_schemas::agreements::contract;
use proto_schemas::consortium::{company, consortium, person, policy};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use testkit::{Client, Holding, TestHub};
use vocabulary::{BranchCode, CompanyId, ContractId, HotspotId, PersonId, Purpose, Role, SafetyCheckId, SessionId};

pub const BEGIN: &str = "2026-09-08T06:30:00Z";
pub const END: &str = "2026-09-08T12:30:00Z";

pub struct World {
    pub hub: TestHub,
    pub school: BranchCode,
    pub other_school: BranchCode,
    pub company: CompanyId,
    pub leader: Client,
    pub member: Client,
    pub teacher: Client,
    pub supervisor: Client,
}

/// An event as it stands in a CloudEvent.
pub fn event<E: DeserializeOwned>(kind: &str, data: Value) -> E {
    let whole = json!({ "type": format!("nl.sterktechniekonderwijs.{kind}.v1"), "data": data });
    serde_json::from_value(whole).unwrap()
}

impl World {
    pub async fn new() -> Self {
        let hub = testkit::hub(hotspots::service()).await;
        let (school, other_school): (BranchCode, BranchCode) = ("99XX00".parse().unwrap(), "99YY00".parse().unwrap());
        let company = CompanyId::fresh();
        let world = Self {
            leader: hub.client("leader"),
            member: hub.client("member"),
            teacher: hub.client("teacher"),
            supervisor: hub.client("supervisor"),
            hub,
            school,
            other_school,
            company,
        };
        world.found().await;
        world
    }

    async fn found(&self) {
        let address = json!({ "street": "Werkweg", "number": "1", "postcode": "1234AB", "place": "Voorbeeldstad" });
        let region = self.hub.region.to_string();
        for school in [&self.school, &self.other_school] {
            let joined: consortium::Event = event(
                "consortium.school-joined",
                json!({ "school": school, "name": "School", "board": "12345", "brin": school.brin(), "vmbo": true,
                        "profiles": ["PIE"], "address": address, "occurredOn": "2026-01-01" }),
            );
            self.fact("consortium", &format!("consortium/{region}"), &joined).await;
        }
        let adopted = policy::Event::Adopted {
            version: 1,
            valid_from: "2026-01-01".parse().unwrap(),
            policy: policy::Policy::shipped(),
        };
        self.fact("consortium", &format!("policy/{region}"), &adopted).await;
        let nominated: company::Event = event(
            "consortium.company-nominated",
            json!({ "name": "Koelbedrijf", "kvk": "90001354", "sbi": [], "address": address, "occurredOn": "2026-01-01" }),
        );
        self.fact("consortium", &format!("company/{}", self.company), &nominated).await;
        self.hub.grant(&self.leader, Holding::of(Role::ProgrammeLeader)).await;
        self.hub.grant(&self.member, Holding::of(Role::WorkingGroupMember)).await;
        self.hub.grant(&self.teacher, Holding::of(Role::Teacher).school(&self.school)).await;
        self.hub.grant(&self.supervisor, Holding::of(Role::CompanySupervisor).company(self.company)).await;
    }

    pub async fn fact<E: decider::Event>(&self, service: &str, stream: &str, event: &E) {
        self.hub.happened(service, &self.hub.region, stream, event).await;
    }

    pub fn url(&self, path: &str) -> String {
        format!("/v1/regions/{}/{path}", self.hub.region)
    }

    /// A pupil of the first school, of that age on the day of the session.
    pub async fn pupil(&self, birth_date: &str) -> PersonId {
        self.pupil_of(&self.school, birth_date).await
    }

    pub async fn pupil_of(&self, school: &BranchCode, birth_date: &str) -> PersonId {
        let pupil = PersonId::fresh();
        let field = "nl.sterktechniekonderwijs.consortium.pupil-registered.v1";
        let name = format!("{field}#name");
        let birth = format!("{field}#birthDate");
        let sealed = self
            .hub
            .hub
            .vault
            .seal_all(
                &self.hub.region,
                &[
                    (pupil, Purpose::Identity, &name, r#"{"given":"A","family":"B"}"#),
                    (pupil, Purpose::Identity, &birth, birth_date),
                ],
            )
            .await
            .unwrap();
        let registered: person::Event = event(
            "consortium.pupil-registered",
            json!({ "homeSchool": school, "learningPath": "kb", "profile": "PIE", "year": 3, "group": "3A",
                    "cohort": "2026-2027", "name": sealed[0], "birthDate": sealed[1] }),
        );
        self.fact("consortium", &format!("person/{pupil}"), &registered).await;
        pupil
    }

    /// A member of a school's staff.
    pub async fn staff(&self, school: &BranchCode) -> PersonId {
        let id = PersonId::fresh();
        let field = "nl.sterktechniekonderwijs.consortium.staff-registered.v1#name";
        let sealed = self.hub.hub.vault.seal(&self.hub.region, id, Purpose::Identity, field, "{}").await.unwrap();
        let registered: person::Event =
            event("consortium.staff-registered", json!({ "school": school, "name": sealed }));
        self.fact("consortium", &format!("person/{id}"), &registered).await;
        self.hub.settle().await;
        id
    }

    /// Fifteen-year-olds of the first school.
    pub async fn pupils(&self, number: usize) -> Vec<PersonId> {
        let mut pupils = Vec::new();
        for _ in 0..number {
            pupils.push(self.pupil("2011-03-04").await);
        }
        self.hub.settle().await;
        pupils
    }

    /// The account of a pupil.
    pub async fn account(&self, pupil: PersonId) -> Client {
        self.hub.granted(Holding::of(Role::Pupil).person(pupil)).await
    }

    pub async fn proposed(&self) -> HotspotId {
        let proposal =
            json!({ "company": self.company, "name": "Koudetechniek", "why": "No school has a cooling plant" });
        self.leader.post(&self.url("hotspots"), &proposal).await.expect(201).id()
    }

    pub async fn with_education(&self, hotspot: HotspotId) {
        let link = json!({ "education": { "kind": "profile-part", "profile": "PIE", "part": "K/PIE/05" } });
        self.member.put(&self.url(&format!("hotspots/{hotspot}/education")), &link).await.expect(200);
    }

    pub async fn with_plan(&self, hotspot: HotspotId) {
        let plan = json!({ "documentHash": "ab".repeat(32), "theoryPlace": "school" });
        self.member.put(&self.url(&format!("hotspots/{hotspot}/plan-of-approach")), &plan).await.expect(200);
    }

    pub async fn with_contract(&self, hotspot: HotspotId) -> ContractId {
        let contract = ContractId::fresh();
        let concluded: contract::Event = event(
            "agreements.contract-concluded",
            json!({ "hotspot": hotspot, "company": self.company, "schools": [self.school], "documentHash": "cd".repeat(32) }),
        );
        self.fact("agreements", &format!("contract/{contract}"), &concluded).await;
        self.hub.settle().await;
        contract
    }

    pub fn terms() -> Value {
        json!({ "theory": "None", "practice": "Cooling", "theoryAt": "school", "safety": "As checked",
                "insurance": "By the school", "liability": "As in law", "photos": "None", "contribution": "In kind",
                "from": "2026-09-01" })
    }

    /// A contract of the other school, from its first event on.
    pub async fn with_contract_in_full(&self, hotspot: HotspotId) -> ContractId {
        let contract = ContractId::fresh();
        let drawn_up: contract::Event = event(
            "agreements.contract-drawn-up",
            json!({ "contract": contract, "hotspot": hotspot, "hotspotName": "Koudetechniek", "company": self.company,
                    "companyName": "Koelbedrijf", "terms": Self::terms(), "wording": 1, "documentHash": "cd".repeat(32) }),
        );
        let concluded: contract::Event = event(
            "agreements.contract-concluded",
            json!({ "hotspot": hotspot, "company": self.company, "schools": [self.other_school], "documentHash": "cd".repeat(32) }),
        );
        let stream = format!("contract/{contract}");
        self.fact("agreements", &stream, &drawn_up).await;
        self.fact("agreements", &stream, &concluded).await;
        contract
    }

    pub async fn drawn_up(&self, hotspot: HotspotId) -> SafetyCheckId {
        let findings = json!({
            "checkedOn": "2026-09-01",
            "items": [{ "hazard": "Rotating parts", "mitigation": "A guard" }],
            "protectiveEquipment": ["Safety shoes"],
            "supervision": "constant",
            "activities": [
                { "name": "Bending pipes", "minimumAge": 14, "supervision": "regular" },
                { "name": "Filling the circuit", "minimumAge": 15, "supervision": "constant" },
            ],
        });
        self.member.post(&self.url(&format!("hotspots/{hotspot}/safety-checks")), &findings).await.expect(201).id()
    }

    pub async fn with_safety_check(&self, hotspot: HotspotId) -> SafetyCheckId {
        let check = self.drawn_up(hotspot).await;
        let signatures = self.url(&format!("safety-checks/{check}/signatures"));
        self.supervisor.put(&format!("{signatures}/company"), &json!({})).await.expect(200);
        self.teacher.put(&format!("{signatures}/schools/{}", self.school), &json!({})).await.expect(200);
        let attach = self.url(&format!("hotspots/{hotspot}/safety-check"));
        self.member.put(&attach, &json!({ "check": check })).await.expect(200);
        check
    }

    pub async fn open(&self, hotspot: HotspotId) -> testkit::Answer {
        self.leader.post(&self.url(&format!("hotspots/{hotspot}/open")), &json!({})).await
    }

    pub async fn opened(&self) -> HotspotId {
        let hotspot = self.proposed().await;
        self.with_education(hotspot).await;
        self.with_plan(hotspot).await;
        self.with_contract(hotspot).await;
        self.with_safety_check(hotspot).await;
        self.open(hotspot).await.expect(200);
        hotspot
    }

    pub async fn plan(&self, hotspot: HotspotId, from: &str, until: &str) -> testkit::Answer {
        let plan = json!({ "hotspot": hotspot, "startsAt": from, "endsAt": until });
        self.member.post(&self.url("sessions"), &plan).await
    }

    pub async fn session(&self, hotspot: HotspotId) -> SessionId {
        self.plan(hotspot, BEGIN, END).await.expect(201).id()
    }

    pub async fn enrol(&self, session: SessionId, pupil: PersonId) -> testkit::Answer {
        self.member.put(&self.url(&format!("sessions/{session}/pupils/{pupil}")), &json!({})).await
    }

    /// A session with so many pupils, all enrolled.
    pub async fn enrolled(&self, number: usize) -> (SessionId, Vec<PersonId>) {
        let session = self.session(self.opened().await).await;
        let pupils = self.pupils(number).await;
        for pupil in &pupils {
            self.enrol(session, *pupil).await.expect(200);
        }
        (session, pupils)
    }

    /// How often something happened in the service.
    pub async fn count(&self, kind: &str) -> usize {
        let kind = format!("nl.sterktechniekonderwijs.hotspots.{kind}.v1");
        self.hub.events("hotspots").await.iter().filter(|event| event.event_type == kind).count()
    }
}

pub fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

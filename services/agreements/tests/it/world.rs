//! A region with two schools, two companies, a hotspot and the people who act.

use proto_schemas::consortium::{company, consortium, person, policy};
use proto_schemas::hotspots::hotspot;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use testkit::{Client, Holding, TestHub};
use vocabulary::{BranchCode, CompanyId, HotspotId, PersonId, Purpose, Role, Sealed};

pub struct World {
    pub hub: TestHub,
    pub school: BranchCode,
    pub other_school: BranchCode,
    pub company: CompanyId,
    pub other_company: CompanyId,
    pub hotspot: HotspotId,
    /// Staff of the school, contact of the company.
    pub staff: PersonId,
    pub contact: PersonId,
    pub leader: Client,
    pub teacher: Client,
    pub signatory: Client,
}

/// An event as it stands in a CloudEvent.
pub fn event<E: DeserializeOwned>(kind: &str, data: Value) -> E {
    let whole = json!({ "type": format!("nl.sterktechniekonderwijs.{kind}.v1"), "data": data });
    serde_json::from_value(whole).unwrap()
}

impl World {
    pub async fn new() -> Self {
        let hub = testkit::hub(agreements::service()).await;
        let world = Self {
            school: "99XX00".parse().unwrap(),
            other_school: "99YY00".parse().unwrap(),
            company: CompanyId::fresh(),
            other_company: CompanyId::fresh(),
            hotspot: HotspotId::fresh(),
            staff: PersonId::fresh(),
            contact: PersonId::fresh(),
            leader: hub.client("leader"),
            teacher: hub.client("teacher"),
            signatory: hub.client("signatory"),
            hub,
        };
        world.found().await;
        world
    }

    async fn found(&self) {
        let address = json!({ "street": "Werkweg", "number": "1", "postcode": "1234AB", "place": "Voorbeeldstad" });
        let region = self.hub.region.to_string();
        for (school, name) in [(&self.school, "Voorbeeldcollege"), (&self.other_school, "Vakschool")] {
            let joined: consortium::Event = event(
                "consortium.school-joined",
                json!({ "school": school, "name": name, "board": "12345", "brin": school.brin(), "vmbo": true,
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
        for company in [self.company, self.other_company] {
            let nominated: company::Event = event(
                "consortium.company-nominated",
                json!({ "name": "Voorbeeld Koeling", "kvk": "90001354", "sbi": [], "address": address,
                        "occurredOn": "2026-01-01" }),
            );
            let activated = company::Event::Activated { occurred_on: "2026-01-02".parse().unwrap() };
            self.fact("consortium", &format!("company/{company}"), &nominated).await;
            self.fact("consortium", &format!("company/{company}"), &activated).await;
        }
        let proposed: hotspot::Event = event(
            "hotspots.hotspot-proposed",
            json!({ "company": self.company, "name": "Koudetechniek", "why": "No school has a cooling plant",
                    "occurredOn": "2026-02-01" }),
        );
        self.fact("hotspots", &format!("hotspot/{}", self.hotspot), &proposed).await;

        let name = self.sealed(self.staff, "staff-registered.v1#name", r#"{"given":"Ada","family":"Voorbeeld"}"#).await;
        let staff: person::Event = event("consortium.staff-registered", json!({ "school": self.school, "name": name }));
        self.fact("consortium", &format!("person/{}", self.staff), &staff).await;
        let name = self.sealed(self.contact, "contact-registered.v1#name", r#"{"given":"Bo","family":"Proef"}"#).await;
        let contact: person::Event =
            event("consortium.contact-registered", json!({ "company": self.company, "level": "work", "name": name }));
        self.fact("consortium", &format!("person/{}", self.contact), &contact).await;

        self.hub.grant(&self.leader, Holding::of(Role::ProgrammeLeader)).await;
        self.hub.grant(&self.teacher, Holding::of(Role::Teacher).school(&self.school)).await;
        self.hub.grant(&self.signatory, Holding::of(Role::CompanySignatory).company(self.company)).await;
    }

    async fn sealed(&self, person: PersonId, field: &str, plain: &str) -> Sealed {
        let field = format!("nl.sterktechniekonderwijs.consortium.{field}");
        self.hub.hub.vault.seal(&self.hub.region, person, Purpose::Identity, &field, plain).await.unwrap()
    }

    pub async fn fact<E: decider::Event>(&self, service: &str, stream: &str, event: &E) {
        self.hub.happened(service, &self.hub.region, stream, event).await;
    }

    pub fn url(&self, path: &str) -> String {
        format!("/v1/regions/{}/{path}", self.hub.region)
    }

    pub async fn pupil(&self, birth_date: &str) -> PersonId {
        self.pupil_with_host(birth_date, None).await
    }

    /// A pupil of the school, who follows an elective under another one.
    pub async fn pupil_with_host(&self, birth_date: &str, host: Option<&BranchCode>) -> PersonId {
        let pupil = PersonId::fresh();
        let name = self.sealed(pupil, "pupil-registered.v1#name", r#"{"given":"Zoë","family":"Yıldız"}"#).await;
        let birth_date = self.sealed(pupil, "pupil-registered.v1#birthDate", birth_date).await;
        let mut said = json!({ "homeSchool": self.school, "learningPath": "kb", "profile": "PIE", "year": 3,
                    "group": "3A", "cohort": "2026-2027", "name": name, "birthDate": birth_date });
        if let Some(host) = host {
            said["hostSchool"] = json!(host);
        }
        let registered: person::Event = event("consortium.pupil-registered", said);
        self.fact("consortium", &format!("person/{pupil}"), &registered).await;
        self.hub.settle().await;
        pupil
    }

    pub async fn as_person(&self, role: Role, pupil: PersonId) -> Client {
        self.hub.granted(Holding::of(role).person(pupil)).await
    }

    /// How often something of that name happened here.
    pub async fn count(&self, name: &str) -> usize {
        let kind = format!("nl.sterktechniekonderwijs.agreements.{name}.v1");
        self.hub.events("agreements").await.iter().filter(|event| event.event_type == kind).count()
    }
}

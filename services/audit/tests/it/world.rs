//! A region with an auditor, and who may give them a mandate.

use event_log::Recorded;
use proto_schemas::consortium::person::{Event, LearningPath};
use serde_json::{Value, json};
use testkit::{Answer, Client, TestHub};
use vocabulary::{PersonId, Purpose, Role, Service};

pub const PUPIL_REGISTERED: &str = "nl.sterktechniekonderwijs.consortium.pupil-registered.v1";

pub struct World {
    pub hub: TestHub,
    pub leader: Client,
    pub controller: Client,
    pub auditor: Client,
}

impl World {
    /// Without a mandate yet.
    pub async fn new() -> Self {
        let hub = testkit::hub(audit::service()).await;
        let leader = hub.holding(Role::ProgrammeLeader).await;
        let controller = hub.holding(Role::Controller).await;
        let auditor = hub.holding(Role::Auditor).await;
        Self { hub, leader, controller, auditor }
    }

    /// With a mandate over every log until the end of the year.
    pub async fn mandated(names: bool) -> Self {
        let world = Self::new().await;
        world.open(&world.leader, &json!({ "names": names })).await.expect(201);
        world
    }

    pub fn url(&self, path: &str) -> String {
        format!("/v1/regions/{}/audit/{path}", self.hub.region)
    }

    /// Opens a mandate for the auditor; `said` in place of what it usually says.
    pub async fn open(&self, by: &Client, said: &Value) -> Answer {
        let mut body = json!({
            "issuer": access::DevIssuer::ISSUER,
            "subject": self.auditor.subject,
            "assignment": "Controle van de claim 2026",
            "from": "2026-09-01",
            "until": "2026-12-31",
            "logs": Service::ALL,
            "names": false,
        });
        for (name, value) in said.as_object().unwrap() {
            body[name] = value.clone();
        }
        by.post(&self.url("mandates"), &body).await
    }

    /// What stands in the log of the audit of this kind, such as `look`.
    pub async fn events(&self, category: &str) -> Vec<Recorded> {
        let events = self.hub.events("audit").await;
        events.into_iter().filter(|event| event.category() == category).collect()
    }

    pub async fn list(&self, by: &Client, path: &str) -> Vec<Value> {
        self.hub.settle().await;
        by.get(&self.url(path)).await.expect(200).json()["items"].as_array().unwrap().clone()
    }

    /// Registers a pupil of that name.
    pub async fn pupil(&self, given: &str, family: &str) -> PersonId {
        let (person, region, vault) = (PersonId::fresh(), &self.hub.region, &self.hub.hub.vault);
        let name = json!({ "given": given, "family": family }).to_string();
        let seal = async |field: &str, plain: &str| {
            let field = format!("{PUPIL_REGISTERED}#{field}");
            vault.seal(region, person, Purpose::Identity, &field, plain).await.unwrap()
        };
        let registered = Event::PupilRegistered {
            home_school: "99XX00".parse().unwrap(),
            host_school: None,
            learning_path: LearningPath::Kb,
            profile: "PIE".into(),
            year: 3,
            group: "3K1".parse().unwrap(),
            cohort: "2026-2027".parse().unwrap(),
            name: seal("name", &name).await,
            birth_date: seal("birthDate", "2011-03-04").await,
            guardians: vec![],
            shares_number_with: None,
        };
        self.hub.happened("consortium", region, &format!("person/{person}"), &registered).await;
        self.hub.settle().await;
        person
    }
}

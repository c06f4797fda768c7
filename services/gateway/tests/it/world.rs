//! A region of which events tell: each like its frozen example, but for what a test says of it.

use decider::Event;
use event_log::Receipt;
use proto_schemas::agreements::{contract, stage_agreement};
use proto_schemas::co_financing::{contribution, contribution_day, occasion};
use proto_schemas::consortium::{company, consortium, person, policy, retention_schedule};
use proto_schemas::hotspots::{attendance, hotspot, session};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::{Client, Holding, TestHub};
use uuid::Uuid;
use vocabulary::{BranchCode, CompanyId, HotspotId, PersonId, Purpose, Role, SessionId};

pub const PUPIL: &str = "consortium.pupil-registered";

pub struct World {
    pub hub: TestHub,
    pub school: BranchCode,
    pub other_school: BranchCode,
    pub company: CompanyId,
    pub other_company: CompanyId,
    pub hotspot: HotspotId,
    pub leader: Client,
}

impl World {
    pub async fn new() -> Self {
        Self::in_hub(testkit::hub(gateway::service()).await).await
    }

    pub async fn in_hub(hub: TestHub) -> Self {
        let leader = hub.holding(Role::ProgrammeLeader).await;
        Self {
            school: "99XX00".parse().unwrap(),
            other_school: "99YY00".parse().unwrap(),
            company: CompanyId::fresh(),
            other_company: CompanyId::fresh(),
            hotspot: HotspotId::fresh(),
            hub,
            leader,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("/v1/regions/{}/{path}", self.hub.region)
    }

    /// An event such as `hotspots.session-planned`: its example, with `said` in place of what that says.
    pub async fn fact(&self, kind: &str, stream: &str, said: Value) -> Receipt {
        let (service, _) = kind.split_once('.').unwrap();
        let (category, _) = stream.split_once('/').unwrap();
        match (service, category) {
            ("consortium", "consortium") => self.happened::<consortium::Event>(service, kind, stream, said).await,
            ("consortium", "policy") => self.happened::<policy::Event>(service, kind, stream, said).await,
            ("consortium", "retention-schedule") => {
                self.happened::<retention_schedule::Event>(service, kind, stream, said).await
            }
            ("consortium", "company") => self.happened::<company::Event>(service, kind, stream, said).await,
            ("consortium", "person") => self.happened::<person::Event>(service, kind, stream, said).await,
            ("hotspots", "hotspot") => self.happened::<hotspot::Event>(service, kind, stream, said).await,
            ("hotspots", "session") => self.happened::<session::Event>(service, kind, stream, said).await,
            ("hotspots", "attendance-day") => self.happened::<attendance::Event>(service, kind, stream, said).await,
            ("agreements", "contract") => self.happened::<contract::Event>(service, kind, stream, said).await,
            ("agreements", "stage-agreement") => {
                self.happened::<stage_agreement::Event>(service, kind, stream, said).await
            }
            ("co-financing", "contribution-day") => {
                self.happened::<contribution_day::Event>(service, kind, stream, said).await
            }
            ("co-financing", "contribution") => self.happened::<contribution::Event>(service, kind, stream, said).await,
            ("co-financing", "occasion") => self.happened::<occasion::Event>(service, kind, stream, said).await,
            _ => panic!("{kind} in {stream}"),
        }
    }

    async fn happened<E: Event + DeserializeOwned>(
        &self,
        service: &str,
        kind: &str,
        stream: &str,
        said: Value,
    ) -> Receipt {
        let kind = format!("nl.sterktechniekonderwijs.{kind}.v1");
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto-schemas/examples");
        let example = std::fs::read_to_string(format!("{folder}/{kind}.example.json")).unwrap();
        let mut data = serde_json::from_str::<Value>(&example).unwrap()["data"].take();
        for (field, value) in said.as_object().unwrap() {
            data[field] = value.clone();
        }
        let event: E = serde_json::from_value(json!({ "type": kind, "data": data })).unwrap();
        self.hub.happened(service, &self.hub.region, stream, &event).await
    }

    /// A session on a day, from 06:30 UTC on for so many minutes.
    pub async fn planned(&self, date: &str, minutes: i64) -> SessionId {
        let session = SessionId::fresh();
        self.plan(session, self.company, date, minutes).await;
        session
    }

    pub async fn plan(&self, session: SessionId, company: CompanyId, date: &str, minutes: i64) {
        let starts_at: chrono::DateTime<chrono::Utc> = format!("{date}T06:30:00Z").parse().unwrap();
        let ends_at = starts_at + chrono::TimeDelta::minutes(minutes);
        let said = json!({ "hotspot": self.hotspot, "company": company, "date": date, "startsAt": starts_at, "endsAt": ends_at });
        self.fact("hotspots.session-planned", &format!("session/{session}"), said).await;
    }

    pub async fn enrolled(&self, session: SessionId, pupil: PersonId, school: &BranchCode) {
        let said = json!({ "pupil": pupil, "homeSchool": school, "school": school });
        self.fact("hotspots.session-pupil-enrolled", &format!("session/{session}"), said).await;
    }

    /// A pupil's day that the company confirmed; gives the id of the day.
    pub async fn confirmed(&self, session: SessionId, pupil: PersonId, school: &BranchCode, date: &str) -> Uuid {
        let day = attendance::id_of(session, pupil);
        let said = json!({ "pupil": pupil, "session": session, "hotspot": self.hotspot, "company": self.company,
                           "school": school, "date": date, "minutes": 360 });
        self.fact("hotspots.attendance-day-confirmed", &format!("attendance-day/{day}"), said).await;
        day.0
    }

    /// A pupil whose name the vault holds.
    pub async fn pupil(&self, given: &str, family: &str, school: &BranchCode) -> PersonId {
        let pupil = PersonId::fresh();
        let name = json!({ "given": given, "family": family }).to_string();
        let field = format!("nl.sterktechniekonderwijs.{PUPIL}.v1#name");
        let sealed = self.hub.hub.vault.seal(&self.hub.region, pupil, Purpose::Identity, &field, &name).await.unwrap();
        let said = json!({ "homeSchool": school, "hostSchool": null, "name": sealed, "guardians": [] });
        self.fact(PUPIL, &format!("person/{pupil}"), said).await;
        pupil
    }

    /// Someone who holds a role at the first school.
    pub async fn at_school(&self, role: Role) -> Client {
        self.hub.granted(Holding::of(role).school(&self.school)).await
    }

    /// Someone who holds a role at the first company.
    pub async fn at_company(&self, role: Role) -> Client {
        self.hub.granted(Holding::of(role).company(self.company)).await
    }

    /// What a list gives on one page.
    pub async fn list(&self, who: &Client, path: &str) -> Vec<Value> {
        self.hub.settle().await;
        let answer = who.get(&self.url(path)).await.expect(200).json();
        assert_eq!(answer["next"], Value::Null, "more than a page");
        answer["items"].as_array().unwrap().clone()
    }

    /// What a list gives on pages of one item: each once, in the order of one page.
    pub async fn paged(&self, who: &Client, path: &str) -> Vec<Value> {
        let whole = self.list(who, path).await;
        let sign = if path.contains('?') { '&' } else { '?' };
        let (mut items, mut after) = (Vec::new(), String::new());
        loop {
            let answer = who.get(&self.url(&format!("{path}{sign}limit=1{after}"))).await.expect(200).json();
            items.extend(answer["items"].as_array().unwrap().iter().cloned());
            let Some(next) = answer["next"].as_str() else { break };
            after = format!("&after={next}");
            assert!(items.len() <= whole.len(), "it goes round");
        }
        assert_eq!(items, whole);
        assert_eq!(items.iter().map(Value::to_string).collect::<BTreeSet<_>>().len(), items.len(), "one came twice");
        items
    }
}

/// One member of every item.
pub fn each<'a>(items: &'a [Value], member: &str) -> Vec<&'a str> {
    items.iter().map(|item| item[member].as_str().unwrap_or_default()).collect()
}

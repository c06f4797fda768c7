//! A region to test in: two schools, two companies, one pupil.

use proto_schemas::consortium::{company, consortium, person};
use serde_json::{Value, json};
use testkit::{Answer, Client, Holding, TestHub};
use vocabulary::{BranchCode, CaseId, CompanyId, ElectiveId, PersonId, Role};

/// When the work was done; the clock of every test stands on that day.
pub const TODAY: &str = "2026-09-01";
pub const COHORT: &str = "2026-2027";

pub struct Region {
    pub hub: TestHub,
    pub school: BranchCode,
    pub other_school: BranchCode,
    pub company: CompanyId,
    pub other_company: CompanyId,
    pub pupil: PersonId,
    pub member: Client,
    pub teacher: Client,
    pub secretary: Client,
    pub supervisor: Client,
}

impl Region {
    pub async fn new() -> Self {
        let hub = testkit::hub(assessments::service()).await;
        let school: BranchCode = "99ZZ00".parse().unwrap();
        let other_school: BranchCode = "98ZZ00".parse().unwrap();
        let (company, other_company) = (CompanyId::fresh(), CompanyId::fresh());
        let pupil = PersonId::fresh();
        for code in [&school, &other_school] {
            let data = json!({
                "school": code, "name": "Voorbeeldschool", "board": "12345", "brin": &code.as_str()[..4], "vmbo": true,
                "profiles": ["PIE"], "address": address(), "occurredOn": "2026-08-01",
            });
            let joined: consortium::Event = event("consortium.school-joined", data);
            hub.happened("consortium", &hub.region, &format!("consortium/{}", hub.region), &joined).await;
        }
        for id in [company, other_company] {
            let data = json!({
                "name": "Voorbeeldbedrijf", "kvk": "90001354", "sbi": [], "address": address(), "occurredOn": "2026-08-01",
            });
            let nominated: company::Event = event("consortium.company-nominated", data);
            hub.happened("consortium", &hub.region, &format!("company/{id}"), &nominated).await;
        }
        pupil_of(&hub, pupil, &school, None).await;

        let member = hub.holding(Role::WorkingGroupMember).await;
        let teacher = hub.granted(Holding::of(Role::Teacher).school(&school)).await;
        let secretary = hub.granted(Holding::of(Role::ExamSecretary).school(&school)).await;
        let supervisor = hub.granted(Holding::of(Role::CompanySupervisor).company(company)).await;
        Self { hub, school, other_school, company, other_company, pupil, member, teacher, secretary, supervisor }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/v1/regions/{}/{rest}", self.hub.region)
    }

    /// The region's own elective, with a rubric.
    pub async fn elective(&self) -> ElectiveId {
        let added = self.member.post(&self.path("electives"), &road_safety()).await;
        assert_eq!(added.status, 201, "{}", added.text());
        let elective: ElectiveId = added.id();
        let adopted = self.member.put(&self.path(&format!("electives/{elective}/rubric")), &rubric(&["W1"])).await;
        assert_eq!(adopted.status, 200, "{}", adopted.text());
        elective
    }

    pub async fn open(&self, elective: ElectiveId) -> Answer {
        let new = json!({ "pupil": self.pupil, "elective": elective, "company": self.company, "occurredOn": TODAY });
        self.teacher.post(&self.path("cases"), &new).await
    }

    /// An open case, its elective beside it.
    pub async fn case(&self) -> (CaseId, ElectiveId) {
        let elective = self.elective().await;
        let opened = self.open(elective).await;
        assert_eq!(opened.status, 201, "{}", opened.text());
        (opened.id(), elective)
    }

    /// A case that the company has judged.
    pub async fn judged(&self) -> (CaseId, ElectiveId) {
        let (case, elective) = self.case().await;
        let judged = self.judge(&self.supervisor, case).await;
        assert_eq!(judged.status, 200, "{}", judged.text());
        (case, elective)
    }

    pub async fn judge(&self, by: &Client, case: CaseId) -> Answer {
        by.post(&self.path(&format!("cases/{case}/company-judgement")), &company_judgement()).await
    }

    pub async fn grade(&self, by: &Client, case: CaseId, tenths: i64, counts: bool) -> Answer {
        let grade = json!({ "gradeTenths": tenths, "countsForExam": counts, "occurredOn": TODAY });
        by.post(&self.path(&format!("cases/{case}/grade")), &grade).await
    }

    pub fn pta(&self, rest: &str) -> String {
        self.path(&format!("schools/{}/ptas/{COHORT}{rest}", self.school))
    }

    pub async fn register(&self, elective: ElectiveId, place: &str) -> Answer {
        self.secretary.put(&self.pta(&format!("/items/{elective}")), &json!({ "weight": 2, "place": place })).await
    }

    pub async fn freeze(&self) -> Answer {
        self.secretary.post(&self.pta("/freeze"), &json!({})).await
    }
}

/// Registers a pupil of `home`, who may be a guest elsewhere for the profile.
pub async fn pupil_of(hub: &TestHub, pupil: PersonId, home: &BranchCode, host: Option<&BranchCode>) {
    let sealed = json!({ "person": pupil, "purpose": "identity", "sealed": "bmFhbQ" });
    let mut data = json!({
        "homeSchool": home, "learningPath": "kb", "profile": "PIE", "year": 3, "group": "3K1", "cohort": COHORT,
        "name": sealed, "birthDate": sealed,
    });
    if let Some(host) = host {
        data["hostSchool"] = json!(host);
    }
    let registered: person::Event = event("consortium.pupil-registered", data);
    hub.happened("consortium", &hub.region, &format!("person/{pupil}"), &registered).await;
}

/// Forgets a pupil: no key is left.
pub async fn forget(hub: &TestHub, pupil: PersonId) {
    let data = json!({ "reason": "Left the school long ago", "occurredOn": TODAY });
    let forgotten: person::Event = event("consortium.person-forgotten", data);
    hub.happened("consortium", &hub.region, &format!("person/{pupil}"), &forgotten).await;
    hub.hub.vault.forget(&hub.region, pupil).await.unwrap();
    hub.settle().await;
}

/// An event as its log holds it.
fn event<E: serde::de::DeserializeOwned>(name: &str, data: Value) -> E {
    serde_json::from_value(json!({ "type": format!("nl.sterktechniekonderwijs.{name}.v1"), "data": data })).unwrap()
}

fn address() -> Value {
    json!({ "street": "Voorbeeldstraat", "number": "1", "postcode": "1234AB", "place": "Voorbeeld", "municipality": "Voorbeeld" })
}

pub fn road_safety() -> Value {
    json!({
        "code": "VWW", "title": "Veilig werken aan de weg", "description": "Een werkvak afzetten", "levels": ["bb", "kb"],
        "size": 5400,
        "deeltaken": [
            { "code": "VWW/1", "title": "Een werkvak afzetten", "endTerms": 3 },
            { "code": "VWW/2", "title": "Verkeer regelen", "endTerms": 2 },
        ],
    })
}

pub fn rubric(work_tasks: &[&str]) -> Value {
    let task = |code: &str| json!({ "code": code, "title": format!("Taak {code}") });
    let work_tasks: Vec<_> = work_tasks.iter().map(|code| task(code)).collect();
    json!({ "learningTasks": [task("L1")], "workTasks": work_tasks })
}

pub fn company_judgement() -> Value {
    json!({
        "occurredOn": TODAY,
        "learningTasks": [{ "task": "L1", "outcome": "good" }],
        "workTasks": [{ "task": "W1", "outcome": "sufficient" }],
        "done": ["VWW/1"], "atSchool": ["VWW/2"],
        "remarks": "Werkt zelfstandig en let op anderen.",
    })
}

/// The code of a problem.
pub fn problem(answer: &Answer) -> String {
    let json = answer.json();
    let kind = json["type"].as_str().unwrap_or_default();
    format!("{} {}", answer.status.as_u16(), kind.trim_start_matches("/problems/"))
}

//! A region in which something of everything happened: the frozen example of each event, about one school, one
//! company, one pupil and one hotspot.

use crate::files::{root, text};
use crate::whole::{Bound, Whole};
use proto_schemas::audit::mandate;
use proto_schemas::co_financing::contribution_day::Day;
use proto_schemas::co_financing::occasion;
use proto_schemas::hotspots::{attendance, pupil_day};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use vocabulary::{
    BranchCode, CaseId, ClaimId, CompanyId, ContributionDayId, HotspotId, MandateId, PersonId, PtaId, RegionId, Role,
    Service, SessionId,
};

pub const SCHOOL: &str = "99AA00";
pub const OTHER_SCHOOL: &str = "99AA01";
/// A school that has nothing to do with anything that happened.
pub const FOREIGN_SCHOOL: &str = "99QQ00";
pub const COMPANY: &str = "01990000-0003-7000-8000-000000000001";
pub const FOREIGN_COMPANY: &str = "01990000-0003-7000-8000-0000000000ff";
pub const PUPIL: &str = "01990000-0004-7000-8000-000000000001";
pub const FOREIGN_PUPIL: &str = "01990000-0004-7000-8000-0000000000ff";
/// Somebody of whom nothing is known any more.
pub const FORGOTTEN: &str = "01990000-0004-7000-8000-0000000000aa";
pub const TEACHER: &str = "0192f1c4-7a10-7c3e-9b52-1f6d8a4c2e03";
/// Somebody at the company.
pub const CONTACT: &str = "0192f1c4-7a10-7c3e-9b52-1f6d8a4c2e04";
pub const HOTSPOT: &str = "01990000-0001-7000-8000-000000000001";
pub const SESSION: &str = "01990000-0002-7000-8000-000000000001";
pub const CHECK: &str = "01990000-0005-7000-8000-000000000001";
pub const CONTRACT: &str = "01990f3a-5a10-7c21-9d4e-0a1b2c3d4e01";
pub const AGREEMENT: &str = "01990f3a-5a10-7c21-9d4e-0a1b2c3d4e02";
pub const ELECTIVE: &str = "5b0c2f64-0d3c-4c7e-9b52-1f7d20b3a111";
pub const CONTRIBUTION: &str = "01990000-0009-7000-8000-000000000001";
/// The mandates of somebody of whom nothing else is known.
pub const MANDATE: &str = "7c1de2a4-9b35-5f60-8d17-42a6c0b9e311";
/// A hold that covers no pupil.
pub const HOLD: &str = "0192f1c4-7a10-7c3e-9b52-1f6d8a4c2f01";
/// A run of the retention schedule.
pub const RUN: &str = "5b0c2f64-0d3c-5c7e-9b52-1f7d20b3a2f1";
/// What was given out about a pupil.
const EXPORT: &str = "0192f1c4-8b20-7d00-8000-00000000a005";
/// A drawn sample.
pub const SAMPLE: &str = "0192f1c4-8b20-7d00-8000-00000000a003";
pub const COHORT: &str = "2025-2026";

/// What happens in a region, as short names of events, in this order. What ends something is left out: nothing would
/// be left to look at.
const STORY: &[(&str, &[&str])] = &[
    (
        "consortium",
        &[
            "consortium-founded",
            "school-joined",
            "mbo-joined",
            "other-partner-joined",
            "primary-school-joined",
            "lead-partner-named",
            "company-nominated",
            "company-oriented",
            "company-onboarded",
            "company-activated",
            "company-joined",
            "plan-adopted",
            "target-set",
            "policy-adopted",
            "period-opened",
            "seat-taken",
            "pupil-registered",
            "staff-registered",
            "contact-registered",
            "role-granted",
            "import-started",
            "import-advanced",
            "import-finished",
            "retention-schedule-adopted",
            "retention-hold-placed",
            "retention-run-advanced",
            "retention-run-finished",
        ],
    ),
    (
        "assessments",
        &[
            "elective-imported",
            "elective-changed",
            "elective-added",
            "catalogue-import-completed",
            "rubric-adopted",
            "pta-item-registered",
            "pta-frozen",
            "case-opened",
            "case-evidence-submitted",
            "case-judged-by-company",
            "case-judged-by-school",
            "case-grade-fixed",
        ],
    ),
    (
        "hotspots",
        &[
            "hotspot-proposed",
            "hotspot-education-linked",
            "hotspot-plan-of-approach-adopted",
            "safety-check-drawn-up",
            "safety-check-signed",
            "hotspot-safety-check-attached",
        ],
    ),
    ("agreements", &["contract-drawn-up", "contract-signed", "contract-concluded"]),
    (
        "agreements",
        &[
            "stage-agreement-drafted",
            "stage-agreement-offered",
            "stage-agreement-signed",
            "consent-form-recorded",
            "stage-agreement-activated",
            "dispute-raised",
        ],
    ),
    (
        "hotspots",
        &[
            "hotspot-contract-attached",
            "hotspot-opened",
            "session-planned",
            "pupil-day-booked",
            "pupil-week-booked",
            "session-pupil-enrolled",
            "session-teacher-assigned",
            "session-started",
            "attendance-day-checked-in",
            "pupil-day-entered",
            "attendance-day-checked-out",
        ],
    ),
    (
        "co-financing",
        &[
            "arrangement-method-agreed",
            "scheme-registered",
            "contribution-recorded",
            "contribution-proof-attached",
            "proof-used",
            "contribution-day-attendance-noted",
            "contribution-day-method-chosen",
            "contribution-day-pupil-accrued",
            "occasion-assigned",
            "claim-drafted",
        ],
    ),
    (
        "audit",
        &[
            "mandate-opened",
            "looked",
            "name-revealed",
            "sample-drawn",
            "access-export-opened",
            "names-exported",
            "logs-exported",
        ],
    ),
];

/// Ids of the examples that mean the same school, company and so on.
const SAME: &[(&str, &str)] = &[
    ("02LB00", SCHOOL),
    ("99ZZ00", SCHOOL),
    ("99XX00", SCHOOL),
    ("03XF00", OTHER_SCHOOL),
    ("99YY00", SCHOOL),
    ("0192f1c4-7a10-7c3e-9b52-1f6d8a4c2e01", COMPANY),
    ("01990f3a-5a10-7c21-9d4e-0a1b2c3d4e04", COMPANY),
    ("018f6a10-0000-7000-8000-000000000031", COMPANY),
    ("0192f1c4-7a10-7c3e-9b52-1f6d8a4c2e02", PUPIL),
    ("01990f3a-5a10-7c21-9d4e-0a1b2c3d4e05", PUPIL),
    ("018f6a10-0000-7000-8000-000000000021", PUPIL),
    ("01990f3a-5a10-7c21-9d4e-0a1b2c3d4e03", HOTSPOT),
    ("01990000-0006-7000-8000-000000000001", CONTRACT),
    ("01990000-0007-7000-8000-000000000001", ELECTIVE),
    ("01990000-0004-7000-8000-000000000063", TEACHER),
];

/// A region in which the story was played.
#[derive(Clone, Debug)]
pub struct World {
    pub region: RegionId,
    pub case: CaseId,
    pub claim: ClaimId,
    pub day: ContributionDayId,
}

pub fn branch(code: &str) -> BranchCode {
    code.parse().unwrap()
}

pub fn person(id: &str) -> PersonId {
    id.parse().unwrap()
}

pub fn company(id: &str) -> CompanyId {
    id.parse().unwrap()
}

static QUIET: OnceCell<World> = OnceCell::const_new();

impl World {
    /// The world that no test changes: everyone of [`World::people`] is there, own and foreign.
    pub async fn quiet(hub: &Whole) -> &'static Self {
        QUIET
            .get_or_init(async || {
                let world = Self::played(hub, "stil").await;
                world.people(hub, false).await;
                world.people(hub, true).await;
                hub.settle().await;
                assert_eq!(hub.parked(&world.region).await, [""; 0]);
                world
            })
            .await
    }

    /// Plays the story in a region that is not there yet; nothing of it is settled.
    pub async fn played(hub: &Whole, name: &str) -> Self {
        let region: RegionId = name.parse().unwrap();
        let (pupil, session, date) =
            (person(PUPIL), SESSION.parse::<SessionId>().unwrap(), "2026-10-06".parse().unwrap());
        let world = Self::empty(region);
        let Self { region, case, claim, day } = &world;
        let ids = [
            ("b5f0c9a1-3c1e-5d57-9a44-6f4a1e6f0c11", attendance::id_of(session, pupil).to_string()),
            ("6b1f5e2c-7f0d-5c83-8a0b-2d1f6f3e9a72", pupil_day::id_of(pupil, date).to_string()),
            ("7b1e6f42-9a0c-5f3b-a3a9-0e5a2c4d9b01", occasion::id(company(COMPANY), session, date).to_string()),
            ("5d0a3c52-7e55-5d0c-9d43-0a4f3c1be201", day.to_string()),
            ("018f6a10-0000-7000-8000-000000000041", case.to_string()),
            ("018f6a10-0000-7000-8000-000000000051", PtaId::derived(&[SCHOOL, COHORT]).to_string()),
            ("2f6f2c1e-55aa-5b0e-8f5e-7a9be6b0c401", claim.to_string()),
        ];
        for (service, story) in STORY {
            for short in *story {
                let event_type = format!("nl.sterktechniekonderwijs.{service}.{short}.v1");
                let mut example = text(&root().join(format!("proto-schemas/examples/{event_type}.example.json")));
                for (from, to) in SAME {
                    example = example.replace(from, to);
                }
                for (from, to) in &ids {
                    example = example.replace(from, to);
                }
                let mut example: Value = serde_json::from_str(&example).unwrap();
                // The school in which everything happens is also the one that answers for the pupil.
                if let Some(fields) = example["data"].as_object_mut() {
                    fields.remove("hostSchool");
                    if *short == "pupil-registered" {
                        fields.insert("sharesNumberWith".into(), json!(FORGOTTEN));
                    }
                }
                let subject = example["subject"].as_str().unwrap().replace("voorbeeld", region.as_str());
                seal(hub, region, &event_type, "", &mut example["data"]).await;
                hub.happened(service, region, &subject, &event_type, &example["data"]).await;
            }
        }
        let forgotten = json!({ "reason": "Bewaartermijn verstreken", "occurredOn": "2026-10-01" });
        let event_type = "nl.sterktechniekonderwijs.consortium.person-forgotten.v1";
        hub.happened("consortium", region, &format!("person/{FORGOTTEN}"), event_type, &forgotten).await;
        hub.vault.natural_key(region, "leerlingnummer", "1301").await.unwrap();
        world
    }

    /// The same ids in a region in which nothing happened.
    pub fn empty(region: RegionId) -> Self {
        let day = Day {
            company: company(COMPANY),
            hotspot: HOTSPOT.parse::<HotspotId>().unwrap(),
            session: SESSION.parse().unwrap(),
            date: "2026-10-06".parse().unwrap(),
            scheme: "sto".parse().unwrap(),
        };
        let claim = ClaimId::derived(&[region.as_str(), "sto", "2026"]);
        Self { case: CaseId::derived(&[PUPIL, ELECTIVE]), claim, day: day.id(), region }
    }

    /// Someone of each role that is bound to a school, company or pupil: of those to whom it happened, or foreign ones.
    pub async fn people(&self, hub: &Whole, foreign: bool) {
        for role in Role::ALL {
            if role != Role::Operator && role != Role::Hub {
                let subject = self.subject(role, foreign);
                hub.grant(&self.region, &subject, role, bound(role, foreign)).await;
                if role == Role::Auditor {
                    self.mandate(hub, &subject).await;
                }
            }
        }
    }

    /// A mandate for an auditor, over every log, names included.
    async fn mandate(&self, hub: &Whole, subject: &str) {
        let auditor = hub.actor(subject);
        let opened = mandate::Event::Opened {
            auditor,
            number: 1,
            assignment: "Controle van de regio".parse().unwrap(),
            from: "2026-09-01".parse().unwrap(),
            until: "2027-06-30".parse().unwrap(),
            logs: Service::ALL.to_vec(),
            names: true,
            given_by: hub.actor(&self.subject(Role::ProgrammeLeader, false)),
        };
        let event = event_log::NewEvent::of(&opened).unwrap();
        let id = MandateId::derived(&[self.region.as_str(), &auditor.to_string()]);
        let data = serde_json::from_str(event.data()).unwrap();
        hub.happened("audit", &self.region, &format!("mandate/{id}"), event.event_type(), &data).await;
    }

    /// How the issuer calls the one of [`World::people`] who holds a role.
    pub fn subject(&self, role: Role, foreign: bool) -> String {
        if role == Role::Operator {
            return "operator".to_owned();
        }
        format!("{}-{role}-{}", if foreign { "foreign" } else { "own" }, self.region)
    }

    /// What stands in a path or body under this name.
    pub fn named(&self, name: &str) -> Option<Value> {
        Some(match name {
            "region" => json!(self.region),
            "school" | "homeSchool" | "leadSchool" => json!(SCHOOL),
            "company" => json!(COMPANY),
            "pupil" | "person" => json!(PUPIL),
            "teacher" | "stageTeacher" => json!(TEACHER),
            "hotspot" => json!(HOTSPOT),
            "session" => json!(SESSION),
            "service" => json!("hotspots"),
            "check" => json!(CHECK),
            "contract" => json!(CONTRACT),
            "agreement" => json!(AGREEMENT),
            "elective" => json!(ELECTIVE),
            "contribution" => json!(CONTRIBUTION),
            "case" => json!(self.case),
            "claim" => json!(self.claim),
            "day" => json!(self.day),
            "sample" => json!(SAMPLE),
            "hold" => json!(HOLD),
            "run" => json!(RUN),
            "export" => json!(EXPORT),
            "cohort" => json!(COHORT),
            "mandate" => json!(MANDATE),
            "scheme" => json!("sto"),
            "period" => json!("2026"),
            "institution" => json!("99CC"),
            _ => return None,
        })
    }
}

/// What a role is bound to, there or elsewhere.
pub fn bound(role: Role, foreign: bool) -> Bound {
    use vocabulary::Reach;
    let mut bound = Bound::default();
    let pick = |own, other| if foreign { other } else { own };
    match role.reach() {
        Reach::Region => {}
        Reach::School => bound.school = Some(branch(pick(SCHOOL, FOREIGN_SCHOOL))),
        Reach::Company => bound.company = Some(company(pick(COMPANY, FOREIGN_COMPANY))),
        Reach::Person => bound.person = Some(person(pick(PUPIL, FOREIGN_PUPIL))),
    }
    bound
}

/// Seals what the example only pretends to have sealed.
async fn seal(hub: &Whole, region: &RegionId, event_type: &str, at: &str, value: &mut Value) {
    match value {
        Value::Object(fields) if fields.contains_key("sealed") && fields.contains_key("person") => {
            let sealed: vocabulary::Sealed = serde_json::from_value(value.clone()).unwrap();
            let plain = match at {
                "name" => r#"{"given":"Voorbeeld","family":"Persoon"}"#,
                "birthDate" => "2011-03-04",
                _ => "Voorbeeld",
            };
            let field = format!("{event_type}#{at}");
            let made = hub.vault.seal(region, sealed.person, sealed.purpose, &field, plain).await.unwrap();
            *value = serde_json::to_value(made).unwrap();
        }
        Value::Object(fields) => {
            for (name, inner) in fields {
                let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                Box::pin(seal(hub, region, event_type, &at, inner)).await;
            }
        }
        Value::Array(items) => {
            for inner in items {
                Box::pin(seal(hub, region, event_type, at, inner)).await;
            }
        }
        _ => {}
    }
}

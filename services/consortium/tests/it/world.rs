//! A region as the tests meet it.

use serde_json::{Value, json};
use testkit::{Answer, Client, Holding, TestHub};
use vocabulary::{BranchCode, CompanyId, Role};

pub const BRANCHES: &str = include_str!("../data/branches.csv");
pub const PUPILS: &str = include_str!("../data/pupils.csv");
pub const ISSUER: &str = access::DevIssuer::ISSUER;

/// The service, and who leads the region.
pub struct World {
    pub hub: TestHub,
    pub leader: Client,
}

pub fn path(rest: &str) -> String {
    format!("/v1/regions/voorbeeld{rest}")
}

pub fn founding() -> Value {
    json!({
        "name": "STO Voorbeeld",
        "leadSchool": "01OE04",
        "school": {
            "name": "Wellantcollege", "board": "41100", "vmbo": true, "profiles": ["GR"],
            "address": { "street": "W. de Vries Robbeweg", "number": "27", "postcode": "4206AK", "place": "Gorinchem" },
        },
    })
}

pub fn nomination() -> Value {
    json!({
        "name": "Verzonnen Koeltechniek", "kvk": "90001354", "sbi": ["43222"],
        "address": { "street": "Voorbeeldweg", "number": "1", "postcode": "4207AA", "place": "Gorinchem" },
    })
}

pub fn plan() -> Value {
    json!({
        "programmeFrom": "2025-01-01", "programmeUntil": "2028-12-31",
        "activities": [{
            "code": "hotspots", "theme": "education-and-innovation", "name": "Hotspots",
            "budget": [{ "name": "Begeleiding", "price": 5000, "quantity": 400, "unit": "uur", "subsidisable": true }],
            "results": [{ "name": "Hotspots", "number": 7, "unit": "hotspot", "by": "2028-12-31" }],
        }],
    })
}

/// A founded region with a programme leader.
pub async fn founded() -> World {
    let hub = testkit::hub(service()).await;
    hub.operator().put(&path(""), &founding()).await.expect(200);
    let leader = hub.client("leader");
    let to = json!({ "to": { "issuer": ISSUER, "subject": leader.subject } });
    hub.operator().post(&path("/programme-leaders"), &to).await.expect(201);
    hub.settle().await;
    World { hub, leader }
}

/// The same with three more schools.
pub async fn with_schools() -> World {
    let world = founded().await;
    world.schools(BRANCHES, "00YH05,24TP02,01GH01").await.expect(201);
    world
}

impl World {
    /// Sends a file of branches.
    pub async fn schools(&self, file: &str, branches: &str) -> Answer {
        let address = path(&format!("/school-imports?branches={branches}"));
        self.leader.send(http::Method::POST, &address, file.to_owned(), Some("text/csv")).await
    }

    /// Sends a file of pupils.
    pub async fn pupils(&self, file: &str) -> Answer {
        pupils(&self.leader, file).await
    }

    /// A company that was nominated.
    pub async fn company(&self) -> CompanyId {
        self.leader.post(&path("/companies"), &nomination()).await.expect(201).id()
    }

    /// How many events there are.
    pub async fn events(&self) -> usize {
        self.hub.events("consortium").await.len()
    }

    /// A school's own system.
    pub async fn system(&self, school: &str) -> Client {
        let school: BranchCode = school.parse().unwrap();
        self.hub.granted(Holding::of(Role::SchoolSystem).school(&school)).await
    }
}

/// Sends a file of pupils.
pub async fn pupils(client: &Client, file: &str) -> Answer {
    client.send(http::Method::POST, &path("/pupil-imports"), file.to_owned(), Some("text/csv")).await
}

/// The service, with what others know of it.
pub fn service() -> chassis::Service {
    consortium::service()
        .projection(known::KnownSchools)
        .projection(known::KnownCompanies)
        .projection(known::KnownPupils)
}

//! Made-up things for tests.

use chrono::NaiveDate;
use proto_schemas::assessments::{
    elective::{Deeltaak, Elective, Kind, Level, Profile},
    rubric::Task,
};
use vocabulary::{
    Actor, ActorId, BranchCode, CompanyId, ElectiveId, Minutes, Organisation, PersonId, Role, SchoolYear,
};

pub fn school() -> BranchCode {
    "99ZZ00".parse().unwrap()
}

pub fn cohort() -> SchoolYear {
    "2025-2026".parse().unwrap()
}

pub fn solar() -> ElectiveId {
    ElectiveId::derived(&["solar"])
}

pub fn road_safety() -> ElectiveId {
    ElectiveId::derived(&["road safety"])
}

pub fn pupil() -> PersonId {
    PersonId::derived(&["pupil"])
}

pub fn company() -> CompanyId {
    CompanyId::derived(&["company"])
}

pub fn teacher_of(school: BranchCode) -> Actor {
    Actor { id: ActorId::derived(&["teacher"]), role: Role::Teacher, organisation: Some(Organisation::School(school)) }
}

pub fn supervisor_of(company: CompanyId) -> Actor {
    let organisation = Some(Organisation::Company(company));
    Actor { id: ActorId::derived(&["supervisor"]), role: Role::CompanySupervisor, organisation }
}

pub fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn task(code: &str) -> Task {
    Task { code: code.into(), title: format!("Task {code}").parse().unwrap() }
}

pub fn national() -> Elective {
    Elective {
        code: "K/PIE/05".into(),
        kind: Kind::Elective,
        profile: Some(Profile::Pie),
        title: "Zonnepanelen".parse().unwrap(),
        description: Some("Een installatie\nop een dak".into()),
        levels: vec![Level::Bb, Level::Kb],
        size: None,
        duo_code: None,
        deeltaken: vec![deeltaak("K/PIE/05/01", 4), deeltaak("K/PIE/05/02", 6)],
    }
}

pub fn own() -> Elective {
    Elective {
        code: "VWW".into(),
        profile: None,
        title: "Veilig werken aan de weg".parse().unwrap(),
        size: Some(Minutes::hours(90)),
        deeltaken: vec![deeltaak("VWW/1", 3), deeltaak("VWW/2", 2)],
        ..national()
    }
}

/// An elective with a deeltaak for each number of end terms: `X/1`, `X/2` …
pub fn elective_of(end_terms: &[u8], size: Option<Minutes>) -> Elective {
    let deeltaken =
        end_terms.iter().enumerate().map(|(at, terms)| deeltaak(&format!("X/{}", at + 1), *terms)).collect();
    Elective { size, deeltaken, ..national() }
}

fn deeltaak(code: &str, end_terms: u8) -> Deeltaak {
    Deeltaak { code: code.into(), title: format!("Deeltaak {code}"), end_terms }
}

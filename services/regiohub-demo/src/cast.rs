//! Who plays: one subject of the development issuer per role, school, company or pupil.

use super::story::Story;
use std::collections::BTreeSet;

pub(super) const OPERATOR: &str = "operator";
pub(super) const LEADER: &str = "demo-programme-leader";
pub(super) const CONTROLLER: &str = "demo-controller";
pub(super) const ACCOUNTS: &str = "demo-account-manager";
pub(super) const AUDITOR: &str = "demo-auditor";

/// The school's seat in the working group.
pub(super) fn member(school: &str) -> String {
    format!("demo-working-group-{school}")
}

pub(super) fn teacher(school: &str) -> String {
    format!("demo-teacher-{school}")
}

pub(super) fn secretary(school: &str) -> String {
    format!("demo-exam-secretary-{school}")
}

/// The school's own administration.
pub(super) fn system(school: &str) -> String {
    format!("demo-school-system-{school}")
}

pub(super) fn supervisor(company: &str) -> String {
    format!("demo-supervisor-{company}")
}

pub(super) fn signatory(company: &str) -> String {
    format!("demo-signatory-{company}")
}

pub(super) fn pupil(number: u32) -> String {
    format!("demo-pupil-{number}")
}

pub(super) fn parent(number: u32) -> String {
    format!("demo-parent-{number}")
}

/// All of them.
pub(super) fn subjects(story: &Story) -> Vec<String> {
    let mut all: Vec<String> = [OPERATOR, LEADER, CONTROLLER, ACCOUNTS, AUDITOR].map(Into::into).into();
    let schools: BTreeSet<&str> =
        story.schools.iter().map(String::as_str).chain(story.pupils.iter().map(|pupil| pupil.school())).collect();
    for school in schools {
        all.extend([member(school), teacher(school), secretary(school), system(school)]);
    }
    for company in &story.companies {
        all.extend([supervisor(&company.key), signatory(&company.key)]);
    }
    for number in story.pupils.iter().map(|pupil| pupil.number) {
        all.extend([pupil(number), parent(number)]);
    }
    all
}

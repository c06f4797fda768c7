//! Who gets in: every operation × every role × own and foreign region, and × own and foreign school, company, pupil.

use crate::openapi::{Operation, merged, operations, public};
use crate::request::{filled, least};
use crate::whole::{Whole, on_the_hub};
use crate::world::World;
use access::table::{self, roles};
use http::{Method, StatusCode};
use serde_json::Value;
use std::collections::BTreeSet;
use vocabulary::{Reach, RegionId, Role};

/// Roles that someone can hold.
fn held() -> impl Iterator<Item = Role> {
    Role::ALL.into_iter().filter(|role| *role != Role::Hub)
}

/// A region in which somebody holds each role, and nothing else ever happened.
async fn peopled(hub: &Whole, name: &str) -> World {
    let region: RegionId = name.parse().unwrap();
    let world = World::empty(region);
    world.people(hub, false).await;
    world
}

fn body(operation: &Operation) -> (&'static str, Option<&'static str>) {
    if operation.has_body() { ("{}", Some("application/json")) } else { ("", None) }
}

/// Everything that can be asked, by everyone who can ask it.
#[test]
fn every_role_may_do_what_the_table_lists_in_its_own_region_only() {
    on_the_hub(async |hub| {
        let own = peopled(hub, "toegang-eigen").await;
        let foreign = peopled(hub, "toegang-vreemd").await;
        hub.settle().await;
        let operations = operations();
        let mut wrong = Vec::new();
        let mut asked = 0;
        for role in held() {
            let client = hub.client(&own.subject(role, false));
            for operation in &operations {
                let may = roles(&operation.id).contains(&role);
                let method: Method = operation.method.parse().unwrap();
                let (text, kind) = body(operation);
                let status = client.send(method.clone(), &filled(operation, &own), text, kind).await.status;
                asked += 1;
                let denied = status == StatusCode::FORBIDDEN;
                // Whoever is bound to a school, company or pupil may be denied by what is touched: see below.
                let fits = if may { !denied || role.reach() != Reach::Region } else { denied };
                if !fits || status == StatusCode::UNAUTHORIZED || status.is_server_error() {
                    wrong.push(format!("{role} {} in the own region: {status}, the table says {may}", operation.id));
                }
                // The operator is the same one everywhere.
                if role == Role::Operator {
                    continue;
                }
                let status = client.send(method, &filled(operation, &foreign), text, kind).await.status;
                asked += 1;
                if status != StatusCode::FORBIDDEN {
                    wrong.push(format!("{role} {} in a foreign region: {status}", operation.id));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(asked > 2_000, "only {asked} questions");
    });
}

#[test]
fn without_a_token_or_with_an_old_one_nobody_gets_in() {
    on_the_hub(async |hub| {
        let world = World::quiet(hub).await;
        let before = hub.heads(&world.region).await;
        let mut wrong = Vec::new();
        for operation in operations() {
            let role = roles(&operation.id)[0];
            let client = hub.expired(&world.subject(role, false));
            let (text, kind) = body(&operation);
            let method: Method = operation.method.parse().unwrap();
            let late = client.send(method, &filled(&operation, world), text, kind).await;
            if late.status != StatusCode::UNAUTHORIZED || late.problem() != "invalid-token" {
                wrong.push(format!("{} with an old token: {} {}", operation.id, late.status, late.text()));
            }
            let bare = hub.bare(&operation.method, &filled(&operation, world), text, kind).await;
            if bare != StatusCode::UNAUTHORIZED {
                wrong.push(format!("{} without a token: {bare}", operation.id));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(hub.heads(&world.region).await, before);
    });
}

#[test]
fn public_answers_need_no_token_and_leave_no_look() {
    on_the_hub(async |hub| {
        let world = World::quiet(hub).await;
        let before = hub.heads(&world.region).await;
        for operation in public() {
            assert_eq!(operation.method, "GET", "{}", operation.id);
            let status = hub.bare("GET", &filled(&operation, world), "", None).await;
            // Of what was never signed there is no newest checkpoint.
            assert!(status.is_success() || status == StatusCode::NOT_FOUND, "{}: {status}", operation.id);
        }
        assert_eq!(hub.heads(&world.region).await, before);
    });
}

/// Operations that whoever is bound elsewhere may do as well, each with the reason.
const FOR_ALL: &[(&str, &str)] = &[
    ("show-me", "one's own roles"),
    ("show-region", "what the region is, is no secret to who takes part"),
    ("list-hotspots", "what the region offers"),
    ("show-hotspot", "what the region offers"),
    ("list-companies", "shows what the caller's grants reach"),
    ("list-sessions", "shows what the caller's grants reach"),
    ("list-attendance", "shows what the caller's grants reach"),
    ("list-pupils", "shows what the caller's grants reach"),
    ("list-open-signatures", "shows what the caller's grants reach"),
    ("list-cases", "shows what the caller's grants reach"),
    ("show-statement", "shows the sums of the caller's own company"),
    ("explain-figure", "shows the lines of the caller's own company"),
    ("list-electives", "the catalogue is public"),
    ("show-elective", "the catalogue is public"),
    ("fit-elective", "the catalogue is public"),
    ("show-rubric", "what is judged is public"),
    ("list-contracts", "shows what the caller's grants reach"),
    ("list-agreements", "shows what the caller's grants reach"),
    ("show-session", "shows who comes as far as the caller's grants reach"),
    ("explain-agreement-need", "a rule, about nobody"),
    ("list-retention-schedules", "how long who is kept is no secret to who takes part"),
    ("list-processing-activities", "what is done with whose data is no secret to who takes part"),
    ("nominate-company", "any school or company may name one that the region does not know yet (R024)"),
];

/// Operations that any school of the region may do, as it may be the next to sign, each with the reason.
const FOR_EVERY_SCHOOL: &[(&str, &str)] = &[
    ("show-contract", "who may sign it may read it"),
    ("show-contract-text", "who may sign it may read it"),
    ("show-contract-document", "who may sign it may read it"),
];

/// Operations on a file that name no school but in its lines: a line of a foreign school is a fault.
const OF_A_FILE: [&str; 2] = ["import-pupils", "preview-pupil-import"];

#[test]
fn a_caller_bound_to_another_school_company_or_pupil_writes_nothing() {
    on_the_hub(async |hub| {
        let world = World::quiet(hub).await;
        let before = hub.heads(&world.region).await;
        let document = merged();
        let mut wrong = Vec::new();
        for operation in operations() {
            if FOR_ALL.iter().any(|(id, _)| *id == operation.id) {
                continue;
            }
            let request = least(&document, &operation, world);
            let for_schools = FOR_EVERY_SCHOOL.iter().any(|(id, _)| *id == operation.id);
            for role in roles(&operation.id).iter().filter(|role| role.reach() != Reach::Region) {
                if for_schools && role.reach() == Reach::School {
                    continue;
                }
                let answer = request.by(&hub.client(&world.subject(*role, true))).await;
                let faulty = OF_A_FILE.contains(&operation.id.as_str()) && answer.text().contains("vestiging");
                if answer.status != StatusCode::FORBIDDEN && !faulty {
                    wrong.push(format!("a foreign {role} {}: {} {}", operation.id, answer.status, answer.text()));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(hub.heads(&world.region).await, before);
    });
}

/// So that the test above turns nobody away for another reason, and the document asks for what the handlers read.
#[test]
fn a_caller_bound_to_the_same_school_company_or_pupil_is_let_in() {
    on_the_hub(async |hub| {
        let world = World::played(hub, "druk").await;
        world.people(hub, false).await;
        hub.settle().await;
        let document = merged();
        let mut wrong = Vec::new();
        // A forgotten person is out of every school's reach: that comes last.
        let (forgets, others): (Vec<_>, Vec<_>) = operations().into_iter().partition(|it| it.id == "forget-person");
        for operation in others.into_iter().chain(forgets) {
            let request = least(&document, &operation, &world);
            for role in roles(&operation.id) {
                let answer = request.by(&hub.client(&world.subject(*role, false))).await;
                let status = answer.status;
                let turned_away = status == StatusCode::FORBIDDEN || status == StatusCode::UNAUTHORIZED;
                // The columns of a file stand in no schema.
                let understood = status != StatusCode::BAD_REQUEST || operation.id.contains("import");
                if turned_away || !understood || status.is_server_error() {
                    wrong.push(format!("the own {role} {}: {status} {}", operation.id, answer.text()));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

#[test]
fn lists_are_empty_for_whoever_is_bound_elsewhere() {
    on_the_hub(async |hub| {
        let world = World::quiet(hub).await;
        let mut wrong = Vec::new();
        let mut seen = BTreeSet::new();
        for id in ["list-attendance", "list-pupils", "list-open-signatures", "list-cases", "list-agreements"] {
            let operation = operations().into_iter().find(|it| it.id == id).unwrap();
            for role in roles(id).iter().filter(|role| role.reach() != Reach::Region) {
                let list = async |foreign: bool| {
                    let client = hub.client(&world.subject(*role, foreign));
                    let json = client.get(&filled(&operation, world)).await.expect(200).json();
                    // While any school may be the one to sign a contract, every school sees that.
                    let open = |it: &&Value| it["subject"] != "contract" || it["school"] != Value::Null;
                    json["items"].as_array().unwrap().iter().filter(open).count()
                };
                if list(true).await > 0 {
                    wrong.push(format!("a foreign {role} sees something in {id}"));
                }
                if list(false).await > 0 {
                    seen.insert(id);
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        let session = operations().into_iter().find(|it| it.id == "show-session").unwrap();
        for (foreign, pupils) in [(true, 0), (false, 1)] {
            let teacher = hub.client(&world.subject(Role::Teacher, foreign));
            let json = teacher.get(&filled(&session, world)).await.expect(200).json();
            assert_eq!(json["pupils"].as_array().unwrap().len(), pupils, "{json}");
        }
        assert_eq!(seen.len(), 5, "nobody at all sees anything in some list: {seen:?}");
    });
}

fn may(role: Role) -> BTreeSet<&'static str> {
    table::all().filter(|row| row.roles.contains(&role)).map(|row| row.operation).collect()
}

fn rows(of: &[access::Row]) -> BTreeSet<&'static str> {
    of.iter().map(|row| row.operation).collect()
}

/// What gives, changes or shows a grade.
const GRADES: [&str; 8] = [
    "list-cases",
    "show-case",
    "open-case",
    "judge-by-company",
    "judge-by-school",
    "fix-grade",
    "revise-grade",
    "submit-evidence",
];

/// The column "may not" of the roles in the design.
#[test]
fn nobody_may_what_their_role_must_not() {
    let grades: BTreeSet<&str> = GRADES.into();
    let (hotspots, money) = (rows(table::hotspots::ROWS), rows(table::co_financing::ROWS));
    let none = |role: Role, of: &BTreeSet<&'static str>| {
        let both: Vec<_> = may(role).intersection(of).copied().collect();
        assert!(both.is_empty(), "{role} may {both:?}");
    };
    for role in [Role::ProgrammeLeader, Role::AccountManager, Role::Controller, Role::WorkingGroupMember] {
        none(role, &grades);
    }
    none(Role::Controller, &hotspots);
    none(Role::Controller, &["list-attendance", "show-session", "list-pupils"].into());
    for role in
        [Role::Teacher, Role::Pupil, Role::Parent, Role::SchoolSystem, Role::ExamSecretary, Role::WorkingGroupMember]
    {
        none(role, &money);
    }
    let fixed: BTreeSet<&str> =
        ["fix-grade", "revise-grade", "judge-by-school", "register-pta-item", "freeze-pta"].into();
    none(Role::CompanySupervisor, &fixed);
    none(Role::CompanySignatory, &grades);
    none(Role::ExamSecretary, &["list-companies"].into());
    none(Role::Parent, &grades);
    assert_eq!(may(Role::Counsellor), ["show-me"].into());
    assert_eq!(may(Role::Hub), BTreeSet::new());
    let operator = ["show-me", "show-region", "found-region", "appoint-programme-leader"];
    assert_eq!(may(Role::Operator), operator.into());
}

/// Commands that write in the audit's own log and nowhere else, each with what is written there.
const ONLY_IN_THE_AUDIT: &[(&str, &str)] = &[
    ("reveal-name", "that a name was revealed, and why"),
    ("draw-audit-sample", "which lines were drawn, and from which seed"),
];

#[test]
fn auditor_and_inspector_only_read() {
    let commands: BTreeSet<String> = operations().into_iter().filter(Operation::is_command).map(|it| it.id).collect();
    for role in [Role::Auditor, Role::Inspector] {
        let own = |it: &str| ONLY_IN_THE_AUDIT.iter().any(|(known, _)| *known == it);
        let given: Vec<_> = may(role).into_iter().filter(|it| commands.contains(*it) && !own(it)).collect();
        assert!(given.is_empty(), "{role} may {given:?}");
    }
    let agreements = rows(table::agreements::ROWS);
    let known = [
        "list-agreements",
        "show-me",
        "show-region",
        "list-electives",
        "show-elective",
        "fit-elective",
        "show-rubric",
        "list-processing-activities",
    ];
    let more: Vec<_> =
        may(Role::Inspector).into_iter().filter(|it| !agreements.contains(it) && !known.contains(it)).collect();
    assert!(more.is_empty(), "the inspector sees more than agreements: {more:?}");
}

/// Two pairs of eyes: who has people forgotten neither sets the terms nor lifts what holds them.
#[test]
fn no_role_forgets_under_terms_of_its_own_or_lifts_what_is_in_its_way() {
    for forgets in ["forget-person", "run-retention"] {
        for allows in ["adopt-retention-schedule", "lift-retention-hold"] {
            let both: Vec<_> = roles(forgets).iter().filter(|it| roles(allows).contains(it)).collect();
            assert!(both.is_empty(), "{both:?} may {forgets} and {allows}");
        }
    }
}

/// Two pairs of eyes: who verifies neither signs nor fixes.
#[test]
fn no_role_verifies_what_it_signs_or_fixes() {
    let all =
        |one: &str, other: &str| roles(one).iter().filter(|it| roles(other).contains(it)).copied().collect::<Vec<_>>();
    for verifies in ["verify-contribution", "verify-contribution-day"] {
        for does in
            ["sign-contribution", "sign-contribution-day", "fix-claim", "enter-supervisor-minutes", "adopt-policy"]
        {
            assert_eq!(all(verifies, does), [], "{verifies} and {does}");
        }
    }
}

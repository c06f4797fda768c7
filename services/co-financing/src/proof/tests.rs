//! Claims about a proof.

use super::*;
use decider::given;
use vocabulary::{Actor, ActorId, CompanyId, Organisation, Role};

fn contribution(name: &str) -> ContributionId {
    ContributionId::derived(&[name])
}

fn used() -> Event {
    Event::Used { contribution: contribution("a"), scheme: SchemeCode::sto() }
}

#[test]
fn a_paper_proves_one_contribution() {
    // S13.
    let use_it = |name| Command::Use { contribution: contribution(name), scheme: SchemeCode::sto() };
    given::<Proof>([]).when(use_it("a")).then([used()]);
    given::<Proof>([used()]).when(use_it("a")).then_nothing();
    given::<Proof>([used()])
        .when(use_it("b"))
        .then_refused(Refusal::InUse { by: Some((contribution("a"), SchemeCode::sto())) });
}

#[test]
fn a_company_does_not_learn_whose_contribution_a_paper_proves() {
    let company = CompanyId::derived(&["company"]);
    let (id, role) = (ActorId::derived(&["signatory"]), Role::CompanySignatory);
    let signatory = Actor { id, role, organisation: Some(Organisation::Company(company)) };
    let use_it = Command::Use { contribution: contribution("b"), scheme: SchemeCode::sto() };
    given::<Proof>([used()]).by(signatory).when(use_it).then_refused(Refusal::InUse { by: None });
}

#[test]
fn a_paper_is_released_by_the_contribution_it_proved_only() {
    let release = |name| Command::Release { contribution: contribution(name) };
    given::<Proof>([used()]).when(release("b")).then_nothing();
    given::<Proof>([used()]).when(release("a")).then([Event::Released { contribution: contribution("a") }]);
}

//! A safety check is the mini risk inventory of a workplace where pupils come.
//!
//! Undrawn ─draw up→ Drawn ─sign (company, school)→ Drawn, signed
//!                     ↑└─lapse→ Lapsed
//!                     └──renew────┘   (renewing voids the signatures)
//!
//! That its term passed is never recorded: whoever relies on it compares dates.

pub mod commands;

use crate::hotspot::last_day;
use chrono::NaiveDate;
use commands::{Command, Findings, Refusal};
use decider::{Aggregate, Asked};
use proto_schemas::hotspots::safety_check::{Activity, Event, Party};
use std::collections::BTreeSet;
use vocabulary::{BranchCode, CompanyId, HotspotId, Label, SafetyCheckId};

/// A safety check, as its history left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum SafetyCheck {
    /// Nothing happened yet.
    #[default]
    Undrawn,
    /// It holds until its term is over, once both sides signed.
    Drawn(Check),
    /// It holds no longer.
    Lapsed(Check),
}

/// What a safety check says.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Of which hotspot.
    pub hotspot: HotspotId,
    /// At which company.
    pub company: CompanyId,
    /// The day the workplace was looked at.
    pub checked_on: NaiveDate,
    /// The last day it is good for.
    pub valid_until: NaiveDate,
    /// What pupils may do.
    pub activities: Vec<Activity>,
    /// The company signed.
    pub company_signed: bool,
    /// The schools that signed.
    pub schools_signed: BTreeSet<BranchCode>,
}

impl Check {
    /// The company and at least one school signed it as it stands (R125).
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.company_signed && !self.schools_signed.is_empty()
    }

    fn has(&self, party: &Party) -> bool {
        match party {
            Party::Company(_) => self.company_signed,
            Party::School(school) => self.schools_signed.contains(school),
        }
    }
}

impl SafetyCheck {
    /// What it says; nothing before it was drawn up.
    #[must_use]
    pub fn check(&self) -> Option<&Check> {
        match self {
            Self::Undrawn => None,
            Self::Drawn(check) | Self::Lapsed(check) => Some(check),
        }
    }

    /// It was not taken back, whatever its dates say, and the company and a school signed it as it stands.
    #[must_use]
    pub fn holds(&self) -> bool {
        matches!(self, Self::Drawn(check) if check.is_signed())
    }
}

impl Findings {
    fn examine(&self, asked: &Asked) -> Result<(), Refusal> {
        if self.checked_on > asked.today() {
            return Err(Refusal::InTheFuture);
        }
        if self.items.is_empty() {
            return Err(Refusal::NoItems);
        }
        if self.activities.is_empty() {
            return Err(Refusal::NoActivities);
        }
        let mut names: BTreeSet<&Label> = BTreeSet::new();
        for Activity { name, supervision, .. } in &self.activities {
            if !names.insert(name) {
                return Err(Refusal::ActivityTwice { name: name.clone() });
            }
            // R212: little supervision, fewer risky acts.
            if *supervision > self.supervision {
                return Err(Refusal::TooLittleSupervision { name: name.clone() });
            }
        }
        Ok(())
    }
}

impl Aggregate for SafetyCheck {
    const CATEGORY: &'static str = "safety-check";
    type Id = SafetyCheckId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &Asked) -> Result<Vec<Event>, Refusal> {
        Ok(match (self, command) {
            (Self::Undrawn, Command::DrawUp { hotspot, company, findings }) => {
                findings.examine(asked)?;
                vec![Event::DrawnUp {
                    hotspot: *hotspot,
                    company: *company,
                    checked_on: findings.checked_on,
                    valid_until: last_day(findings.checked_on, findings.term_months),
                    items: findings.items.clone(),
                    protective_equipment: findings.protective_equipment.clone(),
                    supervision: findings.supervision,
                    activities: findings.activities.clone(),
                }]
            }
            (Self::Drawn(_) | Self::Lapsed(_), Command::DrawUp { .. }) => return Err(Refusal::AlreadyDrawnUp),
            (
                Self::Undrawn,
                Command::Sign { .. } | Command::Renew(_) | Command::Rely { .. } | Command::Lapse { .. },
            ) => {
                return Err(Refusal::Unknown);
            }
            (Self::Drawn(check), Command::Sign { party }) => {
                if matches!(party, Party::Company(company) if *company != check.company) {
                    return Err(Refusal::AnotherCompany);
                }
                if check.has(party) {
                    return Ok(vec![]);
                }
                if asked.today() > check.valid_until {
                    return Err(Refusal::TooOld { valid_until: check.valid_until });
                }
                vec![Event::Signed { party: party.clone(), by: asked.by.id, occurred_on: asked.today() }]
            }
            (Self::Drawn(check), Command::Rely { .. }) if !check.is_signed() => return Err(Refusal::NotSigned),
            (Self::Drawn(check), Command::Rely { activities }) => {
                let known: BTreeSet<&Label> = check.activities.iter().map(|known| &known.name).collect();
                match activities.iter().find(|name| !known.contains(name)) {
                    Some(name) => return Err(Refusal::UnknownActivity { name: name.clone() }),
                    None => vec![],
                }
            }
            (Self::Lapsed(_), Command::Sign { .. } | Command::Rely { .. }) => return Err(Refusal::Lapsed),
            (Self::Drawn(check) | Self::Lapsed(check), Command::Renew(findings)) => {
                findings.examine(asked)?;
                if findings.checked_on < check.checked_on {
                    return Err(Refusal::Older { checked_on: check.checked_on });
                }
                vec![Event::Renewed {
                    checked_on: findings.checked_on,
                    valid_until: last_day(findings.checked_on, findings.term_months),
                    items: findings.items.clone(),
                    protective_equipment: findings.protective_equipment.clone(),
                    supervision: findings.supervision,
                    activities: findings.activities.clone(),
                }]
            }
            (Self::Drawn(_), Command::Lapse { reason }) => {
                vec![Event::Lapsed { reason: reason.clone(), occurred_on: asked.today() }]
            }
            (Self::Lapsed(_), Command::Lapse { .. }) => vec![],
        })
    }

    fn evolve(self, event: Event) -> Self {
        match (self, event) {
            (_, Event::DrawnUp { hotspot, company, checked_on, valid_until, activities, .. }) => Self::Drawn(Check {
                hotspot,
                company,
                checked_on,
                valid_until,
                activities,
                company_signed: false,
                schools_signed: BTreeSet::new(),
            }),
            (Self::Drawn(mut check), Event::Signed { party, .. }) => {
                match party {
                    Party::Company(_) => check.company_signed = true,
                    Party::School(school) => {
                        check.schools_signed.insert(school);
                    }
                }
                Self::Drawn(check)
            }
            (Self::Drawn(check) | Self::Lapsed(check), Event::Renewed { checked_on, valid_until, activities, .. }) => {
                Self::Drawn(Check {
                    checked_on,
                    valid_until,
                    activities,
                    company_signed: false,
                    schools_signed: BTreeSet::new(),
                    ..check
                })
            }
            (Self::Drawn(check), Event::Lapsed { .. }) => Self::Lapsed(check),
            (same @ (Self::Undrawn | Self::Lapsed(_)), Event::Signed { .. } | Event::Lapsed { .. })
            | (same @ Self::Undrawn, Event::Renewed { .. }) => same,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use decider::given;
    use proto_schemas::hotspots::safety_check::{Item, Supervision};

    fn text<T: std::str::FromStr>(text: &str) -> T
    where
        T::Err: std::fmt::Debug,
    {
        text.parse().unwrap()
    }

    fn company() -> CompanyId {
        CompanyId::derived(&["cooling"])
    }

    fn hotspot() -> HotspotId {
        HotspotId::derived(&["cooling"])
    }

    fn activity(name: &str, supervision: Supervision) -> Activity {
        Activity { name: text(name), minimum_age: 15, supervision }
    }

    fn findings(on: &str) -> Findings {
        Findings {
            checked_on: text(on),
            term_months: 12,
            items: vec![Item { hazard: text("Rotating parts"), mitigation: text("A guard") }],
            protective_equipment: vec![text("Safety shoes")],
            supervision: Supervision::Regular,
            activities: vec![activity("Bending pipes", Supervision::Regular)],
        }
    }

    fn draw_up(findings: Findings) -> Command {
        Command::DrawUp { hotspot: hotspot(), company: company(), findings }
    }

    fn drawn(on: &str) -> Event {
        given::<SafetyCheck>([]).at("2027-12-31T10:00:00Z").when(draw_up(findings(on))).events().remove(0)
    }

    fn signed(party: Party) -> Event {
        Event::Signed { party, by: vocabulary::ActorId::derived(&["tester"]), occurred_on: text("2026-09-01") }
    }

    fn school() -> Party {
        Party::School(text("99XX00"))
    }

    #[test]
    fn it_holds_for_the_months_of_the_policy() {
        let check = SafetyCheck::replay([drawn("2026-03-31")]);
        assert_eq!(check.check().unwrap().valid_until.to_string(), "2027-03-31");
    }

    // R141
    #[test]
    fn what_pupils_must_wear_is_in_the_check_and_in_each_renewal() {
        let shoes = vec![text("Safety shoes")];
        let events = given::<SafetyCheck>([drawn("2026-08-30")]).when(Command::Renew(findings("2026-09-01"))).events();
        for event in [drawn("2026-08-30"), events[0].clone()] {
            let (Event::DrawnUp { protective_equipment, .. } | Event::Renewed { protective_equipment, .. }) = &event
            else {
                panic!("{event:?}")
            };
            assert_eq!(*protective_equipment, shoes);
        }
    }

    // R125
    #[test]
    fn it_is_signed_when_the_company_and_a_school_have_signed() {
        let history = [drawn("2026-08-30"), signed(Party::Company(company())), signed(school())];
        for signatures in 0..=2 {
            let check = SafetyCheck::replay(history.iter().take(signatures + 1).cloned());
            assert_eq!(check.check().unwrap().is_signed(), signatures == 2);
        }
    }

    #[test]
    fn renewing_voids_the_signatures() {
        let history = || [drawn("2026-08-30"), signed(Party::Company(company())), signed(school())];
        let renewed = given::<SafetyCheck>(history()).when(Command::Renew(findings("2026-09-01"))).events();
        assert!(!SafetyCheck::replay(history().into_iter().chain(renewed)).check().unwrap().is_signed());
        given::<SafetyCheck>(history())
            .when(Command::Renew(findings("2026-08-29")))
            .then_refused(Refusal::Older { checked_on: text("2026-08-30") });
    }

    #[test]
    fn another_company_does_not_sign() {
        given::<SafetyCheck>([drawn("2026-08-30")])
            .when(Command::Sign { party: Party::Company(CompanyId::derived(&["other"])) })
            .then_refused(Refusal::AnotherCompany);
    }

    #[test]
    fn a_signature_given_twice_is_one() {
        given::<SafetyCheck>([drawn("2026-08-30")]).when(Command::Sign { party: school() }).then([signed(school())]);
        given::<SafetyCheck>([drawn("2026-08-30"), signed(school())])
            .when(Command::Sign { party: school() })
            .then_nothing();
    }

    #[test]
    fn nobody_signs_on_the_day_after_its_term_or_once_it_lapsed() {
        let sign = || Command::Sign { party: school() };
        given::<SafetyCheck>([drawn("2025-09-01")]).when(sign()).then([signed(school())]);
        given::<SafetyCheck>([drawn("2025-08-31")])
            .when(sign())
            .then_refused(Refusal::TooOld { valid_until: text("2026-08-31") });
        let lapsed = Event::Lapsed { reason: text("A near miss"), occurred_on: text("2026-09-01") };
        given::<SafetyCheck>([drawn("2026-08-30")])
            .when(Command::Lapse { reason: text("A near miss") })
            .then([lapsed.clone()]);
        given::<SafetyCheck>([drawn("2026-08-30"), lapsed]).when(sign()).then_refused(Refusal::Lapsed);
    }

    #[test]
    fn an_activity_never_needs_more_supervision_than_there_is() {
        // R212
        let asks = |activities| draw_up(Findings { activities, ..findings("2026-08-30") });
        given::<SafetyCheck>([])
            .when(asks(vec![activity("Welding", Supervision::Constant)]))
            .then_refused(Refusal::TooLittleSupervision { name: text("Welding") });
        given::<SafetyCheck>([])
            .when(asks(vec![activity("Tea", Supervision::Occasional), activity("Tea", Supervision::Occasional)]))
            .then_refused(Refusal::ActivityTwice { name: text("Tea") });
        given::<SafetyCheck>([]).when(asks(vec![])).then_refused(Refusal::NoActivities);
    }

    #[test]
    fn a_session_relies_on_what_both_signed() {
        let rely = |name| Command::Rely { activities: vec![text(name)] };
        let signatures = [signed(Party::Company(company())), signed(school())];
        let history = |signatures| [vec![drawn("2026-08-30")], signatures].concat();
        given::<SafetyCheck>(history(signatures.to_vec())).when(rely("Bending pipes")).then_nothing();
        given::<SafetyCheck>(history(signatures.to_vec()))
            .when(rely("Welding"))
            .then_refused(Refusal::UnknownActivity { name: text("Welding") });
        given::<SafetyCheck>(history(signatures[..1].to_vec()))
            .when(rely("Bending pipes"))
            .then_refused(Refusal::NotSigned);
    }

    #[test]
    fn tomorrow_was_not_looked_at() {
        given::<SafetyCheck>([]).when(draw_up(findings("2026-09-02"))).then_refused(Refusal::InTheFuture);
        let empty = Findings { items: vec![], ..findings("2026-09-01") };
        given::<SafetyCheck>([]).when(draw_up(empty)).then_refused(Refusal::NoItems);
    }
}

use super::*;
use crate::oversight::look::commands::Known;
use crate::oversight::mandate::{Mandate, Term, commands::Open};
use decider::given;
use proto_schemas::audit::{disclosure::Form, mandate::Under};
use vocabulary::{Actor, MandateId, Role, Service};

const MANDATE: MandateId = MandateId(uuid::Uuid::from_u128(7));

fn leader() -> ActorId {
    ActorId::derived(&["leader"])
}

fn asked() -> CommandContext {
    let by = Actor { id: leader(), role: Role::ProgrammeLeader, organisation: None };
    CommandContext::new(by, "2026-09-01T10:00:00Z".parse().unwrap())
}

fn person() -> PersonId {
    PersonId::derived(&["pupil"])
}

fn opened() -> Event {
    let (reason, until) = ("Per brief gevraagd".parse().unwrap(), "2026-09-08".parse().unwrap());
    Event::AccessOpened { person: person(), reason, opened_by: leader(), until }
}

fn mandate(names: bool, logs: &[Service], until: &str) -> Known {
    let given = Open {
        auditor: ActorId::derived(&["auditor"]),
        assignment: "Controle van de claim".parse().unwrap(),
        from: "2026-08-01".parse().unwrap(),
        until: until.parse().unwrap(),
        logs: logs.to_vec(),
        names,
    };
    Known { id: MANDATE, mandate: Mandate::Open(Term { number: 2, given }) }
}

fn names(known: Known) -> Command {
    let (reason, logs) =
        ("Handtekeningen vergelijken".parse().unwrap(), vec![Service::CoFinancing, Service::Consortium]);
    Command::ExportNames { from: None, to: None, reason, logs, known }
}

#[test]
fn an_access_export_is_readable_for_a_week_by_its_opener() {
    let open = Command::OpenAccess { person: person(), reason: "Per brief gevraagd".parse().unwrap() };
    given::<Disclosure>([]).asked(asked()).when(open.clone()).then([opened()]);
    given::<Disclosure>([opened()]).asked(asked()).when(open).then_refused(Refusal::AlreadyGivenOut);
    let access = Access { person: person(), by: leader(), until: "2026-09-08".parse().unwrap() };
    assert_eq!(Disclosure::None.evolve(opened()), Disclosure::Access(access));
}

#[test]
fn names_leave_only_under_a_valid_mandate_for_names_and_these_logs() {
    let exported = Event::NamesExported {
        from: None,
        to: None,
        reason: "Handtekeningen vergelijken".parse().unwrap(),
        under: Under { mandate: MANDATE, number: 2 },
    };
    let none = Known { id: MANDATE, mandate: Mandate::None };
    let given = |known: Known| given::<Disclosure>([]).asked(asked()).when(names(known));
    let both = [Service::Consortium, Service::CoFinancing];
    given(mandate(true, &both, "2026-09-01")).then([exported]);
    given(mandate(true, &both, "2026-08-31")).then_refused(Refusal::NoMandate);
    given(none).then_refused(Refusal::NoMandate);
    given(mandate(false, &both, "2026-09-01")).then_refused(Refusal::NamesNotCovered);
    for (only, log) in [(Service::CoFinancing, Service::Consortium), (Service::Consortium, Service::CoFinancing)] {
        given(mandate(true, &[only], "2026-09-01")).then_refused(Refusal::NotCovered { log });
    }
}

fn exported() -> Event {
    let ends = [("consortium".to_owned(), 12)].into();
    Event::LogsExported { form: Form::Zip, from: None, to: None, ends, mandate: None }
}

fn written() -> Event {
    Event::ExportWritten { digests: [("zip".to_owned(), "ab".repeat(32).parse().unwrap())].into() }
}

#[test]
fn an_export_is_recorded_before_its_files_and_with_them() {
    let ends = [("consortium".to_owned(), 12)].into();
    let export = Command::ExportLogs { form: Form::Zip, from: None, to: None, ends, mandate: None };
    let write = Command::WriteExport { digests: [("zip".to_owned(), "ab".repeat(32).parse().unwrap())].into() };
    given::<Disclosure>([]).when(export.clone()).then([exported()]);
    given::<Disclosure>([exported()]).when(write.clone()).then([written()]);
    given::<Disclosure>([]).when(write.clone()).then_refused(Refusal::NotBegun);
    given::<Disclosure>([opened()]).when(write.clone()).then_refused(Refusal::NotBegun);
    given::<Disclosure>([exported(), written()]).when(write).then_refused(Refusal::AlreadyGivenOut);
    given::<Disclosure>([exported()]).when(export).then_refused(Refusal::AlreadyGivenOut);
}

use super::*;
use proto_schemas::assessments::elective::{Kind, Level, Profile};

const ELECTIVES: &str = include_str!("../../../tests/data/electives.csv");
const DEELTAKEN: &str = include_str!("../../../tests/data/deeltaken.csv");

fn by_title(title: &str) -> Vec<Elective> {
    let read = read(ELECTIVES, DEELTAKEN).unwrap();
    read.electives
        .into_iter()
        .map(|(_, elective)| elective)
        .filter(|elective| elective.title.as_str() == title)
        .collect()
}

fn faults(electives: &str, deeltaken: &str) -> Vec<(File, u64, Wrong)> {
    read(electives, deeltaken).unwrap_err().into_iter().map(|fault| (fault.file, fault.line, fault.wrong)).collect()
}

#[test]
fn an_elective_is_read_with_its_deeltaken_in_order() {
    let [solar] = &by_title("Duurzame energie")[..] else { panic!("one elective") };
    assert_eq!((solar.kind, solar.profile), (Kind::Elective, Some(Profile::Pie)));
    assert_eq!(solar.levels, [Level::Bb, Level::Kb]);
    assert_eq!(solar.description.as_deref(), Some("Panelen op een dak leggen,\naansluiten\nen opleveren"));
    let codes: Vec<_> = solar.deeltaken.iter().map(|deeltaak| deeltaak.code.as_str()).collect();
    assert_eq!(codes, ["K/PIE/05/01", "K/PIE/05/02", "K/PIE/05/03"]);
    assert_eq!(solar.size, None, "the files state no hours");
}

#[test]
fn met_is_mobility_and_mt_is_maritime() {
    assert_eq!(by_title("Elektrische voertuigen")[0].profile, Some(Profile::Mobility));
    assert_eq!(by_title("Ladingbehandeling aan boord")[0].profile, Some(Profile::Maritime));
}

#[test]
fn twins_under_one_code_each_have_every_deeltaak_once() {
    let twins = by_title("Modetechniek");
    assert_eq!(twins.len(), 2);
    for twin in &twins {
        let codes: Vec<_> = twin.deeltaken.iter().map(|deeltaak| deeltaak.code.as_str()).collect();
        assert_eq!(codes, ["K/EO/09/01", "K/EO/09/02"]);
    }
    assert_eq!(read(ELECTIVES, DEELTAKEN).unwrap().shared, ["K/EO/09"]);
}

#[test]
fn a_byte_order_mark_and_other_line_ends_make_no_difference() {
    let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let read_again = read(&windows(ELECTIVES), &windows(DEELTAKEN)).unwrap();
    assert_eq!(read_again, read(ELECTIVES, DEELTAKEN).unwrap());
}

#[test]
fn every_fault_is_named_with_its_file_and_line() {
    let electives = ELECTIVES.replacen("keuzevak;M&T", "keuzevak;MaT", 1).replacen(";1301;", ";1301;;", 1).replacen(
        "182438a6-5a86-40f6-ae16-0ec097182a29",
        "d0e87484-ed9d-4dd8-889a-5a78251692b2",
        1,
    );
    let deeltaken = DEELTAKEN.replacen("Panelen leggen;4", "Panelen leggen;vier", 1).replacen(
        "K/MT/02;K/MT/02/02",
        "K/MT/03;K/MT/02/01",
        1,
    );
    assert_eq!(
        faults(&electives, &deeltaken),
        [
            (File::Electives, 2, Wrong::Fields { expected: 11, found: 12 }),
            (File::Electives, 3, Wrong::DeeltakenCount { stated: 3, found: 2 }),
            (File::Electives, 3, Wrong::EndTermsCount { stated: 9, found: 5 }),
            // The description before it holds two line breaks.
            (File::Electives, 6, Wrong::CodeMismatch { column: "profiel" }),
            (File::Electives, 7, Wrong::DeeltakenCount { stated: 2, found: 1 }),
            (File::Electives, 7, Wrong::EndTermsCount { stated: 4, found: 2 }),
            (File::Electives, 9, Wrong::IdTwice { first: 8 }),
            (File::Deeltaken, 2, Wrong::UnknownParent),
            (File::Deeltaken, 3, Wrong::UnknownParent),
            (File::Deeltaken, 5, Wrong::Value { column: "n_eindtermen", expected: "a whole number" }),
            (File::Deeltaken, 12, Wrong::DeeltaakTwice { first: 11 }),
            (File::Deeltaken, 12, Wrong::UnknownParent),
        ]
    );
}

#[test]
fn quadratic_input_of_a_file_is_refused() {
    let header = |text: &str| text.lines().next().unwrap().to_owned();
    let part = |n: usize| format!("K/PIE/05;K/PIE/05/{n};Deel {n};1\n");
    let row = |n: usize, parts: usize| {
        let id = ElectiveId::derived(&[&n.to_string()]);
        format!("{id};K/PIE/05;keuzevak;PIE;Titel;;bb;{parts};{parts};;ja\n")
    };
    let files = |twins: usize, parts: usize| {
        let electives: String = (0..twins).map(|n| row(n, parts)).collect();
        let deeltaken: String = (1..=parts).map(part).collect();
        (format!("{}\n{electives}", header(ELECTIVES)), format!("{}\n{deeltaken}", header(DEELTAKEN)))
    };
    let read = |twins, parts| {
        let (electives, deeltaken) = files(twins, parts);
        read(&electives, &deeltaken)
    };
    let too_many = |read: Result<Read, Vec<Fault>>| {
        read.unwrap_err().iter().filter(|fault| matches!(fault.wrong, Wrong::TooMany { .. })).count()
    };
    assert_eq!(read(MAX_TWINS, MAX_DEELTAKEN).map(|read| read.electives.len()), Ok(MAX_TWINS));
    assert_eq!(too_many(read(MAX_TWINS + 1, 1)), MAX_TWINS + 1);
    assert_eq!(too_many(read(1, MAX_DEELTAKEN + 1)), 1);
    assert_eq!(too_many(read(1, table::MAX_ROWS + 1)), 2, "rows, and deeltaken of one code");
}

#[test]
fn files_in_the_wrong_order_miss_their_columns() {
    let found = faults(DEELTAKEN, ELECTIVES);
    assert!(found.contains(&(File::Electives, 1, Wrong::NoColumn { column: "slo_uuid" })));
    assert!(found.contains(&(File::Deeltaken, 1, Wrong::NoColumn { column: "deeltaak_code" })));
    assert!(found.iter().all(|(_, line, _)| *line == 1), "one cause, one line: {found:?}");
}

#[test]
fn every_wrong_value_of_a_row_is_named_by_its_column() {
    let row = "x;PIE05;vak;XYZ;;;cc;;;;ja";
    let electives = format!("{}\n{row}\n", ELECTIVES.lines().next().unwrap());
    let columns: Vec<_> = faults(&electives, "code_ouder;deeltaak_code;titel;n_eindtermen\n")
        .into_iter()
        .filter_map(|(_, _, wrong)| match wrong {
            Wrong::Value { column, .. } => Some(column),
            _ => None,
        })
        .collect();
    assert_eq!(columns, ["slo_uuid", "code", "soort", "profiel", "titel", "niveaus", "n_deeltaken"]);
}

#[test]
fn the_real_files_are_read_whole() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/electives");
    let open = |name: &str| std::fs::read_to_string(format!("{folder}/{name}"));
    let (Ok(electives), Ok(deeltaken)) =
        (open("slo_profielmodules_keuzevakken_2025-12.csv"), open("slo_deeltaken_2025-12.csv"))
    else {
        return; // Public data that the project does not carry.
    };
    let read = read(&electives, &deeltaken).unwrap();
    let of_kind = |kind| read.electives.iter().filter(|(_, elective)| elective.kind == kind).count();
    assert_eq!((of_kind(Kind::ProfileModule), of_kind(Kind::Elective)), (40, 158));
    assert_eq!(read.electives.iter().map(|(_, elective)| elective.deeltaken.len()).sum::<usize>(), 677);
    assert_eq!(read.shared, ["K/EO/09", "K/EO/10", "K/EO/11"]);
    let description =
        read.electives.iter().find(|(_, elective)| elective.code == "K/GR/15").unwrap().1.description.clone();
    assert!(description.unwrap().contains('\n'));
}

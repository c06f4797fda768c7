//! Claims about files of pupils. Everyone in them is invented.

use super::*;

const FILE: &str = "\
leerlingnummer;voornaam;achternaam;geboortedatum;vestiging;gastvestiging;leerweg;profiel;leerjaar;klas;cohort;ouder;ouder e-mail
1001;Ada;Voorbeeld;2011-03-04;99AA00;;kb;PIE;3;3K1;2026-2027;Bo Voorbeeld;bo@voorbeeld.nl
1002;Cas;Voorbeeld;5-4-2011;99AA00;99AA01;BL;bwi;4;4B1;2025-2026;;
";

fn read_text(text: &str) -> Read {
    let members = ["99AA00", "99AA01"].iter().map(|code| code.parse().unwrap()).collect();
    read(text.as_bytes(), "2026-09-01".parse().unwrap(), &members)
}

fn faults(text: &str) -> Vec<String> {
    read_text(text).faults.told.iter().map(Fault::pointer).collect()
}

#[test]
fn a_pupil_is_read_whole() {
    let read = read_text(FILE);
    assert!(read.faults.is_empty());
    let [ada, cas] = &read.lines[..] else { panic!("two pupils") };
    assert_eq!((ada.line, ada.given.as_str(), ada.pupil.profile.as_str()), (2, "Ada", "PIE"));
    assert!(ada.guardian.as_ref().is_some_and(|(name, email)| name == "Bo Voorbeeld" && email.is_some()));
    assert_eq!(cas.birth_date.to_string(), "2011-04-05");
    assert_eq!(cas.pupil.host_school.as_ref().map(ToString::to_string).as_deref(), Some("99AA01"));
    assert_eq!(cas.pupil.learning_path, LearningPath::Bb);
}

#[test]
fn headers_may_be_english() {
    let english = FILE.replace(
        "leerlingnummer;voornaam;achternaam;geboortedatum;vestiging;gastvestiging;leerweg;profiel;leerjaar;klas",
        "pupilNumber;givenName;familyName;birthDate;homeBranch;hostBranch;path;profile;year;group",
    );
    assert_eq!(read_text(&english).lines.len(), 2);
}

#[test]
fn every_fault_is_listed_at_once_without_values() {
    let bad = FILE
        .replace("Ada", "")
        .replace("2011-03-04", "geheim")
        .replace("bo@voorbeeld.nl", "geheim")
        .replace("99AA01", "99AA00")
        .replace("bwi", "XX")
        .replace(";4;", ";5;");
    let read = read_text(&bad);
    let pointers: Vec<String> = read.faults.told.iter().map(Fault::pointer).collect();
    assert_eq!(
        pointers,
        [
            "/lines/2/voornaam",
            "/lines/2/geboortedatum",
            "/lines/2/ouder e-mail",
            "/lines/3/profiel",
            "/lines/3/leerjaar",
            "/lines/3/gastvestiging"
        ]
    );
    assert!(!format!("{:?}", read.faults).contains("geheim"));
}

#[test]
fn a_school_outside_the_region_is_a_fault() {
    assert_eq!(faults(&FILE.replace(";99AA00;;", ";99BB00;;")), ["/lines/2/vestiging"]);
}

#[test]
fn the_same_number_twice_at_one_school_is_a_fault() {
    assert_eq!(faults(&FILE.replace("1002", "1001")), ["/lines/3/leerlingnummer"]);
}

#[test]
fn a_missing_column_is_told_once() {
    assert_eq!(faults(&FILE.replace("leerweg", "weg")), ["/lines/1/leerweg"]);
    assert_eq!(faults(FILE.lines().next().unwrap()), [""]);
}

#[test]
fn a_pupil_is_three_to_thirty_years_old() {
    let today: NaiveDate = "2026-09-01".parse().unwrap();
    assert!(birth_date("2023-09-01", today).is_some());
    assert!(birth_date("2023-09-02", today).is_none());
    assert!(birth_date("1996-09-01", today).is_some());
    assert!(birth_date("1996-08-31", today).is_none());
}

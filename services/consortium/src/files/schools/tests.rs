//! Claims about files of branches. The rows are facts of open data of DUO, shortened.

use super::*;

const BRANCHES: &str = "\
PROVINCIE;BEVOEGD GEZAG NUMMER;BRIN NUMMER;VESTIGINGSNUMMER;VESTIGINGSNAAM;STRAATNAAM;HUISNUMMER-TOEVOEGING;POSTCODE;PLAATSNAAM;GEMEENTENAAM;ONDERWIJSSTRUCTUUR
Zuid-Holland;59282;00YH;00YH00;Christelijke Scholengroep De Hoven;Oude Hoven;8;4205 AK;GORINCHEM;GORINCHEM;VBO/MAVO/HAVO/VWO
Zuid-Holland;41386;19ZU;19ZU00;Gemeentelijk Gymnasium Camphusianum;Vroedschapstraat;11;4204 AJ;GORINCHEM;GORINCHEM;VWO
Noord-Brabant;40681;01GH;01GH01;W v Oranje Coll Chr SGM v Ath Havo Mavo Vbo Lwoo;Perzikstraat;7;4261 KC;WIJK EN AALBURG;ALTENA;VBO/MAVO
";

fn wanted(codes: &[&str]) -> BTreeSet<BranchCode> {
    codes.iter().map(|code| code.parse().unwrap()).collect()
}

fn only(text: &str, code: &str) -> Details {
    let mut read = read(text.as_bytes(), &wanted(&[code]));
    assert_eq!(read.faults.told, []);
    read.schools.pop_first().unwrap().1.1
}

#[test]
fn a_branch_is_read_with_its_board_and_address() {
    let school = only(BRANCHES, "00YH00");
    assert_eq!(school.board.as_deref(), Some("59282"));
    assert_eq!(school.vmbo, Some(true));
    let address = school.address.unwrap();
    assert_eq!((address.postcode.as_str(), address.number.as_str()), ("4205AK", "8"));
    assert_eq!(only(BRANCHES, "19ZU00").vmbo, Some(false));
}

#[test]
fn rows_of_other_branches_are_passed_over_right_or_wrong() {
    let text = format!("{BRANCHES}x;x\n;;;99AA00;;;;;;;\n");
    assert_eq!(read(text.as_bytes(), &wanted(&["01GH01"])).faults.told, []);
}

#[test]
fn every_fault_is_listed_at_once_with_line_and_column() {
    let text = BRANCHES.replace("4205 AK", "42 AK").replace("59282;00YH", ";00YH").replace("W v Oranje", ";W v Oranje");
    let read = read(text.as_bytes(), &wanted(&["00YH00", "01GH01", "99AA00"]));
    let pointers: Vec<String> = read.faults.told.iter().map(Fault::pointer).collect();
    assert_eq!(pointers, ["/branches", "/lines/2/BEVOEGD GEZAG NUMMER", "/lines/2/POSTCODE", "/lines/4"]);
}

#[test]
fn a_file_of_coordinates_knows_no_board() {
    let text = "\
vestigingscode;brin;naam;onderwijsstructuur;straat;huisnummer;huisletter;toevoeging;postcode;plaats;gemeente;lat;lon
00YH00;00YH;Christelijke Scholengroep De Hoven;VBO/MAVO;Oude Hoven;8;A;;4205AK;Gorinchem;GORINCHEM;51.833736;4,9746
00YH00;00YH;Christelijke Scholengroep De Hoven;VBO/MAVO;Oude Hoven;8;A;;4205AK;Gorinchem;GORINCHEM;51.833800;4.9747
";
    let school = only(text, "00YH00");
    assert_eq!(school.board, None);
    assert_eq!(school.coordinates, Some(Coordinates { latitude_micro: 51_833_736, longitude_micro: 4_974_600 }));
    assert_eq!(school.address.unwrap().number, "8-A");
}

#[test]
fn a_house_number_has_1_to_20_characters_as_in_the_event() {
    let with = |number: &str| {
        let text = BRANCHES.replace("Oude Hoven;8;", &format!("Oude Hoven;{number};"));
        read(text.as_bytes(), &wanted(&["00YH00"])).faults.told.iter().map(Fault::pointer).collect::<Vec<_>>()
    };
    assert_eq!(with("1"), [""; 0]);
    assert_eq!(with(&"9".repeat(20)), [""; 0]);
    for bad in ["", &"9".repeat(21), &"9".repeat(5_000)] {
        assert_eq!(with(bad), ["/lines/2/HUISNUMMER-TOEVOEGING"], "{} characters", bad.len());
    }
}

#[test]
fn a_branch_listed_twice_in_two_ways_is_a_fault() {
    let text = format!("{BRANCHES}{}", BRANCHES.lines().nth(1).unwrap().replace("Oude Hoven", "Elders"));
    let faults = read(text.as_bytes(), &wanted(&["00YH00"])).faults.told;
    assert_eq!(faults.iter().map(Fault::pointer).collect::<Vec<_>>(), ["/lines/5/VESTIGINGSNUMMER"]);
}

#[test]
fn a_file_of_pupils_brings_the_profiles() {
    let text = "\
BRIN6;BRIN NUMMER;VESTIGINGSNUMMER;AFDELING;LJ3;LJ4
01GH01;01GH;01;Bouwen, wonen en interieur;2;2
01GH01;01GH;01;Mobiliteit en transport;0;<5
01GH01;01GH;01;Groen;0;0
01GH01;01GH;01;Vakmanschapsroute Techniek;1;1
";
    let school = only(text, "01GH01");
    assert_eq!(school.profiles, Some(vec!["BWI".into(), "MET".into()]));
}

#[test]
fn an_unknown_kind_of_file_is_a_fault() {
    assert_eq!(read(b"a;b\n1;2\n", &wanted(&["01GH01"])).faults.told.len(), 1);
}

#[test]
fn degrees_are_kept_in_millionths() {
    assert_eq!(micro("51.8", 90), Some(51_800_000));
    assert_eq!(micro("-0,0000019", 90), Some(-1));
    assert_eq!(micro("90", 90), Some(90_000_000));
    for bad in ["90.000001", "x", "", "1.", "--1", "1.é"] {
        assert_eq!(micro(bad, 90), None, "{bad}");
    }
}

/// The whole files, where they are at hand.
#[test]
fn the_published_files_are_read_whole() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/schools");
    let Ok(branches) = std::fs::read(folder.join("vo_vestigingen_2019.csv")) else { return };
    let codes = |bytes: &[u8]| -> BTreeSet<BranchCode> {
        Table::read(bytes).unwrap().rows().filter_map(|row| code(&row).parse().ok()).collect()
    };
    let all = codes(&branches);
    let read_all = read(&branches, &all);
    assert!(all.len() > 1_500);
    assert_eq!(read_all.schools.len() + read_all.faults.told.len(), all.len(), "{:?}", read_all.faults.told.first());
    let geo = std::fs::read(folder.join("vo_vestigingen_geo_2024-11.csv")).unwrap();
    let read_geo = read(&geo, &codes(&geo));
    assert!(read_geo.schools.len() > 1_500, "{:?}", read_geo.faults.told.first());
    let pupils = std::fs::read(folder.join("vmbo_leerlingen_per_profiel_2018-2019.csv")).unwrap();
    assert_eq!(read(&pupils, &wanted(&["01GH01"])).faults.told, []);
}

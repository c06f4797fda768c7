//! Secondary schools from the open data of DUO, by a list of branches.
//!
//! Three files are known by their headers, and may be sent one after another: branches with their
//! board, branches with coordinates, and pupils per profile.

use super::{Fault, Faults, Table, table::Row};
use crate::region::consortium::school::Details;
use proto_schemas::consortium::place::{self, Address, Coordinates};
use std::collections::{BTreeMap, BTreeSet};
use vocabulary::{BranchCode, Label};

/// What a file says of the branches asked for.
#[derive(Debug, Default)]
pub struct Read {
    /// What it says of each, and on which line.
    pub schools: BTreeMap<BranchCode, (u64, Details)>,
    /// What is wrong, in the order of the lines.
    pub faults: Faults,
}

/// Reads what a file says of these branches. Rows of other branches are passed over, right or wrong.
#[must_use]
pub fn read(bytes: &[u8], wanted: &BTreeSet<BranchCode>) -> Read {
    let table = match Table::read(bytes) {
        Ok(table) => table,
        Err(faults) => return Read { faults, ..Read::default() },
    };
    let mut read = if table.has("AFDELING") && table.has("BRIN6") {
        profiles(&table, wanted)
    } else if CODE.iter().any(|column| table.has(column)) {
        branches(&table, wanted)
    } else {
        let english = "This is no file of branches: no column VESTIGINGSNUMMER, VESTIGINGSCODE or BRIN6.";
        let dutch = "Dit is geen vestigingenbestand: geen kolom VESTIGINGSNUMMER, VESTIGINGSCODE of BRIN6.";
        return Read { faults: [Fault::of_file(english, dutch)].into_iter().collect(), ..Read::default() };
    };
    let told: BTreeSet<u64> = read.faults.told.iter().map(|fault| fault.line).collect();
    let faulty: BTreeSet<&str> = table.rows().filter(|row| told.contains(&row.line)).map(|row| code(&row)).collect();
    for branch in wanted {
        if !read.schools.contains_key(branch) && !faulty.contains(branch.as_str()) {
            let english = format!("Branch {branch} is not in the file.");
            let dutch = format!("Vestiging {branch} staat niet in het bestand.");
            read.faults.push(Fault::at(0, "branches", english, dutch));
        }
    }
    read.faults.told.sort();
    read
}

const CODE: &[&str] = &["VESTIGINGSCODE", "VESTIGINGSNUMMER", "BRIN6"];
const NAME: &[&str] = &["VESTIGINGSNAAM", "naam"];
const BOARD: &[&str] = &["BEVOEGD GEZAG NUMMER"];
const STREET: &[&str] = &["STRAATNAAM", "straat"];
const NUMBER: &[&str] = &["HUISNUMMER-TOEVOEGING", "huisnummer"];
const POSTCODE: &[&str] = &["POSTCODE"];
const PLACE: &[&str] = &["PLAATSNAAM", "plaats"];
const MUNICIPALITY: &[&str] = &["GEMEENTENAAM", "gemeente"];
const STRUCTURE: &[&str] = &["ONDERWIJSSTRUCTUUR"];
const LATITUDE: &[&str] = &["lat"];
const LONGITUDE: &[&str] = &["lon"];

/// The six characters of the branch code, in whichever column the file has them.
fn code<'a>(row: &Row<'a>) -> &'a str {
    // The file of pupils has the two last digits alone in VESTIGINGSNUMMER.
    let brin6 = row.cell(&["BRIN6"]);
    if brin6.is_empty() { row.cell(CODE) } else { brin6 }
}

fn branches(table: &Table, wanted: &BTreeSet<BranchCode>) -> Read {
    let mut read = Read::default();
    for row in table.rows() {
        let Some(branch) = code(&row).parse::<BranchCode>().ok().filter(|code| wanted.contains(code)) else { continue };
        match branch_details(&row) {
            Err(faults) => read.faults.extend(faults),
            Ok(details) => match read.schools.get(&branch) {
                None => drop(read.schools.insert(branch, (row.line, details))),
                // The same building twice, a few metres apart, is one branch.
                Some((_, first)) if Details { coordinates: first.coordinates, ..details.clone() } == *first => {}
                Some((line, _)) => {
                    let english = format!("Line {line} says something else of this branch.");
                    let dutch = format!("Regel {line} zegt iets anders over deze vestiging.");
                    read.faults.push(row.fault(CODE, &english, &dutch));
                }
            },
        }
    }
    read
}

fn branch_details(row: &Row) -> Result<Details, Vec<Fault>> {
    if !row.is_whole() {
        let (english, dutch) =
            ("The line has too many or too few cells.", "De regel heeft te veel of te weinig cellen.");
        return Err(vec![Fault::at(row.line, "", english, dutch)]);
    }
    let mut faults = Vec::new();
    let mut label = |columns: &[&'static str]| match row.cell(columns).parse::<Label>() {
        Ok(label) => Some(label),
        Err(_) => {
            faults.push(row.fault(columns, "is empty or too long", "is leeg of te lang"));
            None
        }
    };
    let (name, street, place) = (label(NAME), label(STREET), label(PLACE));
    let board = row.cell(BOARD);
    let has_board = row.has(BOARD);
    if has_board && !((1..=6).contains(&board.len()) && board.bytes().all(|b| b.is_ascii_digit())) {
        faults.push(row.fault(
            BOARD,
            "must be a number of at most six digits",
            "moet een nummer van ten hoogste zes cijfers zijn",
        ));
    }
    let postcode: String = row.cell(POSTCODE).chars().filter(|c| !c.is_whitespace()).collect();
    if !place::is_postcode(&postcode) {
        faults.push(row.fault(
            POSTCODE,
            "must be four digits and two letters",
            "moet vier cijfers en twee letters zijn",
        ));
    }
    let number = number(row);
    if !place::is_house_number(&number) {
        faults.push(row.fault(NUMBER, "must have 1 to 20 characters", "moet 1 tot 20 tekens hebben"));
    }
    let structure = row.cell(STRUCTURE);
    if structure.is_empty() {
        faults.push(row.fault(STRUCTURE, "is empty", "is leeg"));
    }
    let coordinates = match (row.cell(LATITUDE), row.cell(LONGITUDE)) {
        ("", "") => None,
        (latitude, longitude) => {
            let point = micro(latitude, 90).zip(micro(longitude, 180));
            if point.is_none() {
                faults.push(row.fault(LATITUDE, "must be degrees, such as 51.83", "moeten graden zijn, zoals 51.83"));
            }
            point.map(|(latitude_micro, longitude_micro)| Coordinates { latitude_micro, longitude_micro })
        }
    };
    match (name, street, place) {
        (Some(name), Some(street), Some(place)) if faults.is_empty() => Ok(Details {
            name: Some(name),
            board: has_board.then(|| board.to_owned()),
            vmbo: Some(structure.split('/').any(|kind| matches!(kind.trim(), "VBO" | "MAVO" | "VMBO"))),
            profiles: None,
            address: Some(Address {
                street,
                number,
                postcode,
                place,
                municipality: row.cell(MUNICIPALITY).parse().ok(),
            }),
            coordinates,
        }),
        _ => Err(faults),
    }
}

fn number(row: &Row) -> String {
    let addition = [row.cell(&["huisletter"]), row.cell(&["toevoeging"])].concat();
    let number = row.cell(NUMBER);
    if addition.is_empty() { number.to_owned() } else { format!("{number}-{addition}") }
}

/// Degrees, with a point or a comma, in millionths.
fn micro(text: &str, most: i32) -> Option<i32> {
    let text = text.replace(',', ".");
    let (sign, digits) = text.strip_prefix('-').map_or((1, text.as_str()), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(part) {
        return None;
    }
    let part: i32 = format!("{part:0<6}")[..6].parse().ok()?;
    let micro = whole.parse::<i32>().ok()?.checked_mul(1_000_000)?.checked_add(part)?;
    (micro <= most * 1_000_000).then_some(sign * micro)
}

/// Names of the vmbo profiles in the files of DUO, and their codes.
const PROFILES: [(&str, &str); 10] = [
    ("Bouwen, wonen en interieur", "BWI"),
    ("Dienstverlening en producten", "DP"),
    ("Economie en ondernemen", "EO"),
    ("Groen", "GR"),
    ("Horeca, bakkerij en recreatie", "HBR"),
    ("Maritiem en techniek", "MT"),
    ("Media, vormgeving en ICT", "MVI"),
    ("Mobiliteit en transport", "MET"),
    ("Produceren, installeren en energie", "PIE"),
    ("Zorg en welzijn", "ZW"),
];

/// Whether this is the code of a vmbo profile.
#[must_use]
pub fn is_profile(code: &str) -> bool {
    PROFILES.iter().any(|(_, known)| *known == code)
}

fn profiles(table: &Table, wanted: &BTreeSet<BranchCode>) -> Read {
    let mut read = Read::default();
    for row in table.rows() {
        let Some(branch) = code(&row).parse::<BranchCode>().ok().filter(|code| wanted.contains(code)) else { continue };
        // Small numbers are masked as `<5` in newer files; only a zero is nobody.
        let nobody = ["LJ3", "LJ4"].iter().all(|year| matches!(row.cell(&[year]), "" | "0"));
        let profile = PROFILES.iter().find(|(name, _)| name.eq_ignore_ascii_case(row.cell(&["AFDELING"])));
        let Some((_, profile)) = profile.filter(|_| !nobody) else { continue };
        let (_, details) = read.schools.entry(branch).or_insert_with(|| (row.line, Details::default()));
        let profiles = details.profiles.get_or_insert_default();
        if !profiles.iter().any(|known| known == profile) {
            profiles.push((*profile).to_owned());
        }
        details.vmbo = Some(true);
    }
    read
}

#[cfg(test)]
mod tests;

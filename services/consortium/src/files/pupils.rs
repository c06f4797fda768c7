//! Pupils from a school's administration, one a line.
//!
//! Columns in Dutch or English: leerlingnummer, voornaam, achternaam, geboortedatum, vestiging,
//! gastvestiging, leerweg, profiel, leerjaar, klas, cohort, ouder, ouder e-mail.

use super::{Fault, Faults, Table, schools::is_profile, table::Row};
use crate::people::person::Pupil;
use chrono::{Months, NaiveDate};
use proto_schemas::consortium::person::LearningPath;
use std::collections::{BTreeMap, BTreeSet};
use vocabulary::{BranchCode, Email};

/// One pupil as a file tells. Holds personal data: no `Debug`, so that none gets into a log.
#[derive(Clone)]
pub struct Line {
    /// The line in the file.
    pub line: u64,
    /// The school's own number for the pupil; never stored in the clear.
    pub number: String,
    /// Voornaam.
    pub given: String,
    /// Achternaam.
    pub family: String,
    /// Geboortedatum.
    pub birth_date: NaiveDate,
    /// Name and mail address of a parent or guardian.
    pub guardian: Option<(String, Option<Email>)>,
    /// What need not be sealed.
    pub pupil: Pupil,
}

/// What a file says.
#[derive(Default)]
pub struct Read {
    /// The lines without faults.
    pub lines: Vec<Line>,
    /// What is wrong, in the order of the lines.
    pub faults: Faults,
    /// How many lines there are.
    pub total: usize,
}

const NUMBER: &[&str] = &["leerlingnummer", "pupilNumber"];
const GIVEN: &[&str] = &["voornaam", "givenName"];
const FAMILY: &[&str] = &["achternaam", "familyName"];
const BIRTH_DATE: &[&str] = &["geboortedatum", "birthDate"];
const HOME: &[&str] = &["vestiging", "homeBranch"];
const HOST: &[&str] = &["gastvestiging", "hostBranch"];
const PATH: &[&str] = &["leerweg", "path"];
const PROFILE: &[&str] = &["profiel", "profile"];
const YEAR: &[&str] = &["leerjaar", "year"];
const GROUP: &[&str] = &["klas", "group"];
const COHORT: &[&str] = &["cohort"];
const GUARDIAN: &[&str] = &["ouder", "guardianName"];
const GUARDIAN_EMAIL: &[&str] = &["ouder e-mail", "guardianEmail"];

/// Reads a file on a day: birth dates are held against it. `members` are the schools of the region.
#[must_use]
pub fn read(bytes: &[u8], today: NaiveDate, members: &BTreeSet<BranchCode>) -> Read {
    let table = match Table::read(bytes) {
        Ok(table) => table,
        Err(faults) => return Read { faults, ..Read::default() },
    };
    let mut faults: Faults = [NUMBER, GIVEN, FAMILY, BIRTH_DATE, HOME, PATH, PROFILE, YEAR, GROUP, COHORT]
        .into_iter()
        .filter(|columns| !columns.iter().any(|column| table.has(column)))
        .map(|columns| Fault::at(1, columns[0], "the column is missing", "de kolom ontbreekt"))
        .collect();
    if table.is_empty() {
        faults.push(Fault::of_file("There are no pupils in the file.", "Er staan geen leerlingen in het bestand."));
    }
    if !faults.is_empty() {
        return Read { faults, total: table.len(), ..Read::default() };
    }
    let mut lines = Vec::new();
    let mut seen: BTreeMap<(String, String), u64> = BTreeMap::new();
    for row in table.rows() {
        match line(&row, today, members) {
            Err(of_row) => faults.extend(of_row),
            Ok(line) => {
                let key = (line.pupil.home_school.brin().to_string(), line.number.clone());
                if let Some(first) = seen.insert(key, line.line) {
                    let english = format!("is the same as on line {first}");
                    faults.push(row.fault(NUMBER, &english, &format!("is gelijk aan die op regel {first}")));
                }
                lines.push(line);
            }
        }
    }
    Read { lines, faults, total: table.len() }
}

/// Reads cells and keeps what is wrong with them.
struct Cells<'a> {
    row: Row<'a>,
    faults: Vec<Fault>,
}

impl Cells<'_> {
    fn value<T>(&mut self, columns: &[&'static str], says: [&str; 2], read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = read(self.row.cell(columns));
        if value.is_none() {
            self.faults.push(self.row.fault(columns, says[0], says[1]));
        }
        value
    }

    fn text(&mut self, columns: &[&'static str]) -> Option<String> {
        self.value(columns, ["is empty or too long", "is leeg of te lang"], |cell| {
            let fits = !cell.is_empty() && cell.chars().count() <= 100 && !cell.chars().any(char::is_control);
            fits.then(|| cell.to_owned())
        })
    }
}

fn line(row: &Row, today: NaiveDate, members: &BTreeSet<BranchCode>) -> Result<Line, Vec<Fault>> {
    if !row.is_whole() {
        let (english, dutch) =
            ("The line has too many or too few cells.", "De regel heeft te veel of te weinig cellen.");
        return Err(vec![Fault::at(row.line, "", english, dutch)]);
    }
    let member = |cell: &str| cell.parse::<BranchCode>().ok().filter(|branch| members.contains(branch));
    let no_member = [
        "must be the branch code of a school of the region",
        "moet de vestigingscode van een school van de regio zijn",
    ];
    let mut cells = Cells { row: *row, faults: vec![] };
    let number = cells.text(NUMBER);
    let (given, family) = (cells.text(GIVEN), cells.text(FAMILY));
    let birth_date = cells.value(
        BIRTH_DATE,
        [
            "must be the date of birth of a pupil, such as 2011-03-04",
            "moet de geboortedatum van een leerling zijn, zoals 2011-03-04",
        ],
        |cell| birth_date(cell, today),
    );
    let home = cells.value(HOME, no_member, member);
    let host = cells.value(HOST, no_member, |cell| if cell.is_empty() { Some(None) } else { member(cell).map(Some) });
    let learning_path = cells.value(PATH, ["must be bb, kb, gl or tl", "moet bb, kb, gl of tl zijn"], path);
    let profile = cells.value(PROFILE, ["must be a profile such as PIE", "moet een profiel zijn, zoals PIE"], |cell| {
        let code = cell.to_ascii_uppercase();
        is_profile(&code).then_some(code)
    });
    let year = cells.value(YEAR, ["must be 1, 2, 3 or 4", "moet 1, 2, 3 of 4 zijn"], |cell| {
        cell.parse().ok().filter(|year| (1..=4).contains(year))
    });
    let group = cells.value(GROUP, ["is empty or too long", "is leeg of te lang"], |cell| cell.parse().ok());
    let cohort = cells.value(
        COHORT,
        ["must be a school year such as 2026-2027", "moet een schooljaar zijn, zoals 2026-2027"],
        |cell| cell.parse().ok(),
    );
    let email = cells.value(GUARDIAN_EMAIL, ["must be an address for mail", "moet een e-mailadres zijn"], |cell| {
        if cell.is_empty() { Some(None) } else { cell.parse().ok().map(Some) }
    });
    let guardian = row.cell(GUARDIAN);
    if guardian.chars().count() > 100 {
        cells.faults.push(row.fault(GUARDIAN, "is too long", "is te lang"));
    }
    if guardian.is_empty() && email.as_ref().is_some_and(Option::is_some) {
        cells.faults.push(row.fault(
            GUARDIAN,
            "is empty, and there is an address for mail",
            "is leeg, en er is een e-mailadres",
        ));
    }
    if home.is_some() && host.as_ref().is_some_and(|host| *host == home) {
        cells.faults.push(row.fault(HOST, "must be another school", "moet een andere school zijn"));
    }
    let whole = || {
        Some(Line {
            line: row.line,
            number: number?,
            given: given?,
            family: family?,
            birth_date: birth_date?,
            guardian: (!guardian.is_empty()).then(|| (guardian.to_owned(), email.flatten())),
            pupil: Pupil {
                home_school: home?,
                host_school: host?,
                learning_path: learning_path?,
                profile: profile?,
                year: year?,
                group: group?,
                cohort: cohort?,
            },
        })
    };
    if cells.faults.is_empty() { whole().ok_or_else(Vec::new) } else { Err(cells.faults) }
}

/// `2011-03-04` or `4-3-2011`, of someone of 3 to 30 years.
fn birth_date(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let date =
        NaiveDate::parse_from_str(text, "%Y-%m-%d").or_else(|_| NaiveDate::parse_from_str(text, "%d-%m-%Y")).ok()?;
    let years = |years: u32| today.checked_sub_months(Months::new(years * 12));
    (years(30)? <= date && date <= years(3)?).then_some(date)
}

fn path(text: &str) -> Option<LearningPath> {
    match text.to_ascii_lowercase().as_str() {
        "bb" | "bbl" | "bl" => Some(LearningPath::Bb),
        "kb" | "kbl" | "kl" => Some(LearningPath::Kb),
        "gl" => Some(LearningPath::Gl),
        "tl" => Some(LearningPath::Tl),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

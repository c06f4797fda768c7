//! The file with electives and profile modules.

use super::{
    Fault, File, Wrong,
    fault::expected,
    table::{Fields, rows},
};
use proto_schemas::assessments::elective::{Elective, Kind, Level, Profile};
use std::collections::HashMap;
use vocabulary::ElectiveId;

/// One row. What could not be read is none, and a fault; the code is kept to find its deeltaken.
pub(super) struct Row {
    pub line: u64,
    pub code: String,
    pub id: Option<ElectiveId>,
    pub elective: Option<Elective>,
    pub deeltaken: Option<u32>,
    pub end_terms: Option<u32>,
}

const COLUMNS: &[&str] = &["slo_uuid", "code", "soort", "profiel", "titel", "omschrijving", "niveaus", "n_deeltaken"];

pub(super) fn read(text: &str, faults: &mut Vec<Fault>) -> Vec<Row> {
    let mut read: Vec<Row> = Vec::new();
    let mut first_line = HashMap::new();
    rows(File::Electives, text, COLUMNS, faults, |fields, faults| {
        let row = row(fields, faults);
        if let Some(id) = row.id {
            let first = *first_line.entry(id).or_insert(row.line);
            if first != row.line {
                let wrong = Wrong::IdTwice { first };
                faults.push(Fault { file: File::Electives, line: row.line, wrong });
            }
        }
        read.push(row);
    });
    read
}

fn row(fields: &Fields, faults: &mut Vec<Fault>) -> Row {
    let mut fault = |wrong| faults.push(Fault { file: File::Electives, line: fields.line, wrong });
    let mut bad = |column, expected| fault(Wrong::Value { column, expected });

    let id = fields.get("slo_uuid").parse().ok();
    if id.is_none() {
        bad("slo_uuid", expected::UUID);
    }
    let code = fields.get("code").to_owned();
    let parts = parts_of(&code);
    if parts.is_none() {
        bad("code", expected::CODE);
    }
    let kind = kind(fields.get("soort"));
    if kind.is_none() {
        bad("soort", expected::KIND);
    }
    let profile = profile(fields.get("profiel"));
    if profile.is_none() {
        bad("profiel", expected::PROFILE);
    }
    let title = fields.get("titel").parse().ok();
    if title.is_none() {
        bad("titel", expected::TITLE);
    }
    let levels = levels(fields.get("niveaus"));
    if levels.is_none() {
        bad("niveaus", expected::LEVEL);
    }
    let deeltaken = fields.get("n_deeltaken").parse().ok();
    if deeltaken.is_none() {
        bad("n_deeltaken", expected::NUMBER);
    }
    let end_terms = fields.get("n_eindtermen");
    let end_terms = if end_terms.is_empty() { None } else { Some(end_terms.parse().ok()) };
    if end_terms == Some(None) {
        bad("n_eindtermen", expected::NUMBER);
    }

    // A code says twice what two other columns say: a shifted column shows here.
    let mut mismatch = |column| fault(Wrong::CodeMismatch { column });
    if let (Some((of_code, _)), Some(kind)) = (parts, kind)
        && of_code != kind
    {
        mismatch("soort");
    }
    if let (Some((_, of_code)), Some(profile)) = (parts, profile)
        && of_code != profile
    {
        mismatch("profiel");
    }

    let elective = kind.zip(profile).zip(title).zip(levels).map(|(((kind, profile), title), levels)| Elective {
        code: code.clone(),
        kind,
        profile: Some(profile),
        title,
        description: filled(fields.get("omschrijving")),
        levels,
        size: None,
        duo_code: filled(fields.get("duo_vakcode_2015_op_naam")),
        deeltaken: vec![],
    });
    Row { line: fields.line, code, id, elective, deeltaken, end_terms: end_terms.flatten() }
}

fn filled(text: &str) -> Option<String> {
    // Line ends as one sign: a file that only went through another editor must change nothing.
    (!text.is_empty()).then(|| text.replace("\r\n", "\n"))
}

/// `K/PIE/05` is an elective of the profile PIE.
fn parts_of(code: &str) -> Option<(Kind, Profile)> {
    let mut parts = code.split('/');
    let (kind, profile, number) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || number.len() != 2 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let kind = match kind {
        "K" => Kind::Elective,
        "P" => Kind::ProfileModule,
        _ => return None,
    };
    Some((kind, in_codes(profile)?))
}

fn kind(soort: &str) -> Option<Kind> {
    match soort {
        "keuzevak" => Some(Kind::Elective),
        "profielmodule" => Some(Kind::ProfileModule),
        _ => None,
    }
}

/// A profile as it stands in codes. `MET` and `MT` look alike and are two profiles.
fn in_codes(profile: &str) -> Option<Profile> {
    Some(match profile {
        "BWI" => Profile::Bwi,
        "DP" => Profile::Dp,
        "EO" => Profile::Eo,
        "GR" => Profile::Groen,
        "HBR" => Profile::Hbr,
        "MET" => Profile::Mobility,
        "MT" => Profile::Maritime,
        "MVI" => Profile::Mvi,
        "PIE" => Profile::Pie,
        "ZW" => Profile::Zw,
        _ => return None,
    })
}

/// A profile as schools abbreviate it.
fn profile(text: &str) -> Option<Profile> {
    Some(match text {
        "BWI" => Profile::Bwi,
        "D&P" => Profile::Dp,
        "E&O" => Profile::Eo,
        "GROEN" => Profile::Groen,
        "HBR" => Profile::Hbr,
        "M&T" => Profile::Mobility,
        "MaT" => Profile::Maritime,
        "MVI" => Profile::Mvi,
        "PIE" => Profile::Pie,
        "Z&W" => Profile::Zw,
        _ => return None,
    })
}

/// `bb vmbo bb|bb vmbo gl` names two learning paths by its last words; nothing names none.
fn levels(text: &str) -> Option<Vec<Level>> {
    let mut levels = text
        .split('|')
        .filter(|part| !part.trim().is_empty())
        .map(|part| match part.split_whitespace().last() {
            Some("bb") => Some(Level::Bb),
            Some("kb") => Some(Level::Kb),
            Some("gl") => Some(Level::Gl),
            Some("tl") => Some(Level::Tl),
            _ => None,
        })
        .collect::<Option<Vec<_>>>()?;
    levels.sort();
    levels.dedup();
    Some(levels)
}

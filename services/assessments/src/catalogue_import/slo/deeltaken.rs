//! The file with deeltaken.

use super::{
    Fault, File, Wrong,
    fault::expected,
    table::{Fields, rows},
};
use proto_schemas::assessments::elective::Deeltaak;
use std::collections::HashMap;

/// One row that could be read.
pub(super) struct Row {
    pub line: u64,
    /// The code of the elective; all there is to find it by.
    pub parent: String,
    /// The number its code ends in.
    pub number: u32,
    pub deeltaak: Deeltaak,
}

const COLUMNS: &[&str] = &["code_ouder", "deeltaak_code", "titel", "n_eindtermen"];

pub(super) fn read(text: &str, faults: &mut Vec<Fault>) -> Vec<Row> {
    let mut read = Vec::new();
    let mut first_line = HashMap::new();
    rows(File::Deeltaken, text, COLUMNS, faults, |fields, faults| {
        let code = fields.get("deeltaak_code").to_owned();
        let first = *first_line.entry(code.clone()).or_insert(fields.line);
        if first != fields.line && !code.is_empty() {
            faults.push(Fault { file: File::Deeltaken, line: fields.line, wrong: Wrong::DeeltaakTwice { first } });
        }
        read.extend(row(fields, faults));
    });
    read
}

fn row(fields: &Fields, faults: &mut Vec<Fault>) -> Option<Row> {
    let mut bad = |column, expected| {
        let wrong = Wrong::Value { column, expected };
        faults.push(Fault { file: File::Deeltaken, line: fields.line, wrong });
    };
    // Not always the parent's code and a number: SLO has `K/MET/2` under `K/MET/13`.
    let code = fields.get("deeltaak_code");
    let number = code.rsplit_once('/').and_then(|(_, number)| number.parse().ok());
    if number.is_none() {
        bad("deeltaak_code", expected::DEELTAAK);
    }
    let title = Some(fields.get("titel")).filter(|title| (1..=500).contains(&title.chars().count()));
    if title.is_none() {
        bad("titel", expected::TEXT);
    }
    let end_terms = fields.get("n_eindtermen").parse().ok();
    if end_terms.is_none() {
        bad("n_eindtermen", expected::NUMBER);
    }
    Some(Row {
        line: fields.line,
        parent: fields.get("code_ouder").to_owned(),
        number: number?,
        deeltaak: Deeltaak { code: code.to_owned(), title: title?.to_owned(), end_terms: end_terms? },
    })
}

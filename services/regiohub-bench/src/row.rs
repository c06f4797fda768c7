//! One line of the table: a figure, its limit, what came of it.

use serde::Serialize;

/// A figure against its limit.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    /// What was measured.
    pub what: String,
    /// The figure with its unit.
    pub measured: String,
    /// What it is held against.
    pub against: String,
    /// That figure with its unit.
    pub limit: String,
    /// Figure divided by limit; for a bound, how much of it is used.
    pub ratio: f64,
    /// What the ratio should be.
    pub target: String,
    /// Whether it is.
    pub reached: bool,
    /// What else was seen.
    pub note: String,
}

impl Row {
    /// So many a second, against so many a second.
    pub fn rate(what: &str, measured: f64, against: &str, limit: f64, target: f64) -> Self {
        let ratio = measured / limit;
        Self {
            what: what.to_owned(),
            measured: format!("{measured:.0}/s"),
            against: against.to_owned(),
            limit: format!("{limit:.0}/s"),
            ratio,
            target: format!("≥ {target:.1} ×"),
            reached: ratio >= target,
            note: String::new(),
        }
    }

    /// A figure that must stay below a bound.
    pub fn bound(what: &str, measured: f64, against: &str, limit: f64, unit: &str) -> Self {
        let ratio = measured / limit;
        Self {
            what: what.to_owned(),
            measured: format!("{measured:.1} {unit}"),
            against: against.to_owned(),
            limit: format!("{limit:.1} {unit}"),
            ratio,
            target: "≤ 1.0 ×".to_owned(),
            reached: ratio <= 1.0,
            note: String::new(),
        }
    }

    /// So many a second where it is hard, against as many where it is easy: one takes at most so much longer.
    pub fn slower(what: &str, hard: f64, against: &str, easy: f64, most: f64) -> Self {
        let ratio = easy / hard;
        Self {
            what: what.to_owned(),
            measured: format!("{hard:.0}/s"),
            against: against.to_owned(),
            limit: format!("{easy:.0}/s"),
            ratio,
            target: format!("≤ {most:.1} ×"),
            reached: ratio <= most,
            note: String::new(),
        }
    }

    /// The same, with what else was seen.
    pub fn noting(mut self, note: String) -> Self {
        self.note = note;
        self
    }
}

/// The rows as a table for people.
pub(super) fn table(rows: &[Row]) -> String {
    let head = ["what", "measured", "against", "limit", "ratio", "target", "", "note"].map(str::to_owned);
    let lines: Vec<[String; 8]> = rows
        .iter()
        .map(|row| {
            [
                row.what.clone(),
                row.measured.clone(),
                row.against.clone(),
                row.limit.clone(),
                format!("{:.2} ×", row.ratio),
                row.target.clone(),
                if row.reached { "reached" } else { "missed" }.to_owned(),
                row.note.clone(),
            ]
        })
        .collect();
    let all: Vec<&[String; 8]> = std::iter::once(&head).chain(&lines).collect();
    let width = |column: usize| all.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 8] = std::array::from_fn(width);
    let written = |line: &&[String; 8]| {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    all.iter().map(written).collect::<Vec<_>>().join("\n")
}

//! A sample as CSV: one row for each event that is to be looked at, with the line it belongs to.
//!
//! Comma-separated with a heading, RFC 4180; amounts in euros with a point and two decimals.

use crate::trace::drawing::Drawing;
use vocabulary::Euros;

const HEADING: [&str; 18] = [
    "number",
    "reference",
    "kind",
    "company",
    "date",
    "amount",
    "recomputed",
    "cents hit",
    "certain",
    "findings",
    "to look at",
    "te bekijken",
    "service",
    "position",
    "happened",
    "by",
    "document",
    "address",
];

/// What stands above a drawing that counts for nothing.
pub const TRIAL: &str =
    "TRIAL, recorded nowhere: no sample, draw one at the hub (PROEF, nergens vastgelegd: geen steekproef)";

/// The sheet. A trial says so in a row above the heading.
#[must_use]
pub fn csv(drawing: &Drawing) -> String {
    let mut text = String::new();
    if drawing.trial {
        let mut above: [String; 18] = Default::default();
        TRIAL.clone_into(&mut above[0]);
        text.push_str(&row(above));
    }
    text.push_str(&row(HEADING.map(ToOwned::to_owned)));
    for (line, number) in drawing.lines.iter().zip(1..) {
        let findings: Vec<&str> = line.findings.iter().map(|finding| finding.english.as_str()).collect();
        for to_see in &line.evidence {
            text.push_str(&row([
                format!("{number}"),
                line.reference.clone(),
                line.kind.as_str().to_owned(),
                line.company.to_string(),
                line.date.to_string(),
                euros(line.amount),
                line.recomputed.map(euros).unwrap_or_default(),
                line.cents.len().to_string(),
                if line.certain { "yes" } else { "no" }.to_owned(),
                findings.join("; "),
                to_see.english.clone(),
                to_see.dutch.clone(),
                to_see.service.clone(),
                to_see.position.to_string(),
                to_see.occurred.clone(),
                format!("{} {}", to_see.role, to_see.by),
                to_see.document.clone().unwrap_or_default(),
                to_see.address.clone(),
            ]));
        }
    }
    text
}

fn euros(amount: Euros) -> String {
    let cents = amount.cents();
    format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}

fn row(fields: [String; 18]) -> String {
    fields.map(|field| quoted(&field)).join(",") + "\r\n"
}

/// A field that a spreadsheet reads as text: what would be a formula there is not one here.
fn quoted(field: &str) -> String {
    let harmless = if field.starts_with(['=', '@', '\t', '\r']) { format!("'{field}") } else { field.to_owned() };
    if harmless.contains([',', '"', '\n', '\r']) { format!("\"{}\"", harmless.replace('"', "\"\"")) } else { harmless }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_that_is_needed_and_are_never_formulas() {
        assert_eq!(quoted("line, 1"), "\"line, 1\"");
        assert_eq!(quoted("a \"b\""), "\"a \"\"b\"\"\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
        assert_eq!(quoted("-12.50"), "-12.50");
    }

    #[test]
    fn amounts_are_in_euros_with_a_point() {
        assert_eq!([euros(Euros(5)), euros(Euros(-1_250)), euros(Euros(100))], ["0.05", "-12.50", "1.00"]);
    }
}

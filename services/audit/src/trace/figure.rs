//! Which figure is to be explained: a claim, a day, a contribution, a line of them, or a sum of the statement.

use crate::trace::reading::{Reader, Unread, event};
use chrono::NaiveDate;
use proto_schemas::consortium::consortium;
use std::str::FromStr;
use uuid::Uuid;
use vocabulary::{ClaimId, SchemeCode};

/// A figure, by what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Figure {
    /// A claim (cofinancieringsstaat).
    Claim(ClaimId),
    /// A contribution day or a contribution, by its stream.
    Entry(String),
    /// A line, as claims and statements call it.
    Line(String),
    /// A figure of the statement.
    Sum(Sum),
    /// A claim, a day or a contribution: an id that does not tell of what.
    Id(Uuid),
}

/// A figure of the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sum {
    /// Toegezegd: realised, and what sessions to come will bring.
    Committed,
    /// Gerealiseerd: lines that live.
    Realised,
    /// Ondertekend door het bedrijf.
    Signed,
    /// Geverifieerd door de regio.
    Verified,
}

/// What a figure of the statement counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// Under which scheme.
    pub scheme: SchemeCode,
    /// The first day counted.
    pub from: NaiveDate,
    /// The last day counted.
    pub until: NaiveDate,
}

/// A text that names no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this names no figure: give committed, realised, signed or verified, the id of a claim, contribution day or contribution, or a line such as contribution-day/<id>#3"
)]
pub struct NoFigure;

impl Sum {
    /// Every figure, widest first.
    pub const ALL: [Self; 4] = [Self::Committed, Self::Realised, Self::Signed, Self::Verified];

    /// As it stands in an address.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Realised => "realised",
            Self::Signed => "signed",
            Self::Verified => "verified",
        }
    }

    /// In Dutch.
    #[must_use]
    pub const fn in_dutch(self) -> &'static str {
        match self {
            Self::Committed => "toegezegd",
            Self::Realised => "gerealiseerd",
            Self::Signed => "ondertekend",
            Self::Verified => "geverifieerd",
        }
    }
}

impl FromStr for Figure {
    type Err = NoFigure;

    /// Reads what a statement, a claim or a person calls a figure.
    fn from_str(text: &str) -> Result<Self, NoFigure> {
        if let Some(sum) = Sum::ALL.into_iter().find(|sum| sum.as_str() == text) {
            return Ok(Self::Sum(sum));
        }
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        let named = text.strip_suffix("/reversed").unwrap_or(text);
        let (stream, number) = named.split_once('#').map_or((named, None), |(stream, number)| (stream, Some(number)));
        let (category, id) = stream.split_once('/').ok_or(NoFigure)?;
        let id: Uuid = id.parse().map_err(|_| NoFigure)?;
        match (category, number) {
            ("claim", None) if named == text => Ok(Self::Claim(ClaimId(id))),
            ("contribution-day", Some(number)) if number.parse::<u32>().is_ok() => Ok(Self::Line(text.to_owned())),
            ("contribution-day", None) if named == text => Ok(Self::Entry(text.to_owned())),
            ("contribution", None) => Ok(Self::Line(text.to_owned())),
            _ => Err(NoFigure),
        }
    }
}

impl Figure {
    /// Finds out what an id is of; nothing when there is no such thing in the log.
    ///
    /// # Errors
    /// When the log does not answer.
    pub async fn known(self, reader: &mut Reader) -> Result<Option<Self>, Unread> {
        let candidates = match &self {
            Self::Sum(_) => return Ok(Some(self)),
            Self::Claim(id) => vec![(format!("claim/{id}"), self.clone())],
            Self::Entry(stream) => vec![(stream.clone(), self.clone())],
            Self::Line(reference) => {
                let named = reference.strip_suffix("/reversed").unwrap_or(reference);
                let stream = named.split_once('#').map_or(named, |(stream, _)| stream);
                vec![(stream.to_owned(), self.clone())]
            }
            Self::Id(id) => vec![
                (format!("claim/{id}"), Self::Claim(ClaimId(*id))),
                (format!("contribution-day/{id}"), Self::Entry(format!("contribution-day/{id}"))),
                (format!("contribution/{id}"), Self::Line(format!("contribution/{id}"))),
            ],
        };
        for (stream, figure) in candidates {
            if !reader.history("co-financing", &stream).await?.is_empty() {
                return Ok(Some(figure));
            }
        }
        Ok(None)
    }
}

/// The scheme and days a statement counts when it is not told: `sto`, over the term of the target.
///
/// # Errors
/// When the log does not answer.
pub async fn usual_range(reader: &mut Reader) -> Result<Range, Unread> {
    let history = reader.history("consortium", &format!("consortium/{}", reader.region())).await?;
    let mut range = Range {
        scheme: SchemeCode::sto(),
        from: NaiveDate::from_ymd_opt(2020, 1, 1).unwrap_or_default(),
        until: NaiveDate::from_ymd_opt(2099, 12, 31).unwrap_or_default(),
    };
    for recorded in history.iter() {
        if let consortium::Event::TargetSet { from, until, .. } = event("consortium", recorded)? {
            (range.from, range.until) = (from, until);
        }
    }
    Ok(range)
}

impl Range {
    /// One calendar year of a scheme.
    #[must_use]
    pub fn year(scheme: SchemeCode, year: i32) -> Option<Self> {
        let from = NaiveDate::from_ymd_opt(year, 1, 1)?;
        Some(Self { scheme, from, until: NaiveDate::from_ymd_opt(year, 12, 31)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "018f6a10-0000-7000-8000-000000000041";

    #[test]
    fn a_figure_reads_as_statements_and_claims_call_it() {
        let read = |text: &str| text.parse::<Figure>();
        assert_eq!(read("verified"), Ok(Figure::Sum(Sum::Verified)));
        assert_eq!(read(ID), Ok(Figure::Id(ID.parse().unwrap())));
        assert_eq!(read(&format!("claim/{ID}")), Ok(Figure::Claim(ID.parse().unwrap())));
        for line in [
            format!("contribution-day/{ID}#3"),
            format!("contribution-day/{ID}#3/reversed"),
            format!("contribution/{ID}"),
        ] {
            assert_eq!(read(&line), Ok(Figure::Line(line.clone())));
        }
        assert_eq!(read(&format!("contribution-day/{ID}")), Ok(Figure::Entry(format!("contribution-day/{ID}"))));
    }

    #[test]
    fn a_text_that_names_no_figure_is_refused() {
        for text in [
            "",
            "all",
            "session/1",
            "contribution-day/x#1",
            &format!("contribution-day/{ID}#x"),
            &format!("claim/{ID}#1"),
        ] {
            assert_eq!(text.parse::<Figure>(), Err(NoFigure), "{text}");
        }
    }
}

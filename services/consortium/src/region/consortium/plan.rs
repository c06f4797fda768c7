//! What the partners will do, what it costs and what it should yield.

use super::Refusal;
use chrono::{Datelike, NaiveDate};
use proto_schemas::consortium::consortium::{Activity, BudgetLine, Event, Theme};
use std::collections::BTreeSet;
use vocabulary::Euros;

/// A plan as it is put before the partners (activiteitenplan en begroting).
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// First day of the programme.
    pub programme_from: NaiveDate,
    /// Last day of the programme.
    pub programme_until: NaiveDate,
    /// What activities are filed under.
    pub themes: Vec<Theme>,
    /// What will be done.
    pub activities: Vec<Activity>,
}

/// No region's budget comes near, and the sum of all lines stays far inside an `i64`.
const MAX_CENTS: i64 = 100_000_000_000;

impl Plan {
    /// All budget lines together.
    #[must_use]
    pub fn budget(&self) -> Euros {
        self.lines().map(BudgetLine::amount).sum()
    }

    /// The lines that the subsidy may pay for.
    #[must_use]
    pub fn subsidisable(&self) -> Euros {
        self.lines().filter(|line| line.subsidisable).map(BudgetLine::amount).sum()
    }

    fn lines(&self) -> impl Iterator<Item = &BudgetLine> {
        self.activities.iter().flat_map(|activity| &activity.budget)
    }

    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.programme_until < self.programme_from {
            return Err(Refusal::EndsBeforeItBegins);
        }
        let themes = unique(self.themes.iter().map(|theme| &theme.code))?;
        unique(self.activities.iter().map(|activity| &activity.code))?;
        let programme = self.programme_from..=self.programme_until;
        let mut sum: i64 = 0;
        for activity in &self.activities {
            let code = || activity.code.clone();
            if !themes.contains(&activity.theme) {
                return Err(Refusal::NoSuchTheme { activity: code() });
            }
            if activity.results.iter().any(|result| !programme.contains(&result.by)) {
                return Err(Refusal::ResultOutsideTheProgramme { activity: code() });
            }
            for line in &activity.budget {
                sum = sum.saturating_add(line.amount().cents());
                if line.price < Euros(0) || sum > MAX_CENTS {
                    return Err(Refusal::AmountOutOfRange { activity: code() });
                }
            }
        }
        Ok(())
    }

    pub(super) fn adopted(&self, version: u32, occurred_on: NaiveDate) -> Event {
        Event::PlanAdopted {
            version,
            occurred_on,
            programme_from: self.programme_from,
            programme_until: self.programme_until,
            themes: self.themes.clone(),
            activities: self.activities.clone(),
            budget: self.budget(),
            subsidisable: self.subsidisable(),
        }
    }
}

/// Since 2025 primary schools are compulsory partners (S5).
pub(super) fn needs_primary_schools(programme_from: NaiveDate) -> bool {
    programme_from.year() >= 2025
}

/// The themes a region starts from (R003): code, English, Dutch.
pub const DEFAULT_THEMES: [(&str, &str, &str); 5] = [
    ("vmbo-quality", "Quality of vmbo", "Kwaliteit van het vmbo"),
    ("education-and-innovation", "Education and innovation", "Onderwijs en innovatie"),
    ("chain-cooperation", "Cooperation in the chain", "Samenwerking in de keten"),
    ("professional-development", "Professional development", "Professionalisering"),
    ("intake-and-promotion", "Intake and promotion", "Instroom en promotie"),
];

/// The same as values.
#[must_use]
pub fn default_themes() -> Vec<Theme> {
    let theme = |(code, name, in_dutch): (&str, &str, &str)| {
        Some(Theme { code: code.to_owned(), name: name.parse().ok()?, in_dutch: in_dutch.parse().ok()? })
    };
    DEFAULT_THEMES.into_iter().filter_map(theme).collect()
}

fn unique<'a>(codes: impl Iterator<Item = &'a String>) -> Result<BTreeSet<&'a String>, Refusal> {
    let mut seen = BTreeSet::new();
    for code in codes {
        if !seen.insert(code) {
            return Err(Refusal::CodeTwice { code: code.clone() });
        }
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    // R003.
    #[test]
    fn a_region_starts_from_five_themes() {
        assert_eq!(default_themes().len(), 5);
    }
}

//! How old a pupil is on a day: the only way from a sealed birth date to a rule.

use crate::Hub;
use chrono::{Datelike, NaiveDate};
use known::Pupil;
use processing::Activity;
use vocabulary::RegionId;

impl Hub {
    /// The age in whole years on a day; nothing when the pupil was forgotten.
    ///
    /// # Errors
    /// When the vault is away, or what it gives is no date.
    pub async fn age_on(&self, region: &RegionId, pupil: &Pupil, day: NaiveDate) -> Result<Option<u8>, vault::Error> {
        let fields = [(pupil.birth_date_field.as_str(), &pupil.birth_date)];
        let opened = self.open_for(Activity::AgeCheck, "check-age", region, &fields).await?;
        let Some(text) = opened.into_iter().next().flatten() else {
            return Ok(None);
        };
        let born: NaiveDate = text.parse().map_err(|_| vault::Error::Broken("a birth date is no date"))?;
        Ok(Some(age(born, day)))
    }
}

fn age(born: NaiveDate, day: NaiveDate) -> u8 {
    // Born on 29 February, a year is completed on 1 March where there is no such day.
    let had_birthday = (day.month(), day.day()) >= (born.month(), born.day());
    u8::try_from(day.year() - born.year() - i32::from(!had_birthday)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_completed_on_the_birthday() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(age(day("2010-09-02"), day("2026-09-01")), 15);
        assert_eq!(age(day("2010-09-02"), day("2026-09-02")), 16);
        assert_eq!(age(day("2008-02-29"), day("2026-02-28")), 17);
        assert_eq!(age(day("2008-02-29"), day("2026-03-01")), 18);
        assert_eq!(age(day("2027-01-01"), day("2026-01-01")), 0);
    }
}

//! How events of co-financing become lines, sums and digests: the one place where cents are made.
//!
//! The service, the gateway's statement and the auditor's recomputation all use these functions.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use vocabulary::{
    AttendanceDayId, BasisPoints, CompanyId, ContributionDayId, ContributionId, DocumentHash, Euros, Minutes,
};

/// How every amount of this service is rounded, for people who check it.
pub const ROUNDING: &str =
    "Each line is rounded once, to whole cents; half a cent or more away from zero. Sums add rounded lines.";
/// The same in Dutch.
pub const ROUNDING_NL: &str = "Elke regel wordt eenmaal afgerond, op hele centen; een halve cent of meer van nul af. Totalen tellen afgeronde regels op.";
/// Where the share of a pupil's time that counts as supervision comes from: a supplier's page, not a regulation.
pub const SHARE_SOURCE: &str = "An agreement with the national working group, as told by a supplier (kennisbank.sen-app.nl, urenoverzicht); no official source is known. A setting of the region's policy.";
/// The same in Dutch.
pub const SHARE_SOURCE_NL: &str = "Een afspraak met de landelijke werkgroep, volgens een leverancier (kennisbank.sen-app.nl, urenoverzicht); een officiële bron is niet bekend. Een instelling van het regiobeleid.";

/// The kinds of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = LineKind)]
pub enum Kind {
    /// A pupil's confirmed minutes × share × rate.
    Forfait,
    /// The supervisor's minutes × rate.
    Actual,
    /// Time of the company's people apart from a session.
    Hours,
    /// Use of a room or a machine.
    Facility,
    /// Material or equipment (materiaal).
    Material,
    /// Transport (vervoer).
    Travel,
    /// Money that was paid (geld).
    Cash,
}

impl Kind {
    /// As it stands in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Forfait => "forfait",
            Self::Actual => "actual",
            Self::Hours => "hours",
            Self::Facility => "facility",
            Self::Material => "material",
            Self::Travel => "travel",
            Self::Cash => "cash",
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Forfait, Self::Actual, Self::Hours, Self::Facility, Self::Material, Self::Travel, Self::Cash]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("{text} is no kind of line"))
    }
}

/// One amount that a company signs for and a region claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The reference of the line: the stream, and within a day the number of the line; a reversing line ends in
    /// `/reversed`.
    pub reference: String,
    pub kind: Kind,
    /// The company that contributes.
    pub company: CompanyId,
    /// The date of the fact.
    pub date: NaiveDate,
    /// Negative for a line taken back.
    pub amount: Euros,
    /// The attendance it leads back to, for a pupil's line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attendance_day: Option<AttendanceDayId>,
    /// Whether it is of a day with the group effect.
    pub group_effect: bool,
}

/// The sum of the lines of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Subtotal {
    pub kind: Kind,
    /// The number of lines.
    pub count: u32,
    /// The sum of the lines, in euro cents.
    pub total: Euros,
}

/// The number and the sum of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sum {
    /// The number of lines.
    pub count: u32,
    /// The sum of the lines, in euro cents.
    pub total: Euros,
}

/// The reference of a line of a contribution day.
#[must_use]
pub fn day_line(day: ContributionDayId, line: u32) -> String {
    format!("contribution-day/{day}#{line}")
}

/// The reference of a contribution in kind or cash.
#[must_use]
pub fn contribution_line(contribution: ContributionId) -> String {
    format!("contribution/{contribution}")
}

/// The reference of the line that takes `reference` back.
#[must_use]
pub fn reversed(reference: &str) -> String {
    format!("{reference}/reversed")
}

/// A pupil's line: minutes × share × rate, in cents, rounded once.
#[must_use]
pub fn forfait(minutes: Minutes, share: BasisPoints, rate: Euros) -> Euros {
    share.of_hours(minutes, rate)
}

/// A supervisor's line: minutes × rate, in cents, rounded once.
#[must_use]
pub fn actual(minutes: Minutes, rate: Euros) -> Euros {
    rate.per_hour_for(minutes)
}

/// What all `lines` add up to; a total that is more than can be counted is not [`Euros::is_countable`].
#[must_use]
pub fn sum<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Sum {
    let mut count = 0_u32;
    let amounts = lines.into_iter().inspect(|_| count = count.saturating_add(1)).map(|line| line.amount);
    let total = amounts.sum();
    Sum { count, total }
}

/// What the lines of each kind add up to; kinds without lines are left out.
#[must_use]
pub fn subtotals(lines: &[Line]) -> Vec<Subtotal> {
    let mut by_kind = std::collections::BTreeMap::<Kind, Vec<&Line>>::new();
    for line in lines {
        by_kind.entry(line.kind).or_default().push(line);
    }
    by_kind
        .into_iter()
        .map(|(kind, lines)| {
            let Sum { count, total } = sum(lines);
            Subtotal { kind, count, total }
        })
        .collect()
}

/// Whether the pupils' shares count for more time than the longest attendance of the day.
///
/// Ten pupils of six hours at 25 % are fifteen hours beside one supervisor's six. Both are allowed;
/// who signs, verifies and audits should see it. Exact: nothing is rounded before the comparison.
#[must_use]
pub fn group_effect(pupils: &[(Minutes, BasisPoints)]) -> bool {
    let credited: u128 = pupils.iter().map(|(minutes, share)| u128::from(minutes.0) * u128::from(share.0)).sum();
    let longest = pupils.iter().map(|(minutes, _)| u128::from(minutes.0)).max().unwrap_or(0);
    credited > longest * 10_000
}

/// The text that a digest is taken over: one row per line, sorted by reference, each ended by a line feed.
///
/// A row is reference, kind, company, date, cents, attendance day or `-`, and `group` or `-`, a space between them.
#[must_use]
pub fn canonical(lines: &[Line]) -> String {
    let mut sorted: Vec<&Line> = lines.iter().collect();
    sorted.sort_by(|a, b| a.reference.cmp(&b.reference));
    let mut text = String::from("regiohub co-financing lines v1\n");
    for line in sorted {
        let attendance = line.attendance_day.map_or_else(|| "-".to_owned(), |day| day.to_string());
        let group = if line.group_effect { "group" } else { "-" };
        text.push_str(&format!(
            "{} {} {} {} {} {attendance} {group}\n",
            line.reference,
            line.kind.as_str(),
            line.company,
            line.date,
            line.amount.cents()
        ));
    }
    text
}

/// SHA-256 over the canonical text.
#[must_use]
pub fn digest(lines: &[Line]) -> DocumentHash {
    digest_of(&canonical(lines))
}

fn digest_of(text: &str) -> DocumentHash {
    let hex: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    match hex.parse() {
        Ok(hash) => hash,
        Err(_) => unreachable!("a SHA-256 in hexadecimal has 64 digits"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u32, cents: i64) -> Line {
        Line {
            reference: day_line(ContributionDayId::derived(&["day"]), number),
            kind: if number == 1 { Kind::Actual } else { Kind::Forfait },
            company: CompanyId::derived(&["company"]),
            date: NaiveDate::from_ymd_opt(2026, 9, 1).unwrap(),
            amount: Euros(cents),
            attendance_day: None,
            group_effect: false,
        }
    }

    #[test]
    fn the_order_of_lines_does_not_change_their_digest_and_a_cent_does() {
        assert_eq!(digest(&[line(1, 5), line(2, 7)]), digest(&[line(2, 7), line(1, 5)]));
        assert_ne!(digest(&[line(1, 5)]), digest(&[line(1, 6)]));
    }

    #[test]
    fn a_digest_can_be_recomputed_with_sha256sum() {
        // printf 'regiohub co-financing lines v1\n' | sha256sum
        assert_eq!(digest(&[]).as_str(), "bceb6fdaed870e1a95aac235b780a9c3286380b68a58d10cea7333179bb32ed0");
    }

    #[test]
    fn the_group_effect_begins_one_minute_beyond_four_equal_quarters() {
        let quarter = BasisPoints(2500);
        assert!(!group_effect(&[(Minutes(360), quarter); 4]));
        assert!(group_effect(&[[(Minutes(360), quarter); 4].as_slice(), &[(Minutes(1), quarter)]].concat()));
        assert!(group_effect(&[(Minutes(360), quarter); 10]));
        assert!(!group_effect(&[]));
    }

    #[test]
    fn subtotals_add_up_to_the_sum() {
        let lines = [line(1, 5), line(2, 7), line(3, -7)];
        assert_eq!(sum(&lines), Sum { count: 3, total: Euros(5) });
        let kinds = subtotals(&lines);
        assert_eq!(kinds.iter().map(|kind| kind.total).sum::<Euros>(), Euros(5));
        assert_eq!(kinds.iter().map(|kind| kind.count).sum::<u32>(), 3);
    }
}

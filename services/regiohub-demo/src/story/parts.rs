//! The things that the story is made of, as they stand in `region.json`.

use anyhow::Context;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use serde::Deserialize;
use serde_json::Value;

/// What is done on which day; days of sessions stand with the sessions.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Calendar {
    pub founded: NaiveDate,
    pub companies: NaiveDate,
    pub planned: NaiveDate,
    pub proposed: NaiveDate,
    pub people: NaiveDate,
    pub checked: NaiveDate,
    pub opened: NaiveDate,
    /// What 2025 brought is signed and verified.
    pub settled: NaiveDate,
    /// The claim of 2025.
    pub claimed: NaiveDate,
    /// What 2026 brought so far is signed.
    pub spring: NaiveDate,
    /// The moment at which the demo ends.
    pub end: NaiveDate,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mbo {
    pub brin: String,
    pub name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Primary {
    pub branch: String,
    pub board: String,
    pub name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Other {
    pub key: String,
    pub kind: String,
    pub name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Programme {
    pub from: NaiveDate,
    pub until: NaiveDate,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Company {
    pub key: String,
    pub name: String,
    pub kvk: String,
    pub sector: String,
    pub sbi: Vec<String>,
    pub street: String,
    pub number: String,
    pub postcode: String,
    pub place: String,
    pub latitude_micro: i32,
    pub longitude_micro: i32,
}

/// An elective of the region's own.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct OwnElective {
    pub code: String,
    pub profile: String,
    pub title: String,
    pub description: String,
    pub levels: Vec<String>,
    pub size_minutes: u32,
    pub deeltaken: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hotspot {
    pub key: String,
    pub name: String,
    pub company: String,
    /// The code of its elective.
    pub elective: String,
    pub why: String,
    pub equipment: Vec<String>,
    /// Where the theory is taught: school or company.
    pub theory: String,
    /// The schools that sign its contract.
    pub schools: Vec<String>,
    pub activities: Value,
    pub items: Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Session {
    pub key: String,
    pub hotspot: String,
    pub date: NaiveDate,
    #[serde(deserialize_with = "time")]
    pub from: NaiveTime,
    #[serde(deserialize_with = "time")]
    pub until: NaiveTime,
    /// By their numbers at school.
    pub pupils: Vec<u32>,
    pub check_in: CheckIn,
    /// Counted by the supervisor's minutes instead of the pupils'.
    #[serde(default)]
    pub method: Option<String>,
    #[serde(default)]
    pub supervisor_minutes: Option<u32>,
    /// Reported absent by a parent.
    #[serde(default)]
    pub absent: Option<u32>,
    #[serde(default)]
    pub correction: Option<Correction>,
    /// Why it goes on with fewer pupils than the minimum.
    #[serde(default)]
    pub small_group: Option<String>,
    /// Why it does not take place.
    #[serde(default)]
    pub cancelled: Option<String>,
    /// The company has not signed for it yet.
    #[serde(default)]
    pub unsigned: bool,
    /// It lies after the end of the demo.
    #[serde(default)]
    pub to_come: bool,
}

/// How pupils check in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CheckIn {
    /// Each with the code that the company shows.
    Code,
    /// From a list that the company keeps.
    List,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Correction {
    pub pupil: u32,
    pub minutes: u32,
    pub reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Contribution {
    pub key: String,
    pub company: String,
    pub date: NaiveDate,
    pub kind: String,
    pub description: String,
    #[serde(default)]
    pub amount: Option<i64>,
    #[serde(default)]
    pub minutes: Option<u32>,
    /// What paper shows it; hours need none.
    pub proof: Option<String>,
    /// How far it gets; verified when absent.
    #[serde(default)]
    pub up_to: Option<String>,
}

/// The pupils of a session are judged for an elective.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cases {
    pub session: String,
    pub elective: String,
}

impl Session {
    pub fn starts_at(&self) -> anyhow::Result<DateTime<Utc>> {
        moment(self.date, self.from)
    }

    pub fn ends_at(&self) -> anyhow::Result<DateTime<Utc>> {
        moment(self.date, self.until)
    }

    /// Those who came.
    pub fn present(&self) -> impl Iterator<Item = u32> {
        self.pupils.iter().copied().filter(|pupil| Some(*pupil) != self.absent)
    }
}

fn moment(date: NaiveDate, time: NaiveTime) -> anyhow::Result<DateTime<Utc>> {
    let local = chrono_tz::Europe::Amsterdam.from_local_datetime(&date.and_time(time)).single();
    Ok(local.with_context(|| format!("no such moment: {date} {time}"))?.to_utc())
}

fn time<'de, D: serde::Deserializer<'de>>(from: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(from)?;
    NaiveTime::parse_from_str(&text, "%H:%M").map_err(serde::de::Error::custom)
}

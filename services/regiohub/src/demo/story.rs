//! The region of the demo and its school year, read from the files beside this one.

use anyhow::Context;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use serde::Deserialize;
use serde_json::Value;

/// Branches as DUO publishes them: public facts of five schools.
pub(super) const SCHOOLS: &str = include_str!("data/schools.csv");
/// Pupils per profile of the same schools.
pub(super) const PROFILES: &str = include_str!("data/profiles.csv");
/// Two public electives in the form of SLO's files, in our own words.
pub(super) const ELECTIVES: &str = include_str!("data/electives.csv");
/// Their deeltaken.
pub(super) const DEELTAKEN: &str = include_str!("data/deeltaken.csv");
const PUPILS: &str = include_str!("data/pupils.csv");
const REGION: &str = include_str!("data/region.json");

/// Everything that the demo plays.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Story {
    pub name: String,
    pub calendar: Calendar,
    pub lead: String,
    pub schools: Vec<String>,
    pub mbo: Mbo,
    pub primary: Primary,
    pub other: Other,
    pub rate_cents: i64,
    pub rate_note: String,
    pub programme: Programme,
    pub activities: Value,
    pub companies: Vec<Company>,
    pub electives: Vec<OwnElective>,
    pub hotspots: Vec<Hotspot>,
    pub sessions: Vec<Session>,
    pub contributions: Vec<Contribution>,
    pub cases: Vec<Cases>,
    #[serde(skip)]
    pub pupils: Vec<Pupil>,
}

/// What is done on which day; days of sessions stand with the sessions.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Calendar {
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
pub(super) struct Mbo {
    pub brin: String,
    pub name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Primary {
    pub branch: String,
    pub board: String,
    pub name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Other {
    pub key: String,
    pub kind: String,
    pub name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Programme {
    pub from: NaiveDate,
    pub until: NaiveDate,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Company {
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
pub(super) struct OwnElective {
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
pub(super) struct Hotspot {
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
pub(super) struct Session {
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
pub(super) enum CheckIn {
    /// Each with the code that the company shows.
    Code,
    /// From a list that the company keeps.
    List,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Correction {
    pub pupil: u32,
    pub minutes: u32,
    pub reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Contribution {
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
pub(super) struct Cases {
    pub session: String,
    pub elective: String,
}

/// A pupil who does not exist.
#[derive(Clone, Debug)]
pub(super) struct Pupil {
    pub number: u32,
    pub given: String,
    pub family: String,
    pub home: String,
    pub host: Option<String>,
    /// Their line in the file.
    pub line: &'static str,
}

impl Pupil {
    /// The school that answers for the pupil.
    pub fn school(&self) -> &str {
        self.host.as_deref().unwrap_or(&self.home)
    }
}

impl Story {
    /// The story as it is built in.
    pub fn read() -> anyhow::Result<Self> {
        let mut story: Self = serde_json::from_str(REGION).context("the region of the demo")?;
        for line in PUPILS.lines().skip(1) {
            let cells: Vec<&'static str> = line.split(';').collect();
            let [number, given, family, _, home, host, ..] = cells[..] else {
                anyhow::bail!("a pupil of the demo has too few cells: {line}");
            };
            story.pupils.push(Pupil {
                number: number.parse()?,
                given: given.into(),
                family: family.into(),
                home: home.into(),
                host: Some(host).filter(|host| !host.is_empty()).map(Into::into),
                line,
            });
        }
        Ok(story)
    }

    /// The file of one school's pupils.
    pub fn pupils_of(&self, school: &str) -> String {
        let header = PUPILS.lines().next().unwrap_or_default();
        let lines = self.pupils.iter().filter(|pupil| pupil.home == school).map(|pupil| pupil.line);
        std::iter::once(header).chain(lines).flat_map(|line| [line, "\n"]).collect()
    }

    pub fn pupil(&self, number: u32) -> anyhow::Result<&Pupil> {
        self.pupils.iter().find(|pupil| pupil.number == number).with_context(|| format!("no pupil {number}"))
    }

    pub fn hotspot(&self, key: &str) -> anyhow::Result<&Hotspot> {
        self.hotspots.iter().find(|hotspot| hotspot.key == key).with_context(|| format!("no hotspot {key}"))
    }

    pub fn session(&self, key: &str) -> anyhow::Result<&Session> {
        self.sessions.iter().find(|session| session.key == key).with_context(|| format!("no session {key}"))
    }

    /// The sessions that took place by the end of the demo.
    pub fn held(&self) -> impl Iterator<Item = &Session> {
        self.sessions.iter().filter(|session| session.cancelled.is_none() && !session.to_come)
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_demo_plays_seven_hotspots_and_refrigeration_at_several_companies() {
        // R128, R131
        let story = Story::read().unwrap();
        let names: BTreeSet<_> = story.hotspots.iter().map(|hotspot| &hotspot.name).collect();
        assert_eq!(names.len(), 7);
        let cold = story.hotspots.iter().filter(|hotspot| hotspot.name == "Koudetechniek");
        assert!(cold.map(|hotspot| &hotspot.company).collect::<BTreeSet<_>>().len() > 1);
    }

    #[test]
    fn whatever_is_named_is_there_and_nobody_is_in_two_places_on_a_day() {
        let story = Story::read().unwrap();
        let mut days = BTreeSet::new();
        for session in &story.sessions {
            let hotspot = story.hotspot(&session.hotspot).unwrap();
            assert!(session.starts_at().unwrap() < session.ends_at().unwrap());
            assert!(session.pupils.len() <= 10, "{}", session.key);
            for pupil in &session.pupils {
                assert!(hotspot.schools.iter().any(|school| school == story.pupil(*pupil).unwrap().school()));
                assert!(days.insert((*pupil, session.date)), "{pupil} on {}", session.date);
            }
        }
        for hotspot in &story.hotspots {
            assert!(story.companies.iter().any(|company| company.key == hotspot.company));
        }
        for cases in &story.cases {
            story.session(&cases.session).unwrap();
        }
    }

    #[test]
    fn the_rate_is_not_that_of_school_staff() {
        assert_ne!(Story::read().unwrap().rate_cents, 5_000);
    }
}

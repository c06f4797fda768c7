//! The region of the demo and its school year, read from the files beside this one.

mod parts;

pub(super) use parts::{Calendar, Cases, CheckIn, Company, Contribution, Hotspot, Session};

use anyhow::Context;
use parts::{Mbo, Other, OwnElective, Primary, Programme};
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

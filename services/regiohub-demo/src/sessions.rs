//! The school year at the hotspots: groups of several schools come, are checked in, and the company confirms.

use super::cast::{self, LEADER};
use super::hotspots::Hotspots;
use super::people::People;
use super::player::{Player, each, noon};
use super::story::{CheckIn, Hotspot, Session, Story};
use anyhow::Context;
use chrono::{DateTime, Days, TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The sessions by their keys in the story.
pub(super) type Sessions = BTreeMap<String, Planned>;

/// A session in the hub.
pub(super) struct Planned {
    pub id: String,
    /// Its contribution day, where a method was chosen for it.
    pub day: Option<String>,
}

/// One session with whom it concerns.
struct Visit<'a> {
    player: &'a Player,
    story: &'a Story,
    people: &'a People,
    hotspot: &'a Hotspot,
    session: &'a Session,
    supervisor: String,
}

/// Plays the sessions that `which` chooses; those counted by supervisors' minutes are over before the others begin.
pub(super) async fn play(
    player: &Player,
    story: &Story,
    people: &People,
    hotspots: &Hotspots,
    title: &str,
    which: impl Fn(&Session) -> bool,
) -> anyhow::Result<Sessions> {
    let _chapter = player.report.chapter(title);
    let mut ids = Sessions::new();
    for actual in [true, false] {
        let chosen = story.sessions.iter().filter(|session| which(session) && session.method.is_some() == actual);
        let played = each(chosen, async |session| {
            let hotspot = story.hotspot(&session.hotspot)?;
            let supervisor = cast::supervisor(&hotspot.company);
            let visit = Visit { player, story, people, hotspot, session, supervisor };
            let at = hotspots.get(&session.hotspot).context("a session without its hotspot")?;
            Ok((session.key.clone(), visit.play(at).await?))
        });
        ids.extend(played.await?);
    }
    Ok(ids)
}

impl Visit<'_> {
    fn step(&self, what: &str, who: impl Into<String>, at: DateTime<Utc>) -> super::player::Step<'_> {
        self.player.step(format!("{what} {}", self.session.key), who, at)
    }

    async fn play(&self, hotspot: &str) -> anyhow::Result<Planned> {
        let session = self.session;
        let planned = noon(session.date - Days::new(14)).max(noon(self.story.calendar.opened));
        let plan = json!({ "hotspot": hotspot, "startsAt": session.starts_at()?, "endsAt": session.ends_at()? });
        let id = self.step("plan", cast::member(&self.story.lead), planned).post("/sessions", plan).await?.id()?;
        let schools = self.enrol(&id, planned).await?;
        let day = match &session.method {
            None => None,
            Some(method) => {
                let choice = json!({ "session": id, "method": method });
                let signatory = cast::signatory(&self.hotspot.company);
                let step = self.step("choose how to count", signatory, planned);
                Some(step.post("/contribution-days", choice).await?.id()?)
            }
        };
        for school in &schools {
            let teacher = self.people.teacher(school)?;
            let step = self.step(&format!("assign the teacher of {school} to"), cast::teacher(school), planned);
            step.put(&format!("/sessions/{id}/teachers/{teacher}"), json!({ "school": school })).await?;
        }
        if let Some(reason) = &session.cancelled {
            let day_before = noon(session.date - Days::new(1));
            let step = self.step("cancel", &self.supervisor, day_before);
            step.post(&format!("/sessions/{id}/cancel"), json!({ "reason": reason })).await?;
        } else if !session.to_come {
            self.hold(&id).await?;
        }
        Ok(Planned { id, day })
    }

    /// Each by their own school; the schools that take part.
    async fn enrol(&self, id: &str, at: DateTime<Utc>) -> anyhow::Result<BTreeSet<String>> {
        let mut schools = BTreeSet::new();
        for number in &self.session.pupils {
            let pupil = self.story.pupil(*number)?;
            let step = self.step(&format!("enrol {number} in"), cast::teacher(pupil.school()), at);
            step.put_nothing(&format!("/sessions/{id}/pupils/{}", self.people.pupil(*number)?)).await?;
            schools.insert(pupil.school().to_owned());
        }
        Ok(schools)
    }

    async fn hold(&self, id: &str) -> anyhow::Result<()> {
        let (session, starts_at, ends_at) = (self.session, self.session.starts_at()?, self.session.ends_at()?);
        if let Some(number) = session.absent {
            let early = starts_at - TimeDelta::hours(1);
            let step = self.step("report an absence at", cast::parent(number), early);
            step.put_nothing(&format!("/sessions/{id}/pupils/{}/absence", self.people.pupil(number)?)).await?;
        }
        if session.check_in == CheckIn::Code {
            self.check_in_by_code(id, starts_at - TimeDelta::minutes(10)).await?;
        }
        let mut beginning = json!({ "at": starts_at });
        if let Some(reason) = &session.small_group {
            beginning["smallGroup"] = reason.as_str().into();
        }
        self.step("start", &self.supervisor, starts_at).post(&format!("/sessions/{id}/start"), beginning).await?;
        match session.check_in {
            CheckIn::Code => self.check_out(id, ends_at).await?,
            CheckIn::List => self.list(id, starts_at, ends_at).await?,
        }
        let finish = self.step("finish", &self.supervisor, ends_at);
        finish.post(&format!("/sessions/{id}/finish"), json!({ "at": ends_at })).await?;
        let after = ends_at + TimeDelta::minutes(30);
        let confirm = self.step("confirm", &self.supervisor, after);
        confirm.put(&format!("/sessions/{id}/confirmation"), json!({ "whom": "checked-in" })).await?;
        self.correct(id, after).await
    }

    /// The supervisor shows the code; each pupil sends it back with their own token.
    async fn check_in_by_code(&self, id: &str, at: DateTime<Utc>) -> anyhow::Result<()> {
        let show = self.step("show the code of", &self.supervisor, at);
        let code = show.get(&format!("/sessions/{id}/code")).await?.text("code")?;
        for number in self.session.present() {
            let step = self.step(&format!("{number} checks in at"), cast::pupil(number), at);
            let path = format!("/sessions/{id}/pupils/{}/check-in", self.people.pupil(number)?);
            step.put(&path, json!({ "code": code })).await?;
        }
        Ok(())
    }

    async fn check_out(&self, id: &str, at: DateTime<Utc>) -> anyhow::Result<()> {
        for number in self.session.present() {
            let step = self.step(&format!("{number} checks out at"), cast::pupil(number), at);
            step.put(&format!("/sessions/{id}/pupils/{}/check-out", self.people.pupil(number)?), json!({})).await?;
        }
        Ok(())
    }

    /// From the list that the company keeps.
    async fn list(&self, id: &str, from: DateTime<Utc>, until: DateTime<Utc>) -> anyhow::Result<()> {
        let line = |number| Ok(json!({ "pupil": self.people.pupil(number)?, "at": from, "leftAt": until }));
        let pupils = self.session.present().map(line).collect::<anyhow::Result<Vec<Value>>>()?;
        let step = self.step("enter the list of", &self.supervisor, until);
        step.put(&format!("/sessions/{id}/attendance"), json!({ "pupils": pupils })).await?;
        Ok(())
    }

    /// By a second person: the teacher of the pupil's school.
    async fn correct(&self, id: &str, at: DateTime<Utc>) -> anyhow::Result<()> {
        let Some(correction) = &self.session.correction else { return Ok(()) };
        let pupil = self.story.pupil(correction.pupil)?;
        let step = self.step("correct an attendance at", cast::teacher(pupil.school()), at + TimeDelta::hours(2));
        let path = format!("/sessions/{id}/pupils/{}/corrections", self.people.pupil(correction.pupil)?);
        step.post(&path, json!({ "minutes": correction.minutes, "reason": correction.reason })).await?;
        Ok(())
    }
}

/// Waits until each attendance behind the chosen sessions became a line; the contribution day of each session.
pub(super) async fn accrued(
    player: &Player,
    story: &Story,
    sessions: &Sessions,
    title: &str,
) -> anyhow::Result<BTreeMap<String, String>> {
    let wanted: BTreeMap<&str, Vec<u64>> = story
        .held()
        .filter(|session| session.method.is_none())
        .filter_map(|session| Some((sessions.get(&session.key)?.id.as_str(), minutes(session).ok()?)))
        .collect();
    let found = |answer: &super::player::Answer| {
        let mut found: BTreeMap<String, (String, Vec<u64>)> = BTreeMap::new();
        for item in answer.items() {
            let (Some(session), Some(reference)) = (item["session"].as_str(), item["reference"].as_str()) else {
                continue;
            };
            let day = reference.trim_start_matches("contribution-day/").split('#').next().unwrap_or_default();
            let entry = found.entry(session.to_owned()).or_insert_with(|| (day.to_owned(), vec![]));
            entry.1.extend(item["minutes"].as_u64());
            entry.1.sort_unstable();
        }
        found
    };
    let all = |answer: &super::player::Answer| {
        let found = found(answer);
        wanted.iter().all(|(session, minutes)| found.get(*session).is_some_and(|(_, have)| have == minutes))
    };
    let step = player.step(format!("see {title} accrue"), LEADER, noon(story.calendar.end));
    let answer = step.until("/co-financing/figures/realised?limit=200", all).await?;
    Ok(found(&answer).into_iter().map(|(session, (day, _))| (session, day)).collect())
}

/// The minutes that count, sorted.
fn minutes(session: &Session) -> anyhow::Result<Vec<u64>> {
    let whole = u64::try_from((session.ends_at()? - session.starts_at()?).num_minutes())?;
    let corrected = |pupil| session.correction.as_ref().filter(|it| it.pupil == pupil).map(|it| it.minutes.into());
    let mut all: Vec<u64> = session.present().map(|pupil| corrected(pupil).unwrap_or(whole)).collect();
    all.sort_unstable();
    Ok(all)
}

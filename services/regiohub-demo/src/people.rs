//! Each school's own administration brings its pupils in, and gives them and their teachers a role.

use super::cast;
use super::founding::identity;
use super::player::{Player, each, noon};
use super::story::{Pupil, Story};
use anyhow::Context;
use serde_json::json;
use std::collections::BTreeMap;

/// Who is who in the hub.
pub(super) struct People {
    /// Pupils by their number at school.
    pupils: BTreeMap<u32, String>,
    /// A teacher by the school.
    teachers: BTreeMap<String, String>,
}

impl People {
    pub fn pupil(&self, number: u32) -> anyhow::Result<&str> {
        Ok(self.pupils.get(&number).with_context(|| format!("pupil {number} is not in the hub"))?)
    }

    pub fn teacher(&self, school: &str) -> anyhow::Result<&str> {
        Ok(self.teachers.get(school).with_context(|| format!("{school} has no teacher"))?)
    }
}

pub(super) async fn play(player: &Player, story: &Story) -> anyhow::Result<People> {
    let _chapter = player.report.chapter("Pupils and teachers");
    let mut people = People { pupils: BTreeMap::new(), teachers: BTreeMap::new() };
    for (school, teacher, pupils) in each(&story.schools, async |school| at_school(player, story, school).await).await?
    {
        people.teachers.insert(school, teacher);
        people.pupils.extend(pupils);
    }
    Ok(people)
}

async fn at_school(
    player: &Player,
    story: &Story,
    school: &String,
) -> anyhow::Result<(String, String, Vec<(u32, String)>)> {
    let (at, system) = (noon(story.calendar.people), cast::system(school));
    let step = |what: &str| player.step(format!("{what} {school}"), &system, at);
    let file = story.pupils_of(school);
    step("preview the pupils of").send_file("/pupil-imports/preview", file.clone()).await?;
    let import = step("import the pupils of").send_file("/pupil-imports", file).await?.id()?;
    step("see how far the import is of").get(&format!("/imports/{import}")).await?;
    let own: Vec<&Pupil> = story.pupils.iter().filter(|pupil| pupil.home == *school).collect();
    let listed = step("look up the pupils of").get(&format!("/pupils?school={school}&limit=200")).await?;
    let found = own
        .iter()
        .map(|pupil| {
            let is_them = |item: &&serde_json::Value| {
                item["familyName"] == pupil.family && item["givenName"] == pupil.given && item["school"] == pupil.home
            };
            let item = listed.items().find(is_them).with_context(|| format!("pupil {} is not listed", pupil.number))?;
            Ok((pupil.number, item["id"].as_str().unwrap_or_default().to_owned()))
        })
        .collect::<anyhow::Result<Vec<_>>>()?;

    let teacher = json!({ "givenName": "Docent", "familyName": "Lesgeververzinsel" });
    let teacher = step("register a teacher of").post(&format!("/schools/{school}/staff"), teacher).await?.id()?;
    let grants = format!("/schools/{school}/grants");
    let body = json!({ "to": identity(&cast::teacher(school)), "role": "teacher" });
    step("grant teacher at").post(&grants, body).await?;
    let parents = story.sessions.iter().filter_map(|session| session.absent);
    let with_parent: Vec<u32> = parents.chain([super::agreements::MINOR]).collect();
    for (number, id) in &found {
        let body = json!({ "to": identity(&cast::pupil(*number)), "role": "pupil", "person": id });
        step(&format!("grant pupil to {number} of")).post(&grants, body).await?;
        if with_parent.contains(number) {
            let body = json!({ "to": identity(&cast::parent(*number)), "role": "parent", "person": id });
            step(&format!("grant parent of {number} of")).post(&grants, body).await?;
        }
    }
    Ok((school.clone(), teacher, found))
}

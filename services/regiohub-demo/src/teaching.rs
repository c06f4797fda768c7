//! What is taught and judged: the catalogue, the region's own electives, rubrics and PTAs.

use super::cast;
use super::player::{Player, each, noon};
use super::story::{DEELTAKEN, ELECTIVES, Story};
use anyhow::Context;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The ids of electives by their codes.
pub(super) type Electives = BTreeMap<String, String>;

pub(super) async fn play(player: &Player, story: &Story) -> anyhow::Result<Electives> {
    let _chapter = player.report.chapter("Electives, rubrics and PTAs");
    let mut electives = catalogue(player, story).await?;
    electives.extend(own(player, story).await?);
    rubrics(player, story, &electives).await?;
    ptas(player, story, &electives).await?;
    Ok(electives)
}

async fn catalogue(player: &Player, story: &Story) -> anyhow::Result<Electives> {
    let (at, member) = (noon(story.calendar.people), cast::member(&story.lead));
    let files = json!({ "electives": ELECTIVES, "deeltaken": DEELTAKEN });
    let preview = player.step("preview the catalogue", &member, at);
    preview.post("/catalogue-imports/preview", files.clone()).await?;
    player.step("import the catalogue", &member, at).post("/catalogue-imports", files).await?;
    let wanted: BTreeSet<&str> = ELECTIVES.lines().skip(1).filter_map(|line| line.split(';').nth(1)).collect();
    let find = |listed: &super::player::Answer| -> Electives {
        let text = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
        let items = listed.items().map(|item| (text(item, "code"), text(item, "id")));
        items.filter(|(code, _)| wanted.contains(code.as_str())).collect()
    };
    let look = player.step("look up the electives", &member, at);
    let listed = look.until("/electives?limit=200", |listed| find(listed).len() == wanted.len()).await?;
    Ok(find(&listed))
}

async fn own(player: &Player, story: &Story) -> anyhow::Result<Vec<(String, String)>> {
    let (at, member) = (noon(story.calendar.people), cast::member(&story.lead));
    each(&story.electives, async |elective| {
        let deeltaken: Vec<Value> = (1..)
            .zip(&elective.deeltaken)
            .map(|(n, title)| json!({ "code": format!("{}/{n}", elective.code), "title": title, "endTerms": 3 }))
            .collect();
        let body = json!({
            "code": elective.code, "profile": elective.profile, "title": elective.title,
            "description": elective.description, "levels": elective.levels, "size": elective.size_minutes,
            "deeltaken": deeltaken,
        });
        let step = player.step(format!("add the elective {}", elective.code), &member, at);
        Ok((elective.code.clone(), step.post("/electives", body).await?.id()?))
    })
    .await
}

async fn rubrics(player: &Player, story: &Story, electives: &Electives) -> anyhow::Result<()> {
    let (at, member) = (noon(story.calendar.people), cast::member(&story.lead));
    let rubric = json!({
        "learningTasks": [{ "code": "L1", "title": "Kan uitleggen wat er gebeurt" }, { "code": "L2", "title": "Werkt volgens de tekening" }],
        "workTasks": [{ "code": "W1", "title": "Werkt veilig" }, { "code": "W2", "title": "Levert het werk netjes op" }],
    });
    each(electives, async |(code, id)| {
        let step = player.step(format!("adopt the rubric of {code}"), &member, at);
        step.put(&format!("/electives/{id}/rubric"), rubric.clone()).await
    })
    .await?;
    Ok(())
}

/// Each school lets the electives of its hotspots count, for both cohorts in the exam classes.
async fn ptas(player: &Player, story: &Story, electives: &Electives) -> anyhow::Result<()> {
    let at = noon(story.calendar.people);
    let both = story.schools.iter().flat_map(|school| ["2024-2025", "2025-2026"].map(|cohort| (school, cohort)));
    each(both, async |(school, cohort)| {
        let secretary = cast::secretary(school);
        let pta = format!("/schools/{school}/ptas/{cohort}");
        let hotspots = story.hotspots.iter().filter(|hotspot| hotspot.schools.contains(school));
        for code in hotspots.map(|hotspot| &hotspot.elective).collect::<BTreeSet<_>>() {
            let elective = electives.get(code).with_context(|| format!("no elective {code}"))?;
            let step = player.step(format!("{code} in the PTA of {school} {cohort}"), &secretary, at);
            step.put(&format!("{pta}/items/{elective}"), json!({ "weight": 1, "place": "both" })).await?;
        }
        player
            .step(format!("freeze the PTA of {school} {cohort}"), &secretary, at)
            .post_nothing(&format!("{pta}/freeze"))
            .await
    })
    .await?;
    Ok(())
}

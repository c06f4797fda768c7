//! Hotspots are proposed, get their papers, and open.

use super::cast;
use super::companies::Companies;
use super::player::{Player, each, noon};
use super::story::{Hotspot, Story};
use super::teaching::Electives;
use super::{agreements, hash};
use anyhow::Context;
use serde_json::json;
use std::collections::BTreeMap;

/// The ids of hotspots by their keys in the story.
pub(super) type Hotspots = BTreeMap<String, String>;

pub(super) async fn play(
    player: &Player,
    story: &Story,
    companies: &Companies,
    electives: &Electives,
) -> anyhow::Result<Hotspots> {
    let _chapter = player.report.chapter("Hotspots and their papers");
    let opened = each(&story.hotspots, async |hotspot| {
        let company = companies.get(&hotspot.company).context("a hotspot without its company")?;
        let elective = electives.get(&hotspot.elective).context("a hotspot without its elective")?;
        Ok((hotspot.key.clone(), open(player, story, hotspot, &company.id, elective).await?))
    });
    Ok(opened.await?.into_iter().collect())
}

async fn open(
    player: &Player,
    story: &Story,
    hotspot: &Hotspot,
    company: &str,
    elective: &str,
) -> anyhow::Result<String> {
    let member = cast::member(&story.lead);
    let proposed = noon(story.calendar.proposed);
    let step = |what: &str, at| player.step(format!("{what} hotspot {}", hotspot.key), &member, at);
    let proposal =
        json!({ "company": company, "name": hotspot.name, "why": hotspot.why, "equipment": hotspot.equipment });
    let signatory = cast::signatory(&hotspot.company);
    let propose = player.step(format!("propose hotspot {}", hotspot.key), &signatory, proposed);
    let id = propose.post("/hotspots", proposal).await?.id()?;
    let of = |rest: &str| format!("/hotspots/{id}/{rest}");
    let people = noon(story.calendar.people);
    let education = json!({ "education": { "kind": "elective", "elective": elective } });
    step("link the elective of", people).put(&of("education"), education).await?;
    let plan =
        json!({ "documentHash": hash(&format!("plan van aanpak {}", hotspot.key)), "theoryPlace": hotspot.theory });
    step("adopt the plan of approach of", people).put(&of("plan-of-approach"), plan).await?;
    agreements::contract(player, story, hotspot, &id).await?;
    safety(player, story, hotspot, &id).await?;
    // The contract reaches the hotspot by itself.
    let signed = step("see the contract reach", noon(story.calendar.checked));
    let schools = hotspot.schools.len();
    let reached = |shown: &super::player::Answer| shown.0["schools"].as_array().is_some_and(|it| it.len() == schools);
    signed.until(&format!("/hotspots/{id}"), reached).await?;
    step("open", noon(story.calendar.opened)).post_nothing(&of("open")).await?;
    Ok(id)
}

async fn safety(player: &Player, story: &Story, hotspot: &Hotspot, id: &str) -> anyhow::Result<()> {
    let at = noon(story.calendar.checked);
    let member = cast::member(&story.lead);
    let findings = json!({
        "items": hotspot.items, "activities": hotspot.activities, "supervision": "constant",
        "protectiveEquipment": ["Veiligheidsschoenen"],
    });
    let key = &hotspot.key;
    let draw_up = player.step(format!("draw up the safety check of {key}"), &member, at);
    let check = draw_up.post(&format!("/hotspots/{id}/safety-checks"), findings).await?.id()?;
    let signatures = format!("/safety-checks/{check}/signatures");
    let company =
        player.step(format!("company signs the safety check of {key}"), cast::supervisor(&hotspot.company), at);
    company.put_nothing(&format!("{signatures}/company")).await?;
    for school in &hotspot.schools {
        let step = player.step(format!("{school} signs the safety check of {key}"), cast::teacher(school), at);
        step.put_nothing(&format!("{signatures}/schools/{school}")).await?;
    }
    let attach = player.step(format!("attach the safety check of {key}"), &member, at);
    attach.put(&format!("/hotspots/{id}/safety-check"), json!({ "check": check })).await?;
    Ok(())
}

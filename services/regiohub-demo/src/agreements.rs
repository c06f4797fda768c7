//! Papers that are signed: each hotspot's contract, and the stage agreement of one minor.

use super::cast::{self, LEADER};
use super::companies::Companies;
use super::people::People;
use super::player::{Player, noon};
use super::story::{Hotspot, Story};
use anyhow::Context;
use serde_json::json;

/// A pupil of fifteen whose parent signs, and the company that receives them.
pub(super) const MINOR: u32 = 1301;
const RECEIVES: &str = "zonnedak";

/// Drawn up by the region, signed by the company and by each school.
pub(super) async fn contract(player: &Player, story: &Story, hotspot: &Hotspot, id: &str) -> anyhow::Result<()> {
    let at = noon(story.calendar.people);
    let key = &hotspot.key;
    let terms = json!({
        "theory": "De school geeft de theorie vooraf; het bedrijf licht toe hoe het werk in de praktijk gaat.",
        "practice": format!("Leerlingen werken in groepen van acht tot tien aan: {}.", hotspot.name),
        "theoryAt": hotspot.theory,
        "equipment": hotspot.equipment,
        "safety": "Het bedrijf houdt toezicht volgens de veiligheidscontrole en stelt beschermingsmiddelen ter beschikking.",
        "insurance": "De school verzekert haar leerlingen.",
        "liability": "Ieder staat in voor de schade die hij zelf veroorzaakt.",
        "photos": "Er wordt alleen gefotografeerd met toestemming.",
        "contribution": "Het bedrijf brengt begeleiding in; de bevestigde aanwezigheid telt.",
        "from": story.calendar.checked,
    });
    let body = json!({ "hotspot": id, "terms": terms });
    let draw_up = player.step(format!("draw up the contract of {key}"), LEADER, at);
    let contract = draw_up.post("/contracts", body).await?.id()?;
    let path = format!("/contracts/{contract}");
    let hash = player.step(format!("read the contract of {key}"), LEADER, at).get(&path).await?.text("documentHash")?;
    let company = player.step(format!("company signs the contract of {key}"), cast::signatory(&hotspot.company), at);
    company.post(&format!("{path}/company-signature"), json!({ "documentHash": hash })).await?;
    for school in &hotspot.schools {
        let step = player.step(format!("{school} signs the contract of {key}"), cast::member(school), at);
        let body = json!({ "school": school, "documentHash": hash });
        step.post(&format!("{path}/school-signatures"), body).await?;
    }
    Ok(())
}

/// A stage of a minor: school and company sign, and a parent for the pupil's side.
pub(super) async fn stage(
    player: &Player,
    story: &Story,
    companies: &Companies,
    people: &People,
) -> anyhow::Result<()> {
    let _chapter = player.report.chapter("A stage agreement");
    let at = noon(story.calendar.opened);
    let pupil = story.pupil(MINOR)?;
    let company = companies.get(RECEIVES).context("no company for the stage")?;
    let teacher = cast::teacher(pupil.school());
    let terms = json!({
        "kind": "block", "stageTeacher": people.teacher(pupil.school())?, "stageSupervisor": company.contact,
        "goals": "Zien hoe een installatiebedrijf werkt en meewerken aan een oefendak.",
        "activities": "Meewerken op het oefendak, materiaal klaarzetten, opruimen.",
        "from": "2025-11-24", "until": "2025-11-28", "hours": 30,
        "place": "De werkplaats in Gorinchem.", "times": "Van 8.30 tot 15.30 uur.",
        "supervision": 120, "conduct": "De huisregels van het bedrijf gelden.",
        "insured": 125_000_000, "damageCap": 100_000,
    });
    let body = json!({ "pupil": people.pupil(MINOR)?, "company": company.id, "terms": terms });
    let draft = player.step("draft the stage agreement", &teacher, at);
    let agreement = draft.post("/stage-agreements", body).await?.id()?;
    let path = format!("/stage-agreements/{agreement}");
    player.step("offer the stage agreement", &teacher, at).post_nothing(&format!("{path}/offer")).await?;
    let read = player.step("read the stage agreement", &teacher, at);
    let signing = json!({ "documentHash": read.get(&path).await?.text("documentHash")? });
    let parties = [
        ("school", teacher.clone()),
        ("company", cast::signatory(RECEIVES)),
        ("pupil", cast::pupil(MINOR)),
        ("parent", cast::parent(MINOR)),
    ];
    for (party, who) in parties {
        let step = player.step(format!("{party} signs the stage agreement"), who, at);
        step.post(&format!("{path}/{party}-signature"), signing.clone()).await?;
    }
    player.step("draw the stage agreement", &teacher, at).get(&format!("{path}/document")).await?;
    Ok(())
}

//! The work of pupils is judged by company and school, and graded.

use super::cast;
use super::companies::Companies;
use super::hash;
use super::people::People;
use super::player::{Player, each, noon};
use super::story::Story;
use super::teaching::Electives;
use anyhow::Context;
use chrono::Days;
use serde_json::{Value, json};

pub(super) async fn play(
    player: &Player,
    story: &Story,
    companies: &Companies,
    electives: &Electives,
    people: &People,
) -> anyhow::Result<()> {
    let _chapter = player.report.chapter("Judging and grading");
    let mut all = Vec::new();
    for cases in &story.cases {
        let session = story.session(&cases.session)?;
        all.extend(session.present().map(|pupil| (cases, session, pupil)));
    }
    each(all, async |(cases, session, number)| {
        let pupil = story.pupil(number)?;
        let key = &story.hotspot(&session.hotspot)?.company;
        let company = companies.get(key).context("a case without its company")?;
        let elective = electives.get(&cases.elective).context("a case without its elective")?;
        let teacher = cast::teacher(pupil.school());
        let (began, later) = (noon(session.date), noon(session.date + Days::new(2)));
        let step = |what: &str, who: &str, at| player.step(format!("{what} {number} for {}", cases.elective), who, at);

        let open = json!({
            "pupil": people.pupil(number)?, "elective": elective, "company": company.id, "occurredOn": session.date,
        });
        let id = step("open the case of", &teacher, began).post("/cases", open).await?.id()?;
        let of = |rest: &str| format!("/cases/{id}/{rest}");
        let evidence = json!({
            "kind": "photo", "contentHash": hash(&format!("foto {number} {}", cases.elective)),
            "description": "Het werkstuk zoals het af was.",
        });
        step("evidence of", &cast::pupil(number), began).post(&of("evidence"), evidence).await?;

        let deeltaken = step("read the case of", &teacher, later).get(&format!("/cases/{id}")).await?;
        let mut done: Vec<Value> = deeltaken.0["deeltaken"].as_array().cloned().unwrap_or_default();
        let at_school = done.split_off(done.len().min(2));
        let mut judgement = judgement(number, session.date + Days::new(2));
        step("school judges", &teacher, later).post(&of("school-judgement"), judgement.clone()).await?;
        judgement["done"] = done.into();
        judgement["atSchool"] = at_school.into();
        step("company judges", &cast::supervisor(key), later).post(&of("company-judgement"), judgement).await?;
        let grade = json!({
            "gradeTenths": 60 + number % 5 * 5, "countsForExam": true, "occurredOn": session.date + Days::new(7),
        });
        step("grade", &teacher, noon(session.date + Days::new(7))).post(&of("grade"), grade).await
    })
    .await?;
    Ok(())
}

fn judgement(number: u32, on: chrono::NaiveDate) -> Value {
    let outcome = |task: u32| if (number + task).is_multiple_of(3) { "good" } else { "sufficient" };
    let task = |code: &str, n| json!({ "task": code, "outcome": outcome(n) });
    json!({
        "occurredOn": on,
        "learningTasks": [task("L1", 1), task("L2", 2)],
        "workTasks": [task("W1", 3), task("W2", 4)],
        "remarks": "Werkte zorgvuldig en vroeg door.",
    })
}

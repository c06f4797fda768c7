//! What companies put in: signed by them, verified by the leader, claimed, and fixed by the controller.

use super::cast::{self, ACCOUNTS, CONTROLLER, LEADER};
use super::companies::Companies;
use super::hash;
use super::player::{Player, each, noon};
use super::sessions::{Sessions, accrued};
use super::story::{Contribution, Session, Story};
use anyhow::Context;
use chrono::{DateTime, Utc};
use serde_json::json;

/// Contributions in kind and cash of the chosen dates.
pub(super) async fn contributions(
    player: &Player,
    story: &Story,
    companies: &Companies,
    title: &str,
    which: impl Fn(&Contribution) -> bool,
) -> anyhow::Result<()> {
    let _chapter = player.report.chapter(title);
    each(story.contributions.iter().filter(|it| which(it)), async |contribution| {
        let at = noon(contribution.date);
        let step = |what: &str, who: &str| player.step(format!("{what} contribution {}", contribution.key), who, at);
        let company = &companies.get(&contribution.company).context("a contribution without its company")?.id;
        let mut body = json!({
            "company": company, "date": contribution.date, "kind": contribution.kind,
            "description": contribution.description,
        });
        if let Some(amount) = contribution.amount {
            body["amount"] = amount.into();
        }
        if let Some(minutes) = contribution.minutes {
            body["minutes"] = minutes.into();
        }
        let id = step("record", ACCOUNTS).post("/contributions", body).await?.id()?;
        let of = |rest: &str| format!("/contributions/{id}/{rest}");
        if let Some(paper) = &contribution.proof {
            let proof = json!({ "hash": hash(&contribution.key), "title": paper });
            step("attach a proof to", ACCOUNTS).post(&of("proofs"), proof).await?;
        }
        let shown = step("read", ACCOUNTS).get(&format!("/contributions/{id}")).await?;
        let signing = json!({ "digest": shown.text("digest")? });
        step("sign", &cast::signatory(&contribution.company)).post(&of("signature"), signing).await?;
        if contribution.up_to.is_none() {
            step("verify", LEADER).post_nothing(&of("verification")).await?;
        }
        Ok(())
    })
    .await?;
    Ok(())
}

/// The contribution days of the chosen sessions are signed, and verified where that is asked.
pub(super) async fn days(
    player: &Player,
    story: &Story,
    sessions: &Sessions,
    (title, at): (&str, DateTime<Utc>),
    which: impl Fn(&Session) -> Option<bool>,
) -> anyhow::Result<()> {
    let _chapter = player.report.chapter(title);
    let days = accrued(player, story, sessions, title).await?;
    each(story.held(), async |session| {
        let (Some(verify), Some(planned)) = (which(session), sessions.get(&session.key)) else { return Ok(()) };
        let company = &story.hotspot(&session.hotspot)?.company;
        let step = |what: &str, who: &str| player.step(format!("{what} the day of {}", session.key), who, at);
        let day = planned.day.as_ref().or_else(|| days.get(&planned.id));
        let day = day.with_context(|| format!("{} has no contribution day", session.key))?;
        if let Some(minutes) = session.supervisor_minutes {
            let enter = step("enter the supervisor's time on", &cast::supervisor(company));
            enter.post(&format!("/contribution-days/{day}/supervisor-minutes"), json!({ "minutes": minutes })).await?;
        }
        let path = format!("/contribution-days/{day}");
        let digest = step("read", &cast::signatory(company)).get(&path).await?.text("digest")?;
        step("sign", &cast::signatory(company)).post(&format!("{path}/signature"), json!({ "digest": digest })).await?;
        if verify {
            step("verify", LEADER).post_nothing(&format!("{path}/verification")).await?;
        }
        Ok(())
    })
    .await?;
    Ok(())
}

/// The claim of 2025: drafted and submitted by the leader, fixed by the controller.
pub(super) async fn claim(player: &Player, story: &Story) -> anyhow::Result<()> {
    let _chapter = player.report.chapter("The claim of 2025");
    let at = noon(story.calendar.claimed);
    let step = |what: &str, who: &str| player.step(format!("{what} the claim of 2025"), who, at);
    let id = step("draft", LEADER).post("/claims", json!({ "year": 2025 })).await?.id()?;
    step("submit", LEADER).post_nothing(&format!("/claims/{id}/submission")).await?;
    step("fix", CONTROLLER).post_nothing(&format!("/claims/{id}/fixing")).await?;
    step("read", CONTROLLER).get(&format!("/claims/{id}")).await?;
    Ok(())
}

//! How it ends: the statement with the address of each explanation, and a token per role.

use super::cast::{self, ACCOUNTS, AUDITOR, CONTROLLER, LEADER, OPERATOR};
use super::player::{Answer, Player, noon};
use super::story::Story;
use super::trouble::Trouble;
use access::DevIssuer;
use chrono::{Months, Utc};
use serde_json::{Value, json};
use std::fmt::Write;
use vocabulary::Service;

/// Who someone could be, and what to try as them.
struct Part {
    role: &'static str,
    who: String,
    may: &'static str,
    /// Something to look at, below the region.
    look: &'static str,
}

/// What the play ends with, for programs and for people.
pub(super) async fn end(player: &Player, story: &Story, hours: i64) -> anyhow::Result<(Value, String)> {
    let ask = player.step("the statement", LEADER, noon(story.calendar.end));
    let statement = ask.get("/co-financing/statement").await?;
    mandate(player).await?;
    let url = player.address("");
    let host = url.split("/v1/").next().unwrap_or_default();
    let parts: Vec<(Part, String)> = cast_of(story)
        .into_iter()
        .map(|part| {
            let token = player.token(&part.who, hours);
            (part, token)
        })
        .collect();
    let tokens: Vec<Value> = parts.iter().map(|(part, token)| json!({
        "role": part.role, "subject": part.who, "may": part.may, "try": player.address(part.look), "token": token,
    })).collect();
    let explanations: Vec<Value> = rows(&statement).map(|row| json!({
        "figure": row["figure"], "address": format!("{host}{}", row["explainedAt"].as_str().unwrap_or_default()),
    })).collect();
    let object = json!({
        "region": player.region, "steps": player.report.steps(), "statement": statement.0,
        "explanations": explanations, "rateNote": story.rate_note, "documentation": format!("{host}/docs"), "tokens": tokens,
    });
    Ok((object, told(player, story, &statement, host, &parts)))
}

/// An auditor is shown nothing without a mandate. One that was opened on an earlier day goes on.
async fn mandate(player: &Player) -> anyhow::Result<()> {
    let (now, today) = (Utc::now(), vocabulary::amsterdam_date(Utc::now()));
    let body = json!({
        "issuer": DevIssuer::ISSUER, "subject": AUDITOR, "assignment": "Controle van de cofinanciering",
        "from": today, "until": today + Months::new(6), "names": false,
        "logs": Service::ALL,
    });
    let opened =
        player.step(format!("a mandate for the auditor from {today}"), LEADER, now).post("/audit/mandates", body);
    match opened.await {
        Err(error) if error.downcast_ref::<Trouble>().is_some_and(|trouble| trouble.said.contains("409")) => Ok(()),
        opened => opened.map(|_| ()),
    }
}

fn rows(statement: &Answer) -> impl Iterator<Item = &Value> {
    statement.0["figures"].as_array().into_iter().flatten()
}

fn told(player: &Player, story: &Story, statement: &Answer, host: &str, parts: &[(Part, String)]) -> String {
    let mut text = String::new();
    let amount = |value: &Value| euros(value.as_i64().unwrap_or_default());
    // Writing to a String does not fail.
    let _ = writeln!(text, "\nCo-financing of {} ({}), in euros", story.name, player.region);
    for row in rows(statement) {
        let figure = row["figure"].as_str().unwrap_or_default();
        let explained = row["explainedAt"].as_str().unwrap_or_default();
        let _ = writeln!(text, "  {figure:<10} {:>12}   {host}{explained}", amount(&row["amount"]));
    }
    let _ = writeln!(text, "  {:<10} {:>12}", "target", amount(&statement.0["target"]["amount"]));
    let _ = writeln!(text, "  {:<10} {:>12}", "gap", amount(&statement.0["gap"]));
    let _ = writeln!(text, "Rate: {} an hour. {}", euros(story.rate_cents), story.rate_note);
    let _ = writeln!(text, "\nThe API: {host}/v1/openapi.json   its documentation: {host}/docs");
    let _ = writeln!(text, "A token per role; try `curl -H \"Authorization: Bearer TOKEN\" ADDRESS`:");
    for (part, token) in parts {
        let _ =
            write!(text, "\n{} ({}): {}\n  {}\n  {token}\n", part.role, part.who, part.may, player.address(part.look));
    }
    text
}

fn euros(cents: i64) -> String {
    let (sign, cents) = (if cents < 0 { "-" } else { "" }, cents.unsigned_abs());
    let whole = (cents / 100).to_string();
    let groups: Vec<&str> =
        whole.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    format!("€ {sign}{},{:02}", groups.join("."), cents % 100)
}

fn cast_of(story: &Story) -> Vec<Part> {
    let school = &story.lead;
    // Where something is still to be signed.
    let unsigned = story.held().find(|session| session.unsigned);
    let hotspot = unsigned.and_then(|session| story.hotspot(&session.hotspot).ok());
    let company = hotspot.map_or("", |hotspot| hotspot.company.as_str());
    let part = |role, who: &str, may, look| Part { role, who: who.to_owned(), may, look };
    let number = super::agreements::MINOR;
    vec![
        part("operator", OPERATOR, "founds regions and appoints the first programme leader", ""),
        part(
            "programme leader",
            LEADER,
            "sees every regional figure, plans, verifies contributions",
            "/co-financing/statement",
        ),
        part("controller", CONTROLLER, "adopts rates and fixes claims; sees no attendance and no grade", "/claims"),
        part("account manager", ACCOUNTS, "brings companies in; sees no grade", "/companies"),
        part(
            "working-group member",
            &cast::member(school),
            "hotspots, safety and sessions of all schools",
            "/hotspots",
        ),
        part("teacher", &cast::teacher(school), "pupils of the own school: enrol, judge, grade", "/cases"),
        part("exam secretary", &cast::secretary(school), "the PTA of the own school", "/cases"),
        part("school system", &cast::system(school), "imports the own pupils", "/pupils"),
        part(
            "company supervisor",
            &cast::supervisor(company),
            "own sessions: confirm and judge; sees no grade",
            "/sessions",
        ),
        part(
            "company signatory",
            &cast::signatory(company),
            "signs contracts and contributions of the own company",
            "/open-signatures",
        ),
        part("pupil", &cast::pupil(number), "checks in, hands in evidence, sees the own cases", "/attendance-days"),
        part("parent", &cast::parent(number), "signs for the own child, sees its days", "/attendance-days"),
        part(
            "auditor",
            AUDITOR,
            "reads figures and what is behind them, without names",
            "/co-financing/figures/realised",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::euros;

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(euros(4_250), "€ 42,50");
        assert_eq!(euros(123_456_789), "€ 1.234.567,89");
        assert_eq!(euros(-100), "€ -1,00");
    }
}

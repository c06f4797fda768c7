//! The region is founded; schools and other partners join; the first roles are given.

use super::cast::{self, ACCOUNTS, AUDITOR, CONTROLLER, LEADER, OPERATOR};
use super::player::{Player, each, noon};
use super::story::{PROFILES, SCHOOLS, Story};
use access::DevIssuer;
use anyhow::Context;
use serde_json::{Value, json};
use uuid::Uuid;

/// Whom a role is given to.
pub(super) fn identity(who: &str) -> Value {
    json!({ "issuer": DevIssuer::ISSUER, "subject": who })
}

pub(super) async fn play(player: &Player, story: &Story) -> anyhow::Result<()> {
    let _chapter = player.report.chapter("Founding the region");
    let at = noon(story.calendar.founded);
    player.step("found the region", OPERATOR, at).put("", founding(story)?).await?;
    let to = json!({ "to": identity(LEADER) });
    player.step("appoint the programme leader", OPERATOR, at).post("/programme-leaders", to).await?;

    let branches = story.schools.join(",");
    for (name, file) in [("schools", SCHOOLS), ("profiles of schools", PROFILES)] {
        let preview = player.step(format!("preview the {name}"), LEADER, at);
        preview.send_file(&format!("/school-imports/preview?branches={branches}"), file.into()).await?;
        let import = player.step(format!("import the {name}"), LEADER, at);
        import.send_file(&format!("/school-imports?branches={branches}"), file.into()).await?;
    }
    player.step("name the lead partner", LEADER, at).put("/lead-partner", json!({ "school": story.lead })).await?;
    let mbo = format!("/partners/mbo/{}", story.mbo.brin);
    player.step("add the mbo", LEADER, at).put(&mbo, json!({ "name": story.mbo.name })).await?;
    let primary = &story.primary;
    let body = json!({ "name": primary.name, "board": primary.board });
    let path = format!("/partners/primary-schools/{}", primary.branch);
    player.step("add a primary school", LEADER, at).put(&path, body).await?;
    let other = &story.other;
    let path = format!("/partners/others/{}", Uuid::new_v5(&Uuid::NAMESPACE_OID, other.key.as_bytes()));
    let body = json!({ "kind": other.kind, "name": other.name });
    player.step("add another partner", LEADER, at).put(&path, body).await?;

    each(grants(story), async |(who, role, school)| {
        let mut body = json!({ "to": identity(&who), "role": role });
        if let Some(school) = school {
            body["school"] = school.as_str().into();
        }
        player.step(format!("grant {role} to {who}"), LEADER, at).post("/grants", body).await
    })
    .await?;
    Ok(())
}

/// What the programme leader gives: who, which role, at which school.
fn grants(story: &Story) -> Vec<(String, &'static str, Option<&String>)> {
    let mut all = vec![
        (CONTROLLER.to_owned(), "controller", None),
        (ACCOUNTS.to_owned(), "account-manager", None),
        (AUDITOR.to_owned(), "auditor", None),
    ];
    for school in &story.schools {
        all.push((cast::member(school), "working-group-member", Some(school)));
        all.push((cast::secretary(school), "exam-secretary", Some(school)));
        all.push((cast::system(school), "school-system", Some(school)));
    }
    all
}

/// The lead school as DUO has it: the operator has nobody to import it for them yet.
fn founding(story: &Story) -> anyhow::Result<Value> {
    let mut rows = SCHOOLS.lines().map(|line| line.split(';').collect::<Vec<_>>());
    let header = rows.next().context("the file of schools is empty")?;
    let row = rows.find(|cells| cells.contains(&story.lead.as_str())).context("the lead school is not in the file")?;
    let cell = |column: &str| {
        let place = header.iter().position(|name| *name == column);
        place.and_then(|place| row.get(place)).copied().unwrap_or_default()
    };
    Ok(json!({
        "name": story.name,
        "leadSchool": story.lead,
        "occurredOn": story.calendar.founded,
        "school": {
            "name": cell("VESTIGINGSNAAM"), "board": cell("BEVOEGD GEZAG NUMMER"), "vmbo": true,
            "profiles": ["BWI", "MET", "PIE"],
            "address": {
                "street": cell("STRAATNAAM"), "number": cell("HUISNUMMER-TOEVOEGING"),
                "postcode": cell("POSTCODE").replace(' ', ""), "place": cell("PLAATSNAAM"), "municipality": cell("GEMEENTENAAM"),
            },
        },
    }))
}

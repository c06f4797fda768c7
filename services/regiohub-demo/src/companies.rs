//! Companies come in, and the partners adopt a plan, a policy and a target.

use super::cast::{self, ACCOUNTS, CONTROLLER, LEADER};
use super::founding::identity;
use super::player::{Player, each, noon};
use super::story::{Company, Story};
use proto_schemas::consortium::policy::Policy;
use serde_json::json;
use std::collections::BTreeMap;
use vocabulary::Euros;

/// The companies by their keys in the story.
pub(super) type Companies = BTreeMap<String, Joined>;

/// A company in the hub.
pub(super) struct Joined {
    pub id: String,
    /// The person there who supervises pupils.
    pub contact: String,
}

pub(super) async fn play(player: &Player, story: &Story) -> anyhow::Result<Companies> {
    let _chapter = player.report.chapter("Companies, plan and policy");
    let companies =
        each(&story.companies, async |company| Ok((company.key.clone(), join(player, story, company).await?)))
            .await?
            .into_iter()
            .collect();
    plan(player, story).await?;
    Ok(companies)
}

/// Nominated by a school, oriented, onboarded and activated by the account manager, and then a partner.
async fn join(player: &Player, story: &Story, company: &Company) -> anyhow::Result<Joined> {
    let at = noon(story.calendar.companies);
    let key = &company.key;
    let step = |what: &str, who: &str| player.step(format!("{what} {key}"), who, at);
    let nomination = json!({
        "name": company.name, "kvk": company.kvk, "sector": company.sector, "sbi": company.sbi,
        "address": {
            "street": company.street, "number": company.number, "postcode": company.postcode, "place": company.place,
        },
        "coordinates": { "latitudeMicro": company.latitude_micro, "longitudeMicro": company.longitude_micro },
    });
    let id = step("nominate", &cast::member(&story.lead)).post("/companies", nomination).await?.id()?;
    let of = |rest: &str| format!("/companies/{id}/{rest}");
    step("hold the orientation talk with", ACCOUNTS).put(&of("orientation"), json!({})).await?;
    let onboarding = json!({
        "goals": ["young-talent", "visibility"], "targetGroups": ["secondary"], "timeClass": "more",
        "forms": ["electives", "supervision"], "places": ["school-in-company"],
    });
    step("onboard", ACCOUNTS).put(&of("onboarding"), onboarding).await?;
    step("activate", ACCOUNTS).put(&of("activation"), json!({})).await?;
    step("make a partner of", LEADER).put(&format!("/partners/companies/{id}"), json!({})).await?;
    let contact = json!({
        "givenName": "Contact", "familyName": "Persoonverzinsel", "level": "work",
        "email": format!("contact@{key}.example"),
    });
    let contact = step("register a contact of", ACCOUNTS).post(&of("contacts"), contact).await?.id()?;
    for (role, who) in [("company-supervisor", cast::supervisor(key)), ("company-signatory", cast::signatory(key))] {
        let body = json!({ "to": identity(&who), "role": role });
        step(&format!("grant {role} at"), ACCOUNTS).post(&of("grants"), body).await?;
    }
    Ok(Joined { id, contact })
}

async fn plan(player: &Player, story: &Story) -> anyhow::Result<()> {
    let at = noon(story.calendar.planned);
    let programme = &story.programme;
    let plan = json!({
        "programmeFrom": programme.from, "programmeUntil": programme.until, "activities": story.activities,
    });
    player.step("adopt the plan", LEADER, at).put("/plan", plan).await?;
    // Everything as shipped, and a rate of the region's own: no rate is shipped.
    let policy = Policy { supervisor_rate: Some(Euros(story.rate_cents)), ..Policy::shipped() };
    let policy = json!({ "validFrom": programme.from, "policy": policy });
    player.step("adopt the policy with its rate", CONTROLLER, at).post("/policies", policy).await?;
    // No official term was found, so each says that it is an example. Nobody leaves in the demo: nobody is forgotten.
    let term = |class: &str, months: u16| {
        json!({
            "class": class, "months": months, "countedFrom": "school-year-end", "ground": "public-task",
            "law": "Voorbeeld, geen officiële termijn",
        })
    };
    let retention = json!({
        "validFrom": story.calendar.planned + chrono::Days::new(1),
        "terms": [term("pupil", 24), term("staff", 24), term("contact", 12)],
    });
    player.step("adopt the retention schedule", CONTROLLER, at).post("/retention/schedules", retention).await?;
    player.step("set the target", LEADER, at).put("/target", json!({})).await?;
    for year in [2025, 2026] {
        let body = json!({ "from": format!("{year}-01-01"), "until": format!("{year}-12-31") });
        player.step(format!("open the period {year}"), CONTROLLER, at).put(&format!("/periods/{year}"), body).await?;
    }
    Ok(())
}

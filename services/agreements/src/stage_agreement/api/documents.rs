//! The document itself: the text that is signed, and the PDF drawn from it.

use super::found;
use crate::known_people;
use crate::printed::{pdf, text, unknown_wording};
use crate::stage_agreement::Paper;
use axum::{extract::State, response::IntoResponse};
use chassis::Hub;
use documents::{Sheet, Slot};
use processing::Activity;
use proto_schemas::agreements::stage_agreement::Party;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{AgreementId, PersonId, RegionId};
use web::{Caller, Path, Problem};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(show_stage_agreement_text)).routes(routes!(show_stage_agreement_document))
}

/// Show the text of a stage agreement whose SHA-256 is signed, without names (tekst van de stageovereenkomst).
#[utoipa::path(
    get, path = "/v1/regions/{region}/stage-agreements/{agreement}/text",
    operation_id = "show-stage-agreement-text", tag = "agreements",
    params(("region" = RegionId, Path), ("agreement" = AgreementId, Path)),
    responses((status = 200, content_type = "text/plain", body = String), Problem),
)]
async fn show_stage_agreement_text(
    State(hub): State<Hub>,
    Path((region, agreement)): Path<(RegionId, AgreementId)>,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    let (paper, version) = found::stage_agreement(&hub, &region, agreement).await?;
    caller.about(&found::of_stage_agreement(&paper))?;
    Ok(text(version, &paper.document().ok_or_else(unknown_wording)?))
}

/// Show a stage agreement as PDF, with the names of the people in it (stageovereenkomst als pdf).
#[utoipa::path(
    get, path = "/v1/regions/{region}/stage-agreements/{agreement}/document",
    operation_id = "show-stage-agreement-document", tag = "agreements",
    params(("region" = RegionId, Path), ("agreement" = AgreementId, Path)),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>), Problem),
)]
async fn show_stage_agreement_document(
    State(hub): State<Hub>,
    Path((region, agreement)): Path<(RegionId, AgreementId)>,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    let (paper, version) = found::stage_agreement(&hub, &region, agreement).await?;
    caller.about(&found::of_stage_agreement(&paper))?;
    let document = paper.document().ok_or_else(unknown_wording)?;
    let named = [
        ("Stagiair / pupil", paper.subject.pupil),
        ("Stagedocent / stage teacher", paper.terms.stage_teacher),
        ("Stagebegeleider / stage supervisor", paper.terms.stage_supervisor),
    ];
    let names = names(&hub, &region, named).await?;
    let name = format!("stageovereenkomst-{agreement}-{}.pdf", paper.edition);
    pdf(version, name, Sheet { document, names, slots: slots(&paper) }).await
}

/// The four slots, and the form when one is on file.
fn slots(paper: &Paper) -> Vec<Slot> {
    let day = |party| paper.signatures.iter().find(|it| it.party == party).map(|it| it.signed_on.to_string());
    let mut slots = vec![
        Slot::new(format!("School: {}", paper.subject.school_name), day(Party::School)),
        Slot::new(format!("Stagegever / company: {}", paper.subject.company_name), day(Party::Company)),
        Slot::new("Stagiair / pupil", day(Party::Pupil)),
        Slot::new("Ouder of voogd / parent or guardian", day(Party::Parent)),
    ];
    if let Some(given_on) = paper.consent_form {
        slots.push(Slot::new("Toestemmingsformulier / consent form", Some(given_on.to_string())));
    }
    slots
}

/// What people are called; who was forgotten, or is not known, is called nothing.
async fn names<const N: usize>(
    hub: &Hub,
    region: &RegionId,
    named: [(&str, PersonId); N],
) -> Result<Vec<(String, String)>, Problem> {
    #[derive(serde::Deserialize)]
    struct Name {
        given: String,
        family: String,
    }
    let people = known_people::people(&hub.db, region, &named.map(|(_, id)| id)).await?;
    let sealed: Vec<_> = people
        .iter()
        .filter_map(|person| Some((person.id, person.name_field.as_str(), person.name.as_ref()?)))
        .collect();
    let fields: Vec<_> = sealed.iter().map(|(_, field, name)| (*field, *name)).collect();
    let opened = hub.open_for(Activity::Agreements, "draw-document", region, &fields).await?;
    let name_of = |id| {
        let (_, text) = sealed.iter().zip(&opened).find(|((of, ..), _)| *of == id)?;
        let name: Name = serde_json::from_str(text.as_deref()?).ok()?;
        Some(format!("{} {}", name.given, name.family))
    };
    Ok(named.iter().map(|(label, id)| ((*label).to_owned(), name_of(*id).unwrap_or_else(|| "–".to_owned()))).collect())
}

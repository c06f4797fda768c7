//! The document itself: the text that is signed, and the PDF drawn from it.

use super::found;
use crate::printed::{pdf, text, unknown_wording};
use axum::{extract::State, response::IntoResponse};
use chassis::Hub;
use documents::{Sheet, Slot};
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{ContractId, Organisation, RegionId};
use web::{Caller, Path, Problem};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().routes(routes!(show_contract_text)).routes(routes!(show_contract_document))
}

/// Show the text of a hotspot contract whose SHA-256 is signed (tekst van het hotspotcontract).
#[utoipa::path(
    get, path = "/v1/regions/{region}/contracts/{contract}/text", operation_id = "show-contract-text",
    tag = "agreements", params(("region" = RegionId, Path), ("contract" = ContractId, Path)),
    responses((status = 200, content_type = "text/plain", body = String), Problem),
)]
async fn show_contract_text(
    State(hub): State<Hub>,
    Path((region, contract)): Path<(RegionId, ContractId)>,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    let (paper, version) = found::contract(&hub, &region, contract).await?;
    caller.about(&found::of_contract(&paper, &caller))?;
    Ok(text(version, &paper.document().ok_or_else(unknown_wording)?))
}

/// Show a hotspot contract as PDF: the same bytes for the same content (hotspotcontract als pdf).
#[utoipa::path(
    get, path = "/v1/regions/{region}/contracts/{contract}/document", operation_id = "show-contract-document",
    tag = "agreements", params(("region" = RegionId, Path), ("contract" = ContractId, Path)),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>), Problem),
)]
async fn show_contract_document(
    State(hub): State<Hub>,
    Path((region, contract)): Path<(RegionId, ContractId)>,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    let (paper, version) = found::contract(&hub, &region, contract).await?;
    caller.about(&found::of_contract(&paper, &caller))?;
    let document = paper.document().ok_or_else(unknown_wording)?;
    let company = Organisation::Company(paper.subject.company);
    let day = |party: &Organisation| {
        paper.signatures.iter().find(|signature| signature.party == *party).map(|it| it.signed_on.to_string())
    };
    let schools =
        paper.schools().map(|school| Slot::new(format!("School {school}"), day(&Organisation::School(school.clone()))));
    let slots = [Slot::new(format!("Bedrijf / company: {}", paper.subject.company_name), day(&company))]
        .into_iter()
        .chain(schools)
        .collect();
    let name = format!("hotspotcontract-{contract}-{}.pdf", paper.edition);
    pdf(version, name, Sheet { document, names: vec![], slots }).await
}

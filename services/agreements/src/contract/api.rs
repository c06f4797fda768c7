//! Hotspot contracts: drawn up by the region, signed by the company and by each school.

mod documents;
mod found;

use super::{Command, Contract, DrawUp, Paper, Sign, Subject};
use crate::{found::school, known_hotspots};
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use proto_schemas::agreements::contract::Terms;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{BranchCode, CompanyId, ContractId, DocumentHash, HotspotId, Label, Organisation, RegionId};
use web::{Accepted, Caller, Created, Path, Problem, Refuses, Shown, Touches, Valid};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(draw_up_contract))
        .routes(routes!(show_contract))
        .routes(routes!(amend_contract))
        .routes(routes!(sign_contract_for_company))
        .routes(routes!(sign_contract_for_school))
        .merge(documents::routes())
}

/// A contract for a hotspot.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewContract {
    /// The hotspot; its company is the other party.
    hotspot: HotspotId,
    /// The terms of the contract.
    terms: Terms,
}

/// The terms that replace the present ones.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ContractAmendment {
    /// All of them, the unchanged ones too.
    terms: Terms,
}

/// A signature for the company.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Signing {
    /// SHA-256 of the text that was read.
    pub(crate) document_hash: DocumentHash,
}

/// A signature for a school.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SchoolSigning {
    /// The school that is bound.
    school: BranchCode,
    /// SHA-256 of the text that was read.
    document_hash: DocumentHash,
}

/// A hotspot contract as it stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ContractShown {
    id: ContractId,
    hotspot: HotspotId,
    hotspot_name: Label,
    company: CompanyId,
    company_name: Label,
    /// 1 for the first document, one more with each amendment.
    edition: u32,
    terms: Terms,
    /// The SHA-256 of the document: a signature must name it.
    document_hash: DocumentHash,
    /// Whether the company and at least one school signed this edition.
    concluded: bool,
    signatures: Vec<ContractSignature>,
}

/// The signature of one party under this edition.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ContractSignature {
    party: Organisation,
    signed_on: NaiveDate,
}

impl From<Paper> for ContractShown {
    fn from(paper: Paper) -> Self {
        let Paper { subject, terms, edition, document_hash, signatures, concluded, .. } = paper;
        let signed = signatures.into_iter();
        Self {
            id: subject.contract,
            hotspot: subject.hotspot,
            hotspot_name: subject.hotspot_name,
            company: subject.company,
            company_name: subject.company_name,
            edition,
            terms,
            document_hash,
            concluded,
            signatures: signed.map(|it| ContractSignature { party: it.party, signed_on: it.signed_on }).collect(),
        }
    }
}

/// Draw up a contract for a hotspot (hotspotcontract opstellen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/contracts", operation_id = "draw-up-contract", tag = "agreements",
    params(("region" = RegionId, Path)), request_body = NewContract, responses(Created, Refuses<(Contract,)>, Problem),
)]
async fn draw_up_contract(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(new): Valid<NewContract>,
) -> Result<Created, Problem> {
    let asked = caller.about(&Touches::region())?;
    let hotspot = known_hotspots::hotspot(&hub.db, &region, new.hotspot).await?;
    let hotspot = hotspot.ok_or_else(|| Problem::not_found("hotspot", "hotspot"))?;
    let company = hub.known.company(&region, hotspot.company).await?;
    let company = company.ok_or_else(|| Problem::not_found("company", "bedrijf"))?;
    let contract = ContractId::fresh();
    let subject = Subject {
        contract,
        hotspot: new.hotspot,
        hotspot_name: hotspot.name,
        company: hotspot.company,
        company_name: company.name.parse().map_err(|_| Problem::internal())?,
        kvk: company.kvk.parse().ok(),
    };
    let command = DrawUp { subject, terms: new.terms };
    let done = hub.log.execute::<Contract>(&region, &contract, command.into(), &asked).await?;
    Ok(Created::at(done, "/v1/regions/{region}/contracts/{id}"))
}

/// Show a hotspot contract with its signatures (hotspotcontract bekijken).
#[utoipa::path(
    get, path = "/v1/regions/{region}/contracts/{contract}", operation_id = "show-contract", tag = "agreements",
    params(("region" = RegionId, Path), ("contract" = ContractId, Path)),
    responses((status = 200, body = ContractShown), Problem),
)]
async fn show_contract(
    State(hub): State<Hub>,
    Path((region, contract)): Path<(RegionId, ContractId)>,
    caller: Caller,
) -> Result<Shown<ContractShown>, Problem> {
    let (paper, version) = found::contract(&hub, &region, contract).await?;
    caller.about(&found::of_contract(&paper, &caller))?;
    Ok(Shown::new(version, ContractShown::from(paper)))
}

/// Amend a contract: a new document replaces the former one, whose signatures are void (hotspotcontract wijzigen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/contracts/{contract}/amendments", operation_id = "amend-contract",
    tag = "agreements", params(("region" = RegionId, Path), ("contract" = ContractId, Path)),
    request_body = ContractAmendment, responses(Accepted, Refuses<(Contract,)>, Problem),
)]
async fn amend_contract(
    State(hub): State<Hub>,
    Path((region, contract)): Path<(RegionId, ContractId)>,
    caller: Caller,
    Valid(amendment): Valid<ContractAmendment>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    found::contract(&hub, &region, contract).await?;
    let command = Command::Amend(Box::new(amendment.terms));
    Ok(hub.log.execute::<Contract>(&region, &contract, command, &asked).await?.into())
}

/// Sign a hotspot contract for its company (hotspotcontract tekenen namens het bedrijf).
#[utoipa::path(
    post, path = "/v1/regions/{region}/contracts/{contract}/company-signature",
    operation_id = "sign-contract-for-company", tag = "agreements",
    params(("region" = RegionId, Path), ("contract" = ContractId, Path)),
    request_body = Signing, responses(Accepted, Refuses<(Contract,)>, Problem),
)]
async fn sign_contract_for_company(
    State(hub): State<Hub>,
    Path((region, contract)): Path<(RegionId, ContractId)>,
    caller: Caller,
    Valid(signing): Valid<Signing>,
) -> Result<Accepted, Problem> {
    let company = found::contract(&hub, &region, contract).await?.0.subject.company;
    let asked = caller.about(&Touches::region().company(company))?;
    let sign = Sign { party: Organisation::Company(company), document_hash: signing.document_hash };
    Ok(hub.log.execute::<Contract>(&region, &contract, sign.into(), &asked).await?.into())
}

/// Sign a hotspot contract for a school (hotspotcontract tekenen namens een school).
///
/// By a teacher of that school, or by the working-group member who has its seat.
#[utoipa::path(
    post, path = "/v1/regions/{region}/contracts/{contract}/school-signatures",
    operation_id = "sign-contract-for-school", tag = "agreements",
    params(("region" = RegionId, Path), ("contract" = ContractId, Path)),
    request_body = SchoolSigning, responses(Accepted, Refuses<(Contract,)>, Problem),
)]
async fn sign_contract_for_school(
    State(hub): State<Hub>,
    Path((region, contract)): Path<(RegionId, ContractId)>,
    caller: Caller,
    Valid(signing): Valid<SchoolSigning>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region().school(&signing.school))?;
    found::contract(&hub, &region, contract).await?;
    school(&hub, &region, &signing.school).await?;
    let sign = Sign { party: Organisation::School(signing.school), document_hash: signing.document_hash };
    Ok(hub.log.execute::<Contract>(&region, &contract, sign.into(), &asked).await?.into())
}

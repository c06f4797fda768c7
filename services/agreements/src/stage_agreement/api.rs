//! Stage agreements: drafted, offered and amended by the pupil's school; and whether one is needed.

mod disputes;
mod documents;
mod endings;
mod found;
mod signatures;

use super::need::{self, Need};
use super::{Command, Draft, Paper, Phase, StageAgreement, Subject};
use axum::{Json, extract::State};
use chassis::Hub;
use chrono::NaiveDate;
use proto_schemas::agreements::stage_agreement::{DisputeLevel, Heard, Kind, Party, Permission, Terms};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{AgreementId, BranchCode, CompanyId, DocumentHash, Label, PersonId, RegionId};
use web::{Accepted, Ask, Caller, Created, Path, Problem, Refuses, Shown, Touches, Valid};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(explain_agreement_need))
        .routes(routes!(draft_stage_agreement))
        .routes(routes!(show_stage_agreement))
        .routes(routes!(offer_stage_agreement))
        .routes(routes!(amend_stage_agreement))
        .merge(signatures::routes())
        .merge(disputes::routes())
        .merge(endings::routes())
        .merge(documents::routes())
}

/// A kind of stage, and the age of the pupil.
#[derive(Debug, Deserialize, JsonSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct NeedAsked {
    /// The kind of stage (soort stage).
    kind: Kind,
    /// The pupil's age on the first day, in years.
    age: u8,
}

/// Whether an agreement is needed, and why.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NeedShown {
    need: Need,
    required: bool,
    /// The reason in English.
    because: &'static str,
    /// The reason in Dutch.
    omdat: &'static str,
}

/// An agreement for one pupil at one company.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewStageAgreement {
    /// The pupil; which school sends them, the hub knows.
    pupil: PersonId,
    /// The company that receives the pupil.
    company: CompanyId,
    /// The terms of the agreement.
    terms: Terms,
}

/// The terms that replace the present ones.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StageAmendment {
    /// All of them, the unchanged ones too.
    terms: Terms,
}

/// A stage agreement as it stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct StageAgreementShown {
    id: AgreementId,
    pupil: PersonId,
    school: BranchCode,
    school_name: Label,
    company: CompanyId,
    company_name: Label,
    /// 1 for the first document, one more with each amendment.
    edition: u32,
    terms: Terms,
    /// The SHA-256 of the document: a signature must name it.
    document_hash: DocumentHash,
    /// `draft`, `offered`, `active` or `ended`.
    phase: &'static str,
    /// The last day, when it ended early.
    ended_on: Option<NaiveDate>,
    /// The permission for the pupil's side; absent as long as there is none.
    permission: Option<Permission>,
    /// The day of the parents' form on file for this edition.
    consent_form: Option<NaiveDate>,
    /// The signatures under this edition.
    signatures: Vec<StageSignature>,
    disputes: Vec<DisputeShown>,
    /// The people whom the school heard, by role.
    heard: Vec<Heard>,
}

/// The signature of one party under this edition.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct StageSignature {
    party: Party,
    signed_on: NaiveDate,
}

/// A dispute, without what it is about.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DisputeShown {
    number: u32,
    level: DisputeLevel,
    settled: bool,
}

impl From<Paper> for StageAgreementShown {
    fn from(paper: Paper) -> Self {
        let permission = paper.permission();
        let (phase, ended_on) = match paper.phase {
            Phase::Draft => ("draft", None),
            Phase::Offered => ("offered", None),
            Phase::Active => ("active", None),
            Phase::Ended(ended) => ("ended", Some(ended)),
        };
        let signed = paper.signatures.into_iter();
        let disputes = paper.disputes.into_iter();
        Self {
            id: paper.subject.agreement,
            pupil: paper.subject.pupil,
            school: paper.subject.school,
            school_name: paper.subject.school_name,
            company: paper.subject.company,
            company_name: paper.subject.company_name,
            edition: paper.edition,
            terms: paper.terms,
            document_hash: paper.document_hash,
            phase,
            ended_on,
            permission,
            consent_form: paper.consent_form,
            signatures: signed.map(|it| StageSignature { party: it.party, signed_on: it.signed_on }).collect(),
            disputes: disputes
                .map(|it| DisputeShown { number: it.number, level: it.level, settled: it.settled })
                .collect(),
            heard: paper.heard.into_iter().collect(),
        }
    }
}

/// Explain whether a stage agreement is needed (is een stageovereenkomst nodig?).
#[utoipa::path(
    get, path = "/v1/regions/{region}/stage-agreement-need", operation_id = "explain-agreement-need",
    tag = "agreements", params(("region" = RegionId, Path), NeedAsked),
    responses((status = 200, body = NeedShown), Problem),
)]
async fn explain_agreement_need(
    Path(_region): Path<RegionId>,
    _: Caller,
    Ask(asked): Ask<NeedAsked>,
) -> Result<Json<NeedShown>, Problem> {
    let need = need::agreement_needed(asked.kind, asked.age);
    Ok(Json(NeedShown { need, required: need.is_required(), because: need.because(), omdat: need.omdat() }))
}

/// Draft a stage agreement for a pupil (stageovereenkomst opstellen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/stage-agreements", operation_id = "draft-stage-agreement",
    tag = "agreements", params(("region" = RegionId, Path)),
    request_body = NewStageAgreement, responses(Created, Refuses<(StageAgreement,)>, Problem),
)]
async fn draft_stage_agreement(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(new): Valid<NewStageAgreement>,
) -> Result<Created, Problem> {
    let pupil = found::pupil(&hub, &region, new.pupil).await?;
    // An elective is taught, also in practice, by the school that offers the profile (R012).
    let school = match new.terms.kind {
        Kind::ElectiveInPractice => pupil.host_school.unwrap_or(pupil.home_school),
        _ => pupil.home_school,
    };
    let asked = caller.about(&Touches::region().school(&school))?;
    let school_name = crate::found::school(&hub, &region, &school).await?.name;
    let company = hub.known.company(&region, new.company).await?.filter(|company| company.active);
    let company = company.ok_or_else(|| Problem::not_found("active company", "actief bedrijf"))?;
    let (version, policy) = crate::found::policy(&hub, &region, asked.today()).await?;
    let proposal = found::proposal(&hub, &region, new.terms, &policy).await?;
    let agreement = AgreementId::fresh();
    let subject = Subject {
        agreement,
        pupil: new.pupil,
        school,
        school_name: school_name.parse().map_err(|_| Problem::internal())?,
        company: new.company,
        company_name: company.name.parse().map_err(|_| Problem::internal())?,
    };
    let draft = Draft { subject, proposal };
    let done = hub.log.execute::<StageAgreement>(&region, &agreement, draft.into(), &asked.under(version)).await?;
    Ok(Created::at(done, "/v1/regions/{region}/stage-agreements/{id}"))
}

/// Show a stage agreement with its signatures (stageovereenkomst bekijken).
///
/// Before it is offered only its school sees it.
#[utoipa::path(
    get, path = "/v1/regions/{region}/stage-agreements/{agreement}", operation_id = "show-stage-agreement",
    tag = "agreements", params(("region" = RegionId, Path), ("agreement" = AgreementId, Path)),
    responses((status = 200, body = StageAgreementShown), Problem),
)]
async fn show_stage_agreement(
    State(hub): State<Hub>,
    Path((region, agreement)): Path<(RegionId, AgreementId)>,
    caller: Caller,
) -> Result<Shown<StageAgreementShown>, Problem> {
    let (paper, version) = found::stage_agreement(&hub, &region, agreement).await?;
    caller.about(&found::of_stage_agreement(&paper))?;
    Ok(Shown::new(version, StageAgreementShown::from(paper)))
}

/// Offer the draft to the parties (stageovereenkomst aanbieden).
#[utoipa::path(
    post, path = "/v1/regions/{region}/stage-agreements/{agreement}/offer", operation_id = "offer-stage-agreement",
    tag = "agreements", params(("region" = RegionId, Path), ("agreement" = AgreementId, Path)),
    responses(Accepted, Refuses<(StageAgreement,)>, Problem),
)]
async fn offer_stage_agreement(
    State(hub): State<Hub>,
    Path((region, agreement)): Path<(RegionId, AgreementId)>,
    caller: Caller,
) -> Result<Accepted, Problem> {
    let (paper, _) = found::stage_agreement(&hub, &region, agreement).await?;
    let asked = caller.about(&Touches::region().school(&paper.subject.school))?;
    Ok(hub.log.execute::<StageAgreement>(&region, &agreement, Command::Offer, &asked).await?.into())
}

/// Amend a stage agreement: a new document replaces the former one, whose signatures and forms are void
/// (stageovereenkomst wijzigen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/stage-agreements/{agreement}/amendments",
    operation_id = "amend-stage-agreement", tag = "agreements",
    params(("region" = RegionId, Path), ("agreement" = AgreementId, Path)),
    request_body = StageAmendment, responses(Accepted, Refuses<(StageAgreement,)>, Problem),
)]
async fn amend_stage_agreement(
    State(hub): State<Hub>,
    Path((region, agreement)): Path<(RegionId, AgreementId)>,
    caller: Caller,
    Valid(amendment): Valid<StageAmendment>,
) -> Result<Accepted, Problem> {
    let (paper, _) = found::stage_agreement(&hub, &region, agreement).await?;
    let asked = caller.about(&Touches::region().school(&paper.subject.school))?;
    let (version, policy) = crate::found::policy(&hub, &region, asked.today()).await?;
    let proposal = found::proposal(&hub, &region, amendment.terms, &policy).await?;
    let asked = asked.under(version);
    Ok(hub.log.execute::<StageAgreement>(&region, &agreement, proposal.into(), &asked).await?.into())
}

//! Signatures under a stage agreement: one operation for each of the four slots, and the parents' form.

use super::found;
use crate::contract::api::Signing;
use crate::stage_agreement::{RecordConsentForm, Sign, StageAgreement};
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use proto_schemas::agreements::stage_agreement::Party;
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{AgreementId, DocumentHash, RegionId};
use web::{Accepted, Caller, Path, Problem, Refuses, Touches, Valid};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(sign_stage_agreement_for_school))
        .routes(routes!(sign_stage_agreement_for_company))
        .routes(routes!(sign_stage_agreement_as_pupil))
        .routes(routes!(sign_stage_agreement_as_parent))
        .routes(routes!(record_consent_form))
}

/// A form that a parent signed on paper.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ConsentForm {
    /// SHA-256 of the text the form is for.
    document_hash: DocumentHash,
    /// The day the parent signed it.
    given_on: NaiveDate,
    /// SHA-256 of the scanned form.
    form_hash: Option<DocumentHash>,
}

async fn sign(
    hub: &Hub,
    region: RegionId,
    agreement: AgreementId,
    caller: &Caller,
    party: Party,
    signing: Signing,
) -> Result<Accepted, Problem> {
    let subject = found::stage_agreement(hub, &region, agreement).await?.0.subject;
    let asked = caller.about(&match party {
        Party::School => Touches::region().school(&subject.school),
        Party::Company => Touches::region().company(subject.company),
        Party::Pupil | Party::Parent => Touches::region().person(subject.pupil),
    })?;
    let pupil_minor = found::is_minor(hub, &region, subject.pupil, asked.today()).await?;
    let sign = Sign { party, document_hash: signing.document_hash, pupil_minor };
    Ok(hub.log.execute::<StageAgreement>(&region, &agreement, sign.into(), &asked).await?.into())
}

/// Sign a stage agreement for the school (tekenen namens de school).
#[utoipa::path(
    post, path = "/v1/regions/{region}/stage-agreements/{agreement}/school-signature",
    operation_id = "sign-stage-agreement-for-school", tag = "agreements",
    params(("region" = RegionId, Path), ("agreement" = AgreementId, Path)),
    request_body = Signing, responses(Accepted, Refuses<(StageAgreement,)>, Problem),
)]
async fn sign_stage_agreement_for_school(
    State(hub): State<Hub>,
    Path((region, agreement)): Path<(RegionId, AgreementId)>,
    caller: Caller,
    Valid(signing): Valid<Signing>,
) -> Result<Accepted, Problem> {
    sign(&hub, region, agreement, &caller, Party::School, signing).await
}

/// Sign a stage agreement for the company (tekenen namens de stagegever).
#[utoipa::path(
    post, path = "/v1/regions/{region}/stage-agreements/{agreement}/company-signature",
    operation_id = "sign-stage-agreement-for-company", tag = "agreements",
    params(("region" = RegionId, Path), ("agreement" = AgreementId, Path)),
    request_body = Signing, responses(Accepted, Refuses<(StageAgreement,)>, Problem),
)]
async fn sign_stage_agreement_for_company(
    State(hub): State<Hub>,
    Path((region, agreement)): Path<(RegionId, AgreementId)>,
    caller: Caller,
    Valid(signing): Valid<Signing>,
) -> Result<Accepted, Problem> {
    sign(&hub, region, agreement, &caller, Party::Company, signing).await
}

/// Sign one's own stage agreement (tekenen als stagiair). Under 18 a parent or a form is needed too.
#[utoipa::path(
    post, path = "/v1/regions/{region}/stage-agreements/{agreement}/pupil-signature",
    operation_id = "sign-stage-agreement-as-pupil", tag = "agreements",
    params(("region" = RegionId, Path), ("agreement" = AgreementId, Path)),
    request_body = Signing, responses(Accepted, Refuses<(StageAgreement,)>, Problem),
)]
async fn sign_stage_agreement_as_pupil(
    State(hub): State<Hub>,
    Path((region, agreement)): Path<(RegionId, AgreementId)>,
    caller: Caller,
    Valid(signing): Valid<Signing>,
) -> Result<Accepted, Problem> {
    sign(&hub, region, agreement, &caller, Party::Pupil, signing).await
}

/// Sign a stage agreement for one's child under 18 (tekenen als ouder of voogd).
#[utoipa::path(
    post, path = "/v1/regions/{region}/stage-agreements/{agreement}/parent-signature",
    operation_id = "sign-stage-agreement-as-parent", tag = "agreements",
    params(("region" = RegionId, Path), ("agreement" = AgreementId, Path)),
    request_body = Signing, responses(Accepted, Refuses<(StageAgreement,)>, Problem),
)]
async fn sign_stage_agreement_as_parent(
    State(hub): State<Hub>,
    Path((region, agreement)): Path<(RegionId, AgreementId)>,
    caller: Caller,
    Valid(signing): Valid<Signing>,
) -> Result<Accepted, Problem> {
    sign(&hub, region, agreement, &caller, Party::Parent, signing).await
}

/// Put the parents' form on file, for a pupil who was under 18 when it was signed (toestemmingsformulier vastleggen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/stage-agreements/{agreement}/consent-form",
    operation_id = "record-consent-form", tag = "agreements",
    params(("region" = RegionId, Path), ("agreement" = AgreementId, Path)),
    request_body = ConsentForm, responses(Accepted, Refuses<(StageAgreement,)>, Problem),
)]
async fn record_consent_form(
    State(hub): State<Hub>,
    Path((region, agreement)): Path<(RegionId, AgreementId)>,
    caller: Caller,
    Valid(form): Valid<ConsentForm>,
) -> Result<Accepted, Problem> {
    let subject = found::stage_agreement(&hub, &region, agreement).await?.0.subject;
    let asked = caller.about(&Touches::region().school(&subject.school))?;
    let pupil_minor = found::is_minor(&hub, &region, subject.pupil, form.given_on).await?;
    let ConsentForm { document_hash, given_on, form_hash } = form;
    let command = RecordConsentForm { document_hash, given_on, form_hash, pupil_minor };
    Ok(hub.log.execute::<StageAgreement>(&region, &agreement, command.into(), &asked).await?.into())
}

//! How a stage ends before its last day (art. 13).

use super::disputes::{party_of, sealed};
use super::found;
use crate::stage_agreement::{Command, End, StageAgreement};
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use proto_schemas::agreements::stage_agreement::Heard;
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{AgreementId, Clause, RegionId};
use web::{Accepted, Caller, Path, Problem, Refuses, Touches, Valid};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(record_hearing))
        .routes(routes!(consent_to_end))
        .routes(routes!(end_stage_agreement_by_school))
        .routes(routes!(end_stage_agreement_by_company))
}

/// A hearing before the school ends a stage.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Hearing {
    who: Heard,
    /// The day of the hearing.
    heard_on: NaiveDate,
}

/// An early end that all must agree on.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct EndConsent {
    /// The last day, the same for all.
    ends_on: NaiveDate,
}

/// An end by one side.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Ending {
    /// The last day, today at the earliest.
    ends_on: NaiveDate,
    /// The reasons for ending the stage; sealed with the pupil's key.
    reasons: Clause,
}

/// Record that pupil, stagebegeleider or stagedocent was heard (partij horen, art. 13.1).
#[utoipa::path(
    post, path = "/v1/regions/{region}/stage-agreements/{agreement}/hearings", operation_id = "record-hearing",
    tag = "agreements", params(("region" = RegionId, Path), ("agreement" = AgreementId, Path)),
    request_body = Hearing, responses(Accepted, Refuses<(StageAgreement,)>, Problem),
)]
async fn record_hearing(
    State(hub): State<Hub>,
    Path((region, agreement)): Path<(RegionId, AgreementId)>,
    caller: Caller,
    Valid(hearing): Valid<Hearing>,
) -> Result<Accepted, Problem> {
    let (paper, _) = found::stage_agreement(&hub, &region, agreement).await?;
    let asked = caller.about(&Touches::region().school(&paper.subject.school))?;
    let command = Command::HearParty { who: hearing.who, heard_on: hearing.heard_on };
    Ok(hub.log.execute::<StageAgreement>(&region, &agreement, command, &asked).await?.into())
}

/// Agree to an early end; it ends when school, company and pupil's side agree on one day (instemmen met beëindiging).
#[utoipa::path(
    post, path = "/v1/regions/{region}/stage-agreements/{agreement}/end-consents", operation_id = "consent-to-end",
    tag = "agreements", params(("region" = RegionId, Path), ("agreement" = AgreementId, Path)),
    request_body = EndConsent, responses(Accepted, Refuses<(StageAgreement,)>, Problem),
)]
async fn consent_to_end(
    State(hub): State<Hub>,
    Path((region, agreement)): Path<(RegionId, AgreementId)>,
    caller: Caller,
    Valid(consent): Valid<EndConsent>,
) -> Result<Accepted, Problem> {
    let (paper, _) = found::stage_agreement(&hub, &region, agreement).await?;
    let asked = caller.about(&found::of_stage_agreement(&paper))?;
    let party = party_of(asked.by.role)?;
    let pupil_minor = found::is_minor(&hub, &region, paper.subject.pupil, asked.today()).await?;
    let command = Command::ConsentToEnd { party, ends_on: consent.ends_on, pupil_minor };
    Ok(hub.log.execute::<StageAgreement>(&region, &agreement, command, &asked).await?.into())
}

/// End a stage for the school, after hearing all three (beëindigen door de school, art. 13.1).
#[utoipa::path(
    post, path = "/v1/regions/{region}/stage-agreements/{agreement}/ending-by-school",
    operation_id = "end-stage-agreement-by-school", tag = "agreements",
    params(("region" = RegionId, Path), ("agreement" = AgreementId, Path)),
    request_body = Ending, responses(Accepted, Refuses<(StageAgreement,)>, Problem),
)]
async fn end_stage_agreement_by_school(
    State(hub): State<Hub>,
    Path((region, agreement)): Path<(RegionId, AgreementId)>,
    caller: Caller,
    Valid(ending): Valid<Ending>,
) -> Result<Accepted, Problem> {
    let (paper, _) = found::stage_agreement(&hub, &region, agreement).await?;
    let asked = caller.about(&Touches::region().school(&paper.subject.school))?;
    let pupil = paper.subject.pupil;
    let reasons = sealed(&hub, &region, pupil, "ended-by-school.v1#reasons", &ending.reasons).await?;
    let command = Command::EndBySchool(End { ends_on: ending.ends_on, reasons });
    Ok(hub.log.execute::<StageAgreement>(&region, &agreement, command, &asked).await?.into())
}

/// End a stage for the company, with written reasons (beëindigen door de stagegever, art. 13.2).
#[utoipa::path(
    post, path = "/v1/regions/{region}/stage-agreements/{agreement}/ending-by-company",
    operation_id = "end-stage-agreement-by-company", tag = "agreements",
    params(("region" = RegionId, Path), ("agreement" = AgreementId, Path)),
    request_body = Ending, responses(Accepted, Refuses<(StageAgreement,)>, Problem),
)]
async fn end_stage_agreement_by_company(
    State(hub): State<Hub>,
    Path((region, agreement)): Path<(RegionId, AgreementId)>,
    caller: Caller,
    Valid(ending): Valid<Ending>,
) -> Result<Accepted, Problem> {
    let (paper, _) = found::stage_agreement(&hub, &region, agreement).await?;
    let asked = caller.about(&Touches::region().company(paper.subject.company))?;
    let pupil = paper.subject.pupil;
    let reasons = sealed(&hub, &region, pupil, "ended-by-company.v1#reasons", &ending.reasons).await?;
    let command = Command::EndByCompany(End { ends_on: ending.ends_on, reasons });
    Ok(hub.log.execute::<StageAgreement>(&region, &agreement, command, &asked).await?.into())
}

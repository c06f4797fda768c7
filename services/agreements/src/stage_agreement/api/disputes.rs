//! Disputes about a stage, and how they go up the ladder (art. 9).

use super::found;
use crate::stage_agreement::{Command, StageAgreement};
use axum::extract::State;
use chassis::Hub;
use proto_schemas::agreements::stage_agreement::{DisputeLevel, Party};
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{AgreementId, Clause, PersonId, Purpose, RegionId, Role, Sealed};
use web::{Accepted, Caller, Path, Problem, Refuses, Touches, Valid};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(raise_dispute))
        .routes(routes!(escalate_dispute))
        .routes(routes!(settle_dispute))
}

/// A dispute to be raised.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewDispute {
    /// The subject of the dispute; sealed with the pupil's key.
    subject: Clause,
}

/// The step up of a dispute.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Escalation {
    /// The next step of the ladder.
    to: DisputeLevel,
}

/// The outcome of a dispute.
#[derive(Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Settlement {
    /// The outcome; sealed with the pupil's key.
    outcome: Clause,
}

/// Seals what is written about a stage with the pupil's key: once the pupil is forgotten, so is that.
pub(super) async fn sealed(
    hub: &Hub,
    region: &RegionId,
    pupil: PersonId,
    field: &str,
    text: &Clause,
) -> Result<Sealed, Problem> {
    let field = format!("nl.sterktechniekonderwijs.agreements.{field}");
    Ok(hub.vault.seal(region, pupil, Purpose::Judgement, &field, text.as_str()).await?)
}

/// The party that a role speaks for.
pub(super) fn party_of(role: Role) -> Result<Party, Problem> {
    match role {
        Role::Teacher => Ok(Party::School),
        Role::CompanySignatory | Role::CompanySupervisor => Ok(Party::Company),
        Role::Pupil => Ok(Party::Pupil),
        Role::Parent => Ok(Party::Parent),
        _ => Err(Problem::denied()),
    }
}

/// Raise a dispute with the stagebegeleider (geschil melden).
#[utoipa::path(
    post, path = "/v1/regions/{region}/stage-agreements/{agreement}/disputes", operation_id = "raise-dispute",
    tag = "agreements", params(("region" = RegionId, Path), ("agreement" = AgreementId, Path)),
    request_body = NewDispute, responses(Accepted, Refuses<(StageAgreement,)>, Problem),
)]
async fn raise_dispute(
    State(hub): State<Hub>,
    Path((region, agreement)): Path<(RegionId, AgreementId)>,
    caller: Caller,
    Valid(dispute): Valid<NewDispute>,
) -> Result<Accepted, Problem> {
    let (paper, _) = found::stage_agreement(&hub, &region, agreement).await?;
    let asked = caller.about(&found::of_stage_agreement(&paper))?;
    let by = party_of(asked.by.role)?;
    let subject = sealed(&hub, &region, paper.subject.pupil, "dispute-raised.v1#subject", &dispute.subject).await?;
    let command = Command::RaiseDispute { by, subject };
    Ok(hub.log.execute::<StageAgreement>(&region, &agreement, command, &asked).await?.into())
}

/// Bring a dispute one step up: to the stagedocent, then to the representatives (geschil voorleggen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/stage-agreements/{agreement}/disputes/{number}/escalations",
    operation_id = "escalate-dispute", tag = "agreements",
    params(("region" = RegionId, Path), ("agreement" = AgreementId, Path), ("number" = u32, Path)),
    request_body = Escalation, responses(Accepted, Refuses<(StageAgreement,)>, Problem),
)]
async fn escalate_dispute(
    State(hub): State<Hub>,
    Path((region, agreement, number)): Path<(RegionId, AgreementId, u32)>,
    caller: Caller,
    Valid(escalation): Valid<Escalation>,
) -> Result<Accepted, Problem> {
    let (paper, _) = found::stage_agreement(&hub, &region, agreement).await?;
    let asked = caller.about(&found::of_stage_agreement(&paper))?;
    let command = Command::EscalateDispute { number, to: escalation.to };
    Ok(hub.log.execute::<StageAgreement>(&region, &agreement, command, &asked).await?.into())
}

/// Record the outcome of a dispute (geschil beslechten).
#[utoipa::path(
    post, path = "/v1/regions/{region}/stage-agreements/{agreement}/disputes/{number}/settlement",
    operation_id = "settle-dispute", tag = "agreements",
    params(("region" = RegionId, Path), ("agreement" = AgreementId, Path), ("number" = u32, Path)),
    request_body = Settlement, responses(Accepted, Refuses<(StageAgreement,)>, Problem),
)]
async fn settle_dispute(
    State(hub): State<Hub>,
    Path((region, agreement, number)): Path<(RegionId, AgreementId, u32)>,
    caller: Caller,
    Valid(settlement): Valid<Settlement>,
) -> Result<Accepted, Problem> {
    let (paper, _) = found::stage_agreement(&hub, &region, agreement).await?;
    let asked = caller.about(&Touches::region().school(&paper.subject.school))?;
    let pupil = paper.subject.pupil;
    let outcome = sealed(&hub, &region, pupil, "dispute-settled.v1#outcome", &settlement.outcome).await?;
    let command = Command::SettleDispute { number, outcome };
    Ok(hub.log.execute::<StageAgreement>(&region, &agreement, command, &asked).await?.into())
}

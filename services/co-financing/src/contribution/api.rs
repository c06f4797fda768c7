//! Contributions in kind or cash: recorded, shown by papers, signed, verified.

use super::{Command, Contribution};
use crate::bodies::{Because, Signature};
use crate::proof::{
    Command::{Release, Use},
    Proof,
};
use crate::{known_programme, scheme, terms};
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use event_log::{Loaded, Receipt};
use proto_schemas::co_financing::{
    contribution::What,
    figures::{self, Line},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{CompanyId, ContributionId, DocumentHash, Euros, Label, Minutes, RegionId, SchemeCode};
use web::{Accepted, Caller, Created, FieldError, Path, Problem, Refuses, Shown, Touches, Valid};

const TAG: &str = "co-financing";

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(record_contribution))
        .routes(routes!(show_contribution))
        .routes(routes!(attach_proof))
        .routes(routes!(sign_contribution))
        .routes(routes!(verify_contribution))
        .routes(routes!(reject_contribution))
        .routes(routes!(reverse_contribution))
}

/// The kinds of contribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = ContributionKind)]
enum Kind {
    /// Time of the company's people.
    Hours,
    /// Use of a room or a machine.
    Facility,
    /// Material or equipment (materiaal).
    Material,
    /// Transport (vervoer).
    Travel,
    /// Money that was paid (geld).
    Cash,
}

/// A contribution to record.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Recording {
    /// The company that contributes.
    company: CompanyId,
    /// The scheme; `sto` when absent.
    scheme: Option<SchemeCode>,
    /// The date of the contribution, today at the latest.
    date: NaiveDate,
    /// The kind of contribution.
    kind: Kind,
    /// A description in words; never a person's name.
    description: Label,
    /// The time in minutes, for hours only: the hub adds the adopted rate.
    minutes: Option<Minutes>,
    /// Its worth in cents, for anything but hours.
    amount: Option<Euros>,
}

/// A paper that proves a contribution (bewijsstuk).
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Paper {
    /// The SHA-256 of the paper's content.
    hash: DocumentHash,
    /// A title for the paper; never a person's name.
    title: Label,
}

/// A contribution as it stands (bijdrage).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ShownContribution {
    id: ContributionId,
    scheme: SchemeCode,
    /// The kind of contribution, with the inputs of its amount.
    what: What,
    description: Label,
    line: Line,
    /// The digest to sign.
    digest: DocumentHash,
    proofs: Vec<DocumentHash>,
    /// The company signed for it as it stands.
    signed: bool,
    /// Whether another person verified it.
    verified: bool,
    /// Whether it was rejected or taken back.
    ended: bool,
    /// The rule by which amounts are rounded.
    rounding: &'static str,
}

async fn known(hub: &Hub, region: &RegionId, id: ContributionId) -> Result<(Loaded<Contribution>, Touches), Problem> {
    let loaded = hub.log.load::<Contribution>(region, &id).await?;
    let recorded = loaded.state.recorded.as_ref().ok_or_else(|| Problem::not_found("contribution", "bijdrage"))?;
    let touches = Touches::region().company(recorded.company);
    Ok((loaded, touches))
}

/// Record a contribution in kind or cash (bijdrage vastleggen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/contributions", operation_id = "record-contribution", tag = TAG,
    params(("region" = RegionId, Path)), request_body = Recording,
    responses(Created, Refuses<(Contribution,)>, Problem),
)]
async fn record_contribution(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(recording): Valid<Recording>,
) -> Result<Created, Problem> {
    let Recording { company, scheme, date, kind, description, minutes, amount } = recording;
    let mut asked = caller.about(&Touches::region().company(company))?;
    hub.known.company(&region, company).await?.ok_or_else(|| Problem::not_found("company", "bedrijf"))?;
    let (scheme, _) = scheme::api::known(&hub, &region, scheme).await?;
    known_programme::open_period(&hub.db, &region, date).await?;
    let what = match (kind, minutes) {
        (Kind::Hours, Some(minutes)) => {
            let terms = terms::on(&hub, &region, date).await?.ok_or_else(no_rate)?;
            asked = asked.under(terms.policy_version);
            What::Hours { minutes, rate: terms.rate, policy_version: terms.policy_version }
        }
        (Kind::Hours, None) => return Err(at_minutes("is missing", "ontbreekt")),
        (_, Some(_)) => return Err(at_minutes("is for hours only", "is alleen voor uren")),
        (Kind::Facility, None) => What::Facility,
        (Kind::Material, None) => What::Material,
        (Kind::Travel, None) => What::Travel,
        (Kind::Cash, None) => What::Cash,
    };
    let contribution = ContributionId::fresh();
    let command = Command::Record { contribution, company, scheme, date, what, description, worth: amount };
    let done = hub.log.execute::<Contribution>(&region, &contribution, command, &asked).await?;
    Ok(Created::at(done, "/v1/regions/{region}/contributions/{id}"))
}

fn at_minutes(english: &str, dutch: &str) -> Problem {
    Problem::invalid(vec![FieldError::new("/minutes", english, dutch)])
}

fn no_rate() -> Problem {
    Problem::conflict(
        "contribution-no-rate",
        "The region has adopted no hourly rate that is valid on this date.",
        "De regio heeft geen uurtarief vastgesteld dat op deze datum geldt.",
    )
}

/// Show a contribution, and the digest to sign (bijdrage tonen).
#[utoipa::path(
    get, path = "/v1/regions/{region}/contributions/{contribution}", operation_id = "show-contribution", tag = TAG,
    params(("region" = RegionId, Path), ("contribution" = ContributionId, Path)),
    responses((status = 200, body = ShownContribution), Problem),
)]
async fn show_contribution(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ContributionId)>,
    caller: Caller,
) -> Result<Shown<ShownContribution>, Problem> {
    let (Loaded { state, version }, touches) = known(&hub, &region, id).await?;
    caller.about(&touches)?;
    let recorded = state.recorded.ok_or_else(|| Problem::not_found("contribution", "bijdrage"))?;
    let line = recorded.line();
    let shown = ShownContribution {
        id,
        scheme: recorded.scheme,
        what: recorded.what,
        description: recorded.description,
        digest: figures::digest(std::slice::from_ref(&line)),
        line,
        proofs: state.proofs,
        signed: state.signed_by.is_some(),
        verified: state.verified_by.is_some(),
        ended: state.ended,
        rounding: figures::ROUNDING,
    };
    Ok(Shown::new(version, shown))
}

/// Attach a paper that proves a contribution (bewijsstuk toevoegen); a paper proves one contribution.
#[utoipa::path(
    post, path = "/v1/regions/{region}/contributions/{contribution}/proofs", operation_id = "attach-proof", tag = TAG,
    params(("region" = RegionId, Path), ("contribution" = ContributionId, Path)),
    request_body = Paper, responses(Accepted, Refuses<(Contribution, Proof)>, Problem),
)]
async fn attach_proof(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ContributionId)>,
    caller: Caller,
    Valid(Paper { hash, title }): Valid<Paper>,
) -> Result<Accepted, Problem> {
    let (loaded, touches) = known(&hub, &region, id).await?;
    let asked = caller.about(&touches)?;
    let recorded = loaded.state.recorded.ok_or_else(|| Problem::not_found("contribution", "bijdrage"))?;
    let mut batch = hub.log.batch(&region);
    batch.add::<Contribution>(&id, Command::AttachProof { hash: hash.clone(), title });
    batch.add::<Proof>(&hash, Use { contribution: id, scheme: recorded.scheme });
    Ok(batch.commit(&asked).await?.into())
}

/// Sign for the company, by the digest (ondertekenen door het bedrijf).
#[utoipa::path(
    post, path = "/v1/regions/{region}/contributions/{contribution}/signature",
    operation_id = "sign-contribution", tag = TAG,
    params(("region" = RegionId, Path), ("contribution" = ContributionId, Path)),
    request_body = Signature, responses(Accepted, Refuses<(Contribution,)>, Problem),
)]
async fn sign_contribution(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ContributionId)>,
    caller: Caller,
    Valid(Signature { digest }): Valid<Signature>,
) -> Result<Accepted, Problem> {
    let (_, touches) = known(&hub, &region, id).await?;
    let asked = caller.about(&touches)?;
    Ok(hub.log.execute::<Contribution>(&region, &id, Command::Sign { digest }, &asked).await?.into())
}

/// Verify a contribution (verifiëren). An actor who recorded or signed it may not. All but hours need a paper.
#[utoipa::path(
    post, path = "/v1/regions/{region}/contributions/{contribution}/verification",
    operation_id = "verify-contribution", tag = TAG,
    params(("region" = RegionId, Path), ("contribution" = ContributionId, Path)),
    responses(Accepted, Refuses<(Contribution,)>, Problem),
)]
async fn verify_contribution(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ContributionId)>,
    caller: Caller,
) -> Result<Accepted, Problem> {
    let (_, touches) = known(&hub, &region, id).await?;
    let asked = caller.about(&touches)?;
    Ok(hub.log.execute::<Contribution>(&region, &id, Command::Verify, &asked).await?.into())
}

/// Reject a contribution (afwijzen); its papers may prove another.
#[utoipa::path(
    post, path = "/v1/regions/{region}/contributions/{contribution}/rejection",
    operation_id = "reject-contribution", tag = TAG,
    params(("region" = RegionId, Path), ("contribution" = ContributionId, Path)),
    request_body = Because, responses(Accepted, Refuses<(Contribution, Proof)>, Problem),
)]
async fn reject_contribution(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ContributionId)>,
    caller: Caller,
    Valid(Because { reason }): Valid<Because>,
) -> Result<Accepted, Problem> {
    Ok(end(&hub, &region, id, &caller, Command::Reject { reason }).await?.into())
}

/// Reverse a contribution (terugdraaien); its papers may prove another.
#[utoipa::path(
    post, path = "/v1/regions/{region}/contributions/{contribution}/reversal",
    operation_id = "reverse-contribution", tag = TAG,
    params(("region" = RegionId, Path), ("contribution" = ContributionId, Path)),
    request_body = Because, responses(Accepted, Refuses<(Contribution, Proof)>, Problem),
)]
async fn reverse_contribution(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ContributionId)>,
    caller: Caller,
    Valid(Because { reason }): Valid<Because>,
) -> Result<Accepted, Problem> {
    Ok(end(&hub, &region, id, &caller, Command::Reverse { reason }).await?.into())
}

/// Ends a contribution and frees its papers, both or neither.
async fn end(
    hub: &Hub,
    region: &RegionId,
    id: ContributionId,
    caller: &Caller,
    command: Command,
) -> Result<Receipt, Problem> {
    let (loaded, touches) = known(hub, region, id).await?;
    let asked = caller.about(&touches)?;
    let mut batch = hub.log.batch(region);
    batch.add::<Contribution>(&id, command);
    for hash in &loaded.state.proofs {
        batch.add::<Proof>(hash, Release { contribution: id });
    }
    Ok(batch.commit(&asked).await?)
}

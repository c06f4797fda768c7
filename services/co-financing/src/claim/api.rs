//! Claims of the region: drafted, submitted, fixed.

pub(crate) mod claimable_lines;

use super::{About, Claim, Command, Fix, Standing};
use crate::bodies::Because;
use crate::scheme::{self, Command::FixClaim, Scheme};
use crate::{claim, known_programme, lookup};
use axum::extract::State;
use chassis::Hub;
use claimable_lines::{ClaimableLines, Found};
use event_log::Loaded;
use projections::Projection;
use proto_schemas::co_financing::{
    claim::{Event, Target},
    figures::{self, Line, Subtotal, Sum},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{ClaimId, DocumentHash, RegionId, SchemeCode};
use web::{Accepted, Caller, Created, Listed, Page, Paging, Path, Problem, Refuses, Shown, Touches, Valid};

const TAG: &str = "co-financing";
/// How long a claim waits for the lookup of its lines.
const LINES_TIMEOUT: Duration = Duration::from_secs(2);

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(list_claims, draft_claim))
        .routes(routes!(show_claim))
        .routes(routes!(submit_claim))
        .routes(routes!(return_claim))
        .routes(routes!(fix_claim))
        .routes(routes!(list_claim_lines))
}

/// The claim to draft.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Draft {
    /// The scheme; `sto` when absent.
    scheme: Option<SchemeCode>,
    /// The calendar year to claim.
    #[schemars(range(min = 2000, max = 2099))]
    #[schema(minimum = 2000, maximum = 2099)]
    year: u16,
}

/// A claim in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Listing {
    id: ClaimId,
    scheme: SchemeCode,
    year: u16,
    fixed: bool,
}

/// The stage of a claim.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Stage {
    Draft,
    Submitted,
    Fixed,
}

/// A claim: as fixed, or as it would be fixed now (cofinancieringsstaat).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ShownClaim {
    id: ClaimId,
    scheme: SchemeCode,
    year: u16,
    stage: Stage,
    /// The position of the log of co-financing up to which lines were considered.
    cut_off: i64,
    #[serde(flatten)]
    sum: Sum,
    /// The sums by kind of line; absent once the claim is fixed.
    #[serde(skip_serializing_if = "Option::is_none")]
    subtotals: Option<Vec<Subtotal>>,
    /// SHA-256 over the sorted lines.
    digest: DocumentHash,
    /// The amount that companies should contribute over the programme.
    target: Option<Target>,
    /// The rule by which amounts are rounded.
    rounding: &'static str,
}

async fn known(hub: &Hub, region: &RegionId, id: ClaimId) -> Result<(Loaded<Claim>, About), Problem> {
    let loaded = hub.log.load::<Claim>(region, &id).await?;
    let about = loaded.state.about.clone().ok_or_else(|| Problem::not_found("claim", "cofinancieringsstaat"))?;
    Ok((loaded, about))
}

/// The lines as of a moment not before the question: waits for the lookup.
async fn lines(hub: &Hub, region: &RegionId, about: &About) -> Result<Found, Problem> {
    if !lookup::is_up_to_date(hub, region, ClaimableLines::NAME, LINES_TIMEOUT).await? {
        return Err(Problem::unavailable("lookup of claimable lines"));
    }
    Ok(claimable_lines::claimable(&hub.db, region, &about.scheme, about.year, about.until).await?)
}

/// List the claims of the region, newest year first (cofinancieringsstaten).
#[utoipa::path(
    get, path = "/v1/regions/{region}/claims", operation_id = "list-claims", tag = TAG,
    params(("region" = RegionId, Path)), responses((status = 200, body = Listed<Listing>), Problem),
)]
async fn list_claims(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
) -> Result<Listed<Listing>, Problem> {
    caller.about(&Touches::region())?;
    let claims = claimable_lines::claims(&hub.db, &region).await?;
    Ok(Listed::whole(claims.into_iter().map(|(id, scheme, year, fixed)| Listing { id, scheme, year, fixed }).collect()))
}

/// Draft the claim of a calendar year (staat opstellen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/claims", operation_id = "draft-claim", tag = TAG,
    params(("region" = RegionId, Path)), request_body = Draft, responses(Created, Refuses<(Claim,)>, Problem),
)]
async fn draft_claim(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(Draft { scheme, year }): Valid<Draft>,
) -> Result<Created, Problem> {
    let asked = caller.about(&Touches::region())?;
    let (scheme, history) = scheme::api::known(&hub, &region, scheme).await?;
    let id = claim::id(&region, &scheme, year);
    let command = Command::Draft { scheme, year, last_fixed: history.last_fixed() };
    let done = hub.log.execute::<Claim>(&region, &id, command, &asked).await?;
    Ok(Created::at(done, "/v1/regions/{region}/claims/{id}"))
}

/// Show a claim: as fixed, or as it would be now (staat tonen).
#[utoipa::path(
    get, path = "/v1/regions/{region}/claims/{claim}", operation_id = "show-claim", tag = TAG,
    params(("region" = RegionId, Path), ("claim" = ClaimId, Path)), responses((status = 200, body = ShownClaim), Problem),
)]
async fn show_claim(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ClaimId)>,
    caller: Caller,
) -> Result<Shown<ShownClaim>, Problem> {
    caller.about(&Touches::region())?;
    let (Loaded { state, version }, about) = known(&hub, &region, id).await?;
    let target = known_programme::target(&hub.db, &region, about.until).await?;
    let stage = match &state.standing {
        Standing::Draft => Stage::Draft,
        Standing::Submitted { .. } => Stage::Submitted,
        Standing::Fixed { .. } => Stage::Fixed,
    };
    let (cut_off, sum, subtotals, digest) = match state.standing {
        Standing::Fixed { cut_off, sum, digest } => (cut_off, sum, None, digest),
        Standing::Draft | Standing::Submitted { .. } => {
            let found = lines(&hub, &region, &about).await?;
            let lines: Vec<Line> = found.lines.into_iter().map(|claimable| claimable.line).collect();
            (found.cut_off, figures::sum(&lines), Some(figures::subtotals(&lines)), figures::digest(&lines))
        }
    };
    let About { scheme, year, .. } = about;
    let rounding = figures::ROUNDING;
    let shown = ShownClaim { id, scheme, year, stage, cut_off, sum, subtotals, digest, target, rounding };
    Ok(Shown::new(version, shown))
}

/// Submit a claim to the controller, once its year is over (staat indienen).
#[utoipa::path(
    post, path = "/v1/regions/{region}/claims/{claim}/submission", operation_id = "submit-claim", tag = TAG,
    params(("region" = RegionId, Path), ("claim" = ClaimId, Path)), responses(Accepted, Refuses<(Claim,)>, Problem),
)]
async fn submit_claim(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ClaimId)>,
    caller: Caller,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    known(&hub, &region, id).await?;
    Ok(hub.log.execute::<Claim>(&region, &id, Command::Submit, &asked).await?.into())
}

/// Return a claim to its drafter (staat teruggeven).
#[utoipa::path(
    post, path = "/v1/regions/{region}/claims/{claim}/return", operation_id = "return-claim", tag = TAG,
    params(("region" = RegionId, Path), ("claim" = ClaimId, Path)),
    request_body = Because, responses(Accepted, Refuses<(Claim,)>, Problem),
)]
async fn return_claim(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ClaimId)>,
    caller: Caller,
    Valid(Because { reason }): Valid<Because>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    known(&hub, &region, id).await?;
    Ok(hub.log.execute::<Claim>(&region, &id, Command::Return { reason }, &asked).await?.into())
}

/// Fix a claim (staat vaststellen): its lines are frozen. An actor who verified a line or submitted the claim may not.
#[utoipa::path(
    post, path = "/v1/regions/{region}/claims/{claim}/fixing", operation_id = "fix-claim", tag = TAG,
    params(("region" = RegionId, Path), ("claim" = ClaimId, Path)),
    responses(Accepted, Refuses<(Claim, Scheme)>, Problem),
)]
async fn fix_claim(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ClaimId)>,
    caller: Caller,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    let (_, about) = known(&hub, &region, id).await?;
    let target = known_programme::target(&hub.db, &region, about.until).await?;
    let Found { cut_off, lines, earlier_open, fixed } = lines(&hub, &region, &about).await?;
    let fix = Fix { claim: id, cut_off, lines, target, earlier_open };
    let mut batch = hub.log.batch(&region);
    batch.add::<Claim>(&id, Command::Fix(Box::new(fix)));
    batch.add::<Scheme>(&about.scheme, FixClaim { claim: id, year: about.year, seen: fixed });
    Ok(batch.commit(&asked).await?.into())
}

/// List the lines of a claim: as frozen, or as they would be now (regels van een staat).
#[utoipa::path(
    get, path = "/v1/regions/{region}/claims/{claim}/lines", operation_id = "list-claim-lines", tag = TAG,
    params(("region" = RegionId, Path), ("claim" = ClaimId, Path), Paging),
    responses((status = 200, body = Listed<Line>), Problem),
)]
async fn list_claim_lines(
    State(hub): State<Hub>,
    Path((region, id)): Path<(RegionId, ClaimId)>,
    caller: Caller,
    page: Page<String>,
) -> Result<Listed<Line>, Problem> {
    caller.about(&Touches::region())?;
    let (loaded, about) = known(&hub, &region, id).await?;
    let all: Vec<Line> = match loaded.state.standing {
        Standing::Fixed { .. } => frozen(&hub, &region, id).await?,
        Standing::Draft | Standing::Submitted { .. } => {
            lines(&hub, &region, &about).await?.lines.into_iter().map(|claimable| claimable.line).collect()
        }
    };
    let wanted = all.into_iter().filter(|line| page.after.as_ref().is_none_or(|after| line.reference > *after));
    page.cut(wanted.take(page.rows()).collect(), |line: &Line| line.reference.clone())
}

/// What the claim's own history says.
async fn frozen(hub: &Hub, region: &RegionId, id: ClaimId) -> Result<Vec<Line>, Problem> {
    let mut all = Vec::new();
    for recorded in hub.log.history(region, &format!("claim/{id}")).await? {
        if let Event::LinesFrozen { lines, .. } = recorded.event().map_err(event_log::Error::from)? {
            all.extend(lines);
        }
    }
    Ok(all)
}

//! Holds: nobody whom one covers is forgotten, by a run or by hand.

use super::TAG;
use crate::person::Person;
use crate::retention::{
    hold::{Hold, Holds, HoldsOf, commands::Command},
    holds::{all, stream_of},
    turn,
};
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use proto_schemas::consortium::{retention_hold::Covers, retention_schedule::Class};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{ActorId, HoldId, PersonId, Reason, RegionId};
use web::{Accepted, Ask, Caller, Listed, Page, Path, Problem, Touches, Valid};

pub(super) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(list_retention_holds))
        .routes(routes!(place_retention_hold))
        .routes(routes!(lift_retention_hold))
}

/// A hold (opschorting, bewaarplicht).
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HoldPlacing {
    /// Whom it covers (voor wie).
    covers: Covers,
    /// Why; never a person's name (reden).
    reason: Reason,
    /// The last day, today or later; until it is lifted when absent (tot en met).
    until: Option<NaiveDate>,
}

/// Why a hold is lifted.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HoldLifting {
    /// Why; never a person's name (reden).
    reason: Reason,
}

/// A hold as the list shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct HoldShown {
    id: HoldId,
    covers: Covers,
    /// Why (reden).
    reason: Reason,
    /// The last day, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<NaiveDate>,
    /// Whether it holds today.
    holds: bool,
    /// Who placed it, by pseudonym.
    placed_by: ActorId,
    placed_on: NaiveDate,
    /// When it was lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_on: Option<NaiveDate>,
    /// Who lifted it, by pseudonym.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_by: Option<ActorId>,
    /// Why it was lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_because: Option<Reason>,
}

/// Which holds.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct WhichHolds {
    /// Only those that hold today, or only the others.
    holds: Option<bool>,
    /// Only those placed on this person, on their own.
    person: Option<PersonId>,
    /// Only those placed on this class, as a whole.
    class: Option<Class>,
    /// What comes after this: the `next` of the page before.
    after: Option<HoldId>,
    /// How many items at most, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

fn shown(hold: &Hold, today: NaiveDate) -> HoldShown {
    let (lifted_on, lifted_by, lifted_because) = match hold.lifted.clone() {
        Some((on, by, because)) => (Some(on), Some(by), Some(because)),
        None => (None, None, None),
    };
    HoldShown {
        id: hold.id,
        covers: hold.covers,
        reason: hold.reason.clone(),
        until: hold.until,
        holds: hold.holds_on(today),
        placed_by: hold.placed_by,
        placed_on: hold.placed_on,
        lifted_on,
        lifted_by,
        lifted_because,
    }
}

/// Place a hold: nobody whom it covers is forgotten while it lasts, by a run or by hand (opschorting instellen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/retention/holds/{hold}", operation_id = "place-retention-hold", tag = TAG,
    params(("region" = RegionId, Path), ("hold" = HoldId, Path, description = "A UUID of your choice.")),
    request_body = HoldPlacing, responses(Accepted, Problem),
)]
async fn place_retention_hold(
    State(hub): State<Hub>,
    Path((region, hold)): Path<(RegionId, HoldId)>,
    caller: Caller,
    Valid(placing): Valid<HoldPlacing>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    let HoldPlacing { covers, reason, until } = placing;
    // Whoever forgets somebody now is waited for: after this answer nobody whom it covers is.
    let turn = turn(&hub, &region).await?;
    if let Covers::Person { person } = covers {
        match hub.log.load::<Person>(&region, &person).await?.state {
            Person::Unknown => return Err(Problem::not_found("person", "persoon")),
            Person::Known(_) => {}
            Person::Forgotten => return Err(vault::Error::Forgotten(person).into()),
        }
    }
    // An id that was given to another hold stands for that one.
    let of = stream_of(&hub, &region, hold).await?.unwrap_or(HoldsOf::On(covers));
    let command = Command::Place { hold, covers, reason, until };
    turn.still().await?;
    Ok(hub.log.execute::<Holds>(&region, &of, command, &asked).await?.into())
}

/// Lift a hold: from now on it keeps nobody (opschorting opheffen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/retention/holds/{hold}/lifting", operation_id = "lift-retention-hold", tag = TAG,
    params(("region" = RegionId, Path), ("hold" = HoldId, Path)),
    request_body = HoldLifting, responses(Accepted, Problem),
)]
async fn lift_retention_hold(
    State(hub): State<Hub>,
    Path((region, hold)): Path<(RegionId, HoldId)>,
    caller: Caller,
    Valid(HoldLifting { reason }): Valid<HoldLifting>,
) -> Result<Accepted, Problem> {
    let asked = caller.about(&Touches::region())?;
    let of = stream_of(&hub, &region, hold).await?.ok_or_else(|| Problem::not_found("hold", "opschorting"))?;
    Ok(hub.log.execute::<Holds>(&region, &of, Command::Lift { hold, reason }, &asked).await?.into())
}

/// List holds, the first placed first (opschortingen).
#[utoipa::path(
    get, path = "/v1/regions/{region}/retention/holds", operation_id = "list-retention-holds", tag = TAG,
    params(("region" = RegionId, Path), WhichHolds),
    responses((status = 200, description = "The holds", body = Listed<HoldShown>), Problem)
)]
async fn list_retention_holds(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    Ask(which): Ask<WhichHolds>,
    caller: Caller,
) -> Result<Listed<HoldShown>, Problem> {
    let today = caller.about(&Touches::region())?.today();
    let holds = all(&hub, &region).await?;
    let mut all: Vec<&Hold> = holds.all().iter().collect();
    // Where they stand does not show in their order.
    all.sort_by_key(|hold| (hold.placed_on, hold.id));
    let begin = match which.after {
        None => 0,
        Some(after) => 1 + all.iter().position(|hold| hold.id == after).ok_or_else(super::unknown_page)?,
    };
    let page = Page { after: None, limit: which.limit.unwrap_or(Page::default().limit) };
    let fits = |hold: &&Hold| {
        which.holds.is_none_or(|holds| hold.holds_on(today) == holds)
            && which.person.is_none_or(|person| hold.covers == Covers::Person { person })
            && which.class.is_none_or(|class| hold.covers == Covers::Class { class })
    };
    let found = all.into_iter().skip(begin).filter(fits).take(usize::from(page.limit) + 1);
    Ok(Listed::cut(found.map(|hold| shown(hold, today)).collect(), &page, |hold| hold.id.to_string()))
}

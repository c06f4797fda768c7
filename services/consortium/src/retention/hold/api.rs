//! Holds: nobody whom one covers is forgotten, by a run or by hand.

use super::{Command, Hold, Holds, HoldsOf};
use crate::people::person::Person;
use crate::retention::holds::{all, stream_of};
use crate::retention::turn;
use axum::extract::State;
use chassis::Hub;
use chrono::NaiveDate;
use proto_schemas::consortium::{retention_hold::Covers, retention_schedule::Class};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use vocabulary::{ActorId, HoldId, PersonId, Reason, RegionId};
use web::{Accepted, Caller, Listed, Paged, Paging, Path, Problem, Refuses, Touches, Valid};

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .routes(routes!(list_retention_holds))
        .routes(routes!(place_retention_hold))
        .routes(routes!(lift_retention_hold))
}

/// A hold to place (opschorting, bewaarplicht).
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HoldPlacing {
    /// The people that the hold covers (voor wie).
    covers: Covers,
    /// The reason; never a person's name (reden).
    reason: Reason,
    /// The last day, today or later; until it is lifted when absent (tot en met).
    until: Option<NaiveDate>,
}

/// The reason for lifting a hold.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HoldLifting {
    /// The reason; never a person's name (reden).
    reason: Reason,
}

/// A hold as the list shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct HoldShown {
    id: HoldId,
    covers: Covers,
    /// The reason for the hold (reden).
    reason: Reason,
    /// The last day, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<NaiveDate>,
    /// Whether the hold is in force today.
    holds: bool,
    /// The pseudonym of the actor who placed it.
    placed_by: ActorId,
    placed_on: NaiveDate,
    /// The day on which it was lifted; absent while it is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_on: Option<NaiveDate>,
    /// The pseudonym of the actor who lifted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_by: Option<ActorId>,
    /// The reason for lifting it.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_because: Option<Reason>,
}

/// The holds to list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct WhichHolds {
    /// Whether to list the holds in force today, or the lifted ones; both when absent.
    holds: Option<bool>,
    /// A person: lists the holds placed on them alone.
    person: Option<PersonId>,
    /// A class: lists the holds placed on it as a whole.
    class: Option<Class>,
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
    put, path = "/v1/regions/{region}/retention/holds/{hold}", operation_id = "place-retention-hold", tag = "consortium",
    params(("region" = RegionId, Path), ("hold" = HoldId, Path)),
    request_body = HoldPlacing, responses(Accepted, Refuses<(Holds,)>, Problem),
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

/// Lift a hold: it keeps nobody from being forgotten any more (opschorting opheffen).
#[utoipa::path(
    put, path = "/v1/regions/{region}/retention/holds/{hold}/lifting", operation_id = "lift-retention-hold", tag = "consortium",
    params(("region" = RegionId, Path), ("hold" = HoldId, Path)),
    request_body = HoldLifting, responses(Accepted, Refuses<(Holds,)>, Problem),
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
    get, path = "/v1/regions/{region}/retention/holds", operation_id = "list-retention-holds", tag = "consortium",
    params(("region" = RegionId, Path), WhichHolds, Paging),
    responses((status = 200, description = "The holds", body = Listed<HoldShown>), Problem)
)]
async fn list_retention_holds(
    State(hub): State<Hub>,
    Path(region): Path<RegionId>,
    Paged(which, page): Paged<WhichHolds, (NaiveDate, HoldId)>,
    caller: Caller,
) -> Result<Listed<HoldShown>, Problem> {
    let today = caller.about(&Touches::region())?.today();
    let holds = all(&hub, &region).await?;
    let mut all: Vec<&Hold> = holds.all().iter().collect();
    // Where they stand does not show in their order.
    all.sort_by_key(|hold| (hold.placed_on, hold.id));
    let fits = |hold: &&Hold| {
        page.after.is_none_or(|last| (hold.placed_on, hold.id) > last)
            && which.holds.is_none_or(|holds| hold.holds_on(today) == holds)
            && which.person.is_none_or(|person| hold.covers == Covers::Person { person })
            && which.class.is_none_or(|class| hold.covers == Covers::Class { class })
    };
    let found = all.into_iter().filter(fits).take(page.rows());
    page.cut(found.map(|hold| shown(hold, today)).collect(), |hold| (hold.placed_on, hold.id))
}

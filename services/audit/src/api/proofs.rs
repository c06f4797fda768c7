//! The proof of one event, to be kept and checked anywhere.

use super::unanswered;
use crate::Audit;
use axum::Json;
use axum::extract::State;
use bus::LogSource;
use evidence::inclusion::Inclusion;
use evidence::proving::NotProven;
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use vocabulary::{RegionId, Service};
use web::{Ask, Caller, FieldError, Path, Problem, Touches};

/// The event to prove.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The position of the event in the log, from 1.
    #[param(minimum = 1)]
    position: i64,
}

/// Prove that a log holds an event, under the newest signed checkpoint (bewijs van opname).
///
/// The answer is the file that `regiohub audit check` takes: the exact text, its path in the tree, and the checkpoint.
#[utoipa::path(
    get, path = "/v1/regions/{region}/audit/logs/{service}/proof", tag = "audit", operation_id = "prove-event",
    params(("region" = RegionId, Path), ("service" = Service, Path), Which),
    responses((status = 200, description = "The proof", body = Inclusion), Problem)
)]
pub(super) async fn prove_event(
    State(audit): State<Audit>,
    Path((region, service)): Path<(RegionId, Service)>,
    Ask(Which { position }): Ask<Which>,
    caller: Caller,
) -> Result<Json<Inclusion>, Problem> {
    caller.about(&Touches::region())?;
    if position < 1 {
        return Err(Problem::invalid(vec![FieldError::new("?position", "is 1 or more", "is 1 of meer")]));
    }
    let source = audit.logs.iter().find(|log: &&LogSource| log.service() == service.as_str());
    let source = source.ok_or_else(|| Problem::unavailable("log"))?;
    audit.notary.prove(&region, source, position).await.map(Json).map_err(|error| not_proven(error, service, position))
}

fn not_proven(error: NotProven, service: Service, position: i64) -> Problem {
    let at = format!("{}@{position}", service.as_str());
    match error {
        NotProven::NoEvent => Problem::not_found("event", "gebeurtenis"),
        NotProven::NotSigned { size } => Problem::conflict(
            "not-signed-yet",
            format!("{at} is not signed yet: the newest checkpoint reaches {size}. Ask again after the next one."),
            format!(
                "{at} is nog niet ondertekend: het laatste ijkpunt reikt tot {size}. Vraag het na het volgende opnieuw."
            ),
        ),
        NotProven::Altered => {
            tracing::error!(%at, alarm = "a log was altered", "an event is not the one that was signed");
            Problem::new(
                StatusCode::CONFLICT,
                "log-altered",
                format!(
                    "{at} cannot be proven: it is not what was signed. `regiohub audit verify` names the first bad position."
                ),
                format!(
                    "{at} is niet te bewijzen: het is niet wat is ondertekend. `regiohub audit verify` wijst de eerste afwijkende positie aan."
                ),
            )
        }
        NotProven::Unavailable(error) => error.into(),
        NotProven::Log(error) => unanswered(error),
    }
}

//! The proof that one checkpoint of a log is an earlier one, grown.

use super::unanswered;
use crate::Audit;
use axum::Json;
use axum::extract::State;
use bus::LogSource;
use evidence::consistency::{Consistency, NotConsistent};
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use vocabulary::{RegionId, Service};
use web::{Ask, Caller, FieldError, Path, Problem, Touches};

/// The two checkpoints to compare.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Between {
    /// The size of the earlier checkpoint, in events.
    #[param(minimum = 1)]
    from: i64,
    /// The size of the later checkpoint, in events.
    #[param(minimum = 1)]
    to: i64,
}

/// Prove that a later checkpoint of a log is an earlier one, grown (consistentiebewijs): nothing before it was altered.
///
/// The answer is a file that `regiohub audit check` takes: both checkpoints as they were published, and the hashes
/// between them. Both are of one epoch.
#[utoipa::path(
    get, path = "/v1/regions/{region}/audit/logs/{service}/consistency", tag = "audit", operation_id = "prove-consistency",
    params(("region" = RegionId, Path), ("service" = Service, Path), Between),
    responses((status = 200, description = "The proof", body = Consistency), Problem)
)]
pub(super) async fn prove_consistency(
    State(audit): State<Audit>,
    Path((region, service)): Path<(RegionId, Service)>,
    Ask(Between { from, to }): Ask<Between>,
    caller: Caller,
) -> Result<Json<Consistency>, Problem> {
    caller.about(&Touches::region())?;
    let positive = |name: &str| FieldError::new(name, "is 1 or more", "is 1 of meer");
    let mut wrong: Vec<FieldError> = [("?from", from), ("?to", to)]
        .into_iter()
        .filter(|(_, size)| *size < 1)
        .map(|(name, _)| positive(name))
        .collect();
    if wrong.is_empty() && from > to {
        wrong.push(FieldError::new("?from", "is at most ?to", "is ten hoogste ?to"));
    }
    if !wrong.is_empty() {
        return Err(Problem::invalid(wrong));
    }
    let source = audit.logs.iter().find(|log: &&LogSource| log.service() == service.as_str());
    let source = source.ok_or_else(|| Problem::unavailable("log"))?;
    let proof = audit.notary.prove_consistency(&region, source, (from.unsigned_abs(), to.unsigned_abs())).await;
    proof.map(Json).map_err(|error| not_consistent(error, service))
}

fn not_consistent(error: NotConsistent, service: Service) -> Problem {
    let service = service.as_str();
    match error {
        NotConsistent::NoCheckpoint { size } => Problem::new(
            StatusCode::NOT_FOUND,
            "checkpoint-not-found",
            format!("No checkpoint of {service} is over {size} events; the list of checkpoints has their sizes."),
            format!(
                "Geen ijkpunt van {service} gaat over {size} gebeurtenissen; hun groottes staan in de lijst van ijkpunten."
            ),
        ),
        NotConsistent::OtherEpoch { from, to } => Problem::conflict(
            "other-epoch",
            format!(
                "The checkpoints of {service} over {from} and {to} events are of different epochs: after a restore a log is \
                 not the earlier one, grown. `regiohub audit verify` names the first position that differs."
            ),
            format!(
                "De ijkpunten van {service} over {from} en {to} gebeurtenissen zijn van verschillende epochen: na een herstel \
                 is een logboek niet de voortzetting van het eerdere. `regiohub audit verify` zegt vanaf waar het verschilt."
            ),
        ),
        NotConsistent::Backwards { .. } | NotConsistent::Altered => {
            tracing::error!(service, alarm = "a log was altered", "a log is not what was signed at two checkpoints");
            Problem::conflict(
                "log-altered",
                format!(
                    "{service} is not what was signed at both checkpoints. `regiohub audit verify` names the first bad position."
                ),
                format!(
                    "{service} is niet wat bij beide ijkpunten is ondertekend. `regiohub audit verify` wijst de eerste afwijkende positie aan."
                ),
            )
        }
        NotConsistent::NoKeys(reason) => {
            tracing::warn!(service, reason, "no checkpoint can be told from a forged one");
            Problem::unavailable("checkpoints")
        }
        NotConsistent::Unavailable(error) => error.into(),
        NotConsistent::Log(error) => unanswered(error),
    }
}

//! Which logs are there to verify, and where do they end?

use super::unanswered;
use crate::Audit;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use utoipa::ToSchema;
use vocabulary::RegionId;
use web::{Caller, Listed, Path, Problem, Touches};

/// The log of one service in this region.
#[derive(Clone, Debug, Serialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Log {
    /// The service that writes the log, such as `co-financing`.
    pub service: String,
    /// The position of its last event; positions go 1, 2, 3 … without a gap.
    pub position: i64,
    /// Raised when the log was restored to a point behind what it had published.
    pub epoch: i32,
}

/// List the logs of a region: one per service that wrote anything (logboeken).
#[utoipa::path(
    get, path = "/v1/regions/{region}/audit/logs", tag = "audit", operation_id = "list-logs",
    responses((status = 200, description = "The logs, by service", body = Listed<Log>), Problem)
)]
pub(super) async fn list_logs(
    State(audit): State<Audit>,
    Path(region): Path<RegionId>,
    caller: Caller,
) -> Result<Listed<Log>, Problem> {
    caller.about(&Touches::region())?;
    let mut logs = Vec::new();
    for source in audit.logs.iter() {
        // A service without a log of this region has written nothing here yet.
        let head = source.heads().await.map_err(unanswered)?.into_iter().find(|head| head.region == region);
        logs.extend(head.map(|head| Log {
            service: source.service().to_owned(),
            position: head.position,
            epoch: head.epoch,
        }));
    }
    logs.sort_by(|a, b| a.service.cmp(&b.service));
    Ok(Listed::whole(logs))
}

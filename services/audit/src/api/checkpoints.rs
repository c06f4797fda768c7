//! The signed checkpoints of a region's logs, and the keys to check them with: public, for whoever wants to check.

use crate::Audit;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use evidence::checkpoint::{Cut, Fork, NotCut};
use evidence::signer::SigningKey;
use evidence::witnesses::Standing;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use vocabulary::RegionId;
use web::{Caller, Listed, Page, Paging, Path, Problem, Touches};

/// A signed checkpoint of one log.
#[derive(Clone, Debug, Serialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditCheckpoint)]
pub struct Shown {
    /// The service whose log it covers.
    pub service: String,
    /// The number of events that it covers.
    pub size: i64,
    /// Raised by a restore. A number declares nothing: an event that the operator signed does.
    pub epoch: i32,
    /// How that epoch began, unless it is the first one (afsplitsing): whether the operator declared it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fork: Option<Fork>,
    /// The moment it was made, in UTC.
    pub cut_at: DateTime<Utc>,
    /// The signed note (C2SP): a line for each signature, that of the hub and those of witnesses.
    pub note: String,
}

/// A key that signs or signed the checkpoints of a region.
#[derive(Clone, Debug, Serialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditKey)]
pub struct ShownKey {
    /// The key to check signatures with (C2SP verifier key): name, id and key.
    pub verifier: String,
    /// The moment from which the key signs, in UTC.
    pub valid_from: DateTime<Utc>,
    /// The moment until which it signed, in UTC; absent while it signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<DateTime<Utc>>,
}

impl From<Cut> for Shown {
    fn from(cut: Cut) -> Self {
        let note = cut.published();
        Self { service: cut.service, size: cut.size, epoch: cut.epoch, fork: None, cut_at: cut.cut_at, note }
    }
}

/// Says of checkpoints of a raised epoch whether that was declared.
async fn shown(audit: &Audit, region: &RegionId, cuts: Vec<Cut>) -> Result<Vec<Shown>, Problem> {
    let (mut all, mut forks) = (Vec::with_capacity(cuts.len()), BTreeMap::new());
    for mut shown in cuts.into_iter().map(Shown::from) {
        if shown.epoch > 1 {
            let of = (shown.service.clone(), shown.epoch);
            if !forks.contains_key(&of) {
                let fork = audit.notary.fork(region, &shown.service, shown.epoch).await;
                forks.insert(of.clone(), fork.map_err(|error| not_cut(&error))?);
            }
            shown.fork = forks.get(&of).cloned();
        }
        all.push(shown);
    }
    Ok(all)
}

impl From<SigningKey> for ShownKey {
    fn from(key: SigningKey) -> Self {
        Self { verifier: key.verifier, valid_from: key.valid_from, valid_until: key.valid_until }
    }
}

/// Cut a checkpoint of every log of the region that has grown (controlepunten zetten).
#[utoipa::path(
    post, path = "/v1/regions/{region}/audit/checkpoints", tag = "audit", operation_id = "cut-checkpoints",
    responses((status = 200, description = "The newest checkpoint of each log", body = Listed<Shown>), Problem)
)]
pub(super) async fn cut_checkpoints(
    State(audit): State<Audit>,
    Path(region): Path<RegionId>,
    caller: Caller,
) -> Result<Listed<Shown>, Problem> {
    caller.about(&Touches::region())?;
    let cut = audit.notary.cut_all(&region).await.map_err(|error| not_cut(&error))?;
    Ok(Listed::whole(shown(&audit, &region, cut).await?))
}

/// List the checkpoints of a region's logs, by service, epoch and size (controlepunten).
#[utoipa::path(
    get, path = "/v1/regions/{region}/audit/checkpoints", tag = "audit", operation_id = "list-checkpoints",
    params(("region" = RegionId, Path), Paging),
    responses((status = 200, description = "The checkpoints", body = Listed<Shown>), Problem)
)]
pub(super) async fn list_checkpoints(
    State(audit): State<Audit>,
    Path(region): Path<RegionId>,
    page: Page<(String, i32, i64)>,
) -> Result<Listed<Shown>, Problem> {
    let after = page.after.as_ref().map_or(("", 0, 0), |(service, epoch, size)| (service.as_str(), *epoch, *size));
    let rows = audit.notary.list(&region, after, page.fetch()).await?;
    let rows = shown(&audit, &region, rows).await?;
    page.cut(rows, |shown: &Shown| (shown.service.clone(), shown.epoch, shown.size))
}

/// Get the newest checkpoint of one log, with the signatures of the hub and of witnesses (laatste controlepunt).
#[utoipa::path(
    get, path = "/v1/regions/{region}/audit/checkpoints/{service}/latest", tag = "audit",
    operation_id = "get-latest-checkpoint",
    params(("region" = RegionId, Path), ("service" = String, Path)),
    responses((status = 200, description = "A signed note", body = String, content_type = "text/plain"), Problem)
)]
pub(super) async fn latest_checkpoint(
    State(audit): State<Audit>,
    Path((region, service)): Path<(RegionId, String)>,
) -> Result<Response, Problem> {
    let latest = audit.notary.latest(&region, &service).await?;
    let latest = latest.ok_or_else(|| Problem::not_found("checkpoint", "controlepunt"))?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], latest.published()).into_response())
}

/// List the keys that sign or signed the checkpoints of a region (sleutels).
#[utoipa::path(
    get, path = "/v1/regions/{region}/audit/keys", tag = "audit", operation_id = "list-checkpoint-keys",
    params(("region" = RegionId, Path)),
    responses((status = 200, description = "The keys, the first one first", body = Listed<ShownKey>), Problem)
)]
pub(super) async fn list_keys(
    State(audit): State<Audit>,
    Path(region): Path<RegionId>,
) -> Result<Listed<ShownKey>, Problem> {
    let keys = audit.notary.keys(&region).await.map_err(|error| not_cut(&error))?;
    Ok(Listed::whole(keys.into_iter().map(ShownKey::from).collect()))
}

/// List the witnesses of a region, and how far each is (getuigen).
#[utoipa::path(
    get, path = "/v1/regions/{region}/audit/witnesses", tag = "audit", operation_id = "list-witnesses",
    params(("region" = RegionId, Path)),
    responses((status = 200, description = "The witnesses, by name and service", body = Listed<Standing>), Problem)
)]
pub(super) async fn list_witnesses(
    State(audit): State<Audit>,
    Path(region): Path<RegionId>,
    caller: Caller,
) -> Result<Listed<Standing>, Problem> {
    caller.about(&Touches::region())?;
    Ok(Listed::whole(audit.notary.witnesses(&region).await?))
}

fn away() -> Problem {
    Problem::unavailable("checkpoints")
}

pub(super) fn not_cut(error: &NotCut) -> Problem {
    match error {
        NotCut::Altered { .. } => Problem::conflict(
            "log-altered",
            error.to_string(),
            "Een logboek is niet het vervolg van wat eerder is ondertekend; er is niets ondertekend. `regiohub audit verify` wijst de eerste afwijkende positie aan.",
        ),
        NotCut::Unavailable(error) if !event_log::is_outage(error) => {
            tracing::error!(alarm = true, error = event_log::without_values(error), "checkpoints cannot be read");
            Problem::internal()
        }
        NotCut::Key(error) => {
            tracing::error!(alarm = true, %error, "checkpoints cannot be signed");
            Problem::internal()
        }
        NotCut::NotRemembered { .. } | NotCut::NotAdopted(_) => Problem::conflict(
            "signer-does-not-remember",
            error.to_string(),
            "De ondertekenaar weet niet meer wat eerder is ondertekend; er is niets ondertekend. De beheerder geeft met `regiohub audit signer adopt` het nieuwste controlepunt.",
        ),
        NotCut::Unavailable(_) | NotCut::Log(..) | NotCut::Memory(_) | NotCut::NotHere | NotCut::Elsewhere(_) => {
            tracing::warn!(%error, "a checkpoint was not cut");
            away()
        }
    }
}

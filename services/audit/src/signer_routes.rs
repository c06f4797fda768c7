//! What the installation itself asks of its signer: `GET /signer` · `POST /signer/adopt` · `POST /signer/{region}` ·
//! `POST /signer/{region}/key` · `GET /signer/{region}/keys` · `POST /signer/{region}/never-signed` ·
//! `GET /signer/{region}/covering/{service}/{position}?epoch=`

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use evidence::checkpoint::{NotCut, Notary};
use serde::Deserialize;
use vocabulary::RegionId;
use web::Problem;

/// A path of each, `{region}` for a region, and whether it is posted to.
pub const PATHS: [(&str, bool); 7] = [
    ("/signer", false),
    ("/signer/adopt", true),
    ("/signer/{region}", true),
    ("/signer/{region}/key", true),
    ("/signer/{region}/keys", false),
    ("/signer/{region}/never-signed", true),
    ("/signer/{region}/covering/audit/1", false),
];

/// The routes; whoever serves them lets nobody in but the installation itself.
pub fn routes(notary: Notary) -> Router {
    Router::new()
        .route("/signer", get(status))
        .route("/signer/adopt", post(adopt))
        .route("/signer/{region}", post(cut))
        .route("/signer/{region}/key", post(rotate))
        .route("/signer/{region}/keys", get(keys))
        .route("/signer/{region}/never-signed", post(never_signed))
        .route("/signer/{region}/covering/{service}/{position}", get(covering))
        .with_state(notary)
}

struct Refused(NotCut);

impl From<NotCut> for Refused {
    fn from(error: NotCut) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        tracing::warn!(error = %self.0, "the signer refuses");
        // A problem, for of a bare text the shell keeps the status only: the operator must read what to do.
        let Self(error) = self;
        Problem::conflict("signer-refuses", error.to_string(), format!("De ondertekenaar weigert: {error}"))
            .into_response()
    }
}

async fn status(State(notary): State<Notary>) -> Result<Response, Refused> {
    Ok(Json(notary.remembered().await?).into_response())
}

async fn adopt(State(notary): State<Notary>, note: String) -> Result<Response, Refused> {
    Ok(Json(notary.adopt(&note).await?).into_response())
}

/// The newest note of each log, with an empty line between.
async fn cut(State(notary): State<Notary>, Path(region): Path<RegionId>) -> Result<Response, Refused> {
    let cut = notary.cut_all(&region).await?;
    Ok(cut.iter().map(|cut| cut.published() + "\n").collect::<String>().into_response())
}

async fn keys(State(notary): State<Notary>, Path(region): Path<RegionId>) -> Result<Response, Refused> {
    Ok(Json(notary.keys(&region).await?).into_response())
}

async fn rotate(State(notary): State<Notary>, Path(region): Path<RegionId>) -> Result<Response, Refused> {
    Ok(notary.rotate(&region).await?.verifier.into_response())
}

async fn never_signed(State(notary): State<Notary>, Path(region): Path<RegionId>) -> Result<Response, Refused> {
    Ok(Json(notary.never_signed(&region).await?).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Life {
    epoch: Option<u32>,
}

/// The note of the first checkpoint that covers an event; empty when none does.
async fn covering(
    State(notary): State<Notary>,
    Path((region, service, position)): Path<(RegionId, String, u64)>,
    Query(Life { epoch }): Query<Life>,
) -> Result<Response, Refused> {
    Ok(notary.first_covering(&region, &service, epoch, position).await?.unwrap_or_default().into_response())
}

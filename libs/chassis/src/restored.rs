//! A log that was restored to an earlier point begins a new epoch, when its operator declares that with a signed note:
//! `GET /log/{region}/restored` · `POST /log/{region}/restored`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use event_log::{Context, EventLog, Head, NewEvent, Restoration, Restored};
use proofs::{Declaration, Verifier};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use vocabulary::restore::{LogRestored, event_type};
use vocabulary::{Actor, ActorId, RegionId, Role};

/// Where a restore is declared.
pub(crate) const PATH: &str = "/log/{region}/restored";

/// What a declared restore is checked with.
pub(crate) struct Restores {
    pub log: EventLog,
    /// What the installation is called.
    pub domain: Arc<str>,
    /// The public half of the operator's key; without it nothing can be declared here.
    pub key: Option<Verifier>,
    /// Who the operator is in the log.
    pub operator: Option<ActorId>,
}

/// What is declared.
#[derive(Deserialize)]
struct Declared {
    note: String,
}

/// Why a declaration has no effect.
struct Refused(StatusCode, String);

pub(crate) fn routes(restores: Restores) -> Router {
    Router::new().route(PATH, get(end).post(restored)).with_state(Arc::new(restores))
}

/// The end of the log, for a caller who is about to declare a restore.
async fn end(State(here): State<Arc<Restores>>, Path(region): Path<RegionId>) -> Result<Response, Refused> {
    let heads = here.log.heads().await.map_err(away)?;
    let Some(head) = heads.into_iter().find(|head| head.region == region) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let declared = here.log.declared(&region, head.epoch).await.map_err(away)?;
    let note = declared.and_then(|event| note_in(&event.text));
    Ok(Json(json!({ "note": note, "end": told(&head) })).into_response())
}

async fn restored(
    State(here): State<Arc<Restores>>,
    Path(region): Path<RegionId>,
    Json(Declared { note }): Json<Declared>,
) -> Result<Response, Refused> {
    let service = here.log.service();
    let wanted = here.restoration(&region, &note)?;
    let head = match here.log.restored(&region, &wanted).await.map_err(away)? {
        None => return Ok(StatusCode::NOT_FOUND.into_response()),
        Some(Restored::Written(head)) => {
            tracing::warn!(service, %region, epoch = head.epoch, position = head.position, "the operator declared that the log was restored");
            head
        }
        // Asked twice, it has one effect.
        Some(Restored::Before(head, event)) if note_in(&event.text).as_deref() == Some(&*note) => head,
        Some(Restored::Before(_, event)) => {
            return Err(Refused(
                StatusCode::CONFLICT,
                format!("position {} declares another restore to epoch {}", event.position, wanted.epoch),
            ));
        }
        Some(Restored::Elsewhere(head)) => {
            return Err(Refused(
                StatusCode::CONFLICT,
                format!("the log is of epoch {} and ends at {}: that was not declared", head.epoch, head.position),
            ));
        }
    };
    Ok(Json(told(&head)).into_response())
}

impl Restores {
    fn restoration(&self, region: &RegionId, note: &str) -> Result<Restoration, Refused> {
        let refused = |reason: String| Refused(StatusCode::FORBIDDEN, reason);
        let key = self
            .key
            .as_ref()
            .ok_or_else(|| refused("this hub does not know its operator's key: give it --operator-key".to_owned()))?;
        let said = Declaration::signed(note, key).map_err(|error| refused(error.to_string()))?;
        let origin = format!("{}/{region}/{}", self.domain, self.log.service());
        if said.origin != origin {
            return Err(refused(format!("it is about {}, and this is {origin}", said.origin)));
        }
        let unfit = || refused("the declaration has a number or a reason that no log has".to_owned());
        let data = LogRestored {
            from_epoch: said.from_epoch,
            to_epoch: said.to_epoch,
            position: said.position,
            root: said.root.into(),
            reason: said.reason.parse().map_err(|_| unfit())?,
            afterwards: said.afterwards,
            note: note.to_owned(),
        };
        let position = i64::try_from(said.position).map_err(|_| unfit())?;
        Ok(Restoration {
            epoch: i32::try_from(said.to_epoch).map_err(|_| unfit())?,
            follows: (!said.afterwards).then_some((position, said.root)),
            event: event(self.log.service(), &data).map_err(|_| unfit())?,
            context: Context {
                by: Actor {
                    id: self.operator.unwrap_or_else(|| ActorId::derived(&["operator", &key.to_string()])),
                    role: Role::Operator,
                    organisation: None,
                },
                on_behalf_of: None,
                cause: None,
                correlation: None,
                traceparent: None,
                policy_version: None,
            },
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "each log has such a type, named after its service")]
fn event(service: &str, data: &LogRestored) -> Result<NewEvent, event_log::Error> {
    NewEvent::of_type(event_type(service), data)
}

fn told(head: &Head) -> Value {
    json!({
        "region": head.region,
        "epoch": head.epoch,
        "position": head.position,
        "root": head.root().map(hex::encode),
    })
}

fn note_in(text: &str) -> Option<String> {
    let event: Value = serde_json::from_str(text).ok()?;
    event["data"]["note"].as_str().map(ToOwned::to_owned)
}

fn away(error: impl std::fmt::Display) -> Refused {
    tracing::warn!(%error, "a restore cannot be declared");
    Refused(StatusCode::SERVICE_UNAVAILABLE, "the log does not answer".to_owned())
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}

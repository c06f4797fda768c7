//! What auditors may ask.

mod access_exports;
mod checkpoints;
mod consistency;
mod drawn_samples;
mod exports;
mod figures;
mod logs;
mod looks;
mod mandates;
mod proofs;
mod reveals;
mod samples;
mod timeline;

use crate::Audit;
use crate::trace::reading::Unread;
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::Problem;

pub(crate) fn routes() -> OpenApiRouter<Audit> {
    OpenApiRouter::new()
        .routes(routes!(logs::list_logs))
        .routes(routes!(proofs::prove_event))
        .routes(routes!(consistency::prove_consistency))
        .routes(routes!(mandates::open_mandate, mandates::list_mandates))
        .routes(routes!(mandates::end_mandate))
        .routes(routes!(looks::list_looks))
        .routes(routes!(exports::list_audit_exports))
        .routes(routes!(reveals::reveal_name))
        .routes(routes!(access_exports::open_access_export))
        .routes(routes!(access_exports::show_access_export))
        .routes(routes!(figures::trace_figure))
        .routes(routes!(timeline::show_timeline))
        .routes(routes!(samples::draw_audit_sample, drawn_samples::list_audit_samples))
        .routes(routes!(samples::show_audit_sample))
        .routes(routes!(samples::show_audit_sample_sheet))
        .routes(routes!(checkpoints::list_checkpoints, checkpoints::cut_checkpoints))
        .routes(routes!(checkpoints::latest_checkpoint))
        .routes(routes!(checkpoints::list_keys))
        .routes(routes!(checkpoints::list_witnesses))
}

/// What is told of a log that does not answer: also of a database that refuses what was asked of it, which waiting does
/// not mend.
fn unanswered(error: bus::Error) -> Problem {
    match error {
        bus::Error::Database(error) => error.into(),
        other => {
            tracing::warn!(error = %other, "a log cannot be read");
            Problem::unavailable("log")
        }
    }
}

/// What is told of a log that cannot be read.
fn unread(error: &Unread) -> Problem {
    match error {
        Unread::NoLog(_) | Unread::Log { .. } => {
            tracing::warn!(%error, "a log cannot be read");
            Problem::unavailable("log")
        }
        Unread::Event { service, position } => Problem::new(
            StatusCode::CONFLICT,
            "log-unreadable",
            format!("{service}@{position} does not read as its type says: verify the log."),
            format!("{service}@{position} is niet leesbaar zoals het type zegt: controleer het logboek."),
        ),
    }
}

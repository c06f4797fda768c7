//! A document as it is answered: the text that is signed, or the PDF drawn from it.

use axum::response::IntoResponse;
use documents::{Document, Sheet};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG};
use web::Problem;

pub(crate) fn text(version: i32, document: &Document) -> impl IntoResponse + use<> {
    let headers = [(ETAG, format!("\"{version}\"")), (CONTENT_TYPE, "text/plain; charset=utf-8".to_owned())];
    (headers, document.canonical_text())
}

pub(crate) async fn pdf(version: i32, name: String, sheet: Sheet) -> Result<impl IntoResponse, Problem> {
    // Drawing takes a good part of a second: not on a thread that answers others.
    let drawn = web::aside(move || sheet.pdf()).await?;
    let bytes = drawn.map_err(|error| {
        tracing::error!(%error, "a document cannot be drawn");
        Problem::internal()
    })?;
    let headers = [
        (ETAG, format!("\"{version}\"")),
        (CONTENT_TYPE, "application/pdf".to_owned()),
        (CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")),
    ];
    Ok((headers, bytes))
}

pub(crate) fn unknown_wording() -> Problem {
    tracing::error!("a document was drawn in a wording that this version does not know");
    Problem::internal()
}

//! Why the play stopped, and what helps.

use http::StatusCode;
use serde_json::Value;

/// A step that did not do what it should.
#[derive(Debug, thiserror::Error)]
#[error("the step “{step}”, as {who}: {method} {path}\n  {said}\n  {help}")]
pub(super) struct Trouble {
    pub step: String,
    pub who: String,
    pub method: String,
    pub path: String,
    /// What the hub answered, or that it did not.
    pub said: String,
    /// What to do.
    pub help: &'static str,
}

/// What a problem+json says, every field error included.
pub(super) fn said(status: StatusCode, body: &Value) -> String {
    let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
    let mut said = format!("the hub answered {status}: {} {}", text("title"), text("detail"));
    for error in body["errors"].as_array().into_iter().flatten() {
        said += &format!("\n    {}: {}", error["pointer"].as_str().unwrap_or_default(), error["detail"]);
    }
    if let Some(behind) = body.get("behind") {
        said += &format!("\n    behind: {behind}");
    }
    said
}

/// What helps against an answer.
pub(super) fn help(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "Name the data directory of this hub with --data-dir: its key signs the tokens of the demo.",
        422 => "Another edition of the demo was played in this region: choose a fresh one with --region.",
        400 | 403 | 404 | 409 | 412 => {
            "The region is not as the demo left it: choose a fresh one with --region, and report this if that does not help."
        }
        _ => "Try again: the demo goes on where it stopped.",
    }
}

/// What helps when nothing answers.
pub(super) const NO_HUB: &str = "Start the hub first with `regiohub up`, or name its address with --url.";
/// What helps when something that should follow by itself does not.
pub(super) const NOT_YET: &str =
    "Try again; if that does not help, `regiohub parked REGION` lists what the hub could not handle.";

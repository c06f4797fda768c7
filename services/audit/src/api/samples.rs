//! A sample of lines is drawn, recorded, and shown with what is to be looked at.

use super::checkpoints::not_cut;
use super::unread;
use crate::Audit;
use crate::oversight::looks;
use crate::oversight::sample::{Sample, commands::Command};
use crate::pending::{self, NotDrawn};
use crate::trace::drawing::{self, Ask, Drawing};
use crate::trace::reading::Reader;
use crate::trace::{seed, sheet};
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::{StatusCode, header};
use proto_schemas::audit::sample::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use vocabulary::{ClaimId, RegionId, SampleId};
use web::{Caller, Created, FieldError, Path, Problem, Refuses, Touches, Valid};

/// The sample to draw.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ToDraw {
    /// Your words, 1 to 64 letters, digits, dots, hyphens and underscores: the drawing follows from them and from the
    /// first checkpoint that is signed after the request was recorded, so they cannot be tried out (startgetal).
    #[schemars(regex(pattern = r"^[A-Za-z0-9._-]{1,64}$"))]
    #[schema(pattern = "^[A-Za-z0-9._-]{1,64}$")]
    seed: String,
    /// The method: each euro has the same chance, or each line.
    method: Method,
    /// The number of lines to draw, 1 to 500.
    #[schemars(range(min = 1, max = 500))]
    #[schema(minimum = 1, maximum = 500)]
    size: u32,
    /// The claim whose lines are the population.
    #[serde(default)]
    claim: Option<ClaimId>,
    /// The calendar year whose verified lines are the population; the whole programme when neither is named.
    #[serde(default)]
    #[schemars(range(min = 2000, max = 2099))]
    #[schema(minimum = 2000, maximum = 2099)]
    year: Option<u16>,
}

/// Draw a sample of lines: the request is recorded in the audit's own log first, then the lines (steekproef trekken).
///
/// While that log cannot be signed the request stands, and the sample answers 503 until it is drawn.
#[utoipa::path(
    post, path = "/v1/regions/{region}/audit/samples", tag = "audit", operation_id = "draw-audit-sample",
    params(("region" = RegionId, Path)), request_body = ToDraw, responses(Created, Refuses<(Sample,)>, Problem)
)]
pub(super) async fn draw_audit_sample(
    State(audit): State<Audit>,
    Path(region): Path<RegionId>,
    caller: Caller,
    Valid(ToDraw { seed, method, size, claim, year }): Valid<ToDraw>,
) -> Result<Created, Problem> {
    let asked = caller.about(&Touches::region())?;
    if claim.is_some() && year.is_some() {
        return Err(Problem::invalid(vec![FieldError::new(
            "/year",
            "a sample is of a claim or of a year, not of both",
            "een steekproef is van een staat of van een jaar, niet van beide",
        )]));
    }
    // Before anything is recorded: a request is an event of its own.
    let under = looks::acting_under(&audit.hub, &region, "draw-audit-sample", &asked).await?;
    let mut reader = Reader::new(region.clone(), audit.logs.clone()).kept_in(audit.hub.db.clone());
    let ask = Ask { seed, method, size, claim, year };
    let population = drawing::population(&mut reader, ask).await.map_err(|error| unread(&error))?;
    let population = population.ok_or_else(|| Problem::not_found("claim", "cofinancieringsstaat"))?;
    let command = Command::Request(Box::new(population.request(under)));
    let done = audit.hub.log.execute::<Sample>(&region, &SampleId::fresh(), command, &asked).await?;
    if let Some(sample) = done.id::<SampleId>() {
        let steps = audit.hub.steps.clone();
        // A caller who goes away does not keep it from being drawn.
        let drawing = async move {
            let drawn = pending::complete(&audit, &region, sample).await;
            drawn.inspect_err(|error| tracing::warn!(%sample, %error, "a sample that was asked for is drawn later"))
        };
        // What is in the way of it is told to whoever looks at it.
        let _ = steps.finish(async move { drawing.await.map_err(not_drawn) }).await;
    }
    Ok(Created::at(done, "/v1/regions/{region}/audit/samples/{id}"))
}

/// Show a sample, drawn again from the logs, with the events to look at for each line (steekproef tonen).
#[utoipa::path(
    get, path = "/v1/regions/{region}/audit/samples/{sample}", tag = "audit", operation_id = "show-audit-sample",
    params(("region" = RegionId, Path), ("sample" = SampleId, Path)), responses((status = 200, body = Drawing), Problem)
)]
pub(super) async fn show_audit_sample(
    State(audit): State<Audit>,
    Path((region, sample)): Path<(RegionId, SampleId)>,
    caller: Caller,
) -> Result<Json<Drawing>, Problem> {
    caller.about(&Touches::region())?;
    shown(&audit, region, sample).await.map(Json)
}

/// Show a sample as a sheet for the accountant: a row for each event to look at (steekproef als CSV).
#[utoipa::path(
    get, path = "/v1/regions/{region}/audit/samples/{sample}/lines.csv", tag = "audit",
    operation_id = "show-audit-sample-sheet", params(("region" = RegionId, Path), ("sample" = SampleId, Path)),
    responses((status = 200, body = String, content_type = "text/csv"), Problem)
)]
pub(super) async fn show_audit_sample_sheet(
    State(audit): State<Audit>,
    Path((region, sample)): Path<(RegionId, SampleId)>,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    caller.about(&Touches::region())?;
    let sheet = sheet::csv(&shown(&audit, region, sample).await?);
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], sheet))
}

async fn shown(audit: &Audit, region: RegionId, sample: SampleId) -> Result<Drawing, Problem> {
    let unknown = || Problem::not_found("sample", "steekproef");
    let recorded = match pending::complete(audit, &region, sample).await {
        Ok(Sample::Drawn(recorded)) => recorded,
        Ok(Sample::None | Sample::Requested(_)) => return Err(unknown()),
        Err(error) => return Err(not_drawn(error)),
    };
    let mut reader = Reader::new(region.clone(), audit.logs.clone()).kept_in(audit.hub.db.clone());
    let drawing = drawing::redraw(&mut reader, sample, &recorded).await.map_err(|error| unread(&error))?;
    let mut drawing = drawing.ok_or_else(unknown)?;
    if let Some(draw) = &drawing.draw {
        let found = seed::findings(&audit.notary, &region, draw).await;
        drawing.findings.extend(found.map_err(|error| not_cut(&error))?);
    }
    Ok(drawing)
}

fn not_drawn(error: NotDrawn) -> Problem {
    match error {
        NotDrawn::Unread(error) => unread(&error),
        NotDrawn::Log(error) => error.into(),
        NotDrawn::Database(error) => error.into(),
        NotDrawn::NotSigned(why) => {
            tracing::warn!(why, "a sample that was asked for is not drawn yet");
            let english = "The request is recorded. The sample is drawn as soon as the log that holds it is signed.";
            let dutch =
                "De aanvraag is vastgelegd. De steekproef wordt getrokken zodra het logboek daarmee is getekend.";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "sample-not-drawn", english, dutch).again_after("30")
        }
    }
}
